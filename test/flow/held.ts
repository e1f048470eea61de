/** An organization whose archive is held: its policies, settings and lifecycle are configured, and nothing is set yet. */
import type { Json } from '../../src/core/json.ts';
import { decodeChangeRecord, parseChangeRecordKey, type ChangeRecord } from '../../src/core/plan/change-record.ts';
import { currentObject, type Bucket } from '../cloud/s3/bucket.ts';
import { ARCHIVE, openOrganization, type Organization, type OrganizationOptions } from './organization.ts';

const START = Date.UTC(2026, 2, 1);

export const FOREIGN = {
  Sid: 'SomebodyElse',
  Effect: 'Allow',
  Principal: { AWS: 'arn:aws:iam::999999999999:root' },
  Action: 's3:GetObject',
  Resource: `arn:aws:s3:::${ARCHIVE}/shared/*`,
} as const satisfies Json;

/** The groups that hold the archive for this management account. `policy` is merged over the usual one. */
export function heldGroups(
  management: string,
  policy: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  const daemon = `arn:aws:iam::${management}:user/daemon`;
  return {
    policy: {
      writer: daemon,
      breakGlass: [`arn:aws:iam::${management}:user/break-glass`],
      administrators: [daemon],
      delivery: { everyAccount: { name: 'main', region: 'us-east-1', prefix: 'direct/' } },
      ...policy,
    },
    posture: { versioning: true, encryption: { bucketKey: true } },
    lifecycle: {
      rules: [{ name: 'pending', of: 'pending', abortUploadsDays: 7, noncurrentDays: 30 }],
    },
  };
}

/** Two accounts with an hour of history; versioning is off, and there is no policy. */
export async function openHeld(
  options: Partial<OrganizationOptions> = {},
  policy: Readonly<Record<string, unknown>> = {},
): Promise<Organization> {
  const usual = { seed: 'held', start: START, hours: 1, accounts: 2, regions: ['us-east-1'], cheap: true };
  const organization = await openOrganization({ ...usual, now: () => START + 3_600_000, ...options });
  organization.configure(heldGroups(organization.world.management, policy));
  archiveOf(organization).versioning = 'off';
  return organization;
}

export function archiveOf({ cloud }: Organization): Bucket {
  const bucket = cloud.state.buckets.get(ARCHIVE);
  if (bucket === undefined) throw new Error('there is no archive');
  return bucket;
}

/** Everything that is set on the archive bucket, as text. */
export function settingsOf(organization: Organization): string {
  const { policy, versioning, encryption, objectLock, defaultRetention, configurations } = archiveOf(organization);
  const told = {
    policy,
    versioning,
    encryption,
    objectLock,
    defaultRetention,
    rest: [...configurations].map((one) => one.join(': ')).toSorted(),
  };
  return JSON.stringify(told, null, 1);
}

/** The statements of the archive's policy. */
export function statementsOf(organization: Organization): readonly Readonly<Record<string, Json>>[] {
  const { policy } = archiveOf(organization);
  return policy === null ? [] : (JSON.parse(policy) as { Statement: Readonly<Record<string, Json>>[] }).Statement;
}

/** The calls since the journal was cleared that could have changed anything. */
export function mutations({ cloud }: Organization): readonly string[] {
  if (cloud.requests.dropped > 0) throw new Error('the journal has lost calls');
  return cloud.requests.entries
    .filter(({ mutating }) => mutating)
    .map(({ operation, key }) => (key === null ? operation : `${operation} ${key}`));
}

/** Every change record in the archive, in the order of their keys; one that is not whole throws. */
export function recordsIn(organization: Organization): readonly ChangeRecord[] {
  return organization.archived().flatMap((key) => {
    const parsed = parseChangeRecordKey('', key);
    if (parsed === null && key.startsWith('orgtrail/changes/')) throw new Error(`${key} is none of ours`);
    if (parsed === null) return [];
    const record = decodeChangeRecord(currentObject(archiveOf(organization), key)?.body ?? new Uint8Array(), parsed);
    if ('problem' in record) throw new Error(`${key}: ${record.problem}`);
    return [record];
  });
}

/** The records of changes that were ended. */
export function recordsOf(organization: Organization): readonly ChangeRecord[] {
  return recordsIn(organization).filter(({ end }) => end !== null);
}
