/** Turns a fault into the OperatingError that a person can act on: what failed where, and which right to add. */
import { OperatingError } from '../errors.ts';
import { faultOf, type Fault } from './aws-faults.ts';

/** Stands for an account that nobody named: that of the daemon's own credentials. */
export const OWN_ACCOUNT = 'self';

const ABSENT_BUCKET =
  'There is no such bucket. If it is the archive, compare archive.bucket of the configuration; if it is a source, compare the name with the trail (aws cloudtrail describe-trails): a trail may have moved to another bucket.';

/** One call to AWS, in the words that its errors need. */
export interface CallContext {
  /** The call as a clause that follows "cannot": `read s3://b/k`. */
  readonly doing: string;
  readonly account: string;
  /** Who calls: a role's ARN, or words for the daemon's own credentials. */
  readonly principal: string;
  /** The IAM action that the call needs, and on which resource. */
  readonly permission: string;
  readonly resource: string;
  readonly kmsPermission?: 'kms:Decrypt' | 'kms:GenerateDataKey';
  /** The bucket's expected owner: a foreign owner looks like a denial. */
  readonly owner?: string;
}

/** The beginning of every message: which account, and what could not be done. */
export function failedTo(context: CallContext): string {
  return `${context.account === OWN_ACCOUNT ? '' : `account ${context.account}: `}cannot ${context.doing}`;
}

/**
 * The error for a failed call. An OperatingError comes back as it is; a mistake in the program (a TypeError
 * without any answer) is thrown on, since nobody can act on it.
 */
export function awsError(error: unknown, context: CallContext): OperatingError {
  if (error instanceof OperatingError) return error;
  const fault = faultOf(error);
  if (fault === null) throw error;
  const answer = fault.status === null ? fault.name : `${fault.name}, HTTP ${fault.status}`;
  const message = `${failedTo(context)} (${answer}: ${fault.detail})`;
  return new OperatingError({ ...outcomeOf(fault, context), message, cause: error });
}

/** The bucket is not there; for calls whose answer does not say so itself. */
export function absentBucket(context: CallContext, cause: unknown): OperatingError {
  return new OperatingError({
    code: 'blocked-access',
    message: `${failedTo(context)}: there is no such bucket`,
    hint: ABSENT_BUCKET,
    cause,
  });
}

/** An answer that is no answer of this service; the same call may succeed later. */
export function garbledError(context: CallContext, problem: string): OperatingError {
  return new OperatingError({
    code: 'transport-garbled',
    message: `${failedTo(context)}: ${problem}`,
    hint: 'Something between here and AWS answers in its place (a proxy, a cache, a gateway), or the store is no S3. Check the endpoint and try again.',
    retryable: true,
  });
}

type Outcome = Pick<ConstructorParameters<typeof OperatingError>[0], 'code' | 'hint' | 'retryable'>;

function outcomeOf(fault: Fault, context: CallContext): Outcome {
  switch (fault.kind) {
    case 'credentials':
      return { code: 'blocked-access', retryable: true, hint: credentialHint(context) };
    case 'denied':
      return { code: 'blocked-access', hint: deniedHint(context) };
    case 'kms':
      return { code: 'blocked-kms', hint: kmsHint(fault, context) };
    case 'absent-bucket':
      return { code: 'blocked-access', hint: ABSENT_BUCKET };
    case 'archived':
      return {
        code: 'blocked-archived',
        hint: `The object is in an archive storage class. Restore it first: aws s3api restore-object (${context.doing}).`,
      };
    case 'throttled':
      return {
        code: 'blocked-throttled',
        retryable: true,
        hint: 'AWS asks to slow down. It is tried again later; lower limits.objectConcurrency if this stays.',
      };
    case 'redirected':
      return {
        code: 'blocked-unreachable',
        retryable: true,
        hint: `The endpoint names ${placeOf(fault)} for this bucket and was not followed. Check aws.region, archive.region and the endpoint.`,
      };
    case 'unreachable':
      return {
        code: 'blocked-unreachable',
        retryable: true,
        hint: 'No usable answer came. Check the network, the proxy and the endpoint; it is tried again later.',
      };
    case 'garbled':
      return {
        code: 'transport-garbled',
        retryable: true,
        hint: 'The answer could not be read. Check for a proxy between here and AWS; it is tried again later.',
      };
    case 'refused':
      return {
        code: 'blocked-access',
        hint: `The service refuses the call. Check that the resource exists and that ${context.permission} is allowed on ${context.resource}.`,
      };
  }
}

function deniedHint(context: CallContext): string {
  const add = `Add ${context.permission} on ${context.resource} to ${context.principal}`;
  const owner = context.owner === undefined ? '' : `, and check that the bucket belongs to account ${context.owner}`;
  return `${add}${owner}. A bucket policy or service control policy may deny it as well.`;
}

function kmsHint(fault: Fault, context: CallContext): string {
  const key = fault.keyArn ?? 'the KMS key of the bucket';
  const action = context.kmsPermission ?? 'kms:Decrypt';
  return `Add ${action} on ${key} to ${context.principal}, in its own policy and in the key's policy, and check that the key is enabled.`;
}

function placeOf({ bucketRegion }: Fault): string {
  return bucketRegion === null ? 'another place' : `the region ${bucketRegion}`;
}

function credentialHint(context: CallContext): string {
  return `The credentials of ${context.principal} are missing, expired or unknown. Check the daemon's own credentials: aws sts get-caller-identity.`;
}
