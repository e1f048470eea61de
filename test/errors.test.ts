/** What may be said of an error: its sentence and its place, never the passwords that client libraries hang on it. */
import { describe, expect, test } from 'vitest';
import { describeError, errorText, isBlocked, OperatingError } from '../src/errors.ts';

describe('an error as text', () => {
  test.each([
    [new Error('plain'), 'plain'],
    [new RangeError(''), 'RangeError'],
    [new AggregateError([new Error('first'), new Error('second')]), 'first; second'],
    [new AggregateError([new Error('first')], 'both failed'), 'both failed'],
    ['redis://user:secret@host:6379 refused', 'redis://[redacted]@host:6379 refused'],
    [
      new Error('rediss://:secret@host and https://me:secret@other'),
      'rediss://[redacted]@host and https://[redacted]@other',
    ],
    [null, 'null'],
  ])('%s', (error, text) => expect(errorText(error)).toBe(text));
});

test('the log gets type, message, code and stack, and nothing else that hangs on it', () => {
  const command = { name: 'auth', args: ['secret'] };
  const error = Object.assign(new TypeError('redis://:secret@host is away'), { code: 'ECONNREFUSED', command });
  const said = describeError(error);
  expect(Object.keys(said).toSorted()).toEqual(['code', 'message', 'stack', 'type']);
  expect(said).toMatchObject({ type: 'TypeError', message: 'redis://[redacted]@host is away', code: 'ECONNREFUSED' });
  expect(said.stack).toContain('errors.test.ts');
  expect(JSON.stringify(said)).not.toContain('secret');
  expect(describeError(7)).toEqual({ type: 'number', message: '7' });
});

test('only "could not look" is blocked', () => {
  const error = (code: 'blocked-kms' | 'usage') => new OperatingError({ code, message: 'no', hint: 'ask' });
  expect([isBlocked(error('blocked-kms')), isBlocked(error('usage')), isBlocked(new Error('blocked-kms'))]).toEqual([
    true,
    false,
    false,
  ]);
});
