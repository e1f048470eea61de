/** Coverage in the running daemon, on a real Redis: who gets computed and when, and who is gone. */
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { CoverJob } from '../../src/core/job.ts';
import type { Problem } from '../../src/core/source.ts';
import { HOUR } from '../../src/core/time.ts';
import { reasonToSkip, REDIS } from '../stack/need.ts';
import { coverGround, coverOf, empty, MEMBER, PAYER, THIRD } from './cover-ground.ts';
import { digestOf, door, found, partOf, sweepOf, until } from './fake.ts';

const missing = reasonToSkip('Redis', [REDIS]);
const PROBLEM: Problem = { code: 'blocked-access', detail: 's3:GetObject', hint: 'allow it' };

const ground = coverGround();
const { run, pairs, looks, settled } = ground;

describe.skipIf(missing !== null)('who is computed', { timeout: 20_000 }, () => {
  test('after a survey: every reader itself, and each account of its chains; its facts are told', async () => {
    const sweeps = [
      sweepOf(PAYER),
      { ...sweepOf(PAYER), account: MEMBER },
      { ...sweepOf(PAYER), account: MEMBER, region: 'eu-west-1' },
    ];
    await run({
      accounts: [PAYER, THIRD],
      sweeps: ({ account }) => (account.id === PAYER ? sweeps : []),
      cover: async (job) => (job.account === PAYER ? { others: [MEMBER] } : {}),
    });
    await until('all are there', async () => (await pairs()).length === 3);
    expect(await pairs()).toEqual(['1<1', '2<1', '3<3']);
    expect(await ground.board.facts(THIRD)).toMatchObject({ account: THIRD, origin: 'configuration', sources: [] });
  });

  test('a member that only a look at its reader tells of, as when that may not be entered; young ones are let be', async () => {
    const others = [MEMBER, THIRD];
    await ground.store.putCover({
      part: partOf({ account: THIRD, reader: PAYER }),
      chains: [],
      findings: empty(THIRD, PAYER),
    });
    await run({
      accounts: [PAYER],
      sweeps: () => [],
      cover: async (job) => (job.account === PAYER ? { others, looked: false } : {}),
    });
    await until('the member is there', async () => (await pairs()).includes('2<1'));
    await settled();
    expect([looks(MEMBER, PAYER).length, looks(THIRD, PAYER).length]).toEqual([1, 0]);
  });

  test('once, however much news there is of it within the delay, and once more for news while it runs', async () => {
    const release = Promise.withResolvers<void>();
    await run({ accounts: [], cover: async () => (await release.promise, {}) });
    await settled();
    for (let times = 0; times < 20; times += 1) await ground.queues.cover(coverOf(MEMBER));
    await until('it is looked at', () => looks(MEMBER).length === 1);
    for (let times = 0; times < 20; times += 1) await ground.queues.cover(coverOf(MEMBER));
    release.resolve();
    await until('it is looked at again', () => looks(MEMBER).length === 2);
    await settled();
    expect(looks(MEMBER)).toHaveLength(2);
  });

  test('also while the covers of one reader hang: they took every place, and nobody else was computed', async () => {
    const hanging = door();
    const real = performance.now.bind(performance);
    let later = 0;
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => real() + later);
    onTestFinished(() => clock.mockRestore());
    onTestFinished(() => hanging.open());
    await run({ accounts: [], cover: async ({ reader }) => (reader === PAYER ? hanging.wait.then(() => ({})) : {}) });
    const hang = (count: number) =>
      ground.queues.cover(
        Array.from({ length: count }, (_, at) => coverOf(String(900_000_000_000 + count * 10 + at), PAYER)),
      );
    await hang(2);
    await until('half of the places hang', () => ground.work.calls.covers.length === 2);
    later = 60_000;
    await hang(6);
    await ground.queues.preflight({ type: 'preflight', account: PAYER, by: 'ada' });
    await ground.queues.cover(coverOf(THIRD));
    await until('another reader has its turn', () => looks(THIRD).length === 1);
    expect([ground.work.calls.covers.length, ground.work.calls.preflights]).toEqual([3, []]);
  });

  test('when its digests are judged, which are counted; and when a sweep found something or what is shown is old', async () => {
    let digests = [digestOf(MEMBER, 'a'), digestOf(MEMBER, 'b')];
    await run({ accounts: [], sweep: async () => found(digests) });
    await settled();
    await ground.store.putCover({ part: partOf(coverOf(MEMBER)), chains: [], findings: empty(MEMBER) });
    await ground.queues.sweeps([sweepOf(MEMBER)]);
    await until(
      'both are counted',
      async () => (await ground.board.throughput()).reduce((sum, one) => sum + one.digests, 0) === 2,
    );
    expect((await ground.board.throughput()).reduce((sum, { files }) => sum + files, 0)).toBe(4);
    expect([...(await ground.store.ratesOf(Date.now()))]).toEqual([[MEMBER, 2]]);
    await settled();
    const after = looks(MEMBER).length;
    expect(after).toBeGreaterThan(0);
    digests = [];
    await ground.queues.sweeps([sweepOf(MEMBER)]);
    await until('it was swept', () => ground.work.calls.sweeps.length === 2);
    await settled();
    expect(looks(MEMBER)).toHaveLength(after);
    await ground.store.putCover({
      part: partOf(coverOf(MEMBER), { at: Date.now() - HOUR }),
      chains: [],
      findings: empty(MEMBER),
    });
    await ground.queues.sweeps([sweepOf(MEMBER)]);
    await until('it is looked at', () => looks(MEMBER).length > after);
  });

  test('over its whole length the first time, when that was long ago, and when somebody asks', async () => {
    await run({ accounts: [] });
    await settled();
    const ask = async (fullAt: number | null, depth: CoverJob['depth'] = 'recent') => {
      await ground.store.putCover({ part: partOf(coverOf(MEMBER), { fullAt }), chains: [], findings: empty(MEMBER) });
      const before = looks(MEMBER).length;
      await ground.queues.cover({ ...coverOf(MEMBER), depth });
      await until('it is looked at', () => looks(MEMBER).length > before);
      await settled();
      return looks(MEMBER).at(-1)?.depth;
    };
    const now = Date.now();
    expect([await ask(null), await ask(now - HOUR), await ask(now - 25 * HOUR)]).toEqual(['full', 'recent', 'full']);
    // A time to come would put the full look off for ever.
    expect([await ask(now + HOUR), await ask(now - HOUR, 'full')]).toEqual(['full', 'full']);
  });
});

describe.skipIf(missing !== null)('who is gone', { timeout: 20_000 }, () => {
  test('is taken off the board by a survey that was whole, and by no other', async () => {
    await ground.store.putCover({ part: partOf(coverOf(THIRD)), chains: [], findings: empty(THIRD) });
    await run({ accounts: [MEMBER], problems: [PROBLEM] });
    await until('it was surveyed', async () => (await pairs()).includes('2<2'));
    await until('the survey has ended', async () => (await ground.board.snapshot()).survey !== null);
    expect(await pairs()).toEqual(['2<2', '3<3']);
    await ground.stop();
    await ground.admin.del('{orgtrail}:marker');
    await run({ accounts: [MEMBER] });
    await until('it is gone', async () => (await pairs()).join() === '2<2');
  });

  test('a member that left its trail goes with a look that saw everything; one that nobody ever knew is not stored', async () => {
    for (const account of [MEMBER, THIRD])
      await ground.store.putCover({
        part: partOf(coverOf(account, PAYER)),
        chains: [],
        findings: empty(account, PAYER),
      });
    let looked = false;
    const gone = { account: THIRD, reader: PAYER };
    await run({
      accounts: [],
      cover: async (job) => {
        if (job.account === PAYER) return { others: [MEMBER], looked };
        return job.account === MEMBER ? {} : { part: partOf(job, { chains: 0, state: 'unknown' }) };
      },
    });
    await settled();
    // `accounts: []` is a whole survey of nobody, which has taken them off.
    for (const account of [MEMBER, THIRD])
      await ground.store.putCover({
        part: partOf(coverOf(account, PAYER)),
        chains: [],
        findings: empty(account, PAYER),
      });
    await ground.queues.cover(coverOf(PAYER));
    await settled();
    expect(await pairs()).toEqual(['1<1', '2<1', '3<1']);
    looked = true;
    await ground.queues.cover(coverOf(PAYER));
    await settled();
    expect(await pairs()).toEqual(['1<1', '2<1']);
    await ground.queues.cover(coverOf(gone.account, gone.reader));
    await until('it was looked at', () => looks(THIRD, PAYER).length > 0);
    await settled();
    expect(await pairs()).toEqual(['1<1', '2<1']);
  });
});
