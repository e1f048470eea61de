/** What a child of a test gets: nothing that this machine is set to, and never code that others may have put in its way. */
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { childEnv } from './child-env.ts';

const CACHE = 'NODE_COMPILE_CACHE';
afterEach(() => vi.unstubAllEnvs());

test('is where programs lie, what Node keeps compiled, and what the test names', () => {
  vi.stubEnv('AWS_PROFILE', 'of-this-machine');
  const usual = { PATH: process.env['PATH'], [CACHE]: process.env[CACHE] };
  expect(childEnv({ TERM: 'xterm' })).toEqual({ ...usual, TERM: 'xterm' });
});

test('without such a folder there is none', () => {
  vi.stubEnv(CACHE, undefined);
  expect(childEnv()).toEqual({ PATH: process.env['PATH'] });
});

test('what Node keeps compiled lies in our own folder, whatever the environment said: whoever writes there runs code as us', () => {
  expect(process.env[CACHE]).toBe(join(import.meta.dirname, '../../node_modules/.cache/orgtrail-tests'));
});
