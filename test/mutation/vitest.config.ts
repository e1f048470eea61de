/**
 * What stryker runs against each changed version of `src/core`: the pure tests that take moments. Left out are the
 * worlds of the forge that take seconds each: a mutant that only they find is a mutant without a test of its own.
 */
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

/** `mutate.ts` names the tests of the module it is at, separated by commas; without, all of them run. */
const tests = process.env['MUTATION_TESTS'] ?? 'test/core/**/*.test.ts';

const config = defineConfig({
  test: {
    root: join(import.meta.dirname, '../..'),
    include: tests.split(','),
    exclude: ['test/core/*worlds*', 'test/core/oracle*', 'test/core/metamorphic*', 'test/core/out-of-order*'],
    environment: 'node',
    pool: 'threads',
    maxWorkers: 1,
    testTimeout: 20_000,
  },
});

// oxlint-disable-next-line import/no-default-export -- vitest loads its configuration by it
export { config as default };
