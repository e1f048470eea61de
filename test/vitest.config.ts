/** How the tests are run: `vitest run --config test/vitest.config.ts`, which is what `npm test` does. */
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { ClosingLine } from './closing-line.ts';
import { keepCompiled } from './stack/child-env.ts';

const NODE_WANTED = 24;
const PURE = 'test/core/**/*.test.ts';
const major = Number(process.versions.node.split('.')[0]);
if (major < NODE_WANTED) {
  throw new Error(
    `the tests run on Node ${NODE_WANTED}, this is ${process.version} (${process.execPath}). ` +
      'The package `node` brings the right one: run `npm ci` with install scripts allowed, then `npm test`',
  );
}

const root = join(import.meta.dirname, '..');
// Here, so that vitest's workers have it from their start.
keepCompiled(root);

export default defineConfig({
  test: {
    root,
    environment: 'node',
    globalSetup: ['test/setup.ts'],
    pool: 'forks',
    // One more than the runners' cores: runs that wait for a time limit or a schedule leave theirs to the others.
    maxWorkers: 3,
    testTimeout: 30_000,
    hookTimeout: 120_000,
    // Whole runs with killed processes wait on a machine that others may load: in CI one more try, which the report names.
    retry: process.env['CI'] === undefined ? 0 : 1,
    sequence: { shuffle: false },
    reporters: ['default', new ClosingLine()],
    projects: [
      { extends: true, test: { name: 'whole', include: ['test/**/*.test.ts'], exclude: [PURE] } },
      // They share no state: one worker takes them one after another, instead of being started for each.
      { extends: true, test: { name: 'pure', include: [PURE], isolate: false } },
    ],
  },
});
