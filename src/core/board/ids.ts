/** Short names for addresses: the same in every process, and nothing in them comes from outside unhashed. */
import { hash } from 'node:crypto';
import type { Finding } from '../finding.ts';
import { chainName, type ChainRef } from '../job.ts';

/** 16 hex digits that name a chain. */
export function chainId(chain: ChainRef): string {
  return hash('sha256', chainName(chain)).slice(0, 16);
}

/**
 * 32 hex digits that name a finding. Its wording and its end may change while it lasts; code, place and beginning may not.
 */
export function findingId({ code, account, region, trail, bucket, key, from }: Finding): string {
  return hash('sha256', JSON.stringify([code, account, region, trail, bucket, key, from])).slice(0, 32);
}
