/** Wanted policies for tests: any number of accounts, each with a trail that delivers into one archive bucket. */
import { partitionOf } from '../../../src/core/partition.ts';
import type { DeliveryTrail, WantedPolicy } from '../../../src/core/plan/wanted.ts';

export const OWNER = '111111111111';
export const ORGANIZATION = 'o-a1b2c3d4e5';

/** The n-th account, twelve digits. */
export function accountNumber(n: number): string {
  return String(200_000_000_000 + n * 7919).padStart(12, '0');
}

/** One trail in each of so many accounts. */
export function trails(count: number, prefix = 'direct/', region = 'us-east-1'): readonly DeliveryTrail[] {
  return Array.from({ length: count }, (_, n) => ({
    arn: `arn:${partitionOf(region)}:cloudtrail:${region}:${accountNumber(n)}:trail/management-logs`,
    prefix,
    organization: null,
  }));
}

/** An organization's trail, owned by the management account. */
export function organizationTrail(prefix: string, partition = 'aws'): DeliveryTrail {
  return {
    arn: `arn:${partition}:cloudtrail:us-east-1:999999999999:trail/everybody`,
    prefix,
    organization: ORGANIZATION,
  };
}

/** Everything switched on but key, readers and organizations. */
export function wantedPolicy(changes: Partial<WantedPolicy> = {}): WantedPolicy {
  const partition = changes.partition ?? 'aws';
  return {
    partition,
    bucket: 'example-organization-archive-logs',
    prefix: 'archive/',
    owner: OWNER,
    kmsKey: null,
    writer: `arn:${partition}:iam::${OWNER}:role/orgtrail`,
    breakGlass: [`arn:${partition}:iam::${OWNER}:role/break-glass`],
    administrators: [`arn:${partition}:iam::${OWNER}:role/administrator`],
    tlsOnly: true,
    conditionalWrites: true,
    delivery: trails(1),
    readers: [],
    organizations: [],
    cloudtrail: 'cloudtrail.amazonaws.com',
    ...changes,
  };
}
