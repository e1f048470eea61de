/** The pages that the set-up of a run leaves in dist: what is served from there afterwards is what users are to get. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PAGES } from './pages.ts';

test('are built as for production (cause: the test runner says NODE_ENV=test, and vite took it)', () => {
  const scripts = globSync('assets/*.js', { cwd: PAGES }).map((name) => readFileSync(join(PAGES, name), 'utf8'));
  expect(scripts.some((text) => text.includes('react.dev/errors/'))).toBe(true);
  // What only the development build of React says.
  expect(scripts.filter((text) => text.includes('react.dev/link/')).length).toBe(0);
});
