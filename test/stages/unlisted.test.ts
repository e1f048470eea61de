/** Which captured files count as unlisted when trails share a folder, when a receipt cannot be read, when jobs race. */
import { hash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { parseReceiptKey, pendingKey, provenKey, quarantinePartKey } from '../../src/core/layout.ts';
import type { Source } from '../../src/core/source.ts';
import { formatIso, HOUR, MINUTE } from '../../src/core/time.ts';
import { listUnlisted, settleUnlisted } from '../../src/stages/unlisted.ts';
import {
  chain,
  FILE_TIME,
  fill,
  ground,
  line,
  logKey,
  MAIN,
  type Memory,
  NOW,
  place,
  portsOf,
  sourceOf,
  START,
} from './unlisted-ground.ts';

const settle = (memory: Memory, sources: readonly Source[] = [MAIN]) => settleUnlisted(chain, sources, portsOf(memory));

describe('a captured file that no digest names', () => {
  test('is put apart once, and told again', async () => {
    const memory = ground();
    expect(await settle(memory)).toEqual({ unlisted: 1, problem: null });
    expect(memory.keys('/log-unlisted/')).toHaveLength(2);
    const { writes } = memory;
    expect(await settle(memory)).toEqual({ unlisted: 1, problem: null });
    expect(memory.writes).toBe(writes);
  });

  test.each<readonly [string, number, Parameters<typeof fill>[2] | null, Partial<Source>]>([
    ['accounts for its time too', 1, {}, {}],
    ['has no digest for its hour', 0, { without: 5 }, {}],
    ['has no receipt at all', 0, null, {}],
    ['validates nothing', 0, {}, { validation: false }],
    ['is gone', 1, { hours: 2 }, { gone: true }],
    ['began after it', 1, { from: 8 }, {}],
    ['delivers elsewhere', 1, null, { bucket: 'other' }],
    [
      'delivers there as a former bucket',
      0,
      null,
      { bucket: 'other', formerBuckets: [{ bucket: 'member', prefix: '' }] },
    ],
    ['delivers in its home region alone', 1, null, { multiRegion: false, homeRegion: 'eu-west-1' }],
    ['is of an organization', 1, null, { org: 'o-abcdefghij' }],
  ])('beside a trail that %s: %i', async (_name, unlisted, filled, parts) => {
    const memory = ground();
    if (filled !== null) fill(memory, 'second', filled);
    const found = await settle(memory, [MAIN, sourceOf('second', parts)]);
    expect(found).toEqual({ unlisted, problem: null });
    expect(memory.keys('/log-unlisted/')).toHaveLength(2 * unlisted);
  });

  test.each(['valid', 'log-hash-mismatch', 'blocked-access'] as const)(
    'by any but a trail that is gone, whose line of it says %s, is not unlisted',
    async (verdict) => {
      const memory = ground();
      fill(memory, 'former', { names: [line(logKey(FILE_TIME), verdict)] });
      expect(await settle(memory)).toEqual({ unlisted: 0, problem: null });
    },
  );

  test('near a receipt that cannot be read stays as it is, and the receipt is told; files far from it are judged', async () => {
    const memory = ground();
    fill(memory, 'main', { hours: 80 });
    const far = logKey(START + 60 * HOUR + 30 * MINUTE);
    memory.put(pendingKey('', 'member', far), gzipSync('{}'));
    const damaged = memory.keys('orgtrail/receipts/').find((key) => parseReceiptKey('', key)?.end === START + 6 * HOUR);
    memory.put(damaged ?? '', Buffer.from('{}'));
    expect(await settle(memory)).toMatchObject({ unlisted: 1, problem: { code: 'archive-changed' } });
    expect(memory.keys('/log-unlisted/').every((key) => key.includes(far))).toBe(true);
  });

  test('within the grace stays as it is', async () => {
    const memory = ground();
    const ports = { ...portsOf(memory), now: FILE_TIME + 26 * HOUR };
    expect(await settleUnlisted(chain, [MAIN], ports)).toEqual({ unlisted: 0, problem: null });
    expect((await settleUnlisted(chain, [MAIN], { ...ports, now: ports.now + 1 })).unlisted).toBe(1);
  });

  test('was put apart while the job of the digest that names it ran: the next look releases it', async () => {
    const memory = ground();
    await settle(memory);
    const key = logKey(FILE_TIME);
    memory.put(provenKey('', key), gzipSync('{}'), START + 1000);
    fill(memory, 'main', { names: [line(key, 'valid')] });
    expect(await settle(memory)).toEqual({ unlisted: 0, problem: null });
    const [released = ''] = memory.keys('/released-');
    expect(JSON.parse(Buffer.from(memory.objects.get(released)?.bytes ?? []).toString('utf8'))).toMatchObject({
      digest: { end: formatIso(START + 6 * HOUR) },
      contentSha256: hash('sha256', key),
    });
    expect(await listUnlisted(chain, { from: null, to: null }, { archive: memory.store(), place })).toEqual([]);
  });
});

test('the list of a chain tells what is open and what was accepted, in the window asked for', async () => {
  const memory = ground();
  const later = FILE_TIME + 2 * HOUR;
  memory.put(pendingKey('', 'member', logKey(later)), gzipSync('{"later":true}'));
  await settle(memory);
  const shelf = { archive: memory.store(), place };
  const all = await listUnlisted(chain, { from: null, to: null }, shelf);
  expect(all).toMatchObject([
    { bucket: 'member', key: logKey(FILE_TIME), time: FILE_TIME, state: 'open', since: NOW },
    { time: later, state: 'open', finding: { code: 'log-unlisted', trail: 'main', from: formatIso(later) } },
  ]);
  const mark = hash('sha256', gzipSync('{}')).slice(0, 16);
  const name = { verdict: 'log-unlisted', bucket: 'member', key: logKey(FILE_TIME), mark };
  memory.put(quarantinePartKey('', name, 'accepted'), Buffer.from('{}'));
  expect((await listUnlisted(chain, { from: null, to: FILE_TIME }, shelf)).map(({ state }) => state)).toEqual([
    'accepted',
  ]);
  memory.put(quarantinePartKey('', name, 'released'), Buffer.from('{}'));
  expect((await listUnlisted(chain, { from: null, to: null }, shelf)).map(({ time }) => time)).toEqual([later]);
  expect(await listUnlisted(chain, { from: later + 1, to: null }, shelf)).toEqual([]);
});
