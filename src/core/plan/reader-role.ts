/** The role that a member account is read through, as IAM's documents: what it may do, and who may enter it. */
import type { Problem } from '../source.ts';
import { literal } from './policy-parts.ts';
import { VERSION_WITH_VARIABLES, type Statement } from './policy.ts';
import { READER_PERMISSIONS, type ReaderPermission } from './reader-permissions.ts';

/** A trail's bucket. `prefix`: empty or ending in `/`. */
export interface ReaderBucket {
  readonly name: string;
  readonly prefix: string;
}

/** What the role reads. `any`: every bucket, below every AWSLogs/. `keys`: ARNs of the KMS keys; empty: none. */
export interface ReaderScope {
  readonly partition: string;
  readonly buckets: readonly ReaderBucket[] | 'any';
  readonly keys: readonly string[];
}

/** Who enters the role. `organization`: `o-…`, which the writer must belong to; absent: wherever it is. */
export interface ReaderTrust {
  /** The ARN of one role or user: a whole account would let everybody in it in. */
  readonly writer: string;
  /** Null: the configuration gives none. Known to both sides only, it keeps the deputy from being confused. */
  readonly externalId: string | null;
  readonly organization?: string;
}

/** A policy of IAM. */
export type RolePolicy = { readonly Version: string; readonly Statement: readonly Statement[] };

const ANY: ReaderBucket = { name: '*', prefix: '*' };
/**
 * S3 answers 404 for a key that is not there only to who may list the bucket, else 403, and it asks so without a prefix
 * (S3 API, GetObject). Without IfExists a log file that somebody deleted would look like one that may not be read.
 * Listings that name another prefix are refused; one that names none shows names, and no content.
 */
export const LISTED = 'StringLikeIfExists';
/** Of any region and partition (s3.eu-west-1.amazonaws.com): the key serves reading the bucket and nothing else. */
const THROUGH_S3: Statement = { StringLike: { 'kms:ViaService': 's3.*' } };

/** The role's own policy: exactly these buckets and keys, or any. */
export function readerPolicy({ partition, buckets, keys }: ReaderScope): RolePolicy {
  const patterns = buckets === 'any' ? [ANY] : buckets.map((one) => ({ ...one, prefix: literal(one.prefix) }));
  return patternPolicy({ partition, patterns, keys });
}

/** The same from patterns that are not looked into: what a template puts its parameters in the place of. */
export function patternPolicy(scope: {
  readonly partition: string;
  readonly patterns: readonly ReaderBucket[];
  readonly keys: readonly string[];
}): RolePolicy {
  const { partition, patterns, keys } = scope;
  const arn = (name: string): string => `arn:${partition}:s3:::${name}`;
  const objects = patterns.map(({ name, prefix }) => `${arn(name)}/${prefix}AWSLogs/*`);
  const statements = [
    ...byPrefix(patterns).map(([prefix, names], index) =>
      allow(`ListTheTrailBucket${index === 0 ? '' : index + 1}`, (one) => one.on === 'bucket', {
        Resource: names.map(arn),
        Condition: { [LISTED]: { 's3:prefix': `${prefix}AWSLogs/*` } },
      }),
    ),
    ...(objects.length === 0
      ? []
      : [allow('ReadTheTrailFiles', (one) => one.on === 'objects', { Resource: [...new Set(objects)] })]),
    allow('AskCloudTrail', (one) => one.on === 'everything' && one.needed, { Resource: '*' }),
    allow('KnowWhatOughtToBeThere', (one) => one.on === 'everything' && !one.needed, { Resource: '*' }),
    ...(keys.length === 0
      ? []
      : [allow('DecryptTheTrailFiles', (one) => one.on === 'key', { Resource: keys, Condition: THROUGH_S3 })]),
  ];
  return { Version: VERSION_WITH_VARIABLES, Statement: statements };
}

function allow(sid: string, takes: (one: ReaderPermission) => boolean, rest: Statement): Statement {
  const actions = READER_PERMISSIONS.filter(takes).map(({ action }) => action);
  return { Sid: sid, Effect: 'Allow', Action: actions, ...rest };
}

/** Bucket names by prefix: one condition counts for every resource of its statement. */
function byPrefix(patterns: readonly ReaderBucket[]): readonly (readonly [string, readonly string[]])[] {
  const groups = new Map<string, Set<string>>();
  for (const { name, prefix } of patterns) groups.set(prefix, (groups.get(prefix) ?? new Set()).add(name));
  return [...groups].map(([prefix, names]) => [prefix, [...names]] as const);
}

/** The role's trust policy. */
export function trustPolicy({ writer, externalId, organization }: ReaderTrust): RolePolicy {
  const equals = {
    ...(externalId === null ? {} : { 'sts:ExternalId': externalId }),
    ...(organization === undefined ? {} : { 'aws:PrincipalOrgID': organization }),
  };
  const condition = Object.keys(equals).length === 0 ? {} : { Condition: { StringEquals: equals } };
  const statement = {
    Sid: 'LetOrgtrailIn',
    Effect: 'Allow',
    Principal: { AWS: writer },
    Action: 'sts:AssumeRole',
    ...condition,
  };
  return { Version: VERSION_WITH_VARIABLES, Statement: [statement] };
}

/** What IAM takes at most (IAM and STS quotas), in characters without the white space between them. */
export const ROLE_LIMITS = { managed: 6_144, inline: 10_240, trust: 2_048 } as const;
export type RoleDocument = keyof typeof ROLE_LIMITS;

const SHORTER: Readonly<Record<RoleDocument, string>> = {
  managed:
    'Put it into the role as an inline policy, which may have 10240 characters, or name the buckets by a pattern.',
  inline:
    'Name the buckets by a pattern (BucketName of the template, such as trail-*), or attach what is left as a policy of its own.',
  trust: 'Shorten the external id, or have the quota "Role trust policy length" raised (to 8192 at most).',
};

/** Why IAM would not take the document, and what to do; null when it fits. */
export function roleSizeProblem(kind: RoleDocument, document: RolePolicy): Problem | null {
  const size = JSON.stringify(document).length;
  const most = ROLE_LIMITS[kind];
  if (size <= most) return null;
  return {
    code: 'policy-role-too-large',
    detail: `the ${kind} policy of the reader role has ${size} characters, IAM takes ${most}`,
    hint: SHORTER[kind],
  };
}
