/** The documents that let orgtrail read one account, from what is known of its trails, or every account. */
import type { Config } from '../config.ts';
import { memberStatements } from '../core/plan/member-policy.ts';
import type { Statement } from '../core/plan/policy.ts';
import { readerPolicy, trustPolicy, type ReaderBucket, type RolePolicy } from '../core/plan/reader-role.ts';
import { partitionOf } from '../core/partition.ts';
import type { Place } from '../core/source.ts';
import { OperatingError } from '../errors.ts';
import { listEstate } from '../pipeline/inventory.ts';
import { archivePlace, type PipelineParts } from '../pipeline/parts.ts';
import type { KnownAccount } from '../stages/discover.ts';
import { newestRecords } from '../stages/trails.ts';

/** Who enters the roles, and the KMS keys of the trails. */
export interface PolicyWish {
  /** The ARN of the daemon's own role or user. */
  readonly writer: string;
  readonly keys: readonly string[];
}

export interface MemberPolicies {
  /** Null: every account. */
  readonly account: string | null;
  /** The role's ARN, or its name where it is every account's; null: the daemon's own credentials read. */
  readonly role: string | null;
  readonly policy: RolePolicy;
  /** One for each external id; `of` says where it belongs. Empty where no role is entered. */
  readonly trust: readonly { readonly of: string; readonly policy: RolePolicy }[];
  /** What policies of buckets must hold that belong to other accounts than the reader. */
  readonly buckets: readonly {
    readonly bucket: string;
    readonly owner: string;
    readonly statements: readonly Statement[];
  }[];
  readonly notes: readonly string[];
}

/** For every account alike: trails are looked for below AWSLogs/ of every bucket. Contacts nobody. */
export function policiesForAll(config: Config, { writer, keys }: PolicyWish): MemberPolicies {
  const partition = partitionOf(config.aws.region);
  const ids = new Map<string | null, string>();
  const entries = [
    ...config.organizations.map((one) => ({ ...one, of: `organization ${one.name}` })),
    ...config.accounts.filter(({ role }) => role !== null).map((one) => ({ ...one, of: `account ${one.id}` })),
  ];
  for (const { externalId, of } of entries) if (!ids.has(externalId)) ids.set(externalId, of);
  return {
    account: null,
    role: [...new Set(config.organizations.map(({ role }) => role))].join(', ') || null,
    policy: readerPolicy({ partition, buckets: 'any', keys }),
    trust: [...ids].map(([externalId, of]) => ({ of, policy: trustPolicy({ writer, externalId }) })),
    buckets: [],
    notes: ['every bucket is taken that lets the role in; with --account the buckets of one account are named'],
  };
}

/** For one account: exactly the buckets of its trails, as configured, or as they were recorded in the archive. */
export async function policiesForAccount(id: string, parts: PipelineParts, wish: PolicyWish): Promise<MemberPolicies> {
  const { accounts } = await listEstate(parts, false);
  const account = accounts.find((one) => one.id === id);
  if (account === undefined)
    throw new OperatingError({
      code: 'usage',
      message: `no account ${id} is configured or listed`,
      hint: 'Name it under accounts, or see `orgtrail status` for those that are known.',
    });
  const places = await placesKnown(account, parts);
  const { role, externalId } = account;
  const partition = partitionOf(parts.config.aws.region);
  const unknown = places.length === 0;
  const buckets: ReaderBucket[] = places.map(({ bucket, prefix }) => ({ name: bucket, prefix }));
  const reader = role ?? wish.writer;
  const home = reader.split(':')[4] ?? '';
  return {
    account: id,
    role,
    policy: readerPolicy({ partition, buckets: unknown ? 'any' : buckets, keys: wish.keys }),
    trust: role === null ? [] : [{ of: `account ${id}`, policy: trustPolicy({ writer: wish.writer, externalId }) }],
    buckets: places
      .filter(({ owner }) => owner !== home)
      .map(({ bucket, prefix, owner }) => ({
        bucket,
        owner,
        statements: memberStatements({ partition, account: owner, bucket, prefix, reader }),
      })),
    notes: unknown
      ? ['no trail of the account is known yet, so every bucket is taken; after `orgtrail collect` they are named']
      : [],
  };
}

type OwnedPlace = Place & { readonly owner: string };

async function placesKnown(
  account: KnownAccount,
  { archive, config, clock }: PipelineParts,
): Promise<readonly OwnedPlace[]> {
  const { id, trails } = account;
  if (trails !== null) return distinct(trails.flatMap((one) => owned(one, one.bucketOwner ?? id)));
  const { records, damaged } = await newestRecords(id, clock.now(), { archive, place: archivePlace(config) });
  const [broken] = damaged;
  if (broken !== undefined) throw broken.error;
  return distinct(records.flatMap(({ source }) => owned(source, source.bucketOwner)));
}

function owned(source: Place & { readonly formerBuckets: readonly Place[] }, owner: string): readonly OwnedPlace[] {
  const { bucket, prefix, formerBuckets } = source;
  return [{ bucket, prefix }, ...formerBuckets].map((place) => ({ ...place, owner }));
}

function distinct(places: readonly OwnedPlace[]): readonly OwnedPlace[] {
  const byName = new Map(places.map((one) => [JSON.stringify([one.bucket, one.prefix]), one]));
  return [...byName.values()];
}
