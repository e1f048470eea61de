/** What the pages read of digests at the edges: days, backfill, very many files and very long texts. */
import { describe, expect, test } from 'vitest';
import { gzipSync } from 'node:zlib';
import { hash } from 'node:crypto';
import { receiptKey } from '../../src/core/layout.ts';
import type { LogReceipt, Receipt } from '../../src/core/receipt.ts';
import { formatIso, HOUR } from '../../src/core/time.ts';
import { OperatingError } from '../../src/errors.ts';
import { createEvidence } from '../../src/pipeline/evidence.ts';
import { logViews, MOST_LOGS } from '../../src/pipeline/evidence-logs.ts';
import { textOf } from '../../src/pipeline/evidence-raw.ts';
import { logView } from '../../src/web/contract/chains.ts';
import { remove } from '../flow/evidence.ts';
import { ARCHIVE } from '../flow/organization.ts';
import { collected, coverOf, nth, partsOf, plant, recordedIn } from './evidence-ground.ts';

function log(at: number, change: Partial<LogReceipt> = {}): LogReceipt {
  return {
    origin: { bucket: 'member-logs', key: `log-${at}`, versionId: null, etag: null },
    verdict: 'valid',
    detail: '',
    via: 'source',
    place: `log-${at}`,
    expectedSha256: 'a',
    contentSha256: 'a',
    storedSha256: 'b',
    size: 1,
    notes: [],
    source: null,
    ...change,
  };
}

describe('the files of a busy hour', () => {
  test('are cut, and what needs a person is never behind the cut', () => {
    const logs = Array.from({ length: 1500 }, (_, at) => log(at));
    const lost = log(1500, { verdict: 'log-missing', via: null, place: null });
    const defended = log(1501, { source: { verdict: 'log-missing', detail: 'gone' } });
    const views = logViews([...logs, defended, lost]);
    expect(views).toHaveLength(MOST_LOGS);
    expect(views.slice(0, 3).map(({ origin }) => origin.key)).toEqual(['log-1500', 'log-1501', 'log-0']);
    for (const view of views.slice(0, 3)) logView.parse(view);
  });

  test('with versions and sizes that a rewritten receipt may hold are shown without them', () => {
    const odd = { ...log(0).origin, versionId: { toString: 1 }, etag: 7 } as unknown as LogReceipt['origin'];
    const [view] = logViews([log(0, { origin: odd, size: -1 })]);
    expect(logView.parse(view)).toMatchObject({ origin: { versionId: null, etag: null }, size: null });
  });
});

describe('digests at the edges', () => {
  test('of the last hour of a day lead to the first of the next, and back', async () => {
    const { evidence, chain, world } = await collected(null, { start: Date.UTC(2026, 2, 1, 21, 59, 30), hours: 4 });
    const recorded = recordedIn(world);
    const days = recorded.map(({ name }) => formatIso(name.end).slice(0, 10));
    expect(days).toEqual(['2026-03-01', '2026-03-01', '2026-03-02', '2026-03-02']);
    expect((await evidence.digest(chain, nth(recorded, 1).id))?.nextId).toBe(nth(recorded, 2).id);
    expect((await evidence.digest(chain, nth(recorded, 2).id))?.previous?.id).toBe(nth(recorded, 1).id);
    const window = { from: Date.UTC(2026, 2, 1), to: Date.UTC(2026, 2, 2) };
    expect((await evidence.digests(chain, window)).digests.map(({ id }) => id)).toEqual(
      recorded.slice(0, 3).map(({ id }) => id),
    );
  });

  test('whose receipt is longer than a page opens are not read at all', async () => {
    const { evidence, chain, world } = await collected();
    const { id, key } = nth(recordedIn(world), 1);
    plant(world, key, Buffer.alloc(33 * 1024 * 1024));
    world.cloud.requests.clear();
    await expect(evidence.digest(chain, id)).rejects.toMatchObject({ code: 'object-too-large' });
    expect(world.cloud.requests.entries.filter(({ operation }) => operation === 'GetObject')).toEqual([]);
  });

  test('of a backfill are among the others, and cover no hour of the chain', async () => {
    const { evidence, chain, world } = await collected();
    const { name, key } = nth(recordedIn(world), 1);
    remove(world, ARCHIVE, key);
    const backfill = { ...name, kind: 'backfill', mark: '0123456789ab' } as const;
    plant(world, receiptKey('', backfill), Buffer.from('{}'));
    const told = await evidence.digests(chain, { from: world.start, to: world.end() });
    expect(told.digests.map(({ kind }) => kind)).toEqual(['standard', 'backfill', 'standard', 'standard']);
    expect(told.gaps).toHaveLength(1);
  });

  test('whose time cannot be believed cover the usual hour and hide no gap before them', async () => {
    const { evidence, chain, world } = await collected();
    const [, second, third] = recordedIn(world);
    for (const one of [second, third]) remove(world, ARCHIVE, one?.key ?? '');
    const claims = {
      ...nth(recordedIn(world), 0).name,
      end: world.start + 3 * HOUR,
      start: 0,
      state: 'failed',
    } as const;
    plant(world, receiptKey('', claims), Buffer.from('{}'));
    const told = await evidence.digests(chain, { from: world.start, to: world.end() });
    expect(told.gaps.map(({ from, to }) => [from, to])).toEqual([
      [formatIso(world.start + HOUR), formatIso(world.start + 2 * HOUR)],
    ]);
  });
});

describe("a digest's text", () => {
  test.each([
    ['of half a megabyte', 400_000, null],
    ['that is longer', 600_000, 'object-too-large'],
  ] as const)('%s', async (_what, length, code) => {
    const { world, now } = await collected(null, { hours: 1 });
    const { receipt } = nth(recordedIn(world), 0);
    const body = gzipSync(JSON.stringify({ long: 'x'.repeat(length) }));
    const place = receipt.digest.place ?? '';
    plant(world, place, body);
    const told: Receipt = { ...receipt, digest: { ...receipt.digest, storedSha256: hash('sha256', body) } };
    const text = await textOf(told, partsOf(world, now));
    expect(text.rawProblem?.code ?? null).toBe(code);
    expect((text.raw ?? '').length > length).toBe(code === null);
  });
});

test('of those who wait for the archive the sixty-fifth is turned away: readings piled up that nobody waited for', async () => {
  const { world, now } = await collected();
  const hanging = Promise.withResolvers<never>();
  hanging.promise.catch(() => undefined);
  const archive = {
    ...partsOf(world, now).archive,
    list: () => ({ [Symbol.asyncIterator]: () => ({ next: () => hanging.promise }) }),
  };
  const evidence = createEvidence({ ...partsOf(world, now), archive });
  const [chain, window] = [coverOf(world), { from: world.start, to: world.end() }];
  const all = Array.from({ length: 69 }, () => evidence.digests(chain, window).catch((error: unknown) => error));
  const first = await Promise.race(all);
  expect(first).toMatchObject({ code: 'interrupted', retryable: true });
  hanging.reject(new Error('the end'));
  const ends = await Promise.all(all);
  expect(ends.filter((end) => end instanceof OperatingError)).toHaveLength(1);
});
