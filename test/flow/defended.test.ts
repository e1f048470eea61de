/** Capture defends: what was copied at first sight proves the file, whatever the member bucket does with it afterwards. */
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import { pendingKey, provenKey } from '../../src/core/layout.ts';
import { HOUR, MINUTE } from '../../src/core/time.ts';
import type { ForgedHour } from '../cloud/forge/chain-types.ts';
import type { CloudObject } from '../cloud/types.ts';
import { archiveMark, denyRead, keysWith, objectAt, receipts, rewritten } from './evidence.ts';
import { BUCKET, openChain, type OneChain } from './one-chain.ts';
import { ARCHIVE } from './organization.ts';
import { pass } from './pass.ts';

interface Captured {
  readonly ground: OneChain;
  readonly made: ForgedHour;
  readonly now: number;
  /** The hour's log files as they were captured. */
  readonly logs: readonly CloudObject[];
}

/** Three proven hours and a fourth whose files were captured before its digest came. */
async function openCaptured(): Promise<Captured> {
  const ground = await openChain({ hours: 3 });
  onTestFinished(() => ground.close());
  const made = ground.hour({ logs: 3 });
  hide(ground, made);
  const now = made.end + 20 * MINUTE;
  ground.publish(now);
  expect(await pass(ground, now)).toMatchObject({ exitCode: 0, digests: { failed: 0 } });
  const logs = made.logs.map(({ object }) => object);
  for (const log of logs) expect(keysWith(ground, ARCHIVE, pendingKey('', BUCKET, log.key))).toHaveLength(1);
  return { ground, made, now, logs };
}

const hide = (ground: OneChain, made: ForgedHour): void =>
  void ground.buckets.get(BUCKET)?.delete(made.digest.object.key);

function change(ground: OneChain, log: CloudObject | undefined, body: Uint8Array | null): void {
  if (log === undefined) throw new Error('a log is wanted');
  if (body === null) ground.buckets.get(BUCKET)?.delete(log.key);
  else ground.put([{ ...log, body }]);
}

/** The digest comes, and a pass judges it. */
async function judge({ ground, made, now }: Captured, later = HOUR) {
  ground.put([made.digest.object]);
  ground.publish(now + later);
  return pass(ground, now + later);
}

const receiptOf = (ground: OneChain, made: ForgedHour) =>
  receipts(ground).find(({ receipt }) => receipt.digest.origin.key === made.digest.object.key);
const kept = (ground: OneChain, verdict: string): readonly string[] =>
  keysWith(ground, ARCHIVE, `orgtrail/quarantine/${verdict}/`);

describe('log files that were captured before their digest came', () => {
  test('and then altered or deleted are proven from the copy; the receipt, a finding and quarantine say what the source holds', async () => {
    const captured = await openCaptured();
    const { ground, made, logs, now } = captured;
    const forged = gzipSync('{"Records":[]}');
    change(ground, logs[0], forged);
    change(ground, logs[1], null);
    const judged = await judge(captured);
    expect(judged.digests).toMatchObject({ verified: 1, failed: 0, blocked: 0 });
    const held = receiptOf(ground, made);
    expect(held?.name).toMatchObject({ state: 'defended', revision: 0 });
    const lines = new Map(held?.receipt.logs.map((line) => [line.origin.key, line]));
    expect(logs.map(({ key }) => lines.get(key))).toMatchObject([
      { verdict: 'valid', via: 'pending', source: { verdict: 'log-hash-mismatch' } },
      { verdict: 'valid', via: 'pending', source: { verdict: 'log-missing' } },
      { verdict: 'valid', via: 'source', source: null },
    ]);
    for (const log of logs)
      expect(Buffer.from(objectAt(ground, ARCHIVE, provenKey('', log.key)).body)).toEqual(Buffer.from(log.body));
    const [bytes = '', note, ...none] = kept(ground, 'log-hash-mismatch');
    expect([typeof note, none]).toEqual(['string', []]);
    expect(Buffer.from(objectAt(ground, ARCHIVE, bytes).body)).toEqual(forged);
    const told = judged.status.findings.map(({ code, key }) => `${code} ${key}`);
    expect(told.toSorted()).toEqual([`log-hash-mismatch ${logs[0]?.key}`, `log-missing ${logs[1]?.key}`]);
    expect(judged.exitCode).toBe(3);
    expect(judged.status.accounts.flatMap(({ chains }) => chains.map(({ state }) => state))).toEqual(['verified']);
    const mark = archiveMark(ground);
    expect((await pass(ground, now + 2 * HOUR)).digests).toMatchObject({ written: 0, captured: 0 });
    expect(archiveMark(ground)).toBe(mark);
    for (const log of logs) change(ground, log, log.body);
    for (const _ of [1, 2, 3]) ground.hour();
    ground.publish(now + 3 * HOUR);
    expect((await pass(ground, now + 3 * HOUR)).status.findings).toEqual([]);
    expect(receiptOf(ground, made)?.name).toMatchObject({ state: 'linked', revision: 1 });
    expect(kept(ground, 'log-hash-mismatch').filter((key) => key.includes('/released-'))).toHaveLength(1);
    expect(rewritten(ground)).toEqual([]);
  });

  test('in a bucket that is wiped with its digest stay pending, and the hour is unproven; the digest restored, they prove it', async () => {
    const captured = await openCaptured();
    const { ground, made, logs, now } = captured;
    for (const log of logs) change(ground, log, null);
    for (const _ of [1, 2, 3]) ground.hour();
    ground.publish(now + 3 * HOUR);
    const blind = await pass(ground, now + 3 * HOUR);
    expect(blind.exitCode).toBe(3);
    expect(blind.status.findings.map(({ code }) => code)).toContain('digest-missing');
    expect(receiptOf(ground, made)).toBeUndefined();
    for (const log of logs) {
      const copy = objectAt(ground, ARCHIVE, pendingKey('', BUCKET, log.key));
      expect(Buffer.from(copy.body)).toEqual(Buffer.from(log.body));
      expect([...copy.tags]).toEqual([]);
    }
    const seen = await judge(captured, 4 * HOUR);
    expect(seen.digests).toMatchObject({ failed: 0 });
    expect(receiptOf(ground, made)?.name.state).toBe('defended');
    for (const log of logs)
      expect(Buffer.from(objectAt(ground, ARCHIVE, provenKey('', log.key)).body)).toEqual(Buffer.from(log.body));
  });

  test('and then may not be read are proven from the copy; the receipt says that the source could not be looked at', async () => {
    const captured = await openCaptured();
    const { ground, made, logs } = captured;
    denyRead(ground, BUCKET, logs[0]?.key ?? '');
    expect((await judge(captured)).digests).toMatchObject({ verified: 1, blocked: 0 });
    const held = receiptOf(ground, made);
    expect(held?.name.state).toBe('defended');
    expect(held?.receipt.logs.flatMap(({ source }) => source?.verdict ?? [])).toEqual(['blocked-access']);
  });
});

describe('a log file that was compressed otherwise', () => {
  test('since its capture is proven and noted, and fails nothing', async () => {
    const captured = await openCaptured();
    const { ground, made, logs, now } = captured;
    const [log] = logs;
    const other = gzipSync(gunzipSync(log?.body ?? new Uint8Array()), { level: 0 });
    change(ground, log, other);
    expect(await judge(captured)).toMatchObject({ exitCode: 0, digests: { verified: 1, failed: 0 } });
    const held = receiptOf(ground, made);
    expect(held?.name.state).toBe('linked');
    expect(held?.receipt.logs.map(({ notes }) => notes)).toEqual([['log-recompressed'], [], []]);
    expect(Buffer.from(objectAt(ground, ARCHIVE, provenKey('', log?.key ?? '')).body)).toEqual(other);
    expect([...objectAt(ground, ARCHIVE, pendingKey('', BUCKET, log?.key ?? '')).tags]).toEqual([
      ['orgtrail', 'promoted'],
    ]);
    expect(keysWith(ground, ARCHIVE, 'orgtrail/quarantine/')).toEqual([]);
    const mark = archiveMark(ground);
    expect((await pass(ground, now + 2 * HOUR)).digests).toMatchObject({ written: 0 });
    expect(archiveMark(ground)).toBe(mark);
  });

  test('than what the archive holds already is noted too', async () => {
    const ground = await openChain({ hours: 3 });
    onTestFinished(() => ground.close());
    const key = ground.chain.hours[1]?.logs[0]?.key ?? '';
    const held = ground.buckets.get(BUCKET)?.get(key);
    if (held === undefined) throw new Error('a log is wanted');
    ground.cloud.put({
      ...held,
      bucket: ARCHIVE,
      key: provenKey('', key),
      body: gzipSync(gunzipSync(held.body), { level: 0 }),
    });
    ground.publish();
    expect(await pass(ground, ground.end() + HOUR)).toMatchObject({ exitCode: 0 });
    const lines = receipts(ground).flatMap(({ receipt }) => receipt.logs);
    expect(lines.filter(({ notes }) => notes.length > 0).map(({ origin, notes }) => [origin.key, notes])).toEqual([
      [key, ['log-recompressed']],
    ]);
  });
});

test('bytes that were wrong when they were captured and right when the digest came are kept as evidence, released, and no finding', async () => {
  const ground = await openChain({ hours: 3 });
  onTestFinished(() => ground.close());
  const made = ground.hour({ logs: 1 });
  hide(ground, made);
  const [log] = made.logs.map(({ object }) => object);
  const wrong = gzipSync('{"Records":["for a moment"]}');
  change(ground, log, wrong);
  const now = made.end + 20 * MINUTE;
  ground.publish(now);
  await pass(ground, now);
  change(ground, log, log?.body ?? null);
  expect(await judge({ ground, made, now, logs: [] })).toMatchObject({ exitCode: 0, digests: { verified: 1 } });
  const parts = kept(ground, 'log-hash-mismatch');
  expect(parts.map((key) => key.slice(key.lastIndexOf('/') + 1).split('-')[0])).toEqual(['bytes', 'note', 'released']);
  expect(Buffer.from(objectAt(ground, ARCHIVE, parts[0] ?? '').body)).toEqual(wrong);
  expect(receiptOf(ground, made)?.name).toMatchObject({ state: 'linked', revision: 0 });
  const mark = archiveMark(ground);
  expect((await pass(ground, now + 2 * HOUR)).digests).toMatchObject({ written: 0 });
  expect(archiveMark(ground)).toBe(mark);
});
