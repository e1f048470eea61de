/** The access file while the daemon runs: what is in force when it changes, and when it can no longer be read. */
import fs, { mkdtempSync, rmSync, symlinkSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openAccess } from '../../src/daemon/access.ts';
import { keptLog } from './fake.ts';

let folder: string;
let file: string;
let now: number;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'orgtrail-access-'));
  file = join(folder, 'access.yaml');
  now = Date.UTC(2026, 2, 1);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (...names: readonly string[]) =>
  writeFileSync(
    file,
    `tokens:\n${names.map((name, at) => `  - { name: ${name}, rights: [read], sha256: "${String(at).repeat(64)}", expires: 2099-01-01 }\n`).join('')}`,
  );

function open() {
  const { log, lines } = keptLog();
  const access = openAccess({ file, administrator: null, clock: { now: () => now }, log });
  const names = () => {
    now += 5000;
    return access.list().tokens.map(({ name }) => name);
  };
  return { names, lines, problem: access.problem };
}

test('what is withdrawn is gone with the next look', () => {
  write('one', 'two');
  const { names } = open();
  expect(names()).toEqual(['one', 'two']);
  write('two');
  expect(names()).toEqual(['two']);
});

test.each([
  ['is gone', () => undefined],
  ['leads in a circle: looking at it threw, and every request failed', () => symlinkSync(file, file)],
])('a file that %s leaves the old one in force, and that is said once', (_what, then) => {
  write('one');
  const { names, lines, problem } = open();
  expect(problem()).toBeNull();
  unlinkSync(file);
  then();
  expect([names(), names()]).toEqual([['one'], ['one']]);
  expect(problem()?.detail).toContain('stays in force');
  expect(lines.filter((line) => line.includes('access-refused'))).toHaveLength(1);
  rmSync(file, { force: true });
  write('two');
  expect([names(), problem()]).toEqual([['two'], null]);
});

test('a file that cannot be read for a moment is read later: it was not, and who was withdrawn stayed', () => {
  write('one', 'two');
  const { names, lines } = open();
  write('two');
  const busy = vi.spyOn(fs, 'openSync').mockImplementation(() => {
    throw Object.assign(new Error('too many open files'), { code: 'EMFILE' });
  });
  syncBuiltinESMExports();
  expect([names(), names()]).toEqual([
    ['one', 'two'],
    ['one', 'two'],
  ]);
  busy.mockRestore();
  syncBuiltinESMExports();
  expect(names()).toEqual(['two']);
  expect(lines.filter((line) => line.includes('access-refused'))).toHaveLength(1);
});

test('a copy of the same size that keeps the time of another is seen: who was withdrawn stayed', () => {
  const at = Date.UTC(2026, 1, 1) / 1000;
  write('one');
  utimesSync(file, at, at);
  const { names } = open();
  write('two');
  utimesSync(file, at, at);
  expect(names()).toEqual(['two']);
});
