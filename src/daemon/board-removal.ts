/** Taking off the board what is no longer there: only somebody who knows for sure may ask for it. */
import type { Redis } from 'ioredis';
import { COMMAND_TIMEOUT_MS, within } from '../adapters/redis.ts';
import type { Pair } from './board-store.ts';
import { accountsKey, BOARD_KEYS, chainsKey, fieldOf, pairOf, readersKey, STATE_KEYS } from './keys.ts';

export interface Removal {
  /** Nothing is known of the pair any more. */
  remove(pair: Pair): Promise<void>;
  /** The reader's chains hold the events of these accounts and of no other. @returns how many pairs were removed */
  keepOf(reader: string, accounts: ReadonlySet<string>): Promise<number>;
  /** There are these accounts and no others: all that others have read, and what is known of them. */
  keepOnly(accounts: ReadonlySet<string>): Promise<number>;
}

export function createRemoval(redis: Redis): Removal {
  return {
    remove: (pair) => removeAll(redis, [pair]),
    keepOf: async (reader, accounts) => {
      const known = await asked(redis.smembers(accountsKey(reader)));
      const pairs = known.filter((account) => !accounts.has(account)).map((account) => ({ account, reader }));
      await removeAll(redis, pairs);
      return pairs.length;
    },
    keepOnly: async (accounts) => {
      const pairs = (await pairsOf(redis)).filter(({ reader }) => !accounts.has(reader));
      await removeAll(redis, pairs);
      await forget(redis, accounts);
      return pairs.length;
    },
  };
}

const asked = <T>(command: Promise<T>): Promise<T> => within(command, COMMAND_TIMEOUT_MS, 'clearing the board');

async function pairsOf(redis: Redis): Promise<readonly Pair[]> {
  const fields = await asked(redis.hkeys(BOARD_KEYS.parts));
  return fields.map((field) => {
    const [account = '', reader = ''] = field.split(':');
    return { account, reader };
  });
}

async function removeAll(redis: Redis, pairs: readonly Pair[]): Promise<void> {
  for (const pair of pairs) {
    const { account, reader } = pair;
    const fields = await asked(redis.hkeys(chainsKey(account)));
    const own = fields.filter((field) => field.startsWith(`${reader}:`));
    const others = new Set(fields.filter((field) => !own.includes(field)).map((field) => field.split(':')[1]));
    const ids = own.map((field) => field.split(':')[1] ?? '').filter((id) => !others.has(id));
    const batch = redis
      .multi()
      .hdel(BOARD_KEYS.parts, pairOf(pair))
      .hdel(BOARD_KEYS.findings, pairOf(pair))
      .zrem(BOARD_KEYS.covered, pairOf(pair))
      .srem(readersKey(account), reader)
      .srem(accountsKey(reader), account);
    if (own.length > 0) batch.hdel(chainsKey(account), ...own);
    if (ids.length > 0) batch.hdel(BOARD_KEYS.chainIds, ...ids);
    await asked(batch.exec());
  }
}

/** Accounts as such. A member that only another account's trail tells of was never surveyed, and has none of these. */
async function forget(redis: Redis, accounts: ReadonlySet<string>): Promise<void> {
  const [listed, facts] = await asked(
    Promise.all([redis.zrange(BOARD_KEYS.listed, 0, '-1'), redis.hkeys(BOARD_KEYS.facts)]),
  );
  const gone = [...new Set([...listed, ...facts])].filter((account) => !accounts.has(account));
  if (gone.length === 0) return;
  const state = gone.flatMap((account) => [fieldOf('account', account), fieldOf('seen', account)]);
  await asked(
    redis
      .multi()
      .zrem(BOARD_KEYS.listed, ...gone)
      .hdel(BOARD_KEYS.facts, ...gone)
      .hdel(BOARD_KEYS.preflights, ...gone)
      .hdel(BOARD_KEYS.preflightAsked, ...gone)
      .hdel(STATE_KEYS.state, ...state)
      .exec(),
  );
}
