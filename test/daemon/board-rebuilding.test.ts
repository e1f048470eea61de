/** What is counted by the minute, and whether the board is still being rebuilt. */
import { describe, expect, test } from 'vitest';
import { MINUTE } from '../../src/core/time.ts';
import { judgedKey, STATE_KEYS } from '../../src/daemon/keys.ts';
import { reasonToSkip, REDIS } from '../stack/need.ts';
import { boardGround, MEMBER, NOW, part, PAYER } from './board-ground.ts';

const missing = reasonToSkip('Redis', [REDIS]);
const ground = boardGround();

describe.skipIf(missing !== null)('what is counted', () => {
  test('is counted by the minute, by account for ten minutes, and goes by itself', async () => {
    await ground.store.judged(MEMBER, 3, NOW);
    await ground.store.judged(MEMBER, 4, NOW - 9 * MINUTE);
    await ground.store.judged(PAYER, 5, NOW - 11 * MINUTE);
    await ground.store.judged(PAYER, 6, NOW - 60 * MINUTE);
    const minutes = await ground.reader.throughput();
    expect(minutes).toHaveLength(60);
    expect([minutes[59], minutes[50], minutes[48]]).toEqual([
      { digests: 1, files: 3 },
      { digests: 1, files: 4 },
      { digests: 1, files: 5 },
    ]);
    expect(minutes.reduce((sum, { files }) => sum + files, 0)).toBe(12);
    expect([...(await ground.store.ratesOf(NOW))]).toEqual([[MEMBER, 2]]);
    const left = await ground.admin.ttl(judgedKey(Math.floor(NOW / MINUTE)));
    expect(left).toBeGreaterThan(7000);
    expect(left).toBeLessThanOrEqual(7200);
  });

  test('is an error where Redis refuses a minute: it was shown as a minute without digests', async () => {
    await ground.store.judged(MEMBER, 3, NOW - MINUTE);
    await ground.admin.set(judgedKey(Math.floor(NOW / MINUTE)), 'no counts');
    await expect(ground.reader.throughput()).rejects.toMatchObject({ code: 'redis-unreachable' });
    await expect(ground.store.ratesOf(NOW)).rejects.toMatchObject({ code: 'redis-unreachable' });
  });
});

describe.skipIf(missing !== null)('rebuilding', () => {
  const survey = (at: number) =>
    ground.admin.hset(STATE_KEYS.state, 'survey', JSON.stringify({ at, accounts: 2, chains: 2, problems: [] }));
  const list = (account: string) =>
    ground.store.putFacts({
      account,
      at: ground.now,
      role: null,
      origin: 'organization',
      sources: [],
      problems: [],
      unknowns: [],
    });

  test('lasts from the catch-up until every account of a survey that has ended since is there again', async () => {
    expect(await ground.reader.rebuilding()).toEqual({ known: 0, of: 0, since: NOW });
    await ground.store.rebuildBegan(NOW);
    await ground.admin.set(STATE_KEYS.marker, String(NOW));
    ground.now += 1000;
    expect(await ground.reader.rebuilding()).toEqual({ known: 0, of: 0, since: NOW });
    await list(MEMBER);
    await ground.put(part({ at: ground.now }));
    // One of one: but nobody knows yet whether that is all.
    expect(await ground.reader.rebuilding()).toEqual({ known: 1, of: 1, since: NOW });
    await list(PAYER);
    await survey(ground.now);
    expect(await ground.reader.rebuilding()).toEqual({ known: 1, of: 2, since: NOW });
    await ground.put(part({ at: NOW - 1 }, { account: PAYER, reader: PAYER }));
    expect(await ground.reader.rebuilding()).toEqual({ known: 1, of: 2, since: NOW });
    await ground.put(part({ at: ground.now }, { account: PAYER, reader: PAYER }));
    expect(await ground.reader.rebuilding()).toBeNull();
    await ground.admin.flushall();
    expect(await ground.reader.rebuilding()).toEqual({ known: 0, of: 0, since: ground.now });
  });

  test('does not wait for ever for an account that left while one list is never whole', async () => {
    await list(PAYER);
    ground.now += 60 * MINUTE;
    await ground.store.rebuildBegan(ground.now);
    await ground.admin.set(STATE_KEYS.marker, String(ground.now));
    await list(MEMBER);
    await survey(ground.now);
    expect(await ground.reader.rebuilding()).toMatchObject({ known: 0, of: 1 });
    await ground.put(part({ at: ground.now }));
    expect(await ground.reader.rebuilding()).toBeNull();
  });

  test('is not ended by a survey of before', async () => {
    await survey(NOW - 1);
    await ground.store.rebuildBegan(NOW);
    await ground.admin.set(STATE_KEYS.marker, String(NOW));
    expect(await ground.reader.rebuilding()).toEqual({ known: 0, of: 0, since: NOW });
  });
});
