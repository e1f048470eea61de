/** At any moment the sentence, the counts, the map, the table and the metrics say the same, and nothing green that is not. */
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ChainCover, CoverPart } from '../../src/core/board/cover.ts';
import { chainId } from '../../src/core/board/ids.ts';
import { chainName } from '../../src/core/job.ts';
import { HOUR } from '../../src/core/time.ts';
import { createBoardStore, type BoardStore } from '../../src/daemon/board-store.ts';
import { encodePart } from '../../src/daemon/board-part.ts';
import { BOARD_KEYS, fieldOf, judgedKey, pairOf, STATE_KEYS } from '../../src/daemon/keys.ts';
import { createStateStore, type StateStore } from '../../src/daemon/state.ts';
import { startRedis, type RedisServer } from '../stack/redis.ts';
import { saidAt, valuesOf, type Said } from './board-moment.ts';
import { NOTHING, partOf, sweepOf } from './fake.ts';

const NOW = Date.UTC(2026, 2, 10, 14, 20);
const [PAYER, MEMBER, THIRD] = ['111111111111', '222222222222', '333333333333'];

let server: RedisServer;
let redis: Redis;
let board: BoardStore;
let state: StateStore;

beforeEach(async () => {
  server = await startRedis();
  redis = new Redis(server.url);
  board = createBoardStore(redis, () => NOW);
  state = createStateStore(redis);
});
afterEach(async () => {
  redis.disconnect();
  await server.stop();
});

const refOf = (account: string, reader = account) => {
  const { type: _type, depth: _depth, ...ref } = sweepOf(reader);
  return { ...ref, account };
};

/** One account as the daemon leaves it in Redis: surveyed, swept and computed. */
async function known(account: string, over: Partial<CoverPart> = {}, organizationState = 'ACTIVE'): Promise<void> {
  const at = over.at ?? NOW - 60_000;
  const part = partOf({ account, reader: account }, { organizationState, ...over, at });
  const origin = { origin: 'organization', role: null, externalId: null } as const;
  const survey = { account: { id: account, name: 'one', state: organizationState as 'ACTIVE', ...origin } };
  await state.surveyed({ ...survey, sources: [], problems: [], unknowns: [] }, [], at);
  await state.swept({ chain: refOf(account), outcome: NOTHING, depth: 'full', held: 0 }, at);
  const findings = { account, reader: account, at, findings: [], more: over.open ?? 0 };
  await board.putCover({ part, chains: [chainOf(part)], findings });
}

function chainOf(part: CoverPart): ChainCover {
  const ref = refOf(part.account, part.reader);
  const { at, state: worst, reason, problem, verifiedUntil, lastDigest, receipts, waiting, days } = part;
  const place = { trail: 'main', homeRegion: 'us-east-1', bucket: 'b', prefix: '', kinds: [], runs: [] };
  const told = { at, reason, problem, verifiedUntil, lastDigest, receipts, waiting, days };
  return { ...ref, ...place, ...told, id: chainId(ref), state: worst };
}

/** The daemon has been there: a catch-up, and a survey that ended. */
async function settled(accounts: readonly string[], at = NOW - HOUR): Promise<void> {
  await board.rebuildBegan(at);
  const readers = new Set(accounts);
  await state.finished({ accounts: readers.size, problems: [], chains: [], soundReaders: new Set(), readers }, at);
  for (const account of accounts) await redis.zadd(BOARD_KEYS.listed, at, account);
  await state.mark(at);
}

const said = (now = NOW): Promise<Said> => saidAt(redis, server.url, now);

/** What every place says of each account is the same. */
function expectAgreement(one: Said): void {
  const states = new Map(one.accounts.accounts.map(({ account, state: own }) => [account, own]));
  expect(new Map(one.map.rows.map(({ account, state: own }) => [account, own]))).toEqual(states);
  expect(one.overview.accounts).toBe(states.size);
  expect(one.accounts.total).toBe(states.size);
  for (const { state: own, accounts } of one.overview.states) {
    const count = [...states.values()].filter((other) => other === own).length;
    expect([own, accounts, valuesOf(one, 'accounts').get(`state="${own}"`)]).toEqual([own, count, count]);
  }
  expect(one.needing).toHaveLength(one.overview.needYou);
  for (const [labels] of valuesOf(one, 'account_state')) {
    const [, account = '', own = ''] = /^account="(\d+)",state="([a-z-]+)"$/.exec(labels) ?? [];
    expect([states.get(account), one.needing.includes(account)]).toEqual([own, true]);
  }
  if (/\bAll\b/.test(one.overview.sentence)) expect([...new Set(states.values())]).toEqual(['verified']);
  for (const { account, state: own, squares } of one.map.rows)
    if (own !== 'verified') expect([account, squares.letters.endsWith('v')]).toEqual([account, false]);
}

describe('while the queue of coverage has no worker, and all others run', () => {
  test('what was proven is said with its time, then everything is stale, here and there alike', async () => {
    await settled([MEMBER, THIRD]);
    for (const account of [MEMBER, THIRD]) await known(account);
    const fresh = await said();
    expectAgreement(fresh);
    expect(fresh.overview.sentence).toBe('All 2 accounts proven up to 14:00 UTC.');
    const later = NOW + 5 * HOUR;
    for (const account of [MEMBER, THIRD]) {
      await state.swept({ chain: refOf(account), outcome: NOTHING, depth: 'recent', held: 0 }, later);
      await state.proven(refOf(account), later - HOUR);
    }
    const old = await said(later);
    expectAgreement(old);
    expect(old.overview).toMatchObject({ sentence: 'None of 2 accounts is proven.  2 need you.', provenUntil: null });
    for (const { squares } of old.map.rows) expect(squares.letters).toMatch(/^v+k{6}$/);
    // It stands still, so that the alarm over it comes.
    expect([...valuesOf(old, 'chain_verified_until_seconds').values()]).toEqual(
      [1, 1].map(() => Date.UTC(2026, 2, 10, 14) / 1000),
    );
    expect([...valuesOf(old, 'account_state').keys()]).toEqual(
      [MEMBER, THIRD].map((account) => `account="${account}",state="stale"`),
    );
  });

  test('a daemon that was down for a day says nothing of that day', async () => {
    await settled([MEMBER]);
    await known(MEMBER);
    const back = await said(NOW + 24 * HOUR);
    expectAgreement(back);
    expect(back.overview.sentence).toBe('The only account is not proven.  1 needs you.');
    expect(back.map.rows[0]?.squares.letters).toMatch(/^v+k{25}$/);
  });
});

describe('accounts of every kind', () => {
  test('are said alike: one without trails, failed and accepted, suspended, suspended with something open, never computed', async () => {
    const ids = ['2', '3', '4', '5', '6', '7'].map((digit) => digit.repeat(12));
    const [fine = '', bare = '', accepted = '', quiet = '', hidden = '', failed = ''] = ids;
    await settled(ids);
    const unknown = { state: 'unknown', verifiedUntil: NOW - 40 * HOUR } as const;
    const letters = `${'v'.repeat(150)}${'k'.repeat(42)}`;
    const hours = { from: Math.floor(NOW / HOUR) * HOUR - 191 * HOUR, letters };
    const gone = { ...unknown, hours, reason: 'SUSPENDED' };
    await known(fine);
    await known(bare, { ...unknown, chains: 0, verifiedUntil: null, reason: 'no chain is known', hours });
    await known(accepted, { state: 'failed', reason: 'log-missing', accepted: 1, hours });
    await known(quiet, gone, 'SUSPENDED');
    await known(hidden, { ...gone, open: 1 }, 'SUSPENDED');
    await known(failed, { ...gone, state: 'failed' }, 'SUSPENDED');
    const origin = { origin: 'organization', role: null, externalId: null } as const;
    const account = { id: '888888888888', name: 'late', state: 'SUSPENDED', ...origin } as const;
    await state.surveyed({ account, sources: [], problems: [], unknowns: [] }, [], NOW - 60_000);
    const all = await said();
    expectAgreement(all);
    expect(all.overview.sentence).toBe('1 of 7 accounts proven up to 14:00 UTC.  4 need you.  1 is suspended.');
    expect(all.needing.toSorted()).toEqual([bare, hidden, failed, '888888888888'].toSorted());
    expect([...valuesOf(all, 'account_state').keys()].toSorted()).toEqual([
      `account="${bare}",state="unknown"`,
      `account="${hidden}",state="unknown"`,
      `account="${failed}",state="failed"`,
      'account="888888888888",state="unknown"',
    ]);
    expect(all.accounts.accounts.find((one) => one.account === quiet)).toMatchObject({
      state: 'unknown',
      organizationState: 'SUSPENDED',
      verifiedUntil: '2026-03-08T22:20:00Z',
    });
  });

  test('an organization of nobody is not all, nor proven', async () => {
    await settled([]);
    const none = await said();
    expectAgreement(none);
    expect(none.overview).toMatchObject({ accounts: 0, provenUntil: null, needYou: 0 });
    expect(none.overview.sentence).not.toMatch(/\ball\b|proven/i);
  });

  test('one with two readers of which one was not computed lately is stale, also where that one has no chain', async () => {
    await settled([MEMBER, PAYER]);
    await known(MEMBER, { chains: 0, state: 'unknown', verifiedUntil: null, lastDigest: null, at: NOW - 30 * HOUR });
    await redis.hdel(STATE_KEYS.state, fieldOf('chain', chainName(refOf(MEMBER))));
    const part = partOf({ account: MEMBER, reader: PAYER }, { at: NOW });
    const findings = { account: MEMBER, reader: PAYER, at: NOW, findings: [], more: 0 };
    await board.putCover({ part, chains: [chainOf(part)], findings });
    const one = await said();
    expectAgreement(one);
    expect(one.accounts.accounts).toMatchObject([{ account: MEMBER, state: 'stale' }]);
  });
});

describe('a state that is being rebuilt', () => {
  test('is said to be also where the clock of whoever saw the flush is ahead: "All" was said of the few that were there', async () => {
    await known(MEMBER);
    await board.rebuildBegan(NOW + 60_000);
    await state.mark(NOW + 60_000);
    const one = await said();
    expectAgreement(one);
    expect(one.overview.rebuilding).not.toBeNull();
    expect(one.overview.sentence).toMatch(/^Being rebuilt/);
    expect(valuesOf(one, 'rebuilding').get('')).toBe(1);
  });
});

describe('what a stranger wrote', () => {
  test.each(['-inf', '+inf', '1e300', '-1e300'])(
    'the score %s in every sorted set takes no answer down, and says nothing good',
    async (score) => {
      await settled([MEMBER]);
      await known(MEMBER);
      const name = chainName(refOf(MEMBER));
      for (const key of [STATE_KEYS.looked, STATE_KEYS.clean, STATE_KEYS.proven, STATE_KEYS.until])
        await redis.zadd(key, score, name);
      await redis.zadd(BOARD_KEYS.covered, score, pairOf({ account: MEMBER, reader: MEMBER }));
      await redis.zadd(BOARD_KEYS.listed, score, MEMBER);
      const one = await said();
      expectAgreement(one);
      for (const value of valuesOf(one, 'account_lag_seconds').values()) expect(value).toBeGreaterThan(0);
      for (const metric of ['chain_verified_until_seconds', 'chain_newest_proven_seconds'])
        expect([...valuesOf(one, metric).values()]).toEqual([]);
    },
  );

  test.each(['NaN', '1e300', '-1e300', 'Infinity', '-Infinity', '__proto__', '', '[]'])(
    'the time %s where one is wanted takes no answer down',
    async (text) => {
      await settled([MEMBER]);
      await known(MEMBER);
      await redis.hset(STATE_KEYS.state, fieldOf('seen', MEMBER), text, 'archive', `{"at":${text},"problems":[]}`);
      await redis.hset(STATE_KEYS.state, '__proto__', '{}', 'constructor', text);
      await redis.hset(BOARD_KEYS.single, 'rebuilding', text, 'plan', text);
      await redis.del(STATE_KEYS.clean);
      const one = await said();
      expectAgreement(one);
      for (const value of valuesOf(one, 'account_lag_seconds').values()) expect(value).toBeGreaterThan(0);
    },
  );

  test('counts beyond any that there are take no answer down: their sum was no whole number any more', async () => {
    await settled([MEMBER, THIRD]);
    for (const account of [MEMBER, THIRD]) {
      await known(account);
      const part = partOf({ account, reader: account }, { at: NOW, waiting: 8.6e15, receipts: 8.6e15, open: 8.6e15 });
      await redis.hset(BOARD_KEYS.parts, pairOf(part), encodePart(part));
      const findings = { account, reader: account, at: NOW, findings: [], more: 8.6e15 };
      await redis.hset(BOARD_KEYS.findings, pairOf(part), JSON.stringify(findings));
    }
    for (const minute of [1, 2, 3])
      await redis.hset(judgedKey(Math.floor(NOW / 60_000) - minute), 'digests', '9007199254740991', 'files', '1e15');
    const one = await said();
    expectAgreement(one);
    expect(one.overview.sentence).toContain('could not be read');
    expect([...valuesOf(one, 'findings').values()]).toEqual([]);
  });

  test('that a part was computed in times to come makes it neither there nor young: nobody computed it any more', async () => {
    const pair = { account: MEMBER, reader: PAYER };
    await board.rebuildBegan(NOW - HOUR);
    await settled([MEMBER]);
    await redis.zadd(BOARD_KEYS.covered, NOW + 24 * HOUR, pairOf(pair));
    expect(await board.notCoveredSince([pair], NOW - HOUR)).toEqual([pair]);
    expect((await said()).overview.rebuilding).toMatchObject({ known: 0, of: 1 });
    await redis.zadd(BOARD_KEYS.covered, NOW, pairOf(pair));
    expect(await board.notCoveredSince([pair], NOW - HOUR)).toEqual([]);
    expect((await said()).overview.rebuilding).toBeNull();
  });

  test('an account under the name of another is no account: it was counted twice', async () => {
    await settled([MEMBER]);
    await known(MEMBER);
    const text = (await redis.hget(STATE_KEYS.state, fieldOf('account', MEMBER))) ?? '';
    await redis.hset(STATE_KEYS.state, fieldOf('account', THIRD), text);
    await redis.hdel(BOARD_KEYS.parts, pairOf({ account: MEMBER, reader: MEMBER }));
    expectAgreement(await said());
  });
});
