/**
 * Sorts what the AWS SDK throws into a closed list of faults. The SDK gives names for some answers, HTTP status
 * for others (HEAD has no error body) and Node's codes for the network, so all three are looked at.
 */
import { OperatingError } from '../errors.ts';
import { toldRegion } from './aws-redirect.ts';

export type FaultKind =
  | 'credentials' // ours are missing, expired or unknown to the service
  | 'denied'
  | 'kms'
  | 'absent-bucket'
  | 'archived'
  | 'throttled'
  | 'redirected'
  | 'unreachable'
  | 'garbled' // an answer, but not one of this service
  | 'refused'; // any other answer with an error in it

/** One failed call. `status` null: no answer came. `detail` is safe to print: one line, bounded. */
export interface Fault {
  readonly kind: FaultKind;
  readonly name: string;
  readonly status: number | null;
  readonly detail: string;
  readonly keyArn: string | null;
  /** Where S3 says that the bucket is, when it was asked elsewhere. */
  readonly bucketRegion: string | null;
}

const CREDENTIALS: ReadonlySet<string> = new Set([
  'CredentialsProviderError',
  'ExpiredToken',
  'ExpiredTokenException',
  'InvalidAccessKeyId',
  'InvalidClientTokenId',
  'InvalidToken',
  'TokenRefreshRequired',
  'UnrecognizedClientException',
]);
const THROTTLING: ReadonlySet<string> = new Set([
  'BandwidthLimitExceeded',
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestThrottledException',
  'SlowDown',
  'ThrottledException',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
]);
const DENIED: ReadonlySet<string> = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'AllAccessDisabled',
  'AccountProblem',
  'InvalidSignatureException',
  'RegionDisabledException',
  'SignatureDoesNotMatch',
  'UnauthorizedAccess',
]);
/** What the SDK calls an error without a readable body. */
const UNNAMED: ReadonlySet<string> = new Set(['BadRequest', 'Error', 'NotFound', 'Unknown', 'UnknownError']);
const KEY_ARN = /arn:[a-z-]+:kms:[a-z0-9-]+:\d{12}:(?:key|alias)\/[\w/-]+/;

interface SdkError extends Error {
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly $response?: unknown;
  readonly Code?: string;
  readonly code?: unknown;
}

/** The fault that an error of the SDK stands for; null when it is no such thing but a mistake in the program. */
export function faultOf(error: unknown): Fault | null {
  if (!(error instanceof Error) || error instanceof OperatingError) return null;
  const sdk = error as SdkError;
  const status = sdk.$metadata?.httpStatusCode ?? statusOfResponse(sdk.$response);
  const name = sdk.Code ?? sdk.name;
  const kind = kindOf(sdk, name, status);
  if (kind === null) return null;
  return {
    kind,
    name,
    status,
    detail: oneLine(error.message),
    keyArn: KEY_ARN.exec(error.message)?.[0] ?? null,
    bucketRegion: toldRegion(error),
  };
}

/** True when new credentials may help, also where the fault lies below an error that says what to do about it. */
export function isCredentialFault(error: unknown): boolean {
  return faultOf(error instanceof OperatingError ? error.cause : error)?.kind === 'credentials';
}

function kindOf(error: SdkError, name: string, status: number | null): FaultKind | null {
  if (CREDENTIALS.has(name)) return 'credentials';
  if (status === 429 || status === 503 || THROTTLING.has(name.replace(/^KMS\./, ''))) return 'throttled';
  if (status === null) return kindWithoutAnswer(error);
  if (status < 300) return 'garbled';
  if (name.startsWith('KMS') || (status < 500 && /\bkms:[A-Z]|:kms:|\bKMS\b/.test(error.message))) return 'kms';
  if (name === 'NoSuchBucket') return 'absent-bucket';
  if (name === 'InvalidObjectState' || name === 'ObjectNotInActiveTierError') return 'archived';
  if (status < 400) return 'redirected';
  // An error that does not say its code is not S3's own word: a 404 page of a proxy must not mean "no such object".
  if ((status === 404 || status === 400) && error.Code === undefined && UNNAMED.has(name)) return 'garbled';
  if (status === 401 || status === 403 || DENIED.has(name)) return 'denied';
  if (status === 408 || (status >= 500 && status !== 501)) return 'unreachable';
  return 'refused';
}

/** No status: the network failed, a timer ended the call, or the SDK could not begin it. */
function kindWithoutAnswer(error: SdkError): FaultKind | null {
  if (error.$response !== undefined) return 'garbled';
  if (typeof error.code === 'string' && !error.code.startsWith('ERR_INVALID_ARG')) return 'unreachable';
  if (error.name === 'TimeoutError' || error.name === 'AbortError') return 'unreachable';
  const mistake = error instanceof TypeError || error instanceof ReferenceError || error instanceof RangeError;
  return mistake ? null : 'unreachable';
}

function statusOfResponse(response: unknown): number | null {
  if (typeof response !== 'object' || response === null || !('statusCode' in response)) return null;
  return typeof response.statusCode === 'number' ? response.statusCode : null;
}

/** A server's text goes to logs and pages: no control characters (log injection), at most 300 of the rest. */
function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ').slice(0, 300);
}
