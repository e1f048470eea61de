/** The log: JSON, one line an event, to standard output. Bodies, keys and secrets never go in. */
import { pino, stdTimeFunctions, type DestinationStream, type Logger } from 'pino';

export type Log = Logger;
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error';

/** Removed wherever they turn up, one and two levels deep. The second net: callers should not log them at all. */
const SECRET_FIELDS = [
  'password',
  'secret',
  'token',
  'authorization',
  'cookie',
  'externalId',
  'secretAccessKey',
  'sessionToken',
  'accessKeyId',
];

/** `destination` is for tests; without it lines go to standard output. */
export function createLogger(level: LogLevel, destination?: DestinationStream): Log {
  const options = {
    level,
    base: { service: 'orgtrail' },
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: SECRET_FIELDS.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]), censor: '[redacted]' },
    serializers: { err: describeError },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
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
