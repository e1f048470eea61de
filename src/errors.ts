/**
 * Operating errors: something could not be done (denied, throttled, Redis down, configuration).
 * Bad evidence is never an error: it is a verdict (core/verdict.ts). A bug is a plain throw that ends the process.
 */
import type { Problem } from './core/source.ts';
import type { BlockedCode } from './core/verdict.ts';

export type OperatingCode =
  | BlockedCode
  | 'usage'
  | 'config-invalid'
  | 'transport-garbled' // an answer that is no S3 answer: empty or foreign page, wrong length, cut body
  | 'object-too-large'
  | 'identity-mismatch' // the role we assumed lives in another account than the configuration says
  | 'archive-unfit' // the store ignores conditional writes, or belongs to somebody else
  | 'archive-changed' // an object of ours is not what we wrote
  | 'document-refused' // AWS does not take a policy or setting as it is
  | 'plan-stale' // the world moved between plan and apply
  | 'plan-refused' // what is asked for would do harm
  | 'job-refused' // job data that the configuration does not know
  | 'redis-unfit'
  | 'redis-unreachable'
  | 'interrupted';

/** One operation that failed. `retryable` says whether the same call may succeed later without a person. */
export class OperatingError extends Error {
  readonly code: OperatingCode;
  readonly retryable: boolean;
  /** The next step: a command, or the permission that is missing and where to add it. */
  readonly hint: string;

  constructor(fields: { code: OperatingCode; message: string; hint: string; retryable?: boolean; cause?: unknown }) {
    super(fields.message, fields.cause === undefined ? undefined : { cause: fields.cause });
    this.name = 'OperatingError';
    this.code = fields.code;
    this.retryable = fields.retryable ?? false;
    this.hint = fields.hint;
  }
}

/** True for "we could not look": the evidence may be there, so it is neither valid nor missing. */
export function isBlocked(error: unknown): error is OperatingError & { code: BlockedCode } {
  return error instanceof OperatingError && error.code.startsWith('blocked-');
}

/** An operating error as it is kept and shown. */
export function problemOf({ code, message: detail, hint }: OperatingError): Problem {
  return { code, detail, hint };
}

/** The fields of an error that are safe to log. Client libraries hang whole requests on theirs (ioredis: AUTH and its password). */
export function describeError(error: unknown): { type: string; message: string; code?: string; stack?: string } {
  if (!(error instanceof Error)) return { type: typeof error, message: scrub(String(error)) };
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {};
  const stack = error.stack === undefined ? {} : { stack: scrub(error.stack) };
  return { type: error.name, message: errorText(error), ...code, ...stack };
}

/** One sentence for an error, without secrets. An AggregateError (a name with two addresses) has no message of its own. */
export function errorText(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(errorText).join('; ');
  if (!(error instanceof Error)) return scrub(String(error));
  return scrub(error.message === '' ? error.name : error.message);
}

/** Takes the user and password out of every URL in a text. */
function scrub(text: string): string {
  return text.replace(/([a-z][a-z0-9+.-]{1,20}:\/\/)[^\s/@]{1,512}@/gi, '$1[redacted]@');
}
