/** What the running daemon keeps of a look on a real Redis: findings and acceptances, old days, and what a flush costs. */
import { describe, expect, test } from 'vitest';
import { findingId } from '../../src/core/board/ids.ts';
import type { CoverJob } from '../../src/core/job.ts';
import { formatIso, HOUR } from '../../src/core/time.ts';
import { BOARD_KEYS } from '../../src/daemon/keys.ts';
import type { CoverOutcome } from '../../src/daemon/work.ts';
import { reasonToSkip, REDIS } from '../stack/need.ts';
import { coverGround, coverOf, findingOf, MEMBER } from './cover-ground.ts';
import { partOf, until } from './fake.ts';

const missing = reasonToSkip('Redis', [REDIS]);

const ground = coverGround();
const { run, looks, settled } = ground;

describe.skipIf(missing !== null)('what is kept', { timeout: 20_000 }, () => {
  test('findings stand, are gone, and are counted as open; nothing is settled while nobody can look', async () => {
    let outcome: Partial<CoverOutcome> = { findings: [findingOf(0), findingOf(1)] };
    await run({ accounts: [], cover: async () => outcome });
    await settled();
    const seen = async () => {
      const before = looks(MEMBER).length;
      await ground.queues.cover(coverOf(MEMBER));
      await until('it is looked at', () => looks(MEMBER).length > before);
      await settled();
      const [part] = await ground.board.partsOf(MEMBER);
      const [list] = await ground.board.findingsOf(MEMBER);
      return [part?.open, (list?.findings ?? []).filter(({ goneAt }) => goneAt !== null).length];
    };
    expect(await seen()).toEqual([2, 0]);
    const first = (await ground.board.findingsOf(MEMBER))[0]?.findings[0]?.firstSeen;
    outcome = { findings: [], looked: false, since: Date.now() - 8 * 24 * HOUR };
    expect(await seen()).toEqual([2, 0]);
    outcome = { ...outcome, looked: true, findings: [findingOf(1)] };
    expect(await seen()).toEqual([1, 1]);
    expect((await ground.board.findingsOf(MEMBER))[0]?.findings[0]?.firstSeen).toBe(first);
    outcome = { ...outcome, accepted: new Map([[findingId(findingOf(1)), { reason: 'known', by: 'ada', at: 1 }]]) };
    expect(await seen()).toEqual([0, 1]);
  });

  test('an acceptance that comes while a look runs is not lost by what the look writes', async () => {
    const one = findingOf(0);
    let hold = Promise.resolve();
    await run({ accounts: [], cover: async () => (await hold, { findings: [one] }) });
    await settled();
    await ground.queues.cover(coverOf(MEMBER));
    await until('it is told', async () => (await ground.board.findings()).length === 1);
    const { promise, resolve } = Promise.withResolvers<void>();
    hold = promise;
    const before = looks(MEMBER).length;
    await ground.queues.cover(coverOf(MEMBER));
    await until('the look runs', () => looks(MEMBER).length > before);
    await ground.store.markAccepted(MEMBER, findingId(one), { reason: 'planned', by: 'ada', at: Date.now() });
    resolve();
    await settled();
    expect((await ground.board.findingsOf(MEMBER))[0]?.findings[0]?.accepted).toMatchObject({ by: 'ada' });
    expect((await ground.board.partsOf(MEMBER))[0]?.open).toBe(0);
  });
});

describe.skipIf(missing !== null)('what only a full look knows', { timeout: 20_000 }, () => {
  const depths = () => looks(MEMBER).map(({ depth }) => depth);
  /** Found by full looks alone, as what began weeks ago is. */
  const old = findingOf(0, { from: formatIso(Date.now() - 30 * 24 * HOUR) });
  const looked = async (job: CoverJob, hold: Promise<void>): Promise<Partial<CoverOutcome>> => {
    await hold;
    const full = job.depth === 'full';
    return {
      part: { ...partOf(job), fullAt: Date.now() },
      findings: full ? [old] : [],
      since: full ? 0 : Date.now() - 8 * 24 * HOUR,
    };
  };
  const again = async () => {
    const before = looks(MEMBER).length;
    await ground.queues.cover(coverOf(MEMBER));
    await until('it is looked at', () => looks(MEMBER).length > before);
    await settled();
  };
  const open = async () => (await ground.board.partsOf(MEMBER))[0]?.open;

  test('is looked at again where Redis was emptied during a recent look: old findings were gone for a day', async () => {
    let hold = Promise.resolve();
    await run({ accounts: [], cover: (job) => looked(job, hold) });
    await settled();
    await again();
    const { promise, resolve } = Promise.withResolvers<void>();
    hold = promise;
    await ground.queues.cover(coverOf(MEMBER));
    await until('the look runs', () => looks(MEMBER).length === 2);
    await ground.admin.del(BOARD_KEYS.parts, BOARD_KEYS.findings);
    resolve();
    await settled();
    expect((await ground.board.partsOf(MEMBER))[0]?.fullAt).toBeNull();
    await again();
    expect(depths()).toEqual(['full', 'recent', 'full']);
    expect(await open()).toBe(1);
  });

  test('is looked at again where the findings cannot be read: old ones were gone for a day', async () => {
    await run({ accounts: [], cover: (job) => looked(job, Promise.resolve()) });
    await settled();
    await again();
    await ground.admin.hset(BOARD_KEYS.findings, `${MEMBER}:${MEMBER}`, '{}');
    await again();
    await again();
    expect(depths()).toEqual(['full', 'full', 'recent']);
    expect(await open()).toBe(1);
  });
});

describe.skipIf(missing !== null)('a flush of Redis', { timeout: 30_000 }, () => {
  test('in the middle of the work is made up for: everything comes back, and the board says meanwhile that it does', async () => {
    const accounts = Array.from({ length: 30 }, (_, index) => String(400_000_000_000 + index));
    let slow = true;
    await run({
      accounts,
      cover: async (job) => {
        if (slow) await new Promise((done) => setTimeout(done, 50));
        return {
          part: partOf(job),
          findings: job.account === accounts[3] ? [findingOf(0, { account: job.account })] : [],
        };
      },
    });
    const complete = async () => (await ground.board.parts()).parts.length === accounts.length;
    await until('some are there', async () => (await ground.board.parts()).parts.length >= 5);
    expect(await ground.board.rebuilding()).not.toBeNull();
    await ground.admin.flushall();
    expect(await complete()).toBe(false);
    expect(await ground.board.rebuilding()).toMatchObject({ known: expect.any(Number) });
    await until('all are there', complete, 15_000);
    slow = false;
    await until('it is over', async () => (await ground.board.rebuilding()) === null, 15_000);
    expect((await ground.board.parts()).parts.map(({ account }) => account).toSorted()).toEqual(accounts);
    expect((await ground.board.findings()).map(({ account }) => account)).toEqual([accounts[3]]);
    for (const account of accounts) expect(await ground.board.facts(account)).toMatchObject({ account });
    expect(await ground.admin.zcard(BOARD_KEYS.listed)).toBe(accounts.length);
  });
});
