/** Files that no digest names, through whole passes of `collect`: planted, not yet named, named days later. */
import { gzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import { pendingKey, provenKey } from '../../src/core/layout.ts';
import { formatIso, HOUR, MINUTE } from '../../src/core/time.ts';
import type { CloudObject } from '../cloud/types.ts';
import { archiveMark, keysWith, objectAt, receipts } from './evidence.ts';
import { ACCOUNT, BUCKET, openChain, REGION, type OneChain, type OneChainOptions } from './one-chain.ts';
import { ARCHIVE } from './organization.ts';
import { openPipeline, pass } from './pass.ts';

async function open(options: OneChainOptions = {}): Promise<OneChain> {
  const ground = await openChain({ hours: 6, ...options });
  onTestFinished(() => ground.close());
  ground.publish();
  return ground;
}

/** A file under a genuine name, at a time within a digest's interval. */
function planted(time: number): CloudObject {
  const day = formatIso(time).slice(0, 10);
  const minute = formatIso(time).slice(0, 16).replaceAll(/[-:]/g, '');
  const folder = `logs/AWSLogs/${ACCOUNT}/CloudTrail/${REGION}/${day.replaceAll('-', '/')}`;
  return {
    bucket: BUCKET,
    key: `${folder}/${ACCOUNT}_CloudTrail_${REGION}_${minute}Z_PlantedPlanted00.json.gz`,
    body: gzipSync('{"Records":[{"eventName":"Nothing"}]}'),
    metadata: new Map(),
    contentType: 'application/json',
    contentEncoding: 'gzip',
  };
}

const inside = (ground: OneChain): number => ground.start + 2 * HOUR + 31 * MINUTE;
const apart = (ground: OneChain, part = ''): readonly string[] =>
  keysWith(ground, ARCHIVE, `orgtrail/quarantine/log-unlisted/`).filter((key) => key.includes(part));
const parsed = (ground: OneChain, key: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(objectAt(ground, ARCHIVE, key).body).toString('utf8')) as Record<string, unknown>;

/** One pass every few hours, as time goes by; the cloud shows the trail as it is then. */
async function passAt(ground: OneChain, now: number) {
  ground.publish(now);
  return pass(ground, now);
}

describe('a planted file', () => {
  test('is captured at once, stays pending within the grace, and is log-unlisted after it: with bytes and note, once', async () => {
    const ground = await open();
    const file = planted(inside(ground));
    ground.put([file]);
    const first = await passAt(ground, ground.end() + HOUR);
    expect(first.digests).toMatchObject({ failed: 0, unlisted: 0 });
    while (ground.end() < ground.start + 40 * HOUR) ground.hour();
    expect((await passAt(ground, inside(ground) + 25 * HOUR)).digests).toMatchObject({ unlisted: 0 });
    expect(apart(ground)).toEqual([]);
    const found = await passAt(ground, ground.end() + HOUR);
    expect(found).toMatchObject({ exitCode: 3, problems: [], digests: { failed: 0, blocked: 0, unlisted: 1 } });
    const [bytes = '', note = '', ...rest] = apart(ground, file.key);
    expect(rest).toEqual([]);
    expect(Buffer.from(objectAt(ground, ARCHIVE, bytes).body)).toEqual(Buffer.from(file.body));
    expect(parsed(ground, note)).toMatchObject({
      schema: 'orgtrail.note/1',
      verdict: 'log-unlisted',
      digest: null,
      expectedSha256: null,
      via: 'pending',
      origin: { bucket: BUCKET, key: file.key },
      again: `orgtrail collect --account ${ACCOUNT} --region ${REGION}`,
    });
    expect(keysWith(ground, ARCHIVE, provenKey('', file.key)).filter((key) => key.startsWith('AWSLogs/'))).toEqual([]);
    const mark = archiveMark(ground);
    expect(await passAt(ground, ground.end() + 2 * HOUR)).toMatchObject({ exitCode: 3, digests: { unlisted: 1 } });
    expect(archiveMark(ground)).toBe(mark);
  });

  test('in an old bucket is found by the first pass, though its hour was about to be proven when it began', async () => {
    const ground = await open();
    const file = planted(inside(ground));
    ground.put([file]);
    const found = await passAt(ground, ground.end() + 40 * HOUR);
    expect(found.digests).toMatchObject({ failed: 0, unlisted: 1 });
    expect(apart(ground, file.key)).toHaveLength(2);
  });

  test('stays in quarantine when it is deleted in the member bucket after its capture', async () => {
    const ground = await open();
    const file = planted(inside(ground));
    ground.put([file]);
    await passAt(ground, inside(ground) + 2 * HOUR);
    expect(keysWith(ground, ARCHIVE, pendingKey('', BUCKET, file.key))).toHaveLength(1);
    ground.buckets.get(BUCKET)?.delete(file.key);
    while (ground.end() < ground.start + 40 * HOUR) ground.hour();
    expect((await passAt(ground, ground.end() + HOUR)).digests).toMatchObject({ unlisted: 1 });
    expect(apart(ground, file.key)).toHaveLength(2);
  });

  test('in an hour without digest stays pending: what its digest would have named nobody knows', async () => {
    const ground = await open();
    const [, , gone] = ground.chain.hours;
    if (gone === undefined) throw new Error('an hour is wanted');
    ground.buckets.get(BUCKET)?.delete(gone.digest.key);
    const file = planted(gone.start + 30 * MINUTE);
    ground.put([file]);
    const found = await passAt(ground, ground.end() + 40 * HOUR);
    expect(found.digests.unlisted).toBe(0);
    expect(apart(ground)).toEqual([]);
    const left = await passAt(ground, ground.end() + 41 * HOUR);
    expect(left.digests.unlisted).toBe(0);
    for (const name of [file.key, ...gone.logs.map(({ key }) => key)])
      expect(keysWith(ground, ARCHIVE, pendingKey('', BUCKET, name))).toHaveLength(1);
  });

  test('is told apart from one that a digest names with another hash', async () => {
    const ground = await open();
    const [, log] = ground.chain.hours;
    const name = log?.logs[0];
    const held = name === undefined ? undefined : ground.buckets.get(BUCKET)?.get(name.key);
    if (held === undefined) throw new Error('a log is wanted');
    ground.put([{ ...held, body: gzipSync('{"Records":[]}') }]);
    for (const hours of [40, 41, 42])
      expect((await passAt(ground, ground.end() + hours * HOUR)).digests).toMatchObject({ failed: 1, unlisted: 0 });
    expect(apart(ground)).toEqual([]);
    expect(keysWith(ground, ARCHIVE, 'quarantine/log-hash-mismatch/')).toHaveLength(2);
  });
});

describe('a file that its digest left out', () => {
  test('is released when a backfill digest names it days later, and proven from the copy although the member has lost it', async () => {
    const ground = await open();
    const { withheld, start, end } = ground.hour({ logs: 3, withheld: 1 });
    const [log] = withheld;
    if (log === undefined) throw new Error('a file is wanted');
    while (ground.end() < end + 40 * HOUR) ground.hour();
    const late = await passAt(ground, ground.end() + HOUR);
    expect(late.digests).toMatchObject({ failed: 0, unlisted: 1 });
    const key = log.object.key;
    expect(apart(ground, key)).toHaveLength(2);
    ground.buckets.get(BUCKET)?.delete(key);
    const backfill = ground.chain.backfill({ start, end, logs: withheld, generatedAt: end + 40 * HOUR });
    ground.put(backfill.deliveries.map(({ object }) => object));
    const now = ground.end() + 2 * HOUR;
    ground.publish(now);
    const pipeline = openPipeline(ground, { now: () => now });
    try {
      const { surveys } = await pipeline.discover();
      const [swept] = await pipeline.sweep('full', surveys);
      expect(swept).toMatchObject({ unlisted: 1, problem: null });
      expect(await pipeline.judge(swept?.digests ?? [])).toMatchObject([{ state: 'verified', written: true }]);
    } finally {
      await pipeline.close();
    }
    const [released] = apart(ground, 'released-');
    const told = receipts(ground).find(({ name }) => name.kind === 'backfill');
    expect(parsed(ground, released ?? '')).toMatchObject({
      schema: 'orgtrail.released/1',
      entry: { verdict: 'log-unlisted', bucket: BUCKET, key },
      digest: { bucket: BUCKET, key: told?.receipt.digest.origin.key, end: formatIso(end) },
    });
    expect(told?.name.state).toBe('defended');
    expect(told?.receipt.logs).toMatchObject([
      { verdict: 'valid', via: 'pending', source: { verdict: 'log-missing' } },
    ]);
    expect(keysWith(ground, ARCHIVE, provenKey('', key)).some((one) => one.startsWith('AWSLogs/'))).toBe(true);
    const mark = archiveMark(ground);
    expect((await passAt(ground, ground.end() + 3 * HOUR)).digests).toMatchObject({ unlisted: 0, written: 0 });
    expect(archiveMark(ground)).toBe(mark);
  });
});
