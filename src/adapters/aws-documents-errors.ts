/** What AWS's refusals of policies and settings mean: not told, not taken, or not now. */
import type { DocumentState } from '../core/plan/document.ts';
import type { Problem } from '../core/source.ts';
import { OperatingError, problemOf } from '../errors.ts';
import { awsError, failedTo, type CallContext } from './aws-errors.ts';
import { faultOf, type Fault } from './aws-faults.ts';

/** The problem of a reading that AWS refuses for good; null for what may succeed later, or is no answer. */
export function notAnswered(error: unknown, fault: Fault | null): Problem | null {
  if (!(error instanceof OperatingError) || error.retryable) return null;
  const untold = fault === null ? error.code === 'document-refused' : saysNothing(fault);
  return untold ? problemOf(error) : null;
}

/** Refused for good: no permission, or a store that has no such setting. */
function saysNothing({ kind, status, name }: Fault): boolean {
  return (
    kind === 'denied' || status === 501 || status === 405 || name === 'NotImplemented' || name === 'MethodNotAllowed'
  );
}

/** A reading of what has an ARN of its own: refused for good is `unreadable`, everything else is thrown. */
export async function arnState(context: CallContext, read: () => Promise<DocumentState>): Promise<DocumentState> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof OperatingError) || error.cause === undefined) throw error;
    const refusal = arnRefusal(error.cause, context);
    if (refusal === null) throw error;
    if (refusal.retryable) throw refusal;
    return { state: 'unreadable', problem: problemOf(refusal) };
  }
}

/** The error of a failed write to what has an ARN of its own. */
export function arnWriteError(error: unknown, context: CallContext): OperatingError {
  return arnRefusal(error, context) ?? writeError(error, context);
}

/**
 * KMS answers a refusal with 400 and names the key in it, as S3 does where a bucket's key is in the way: there it is
 * the right to decrypt that is missing, here the key's own policy. Null for every other answer.
 */
function arnRefusal(error: unknown, context: CallContext): OperatingError | null {
  const fault = faultOf(error);
  if (fault === null) return null;
  const message = `${failedTo(context)} (${fault.name}, HTTP ${fault.status}: ${fault.detail})`;
  if (fault.kind === 'kms' && (fault.status ?? 500) >= 500) {
    const hint = 'The key service has trouble of its own; it is tried again later.';
    return new OperatingError({ code: 'blocked-unreachable', message, hint, retryable: true, cause: error });
  }
  const absent = fault.name.startsWith('NotFound');
  if (!absent && fault.kind !== 'denied' && !/^(?:AccessDenied|AuthorizationError)/.test(fault.name)) return null;
  const hint = absent
    ? `There is no such key or topic in that region. Compare ${context.resource} with the configuration.`
    : `Add ${context.permission} on ${context.resource} to ${context.principal}, in its own policy and in that of the resource.`;
  return new OperatingError({ code: 'blocked-access', message, hint, cause: error });
}

/** The error of a failed write. What AWS objects to becomes `document-refused` in its own words (row 150). */
export function writeError(error: unknown, context: CallContext): OperatingError {
  const fault = faultOf(error);
  const hint = fault === null ? null : objection(fault);
  if (fault === null || hint === null) return awsError(error, context);
  const answer = fault.status === null ? fault.name : `${fault.name}, HTTP ${fault.status}`;
  return new OperatingError({
    code: 'document-refused',
    message: `${failedTo(context)}: AWS does not take it (${answer}: ${fault.detail})`,
    hint,
    retryable: isConflict(fault),
    cause: error,
  });
}

/** What to do about an objection to the document itself; null for every other failure. */
function objection(fault: Fault): string | null {
  if (isConflict(fault)) return 'Another change of this bucket or key is under way. Plan and apply again in a minute.';
  if (fault.kind === 'denied' && /public access|BlockPublicPolicy/i.test(fault.detail))
    return 'Block Public Access counts the policy as public. Narrow the statement that allows everybody ("Principal": "*"): name principals, or add a condition on aws:PrincipalOrgID, aws:SourceArn or aws:SourceAccount.';
  const known = HINTS.get(fault.name);
  if (known !== undefined) return named(fault, known);
  // AWS's other answers of the kind "your request is wrong": its own words have to do.
  const wrong = (fault.kind === 'refused' || fault.kind === 'kms') && fault.status !== null && fault.status < 500;
  return wrong
    ? named(fault, 'Correct what AWS names in the configuration or in the foreign part of the document.')
    : null;
}

function isConflict({ status, name }: Fault): boolean {
  return name === 'OperationAborted' || (status === 409 && !HINTS.has(name));
}

const PRINCIPAL =
  'A principal that the policy names does not exist (any more), or is of another partition. Take it out of the configuration, or create it first.';
const HINTS: ReadonlyMap<string, string> = new Map([
  ['MalformedPolicy', `AWS cannot take the policy as it is. ${PRINCIPAL}`],
  [
    'MalformedPolicyDocumentException',
    `The key policy is not taken: either a principal does not exist, or nobody would be left who may change it (kms:PutKeyPolicy).`,
  ],
  ['InvalidPrincipal', PRINCIPAL],
  ['InvalidPolicyDocument', PRINCIPAL],
  [
    'PolicyTooLarge',
    'The policy is larger than 20,480 bytes. Use policy.organizationIds, fewer readers, or several archives.',
  ],
  [
    'LimitExceededException',
    'The key policy is larger than 32,768 bytes. Name fewer accounts, or organizations in their place.',
  ],
  [
    'MethodNotAllowed',
    'The bucket belongs to another account than the caller. Only its owner may work on its policy: use a role in that account.',
  ],
  [
    'InvalidBucketState',
    'The bucket is in a state that forbids it: Object Lock needs versioning to stay enabled, and a lifecycle is not allowed with MFA delete.',
  ],
  [
    'InvalidBucketAclWithObjectOwnership',
    "The bucket's ACL grants something to others. Reset the ACL to private before ownership is set to BucketOwnerEnforced.",
  ],
  [
    'InvalidTargetBucketForLogging',
    'The logging bucket must be in the same account and region, and let the logging service write.',
  ],
]);

/** AWS often names the statement or the value at fault. */
function named(fault: Fault, hint: string): string {
  const sid = /(?:Sid|statement)[:\s"'[]+([\w-]{1,64})/i.exec(fault.detail)?.[1];
  return sid === undefined ? hint : `${hint} The statement at fault: ${sid}.`;
}
