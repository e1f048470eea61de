/** Reading single accounts off the board: their readers, their chains, their findings. Every record is checked. */
import type { Redis } from 'ioredis';
import type { z } from 'zod';
import { COMMAND_TIMEOUT_MS, within } from '../adapters/redis.ts';
import type { ChainCover } from '../core/board/cover.ts';
import type { FindingsPart } from '../core/board/finding.ts';
import { chainRecord, findingsRecord } from './board-records.ts';
import { chainsKey, pairOf, readersKey } from './keys.ts';

/** Longer texts are none of ours, and are not even parsed. */
const MAX_TEXT = 48 * 1024 * 1024;

/** The readers of one account; a member that several organization trails see has a few. */
export async function readersOf(redis: Redis, account: string): Promise<readonly string[]> {
  const readers = await within(redis.smembers(readersKey(account)), COMMAND_TIMEOUT_MS, 'reading the board');
  return readers.filter((one) => /^\d{12}$/.test(one)).toSorted();
}

/** Null: it is not of that shape. */
export function recordOf<T>(text: string, shape: z.ZodType<T>): T | null {
  if (text.length > MAX_TEXT) return null;
  try {
    return shape.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null; // no JSON: not ours
  }
}

/** Every chain of the account as every reader shows it. */
export async function chainsOf(redis: Redis, account: string): Promise<readonly ChainCover[]> {
  const fields = await within(redis.hgetall(chainsKey(account)), COMMAND_TIMEOUT_MS, 'reading the board');
  return Object.entries(fields).flatMap(([field, text]) => {
    const chain = recordOf(text, chainRecord);
    return chain !== null && chain.account === account && field === `${chain.reader}:${chain.id}` ? [chain] : [];
  });
}

/** Null where the record is not the field's own. */
export function findingsOf(field: string, text: string): FindingsPart | null {
  const part = recordOf(text, findingsRecord);
  return part !== null && pairOf(part) === field && part.findings.every((one) => one.account === part.account)
    ? part
    : null;
}
