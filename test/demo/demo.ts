/**
 * `npm run demo`: the daemon and its dashboard over an organization of its own making on loopback, with accounts,
 * trails, live deliveries and one tampering. Nothing outside this machine is contacted.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { StatusReport } from '../../src/cli/status.ts';
import { findingsText, table } from '../../src/cli/text.ts';
import { formatIso, HOUR } from '../../src/core/time.ts';
import { readArguments, USAGE, type DemoArguments } from './arguments.ts';
import { fastClock } from './clock.ts';
import { startDeliveries } from './deliveries.ts';
import { createInsider, type Insider } from './insider.ts';
import { nextFreePort } from './port.ts';
import { openStage, type Ending, type Stage } from './stage.ts';
import { complaints, countArchive, openView, provesDeleted, showsForgery, statesText, type View } from './view.ts';

const HISTORY_HOURS = 6;
/** The demo's time lies this far back, so that it can run for hours and never pass our own. */
const BACK_HOURS = 30 * 24;
const LINE_SECONDS = 5;
const TAMPER_SECONDS = 20;
const SHOW_SECONDS = 10;

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const sayPart = (what: string, text: string): void => say(`  ${what.padEnd(10)}${text}`);

await main();

async function main(): Promise<void> {
  const read = readArguments(process.argv.slice(2));
  if ('problem' in read) {
    process.stderr.write(`${read.problem}\n${USAGE}`);
    process.exitCode = 2;
    return;
  }
  const endings: Ending[] = [];
  const stop = new AbortController();
  // Heard once: a second Ctrl-C has its usual effect, at once, and Redis then ends with us (test/stack/redis.ts).
  const onSignal = (): void => {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
    stop.abort();
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  try {
    process.exitCode = await run(read, endings, stop.signal);
  } catch (error) {
    process.stderr.write(`the demo broke: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  } finally {
    say('ending the daemon, the cloud and Redis');
    for (const end of endings.toReversed()) await end();
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
}

async function run(asked: DemoArguments, endings: Ending[], signal: AbortSignal): Promise<0 | 1> {
  const start = Math.floor(Date.now() / HOUR - BACK_HOURS) * HOUR;
  const clock = fastClock(start + HISTORY_HOURS * HOUR, asked.hourSeconds * 1000);
  const ended = new AbortController();
  const bugs: unknown[] = [];
  const onBug = (error: unknown): void => {
    bugs.push(error);
    ended.abort();
  };
  say('orgtrail demo: an organization on this machine; its logs are forged, everything else is real work');
  const plan = { clock, start, port: await nextFreePort(asked.port), say: sayPart, endings, onBug };
  const stage = await openStage(plan);
  const insider = createInsider(stage.organization, say);
  const deliveries = startDeliveries(stage.organization, clock, (delivery) => insider.onDelivery(delivery));
  endings.push(async () => deliveries.stop());
  const view = openView(stage.config, clock, start);
  endings.push(() => view.close());
  introduce(stage, { start, hourSeconds: asked.hourSeconds });
  const until = AbortSignal.any([signal, ended.signal]);
  const last = await watch({ stage, insider, view }, asked, until);
  if (bugs.length > 0) throw bugs[0];
  if (last === null) return 0;
  return conclude(last, insider, stage.organization.archived());
}

function introduce({ organization, program }: Stage, time: { start: number; hourSeconds: number }): void {
  const { env, configFile } = organization;
  const keys = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  sayPart('dashboard', `${program.url}/`);
  sayPart('jobs', `${program.url}/jobs`);
  sayPart('metrics', `${program.url}/metrics`);
  sayPart(
    'time',
    `one hour passes in ${time.hourSeconds} seconds; CloudTrail writes a digest an hour, half an hour late`,
  );
  sayPart('stop', 'Ctrl-C');
  sayPart('ask it', 'from another terminal, which has the real time, hence --from and --to:');
  say(`env -u AWS_PROFILE ${keys.join(' ')} \\`);
  const span = `--from ${formatIso(time.start)} --to ${formatIso(time.start + (HISTORY_HOURS - 3) * HOUR)}`;
  say(`  npm run --silent orgtrail -- status --config ${configFile} ${span}\n`);
}

interface Watched {
  readonly stage: Stage;
  readonly insider: Insider;
  readonly view: View;
}

/**
 * One line every few seconds; the last report when the time asked for is over, null when somebody stopped it. The demo's
 * clock does not wait for a machine that is busy with other things: work that is behind gets as much time again, and
 * what was found last can be looked at for a while.
 */
async function watch(watched: Watched, asked: DemoArguments, until: AbortSignal): Promise<StatusReport | null> {
  const { stage, insider, view } = watched;
  const began = performance.now();
  const tellProofs = proofTeller(watched);
  const asLong = asked.seconds ?? Infinity;
  let next = Math.min(LINE_SECONDS, asLong);
  let toldAt = 0;
  for (; !until.aborted; await sleep(200, undefined, { signal: until }).catch(() => undefined)) {
    const seconds = (performance.now() - began) / 1000;
    if (seconds >= Math.min(TAMPER_SECONDS, asLong / 5)) insider.wake();
    insider.look();
    if (seconds < next) continue;
    next = seconds < asLong ? Math.min(seconds + LINE_SECONDS, asLong) : seconds + LINE_SECONDS;
    const report = await view.report();
    say(lineOf(report, stage));
    if (tellProofs(report)) toldAt = seconds;
    if (seconds < asLong) continue;
    const settled = complaints(report, insider, stage.organization.archived()).length === 0;
    if (seconds >= 2 * asLong || (settled && seconds >= toldAt + SHOW_SECONDS)) return report;
  }
  return null;
}

/** Says once each what became of the two deeds; true when there was something to say. */
function proofTeller({ stage, insider }: Watched): (report: StatusReport) => boolean {
  const proofs = new Map<string, (report: StatusReport) => boolean>([
    [
      `found:     the forged file is log-hash-mismatch in account ${insider.forges}; its bytes are in quarantine`,
      (report) => showsForgery(report, insider),
    ],
    [
      `kept:      the deleted file of account ${insider.deletes} is proven all the same, from its captured copy`,
      () => provesDeleted(insider, stage.organization.archived()),
    ],
  ]);
  return (report) => {
    const before = proofs.size;
    for (const [text, holds] of proofs) {
      if (!holds(report)) continue;
      proofs.delete(text);
      say(text);
    }
    return proofs.size < before;
  };
}

/** Until the history is through, accounts without receipts would be called failed: then the line says how far it is. */
function lineOf(report: StatusReport, { organization, history }: Stage): string {
  const { proven, failed, logs, pending, quarantined } = countArchive(organization.archived());
  if (proven + failed < history) return `${report.at} | collecting the history: ${proven} of ${history} digests proven`;
  const files = `${logs} proven, ${pending} pending, ${quarantined} in quarantine`;
  return `${report.at} | accounts: ${statesText(report)} | digests: ${proven} proven, ${failed} failed | log files: ${files}`;
}

/** Zero when every account is as it ought to be. */
function conclude(report: StatusReport, insider: Insider, keys: readonly string[]): 0 | 1 {
  const rows = report.accounts.map(({ state, account, name, reason }) => [state, account, name, reason ?? '']);
  say(`\n${table([['STATE', 'ACCOUNT', 'NAME', 'REASON'], ...rows])}${findingsText(report.findings)}`);
  const told = complaints(report, insider, keys);
  for (const one of told) say(`wrong: ${one}`);
  say(
    told.length === 0
      ? 'as it ought to be: what was tampered with is shown, everything else is proven'
      : 'not as it ought to be',
  );
  return told.length === 0 ? 0 : 1;
}
