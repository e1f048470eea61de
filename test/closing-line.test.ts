/** The last line of a run is what other programs read: it must be last, and it must never say better than it was. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { closingLine } from './closing-line.ts';

const ROOT = join(import.meta.dirname, '..');
const VITEST = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');

describe('a whole run', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'orgtrail-closing-'));
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function lastLine(files: Readonly<Record<string, string>>, setup = ''): { status: number | null; line: string } {
    const config = `
      import { ClosingLine } from ${JSON.stringify(join(import.meta.dirname, 'closing-line.ts'))};
      export default { test: { globalSetup: [${setup}], reporters: ['default', new ClosingLine()] } };`;
    const written = { 'vitest.config.ts': config, ...files };
    for (const [name, text] of Object.entries(written)) writeFileSync(join(folder, name), text);
    const ended = spawnSync(process.execPath, [VITEST, 'run'], { cwd: folder, encoding: 'utf8' });
    return { status: ended.status, line: ended.stdout.trimEnd().split('\n').at(-1) ?? '' };
  }

  test('counts what passed, failed and was skipped', () => {
    const text = `import { expect, test } from 'vitest';
      test('a', () => {}); test('b', () => {}); test('c', () => expect(1).toBe(2)); test.skip('d', () => {});`;
    expect(lastLine({ 'a.test.ts': text })).toEqual({ status: 1, line: '2 passed, 1 failed, 1 skipped' });
  });

  test('is short when all is well', () => {
    const text = `import { test } from 'vitest'; test('a', () => {});`;
    expect(lastLine({ 'a.test.ts': text })).toEqual({ status: 0, line: '1 passed, 0 failed' });
  });

  test('counts a file that broke before its tests, and an error outside of every test', () => {
    const broken = `throw new Error('early');`;
    const stray = `import { test } from 'vitest'; test('a', () => { Promise.reject(new Error('stray')); });`;
    expect(lastLine({ 'a.test.ts': broken })).toEqual({ status: 1, line: '0 passed, 1 failed' });
    expect(lastLine({ 'a.test.ts': stray })).toEqual({ status: 1, line: '1 passed, 1 failed' });
  });

  test('a run that could not begin has failed', () => {
    const files = {
      'a.test.ts': `import { test } from 'vitest'; test('a', () => {});`,
      'setup.ts': `throw new Error('no');`,
    };
    expect(lastLine(files, `'./setup.ts'`)).toEqual({ status: 1, line: '0 passed, 1 failed' });
  });
});

test('a bad exit status is never "0 failed"', () => {
  const tally = { passed: 3, failed: 0, skipped: 0 };
  expect(closingLine(tally, 1)).toBe('3 passed, 1 failed');
  expect(closingLine(tally, 0)).toBe('3 passed, 0 failed');
});
