/** How the tests are run: `vitest run --config test/vitest.config.ts`, which is what `npm test` does. */
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { ClosingLine } from './closing-line.ts';

const NODE_WANTED = 24;
const major = Number(process.versions.node.split('.')[0]);
if (major < NODE_WANTED) {
  throw new Error(
    `the tests run on Node ${NODE_WANTED}, this is ${process.version} (${process.execPath}). ` +
      'The package `node` brings the right one: run `npm ci` with install scripts allowed, then `npm test`',
  );
}

export default defineConfig({
  test: {
    root: join(import.meta.dirname, '..'),
    include: ['test/**/*.test.ts'],
    environment: 'node',
    globalSetup: ['test/setup.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 120_000,
    // Whole runs with killed processes wait on a machine that others may load: in CI one more try, which the report names.
    retry: process.env['CI'] === undefined ? 0 : 1,
    sequence: { shuffle: false },
    reporters: ['default', new ClosingLine()],
  },
});
