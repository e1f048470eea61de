/** Everything that orgtrail asks of a member account: the one list that role, templates, preflight and tests go by. */

/** What preflight tries in an account, in this order. */
export const PREFLIGHT_STEPS = [
  'assume',
  'identify',
  'trails',
  'status',
  'organization',
  'list',
  'get',
  'decrypt',
  'keys',
  'regions',
  'selectors',
  'history',
] as const;
export type PreflightStep = (typeof PREFLIGHT_STEPS)[number];

/** One action of the role in a member account. */
export interface ReaderPermission {
  readonly action: string;
  /** `bucket`: the trail's bucket; `objects`: what lies below its AWSLogs/; `key`: the KMS key of its log files. */
  readonly on: 'bucket' | 'objects' | 'key' | 'everything';
  /** False: everything is proven without it, and something stays unknown. */
  readonly needed: boolean;
  readonly why: string;
  /** The step of preflight that tries it. */
  readonly step: PreflightStep;
}

const ASKED = { on: 'everything', needed: true } as const;
const WELCOME = { on: 'everything', needed: false } as const;

/**
 * HEAD, versions, tags and locations are never asked for in a member; sts:GetCallerIdentity needs no permission.
 * Entering the account is the trust policy's matter.
 */
export const READER_PERMISSIONS: readonly ReaderPermission[] = [
  { action: 's3:ListBucket', on: 'bucket', needed: true, why: 'which files there are', step: 'list' },
  { action: 's3:GetObject', on: 'objects', needed: true, why: 'their bytes', step: 'get' },
  { action: 'kms:Decrypt', on: 'key', needed: true, why: 'log files that the trail encrypts', step: 'decrypt' },
  { action: 'cloudtrail:ListTrails', ...ASKED, why: 'the home regions of the trails', step: 'trails' },
  { action: 'cloudtrail:DescribeTrails', ...ASKED, why: 'where each trail delivers to', step: 'trails' },
  { action: 'cloudtrail:GetTrailStatus', ...ASKED, why: 'whether it logs, and its newest digest', step: 'status' },
  { action: 'cloudtrail:ListPublicKeys', ...ASKED, why: 'what signatures are held against', step: 'keys' },
  {
    action: 'organizations:DescribeOrganization',
    ...ASKED,
    why: 'the folder of an organization trail, in the account that owns it',
    step: 'organization',
  },
  { action: 'account:ListRegions', ...WELCOME, why: 'which regions ought to deliver', step: 'regions' },
  { action: 'cloudtrail:GetEventSelectors', ...WELCOME, why: 'what the trail records', step: 'selectors' },
  { action: 'cloudtrail:LookupEvents', ...WELCOME, why: 'what explains a gap', step: 'history' },
];

/** False for steps without which everything is proven all the same. */
export function isNeeded(step: PreflightStep): boolean {
  return READER_PERMISSIONS.every((one) => one.step !== step || one.needed);
}
