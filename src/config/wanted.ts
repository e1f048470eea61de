/** From configuration to wanted state: what the plan holds the archive to, for the accounts that were found. */
import type { Config } from '../config.ts';
import { partitionOf } from '../core/partition.ts';
import type { DeliveryTrail, WantedLifecycle, WantedPolicy, WantedPosture } from '../core/plan/wanted.ts';

/**
 * What the policies of the archive have to say; null when policies are not orgtrail's matter. `accounts`: the ids of
 * everybody who is gathered, in any order.
 */
export function wantedPolicy(config: Config, accounts: readonly string[]): WantedPolicy | null {
  const { archive, policy } = config;
  if (policy === null) return null;
  const partition = partitionOf(archive.region);
  return {
    partition,
    bucket: archive.bucket,
    prefix: archive.prefix,
    owner: archive.owner,
    kmsKey: archive.kmsKey,
    writer: policy.writer,
    breakGlass: policy.breakGlass,
    administrators: policy.administrators,
    tlsOnly: policy.tlsOnly,
    conditionalWrites: policy.conditionalWrites,
    delivery: deliveryTrails(policy.delivery, partition, accounts),
    readers: policy.readers,
    organizations: policy.organizationIds,
    cloudtrail: policy.delivery.cloudtrailPrincipal,
  };
}

/** How the archive bucket has to be set; null when its settings are not orgtrail's matter. */
export function wantedPosture(config: Config): WantedPosture | null {
  const { archive, posture } = config;
  if (posture === null) return null;
  const { encryption } = posture;
  return {
    bucket: archive.bucket,
    owner: archive.owner,
    ...posture,
    encryption: encryption === null ? null : { kmsKey: archive.kmsKey, bucketKey: encryption.bucketKey },
  };
}

/** The archive's lifecycle rules; null when they are not orgtrail's matter. */
export function wantedLifecycle(config: Config): WantedLifecycle | null {
  const { archive, lifecycle } = config;
  if (lifecycle === null) return null;
  return { bucket: archive.bucket, owner: archive.owner, prefix: archive.prefix, ...lifecycle };
}

type Delivery = NonNullable<Config['policy']>['delivery'];

/** The trails named one by one, then the one that every account has, in the order of account ids. */
function deliveryTrails(
  { trails, everyAccount }: Delivery,
  partition: string,
  accounts: readonly string[],
): readonly DeliveryTrail[] {
  if (everyAccount === null) return trails;
  const { name, region, prefix } = everyAccount;
  const own = [...new Set(accounts)].toSorted().map((account) => ({
    arn: `arn:${partition}:cloudtrail:${region}:${account}:trail/${name}`,
    prefix,
    organization: null,
  }));
  return [...trails, ...own];
}
