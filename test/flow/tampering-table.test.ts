/**
 * The 25 manipulations of the published comparison, each as whole commands see it: the AWS CLI's validate-logs where
 * there is one, and ours as a process of its own. The table is printed at the end.
 */
import { execFileSync } from 'node:child_process';
import pLimit from 'p-limit';
import { afterAll, describe, expect, test } from 'vitest';
import { awscli, validateLogs, type AwscliEnded } from '../cloud/awscli.ts';
import type { Damage } from '../cloud/forge/damage/scene.ts';
import { TAMPERINGS } from '../cloud/forge/damage/tampering.ts';
import { HOUR } from '../cloud/forge/times.ts';
import { exitsOf } from './cli-answers.ts';
import { orgtrail } from './organization.ts';
import { KEYS, openChain, type OneChain } from './one-chain.ts';
import { readReport, tally } from './verify-report.ts';

type Tally = Readonly<Record<string, number>>;

/** A digest that proves nothing, and the one after it that disowns it. */
const unproven = (code: string): Tally => ({ [code]: 1, 'link-hash-mismatch': 1 });

/** All that ours must say, and how often. V9 alone is no fault. */
const WANTED: ReadonlyMap<string, Tally> = new Map<string, Tally>([
  ['V1', { 'chain-truncated': 1 }],
  ['V2', { 'chain-empty': 1 }],
  ['V3', { 'digest-missing': 2 }],
  ['V4', { 'log-unlisted': 1 }],
  ['V5', { 'log-malformed': 1 }],
  ['V6', { 'log-malformed': 1 }],
  ['V7', unproven('digest-malformed')],
  ['V8', unproven('digest-malformed')],
  ['V9', {}],
  ['V10', { 'log-hash-mismatch': 1 }],
  ['V11', { 'log-malformed': 1 }],
  ['V12', { 'log-malformed': 1 }],
  ['V13', { 'log-malformed': 1 }],
  ['V14', { 'gzip-header-data': 1 }],
  ['V15', { 'link-hash-mismatch': 1 }],
  ['V16', { 'link-signature-mismatch': 1 }],
  ['V17', { 'chain-restarted': 1 }],
  ['V18', { 'time-gap': 1, 'digest-missing': 3 }],
  ['V19', { 'log-foreign': 1 }],
  ['V20', { 'digest-identity': 1 }],
  ['V21', { 'digest-impossible-time': 1 }],
  ['V22', { 'digest-identity': 1, 'time-gap': 1 }],
  ['V23', unproven('key-unknown')],
  ['V24', unproven('digest-malformed')],
  ['V25', unproven('digest-malformed')],
]);

/** A row waits for its turn, and others may load the machine. */
const PATIENCE = { timeout: 120_000 };
const PHASE = 13 * 60_000 + 52_000;
const program = awscli();
const version = program === null ? null : execFileSync(program, ['--version'], { encoding: 'utf8' }).split(' ', 1)[0];
if (program === null) console.warn('skipped: no AWS CLI (apt-get install awscli), so the table has our column alone');

/** The machine's two cores: one row is two processes, one after the other. */
const limit = pLimit(2);
const lines = new Map<string, string>();
afterAll(() => {
  const rows = ['untouched', ...TAMPERINGS.map(({ id }) => id)].map(
    (id) => lines.get(id) ?? `${id} · did not come to its end`,
  );
  console.info(`row · manipulation · ${version ?? 'AWS CLI: not on this machine'} · orgtrail\n${rows.join('\n')}`);
});

async function ours(
  world: OneChain,
): Promise<{ readonly exit: number | null; readonly codes: Readonly<Record<string, number>> }> {
  const range = ['--from', iso(world.start), '--to', iso(world.end())];
  const { code, stdout, stderr } = await orgtrail(world, 'verify', '--source', '--json', ...range);
  if (stdout === '') throw new Error(`nothing on stdout, exit ${code}: ${stderr}`);
  return { exit: code, codes: tally(readReport(stdout)) };
}

async function theirs({ cloud, chain, start, end }: OneChain): Promise<AwscliEnded | null> {
  const run = { cloudUrl: cloud.url, keys: KEYS, trailArn: chain.trail.arn, start, end: end() };
  return program === null ? null : validateLogs(run);
}

/** The lines that say something: counts and faults, without times and places. */
function inShort({ code, stdout, stderr }: AwscliEnded): string {
  const counts = stdout.split('\n').filter((line) => /^\d|^No /.test(line));
  const faults = stderr
    .split('\n')
    .filter((line) => line !== '')
    .map((line) =>
      line
        .replace(/ (?:between|for fingerprint) .*/, '')
        .split('\t')
        .filter((part) => !part.startsWith('s3:'))
        .join(' '),
    );
  const what = [...counts, ...new Set(faults)].join('; ');
  return `exit ${code}: ${what.replaceAll(' files ', 's ').slice(0, 150)}`;
}

async function row(id: string, name: string, world: OneChain): Promise<Awaited<ReturnType<typeof ours>>> {
  const cli = await theirs(world);
  const answer = await ours(world);
  const said = Object.entries(answer.codes).map(([code, count]) => (count === 1 ? code : `${code} ×${count}`));
  const columns = [
    id.padEnd(4),
    name.padEnd(52),
    ...(cli === null ? [] : [inShort(cli).padEnd(100)]),
    `exit ${answer.exit}: ${said.join(', ') || 'nothing'}`,
  ];
  lines.set(id, columns.join(' · '));
  // An error of the CLI itself would make a table of nothing, and the pages tell what it says (core/board/peer.ts).
  if (cli !== null) expect(exitsOf(id, version ?? ''), `${cli.stderr}${cli.stdout}`).toContain(cli.code);
  return answer;
}

/** Two days old, past the grace within which a later digest might name a planted file; always at the same minute. */
async function openTampered(apply: Damage | null): Promise<OneChain> {
  const world = await openChain({ start: Math.floor(Date.now() / HOUR - 48) * HOUR + PHASE, hours: 12 });
  apply?.(world);
  world.publish();
  return world;
}

function iso(time: number): string {
  return new Date(time).toISOString();
}

describe('whole commands over the 25 published manipulations', () => {
  test.concurrent('an untouched chain: nothing said by anybody', PATIENCE, () =>
    limit(async () => {
      const world = await openTampered(null);
      try {
        expect(await row('untouched', '', world)).toEqual({ exit: 0, codes: {} });
      } finally {
        await world.close();
      }
    }),
  );

  test.concurrent.for(TAMPERINGS)('$id $name', PATIENCE, ({ id, name, apply }) =>
    limit(async () => {
      const world = await openTampered(apply);
      try {
        const answer = await row(id, name, world);
        expect(answer).toEqual({ exit: id === 'V9' ? 0 : 3, codes: WANTED.get(id) });
      } finally {
        await world.close();
      }
    }),
  );
});

test('the table has 25 rows, of which V9 alone is no fault', () => {
  expect(TAMPERINGS.map(({ id }) => id)).toEqual([...WANTED.keys()]);
  expect([...WANTED].filter(([, codes]) => Object.keys(codes).length === 0).map(([id]) => id)).toEqual(['V9']);
});
