/**
 * `npm run bench`: our `verify --source` beside the AWS CLI's `validate-logs` on the same chain and server in the same
 * run, without and with a network's latency, and a whole `collect`. Figures go to standard output, progress to error.
 */
import { cpus, totalmem } from 'node:os';
import { isDeepStrictEqual } from 'node:util';
import { awscli } from '../cloud/awscli.ts';
import { collect, validateWithCli, verifySource, type Tally } from './contestants.ts';
import { startServer, type Server } from './ground.ts';
import { measure, type Cost } from './measure.ts';
import type { Ground } from './protocol.ts';
import { costCells, median, ratioCells, spread, table } from './table.ts';

/** The CLI asks for one file after the other: with latency a single run of it takes minutes. */
const SETTINGS = [
  { latency: 0, ours: 3, theirs: 3 },
  { latency: 20, ours: 3, theirs: 1 },
] as const;
const COLLECTIONS = 3;
const MIB = 2 ** 20;

interface Runs {
  readonly costs: Cost[];
  /** Requests that the server saw, one number a run. */
  readonly requests: number[];
}

interface Duel {
  readonly latency: number;
  readonly ours: Runs;
  readonly theirs: Runs;
}

await main();

async function main(): Promise<void> {
  const cli = awscli();
  if (cli === null) say('NO AWS CLI HERE: ONLY OUR OWN FIGURES FOLLOW (apt-get install awscli)');
  say('forging the chain');
  const server = await startServer();
  try {
    const duels: Duel[] = [];
    for (const setting of SETTINGS) duels.push(await duel(server, setting, cli !== null));
    const collections = await collectAll(server);
    process.stdout.write(facts(server.ground, cli));
    process.stdout.write(comparison(duels));
    process.stdout.write(collectionLine(server.ground, collections));
  } finally {
    await server.close();
  }
}

/** Both in turn, so that a slow moment of the machine strikes both. The first run of each warms the disk's cache up, unmeasured. */
async function duel(server: Server, setting: (typeof SETTINGS)[number], cli: boolean): Promise<Duel> {
  const { ground } = server;
  const result: Duel = { latency: setting.latency, ours: noRuns(), theirs: noRuns() };
  await server.latency(setting.latency);
  for (let turn = 0; turn < Math.max(setting.ours, setting.theirs); turn += 1) {
    const ours = turn < setting.ours;
    const theirs = cli && turn < setting.theirs;
    if (ours)
      agree(ground, await run(server, result.ours, () => verifySource(ground)), `orgtrail, ${setting.latency} ms`);
    if (theirs)
      agree(ground, await run(server, result.theirs, () => validateWithCli(ground)), `aws, ${setting.latency} ms`);
  }
  await server.latency(0);
  return result;
}

async function run<Result>(server: Server, runs: Runs, act: () => Promise<Result>): Promise<Result> {
  await server.requests();
  const { cost, result } = await measure(act, new Set([server.pid]));
  runs.costs.push(cost);
  runs.requests.push(await server.requests());
  return result;
}

/** A race between two verdicts that differ would mean nothing: each must be the truth. */
function agree(ground: Ground, tally: Tally, who: string): void {
  const { digests, logs } = ground;
  const truth: Tally = { digests: { valid: digests, all: digests }, logs: { valid: logs, all: logs } };
  if (!isDeepStrictEqual(tally, truth))
    throw new Error(`${who}: found ${JSON.stringify(tally)}, the truth is ${JSON.stringify(truth)}`);
  say(`${who}: ${logs}/${logs} log files and ${digests}/${digests} digests valid`);
}

async function collectAll(server: Server): Promise<Runs> {
  const runs = noRuns();
  for (let turn = 0; turn < COLLECTIONS; turn += 1) {
    await server.freshArchive(`run-${turn}/`);
    await run(server, runs, () => collect(server.ground));
    say(`collect ${turn + 1} of ${COLLECTIONS} done`);
  }
  return runs;
}

function facts(ground: Ground, cli: string | null): string {
  const { logs, digests, stored, inflated } = ground;
  const [cpu] = cpus();
  return [
    `chain    ${logs} log files, ${digests} digests, 1 account, 1 region; ${(stored / MIB).toFixed(1)} MiB stored, ${(inflated / MIB).toFixed(1)} MiB inflated (${Math.round(inflated / logs / 1024)} KiB a file)`,
    `machine  ${cpus().length} × ${cpu?.model ?? 'unknown processor'}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, Linux; Node ${process.versions.node}; ${cli ?? 'no AWS CLI'}`,
    'server   our own cloud on loopback, a process of its own on the same machine; its time is not counted',
    'figures  median (least–most); wall and cpu in seconds, peak memory in MiB; × = times less than the AWS CLI',
    '',
    '',
  ].join('\n');
}

function comparison(duels: readonly Duel[]): string {
  const rows = duels.flatMap(({ latency, ours, theirs }) => [
    line(latency, 'aws validate-logs', theirs),
    line(latency, 'orgtrail verify --source', ours),
    theirs.costs.length === 0
      ? []
      : [`${latency} ms`, 'AWS CLI ÷ orgtrail', '', ...ratioCells(theirs.costs, ours.costs), ''],
  ]);
  const head = ['latency', 'program', 'runs', 'wall', 'cpu', 'peak', 'requests'];
  return table([head, ...rows.filter((row) => row.length > 0)]);
}

function line(latency: number, program: string, runs: Runs): readonly string[] {
  if (runs.costs.length === 0) return [`${latency} ms`, program, '0', 'SKIPPED: no AWS CLI here', '', '', ''];
  const { costs, requests } = runs;
  return [`${latency} ms`, program, String(costs.length), ...costCells(costs), String(median(requests))];
}

function collectionLine(ground: Ground, { costs, requests }: Runs): string {
  const files = ground.logs + ground.digests;
  const rate = spread(
    costs.map((cost) => files / cost.wall),
    0,
  );
  const [wall, cpu, peak] = costCells(costs);
  return `\ncollect (0 ms, empty archive, ${costs.length} runs): ${rate} files/s; wall ${wall}, cpu ${cpu}, peak ${peak}, ${median(requests)} requests\n`;
}

function noRuns(): Runs {
  return { costs: [], requests: [] };
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
