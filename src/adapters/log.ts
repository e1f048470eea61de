/** The log: JSON, one line an event, to standard output. Bodies, keys and secrets never go in. */
import { pino, stdTimeFunctions, type DestinationStream } from 'pino';
import { describeError } from '../errors.ts';
import type { Log } from '../ports.ts';

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
