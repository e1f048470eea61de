/** Quarantine through the program: what failed, restored and released again, and the commands that look at it. */
import { hash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import {
  quarantineAccept,
  quarantineList,
  quarantineShow,
  type ListRequest,
  type QuarantineDetail,
} from '../../src/cli/quarantine.ts';
import type { Answer } from '../../src/cli/request.ts';
import { loadConfig } from '../../src/config.ts';
import { formatIso, HOUR } from '../../src/core/time.ts';
import { archiveMark, keysWith, objectAt, receipts, rewritten } from './evidence.ts';
import { ACCOUNT, BUCKET, openChain, REGION, type OneChain } from './one-chain.ts';
import { ARCHIVE, orgtrail } from './organization.ts';
import { pass } from './pass.ts';

const opened: OneChain[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close()));
});

interface Spoiled {
  readonly ground: OneChain;
  readonly key: string;
  readonly good: Uint8Array;
  readonly forged: Uint8Array;
  readonly now: number;
}

/** A chain with one log file that was altered before anybody looked. */
async function openSpoiled(): Promise<Spoiled> {
  const ground = await openChain({ hours: 4 });
  opened.push(ground);
  const key = ground.chain.hours[1]?.logs[0]?.key ?? '';
  const held = ground.buckets.get(BUCKET)?.get(key);
  if (held === undefined) throw new Error('a log is wanted');
  const forged = gzipSync('{"Records":[]}');
  ground.put([{ ...held, body: forged }]);
  const now = ground.end() + 4 * HOUR;
  ground.publish(now);
  expect((await pass(ground, now)).exitCode).toBe(3);
  return { ground, key, good: held.body, forged, now };
}

function restore({ ground, key, good }: Spoiled): void {
  const held = ground.buckets.get(BUCKET)?.get(key);
  if (held === undefined) throw new Error('a log is wanted');
  ground.put([{ ...held, body: good }]);
  ground.publish();
}

const read = (ground: OneChain, key: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(objectAt(ground, ARCHIVE, key).body).toString('utf8')) as Record<string, unknown>;

function requestOn(ground: OneChain, json = true) {
  Object.assign(process.env, ground.env);
  return {
    config: loadConfig(ground.configFile, {}),
    clock: { now: () => Date.UTC(2026, 5, 1) },
    screen: { write: () => true },
    json,
    signal: new AbortController().signal,
  };
}

type Filters = Pick<ListRequest, 'from' | 'to' | 'accounts' | 'regions' | 'trails' | 'limit' | 'after'>;
const FILTERS: Filters = { from: null, to: null, accounts: [], regions: [], trails: [], limit: 1000, after: null };
const entriesOf = ({ stdout }: Answer): readonly QuarantineDetail[] =>
  (JSON.parse(stdout) as { entries: readonly QuarantineDetail[] }).entries;

describe('an altered log file', () => {
  test('is released when the member restores it: revision r0001 is proven, bytes and note stay, and nothing more is written', async () => {
    const spoiled = await openSpoiled();
    const { ground, key, forged } = spoiled;
    const [bytes = '', note = '', ...none] = keysWith(
      ground,
      ARCHIVE,
      `quarantine/log-hash-mismatch/${BUCKET}/${key}/`,
    );
    expect(none).toEqual([]);
    const failed = receipts(ground).find(({ name }) => name.state === 'failed');
    expect(failed?.name.revision).toBe(0);
    const digest = failed?.receipt.digest;
    expect(read(ground, note)).toMatchObject({
      schema: 'orgtrail.note/1',
      digest: { bucket: BUCKET, key: digest?.origin.key, end: digest?.end },
      contentSha256: hash('sha256', gunzipSync(forged)),
      modified: formatIso(objectAt(ground, BUCKET, key).lastModified),
      again: `orgtrail collect --account ${ACCOUNT} --region ${REGION} --trail ${ground.chain.trail.name}`,
      via: 'source',
    });
    restore(spoiled);
    expect((await pass(ground, spoiled.now + HOUR)).digests).toMatchObject({ failed: 0, verified: 1 });
    const healed = receipts(ground).find(({ receipt }) => receipt.digest.origin.key === digest?.origin.key);
    expect(healed?.name).toMatchObject({ state: 'linked', revision: 1 });
    const kept = keysWith(ground, ARCHIVE, `quarantine/log-hash-mismatch/${BUCKET}/${key}/`);
    expect(kept).toEqual([bytes, note, note.replace('/note-', '/released-')]);
    expect(read(ground, kept[2] ?? '')).toEqual({
      schema: 'orgtrail.released/1',
      entry: { verdict: 'log-hash-mismatch', bucket: BUCKET, key, mark: hash('sha256', forged).slice(0, 16) },
      digest: { bucket: BUCKET, key: digest?.origin.key, end: digest?.end },
      contentSha256: hash('sha256', gunzipSync(spoiled.good)),
    });
    expect(rewritten(ground)).toEqual([]);
    const mark = archiveMark(ground);
    expect((await pass(ground, spoiled.now + 2 * HOUR)).digests).toMatchObject({ written: 0 });
    expect(archiveMark(ground)).toBe(mark);
  });
});

test('an altered digest is released when the member restores it', async () => {
  const ground = await openChain({ hours: 4 });
  opened.push(ground);
  const key = ground.chain.hours[3]?.digest.key ?? '';
  const held = ground.buckets.get(BUCKET)?.get(key);
  if (held === undefined) throw new Error('a digest is wanted');
  ground.put([{ ...held, body: gzipSync('{}') }]);
  ground.publish();
  expect((await pass(ground, ground.end() + HOUR)).exitCode).toBe(3);
  expect(keysWith(ground, ARCHIVE, `quarantine/digest-malformed/${BUCKET}/${key}/`)).toHaveLength(2);
  ground.put([held]);
  ground.publish();
  expect(await pass(ground, ground.end() + HOUR)).toMatchObject({ exitCode: 0 });
  const [, , released = ''] = keysWith(ground, ARCHIVE, `quarantine/digest-malformed/${BUCKET}/${key}/`);
  expect(read(ground, released)).toMatchObject({ digest: { bucket: BUCKET, key }, contentSha256: null });
});

describe('orgtrail quarantine', () => {
  test('list tells verdict, digest, state and time, takes filters, and goes on page by page', async () => {
    const spoiled = await openSpoiled();
    const { ground, key } = spoiled;
    const list = async (filters: Partial<Filters> = {}) =>
      quarantineList({ ...requestOn(ground), ...FILTERS, ...filters });
    const all = await list();
    expect(all.exitCode).toBe(0);
    expect(JSON.parse(all.stdout)).toMatchObject({ schema: 'orgtrail.quarantine/1', archive: ARCHIVE, next: null });
    expect(entriesOf(all)).toMatchObject([
      {
        verdict: 'log-hash-mismatch',
        state: 'open',
        account: ACCOUNT,
        region: REGION,
        bucket: BUCKET,
        key,
        problems: [],
      },
    ]);
    expect(entriesOf(all)[0]?.digest?.key).toBe(ground.chain.hours[1]?.digest.key);
    for (const none of [
      { accounts: ['999999999999'] },
      { regions: ['us-east-1'] },
      { trails: ['other'] },
      { to: ground.start },
      { from: ground.end() },
      { after: `orgtrail/quarantine/log-hash-mismatch/${BUCKET}/${key}/~` },
    ] as readonly Partial<Filters>[])
      expect(entriesOf(await list(none))).toEqual([]);
    for (const some of [
      { accounts: [ACCOUNT] },
      { trails: [ground.chain.trail.name] },
      { from: ground.start },
    ] as readonly Partial<Filters>[])
      expect(entriesOf(await list(some))).toHaveLength(1);
    const other = objectAt(ground, ARCHIVE, entriesOf(all)[0]?.bytes ?? '');
    const second = (entriesOf(all)[0]?.bytes ?? '').replace('log-hash-mismatch', 'log-malformed');
    ground.cloud.put({ ...other, bucket: ARCHIVE, key: second });
    const first = await list({ limit: 1 });
    expect(entriesOf(first)).toHaveLength(1);
    const { next } = JSON.parse(first.stdout) as { next: string };
    const rest = entriesOf(await list({ limit: 1, after: next }));
    expect(rest).toMatchObject([{ verdict: 'log-malformed', problems: [expect.stringContaining('no note')] }]);
    const text = await quarantineList({ ...requestOn(ground, false), ...FILTERS, limit: 1 });
    expect(text.stdout).toContain(`there is more: --after '${next}'`);
  });

  test('show gives the evidence of a file by either name, never its bytes, and accept marks it as seen and nothing else', async () => {
    const spoiled = await openSpoiled();
    const { ground, key, now } = spoiled;
    const shown = await quarantineShow({ ...requestOn(ground), what: `s3://${BUCKET}/${key}` });
    const [entry] = entriesOf(shown);
    expect(entry).toMatchObject({ state: 'open', records: { release: null, acceptance: null } });
    expect(entry?.records.note?.contentSha256).not.toBe(entry?.records.note?.expectedSha256);
    const text = await quarantineShow({ ...requestOn(ground, false), what: entry?.note ?? '' });
    expect(text.stdout).toContain(`--key '${entry?.bytes}'`);
    expect(text.stdout).not.toMatch(/[^\n\x20-\x7e]/);
    const accepting = { ...requestOn(ground), what: `${BUCKET}/${key}`, by: null };
    await expect(quarantineAccept({ ...accepting, reason: 'too short' })).rejects.toMatchObject({ code: 'usage' });
    const before = await pass(ground, now + HOUR);
    const done = await quarantineAccept({ ...accepting, reason: 'a test of the recovery, ticket 4711' });
    expect(entriesOf(done)).toMatchObject([{ state: 'accepted', accepted: true }]);
    const seen = entriesOf(await quarantineShow({ ...requestOn(ground), what: entry?.bytes ?? '' }))[0];
    expect(seen).toMatchObject({
      state: 'accepted',
      records: {
        acceptance: {
          reason: 'a test of the recovery, ticket 4711',
          by: null,
          caller: `arn:aws:iam::${ACCOUNT}:user/auditor`,
          at: '2026-06-01T00:00:00Z',
        },
      },
    });
    const mark = archiveMark(ground);
    const again = await quarantineAccept({ ...accepting, reason: 'somebody else says so later' });
    expect(entriesOf(again)).toMatchObject([{ state: 'accepted', accepted: false }]);
    expect(archiveMark(ground)).toBe(mark);
    const after = await pass(ground, now + HOUR);
    expect(after.status.findings).toEqual(before.status.findings);
    expect(after.status.accounts).toEqual(before.status.accounts);
    expect(after.exitCode).toBe(3);
    restore(spoiled);
    await pass(ground, now + 2 * HOUR);
    const released = entriesOf(await quarantineShow({ ...requestOn(ground), what: entry?.bytes ?? '' }))[0];
    expect(released?.state).toBe('released');
    expect(released?.records.acceptance).not.toBeNull();
  });

  test('accept without a name from AWS asks for one, and takes it', async () => {
    const { ground, key } = await openSpoiled();
    ground.cloud.control.fail({
      operation: 'GetCallerIdentity',
      outcome: { type: 'error', code: 'AccessDenied', status: 403 },
    });
    const accepting = { ...requestOn(ground), what: `${BUCKET}/${key}`, reason: 'a test of the recovery' };
    await expect(quarantineAccept({ ...accepting, by: null })).rejects.toMatchObject({ code: 'usage' });
    expect(entriesOf(await quarantineAccept({ ...accepting, by: 'R. Night' }))).toMatchObject([{ accepted: true }]);
    const [seen] = entriesOf(await quarantineShow({ ...requestOn(ground), what: `${BUCKET}/${key}` }));
    expect(seen?.records.acceptance).toMatchObject({ by: 'R. Night', caller: null });
  });

  test('a note that somebody altered is told as a problem, and the entry stays in the list', async () => {
    const { ground } = await openSpoiled();
    const [note = ''] = keysWith(ground, ARCHIVE, '/note-');
    const held = objectAt(ground, ARCHIVE, note);
    const body = Buffer.from(Buffer.from(held.body).toString('utf8').replace('log-hash-mismatch', 'valid'));
    ground.cloud.put({ ...held, bucket: ARCHIVE, key: note, body });
    const [entry] = entriesOf(await quarantineList({ ...requestOn(ground), ...FILTERS }));
    expect(entry).toMatchObject({ state: 'open', digest: null, problems: [expect.stringContaining(note)] });
  });

  test('ends with 4 for what is not there and with 2 for what is no name, no reason or no count', async () => {
    const { ground, key } = await openSpoiled();
    const run = async (...words: readonly string[]) => (await orgtrail(ground, 'quarantine', ...words)).code;
    const reason = ['--reason', 'a test of the recovery'];
    expect(await run('show', `${BUCKET}/${key}`)).toBe(0);
    expect(await run('show', `${BUCKET}/${key.replace(/\.json\.gz$/, 'x.json.gz')}`)).toBe(4);
    expect(await run('accept', `other-bucket/${key}`, ...reason)).toBe(4);
    expect(await run('show', '../../etc/passwd')).toBe(2);
    expect(await run('accept', `${BUCKET}/${key}`)).toBe(2);
    expect(await run('accept', `${BUCKET}/${key}`, '--reason', 'short')).toBe(2);
    expect(await run('list', '--limit', '0')).toBe(2);
    expect(await run('list', '--json')).toBe(0);
  });
});
