/** The layers, sizes and habits of the real source. What each rule flags is shown in tidy-rules.test.ts. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { habitBreaches, wordBreaches } from './tidy/habits.ts';
import { layerBreaches, vendorBreaches } from './tidy/layers.ts';
import { reachBreaches } from './tidy/reach.ts';
import { sizeBreaches } from './tidy/sizes.ts';
import { breachLine, sourceFiles, type Breach } from './tidy/source-file.ts';

const ROOT = join(import.meta.dirname, '..');
const SIZED = ['src', 'test/cloud', 'test/stack', 'test/demo'];
const TEXTS = ['*.md', '*.json', 'Dockerfile', '.dockerignore', 'compose.yaml', '.ci/*', '{src,test,config}/**/*'];
const TEXT_NAMES = /\.(ts|tsx|md|json|ya?ml|sh|css|html|txt)$|(^|\/)(Dockerfile|\.dockerignore|run|LICENSE)$/;

function expectNone(breaches: readonly Breach[]): void {
  expect(breaches.map(breachLine)).toEqual([]);
}

describe('the source', () => {
  const product = sourceFiles(ROOT, ['src']);
  const sized = sourceFiles(ROOT, SIZED);
  const everything = sourceFiles(ROOT, ['src', 'test']);

  test('is really there to be looked at', () => {
    expect(product.map((file) => file.path)).toContain('src/core/verdict.ts');
    expect(sized.map((file) => file.path)).toContain('test/cloud/types.ts');
    expect(everything.map((file) => file.path)).toContain('test/tidy.test.ts');
  });

  test('keeps its layers', () => expectNone([...product.flatMap(layerBreaches), ...vendorBreaches(product)]));
  test('reaches outside in the named places only', () => expectNone(product.flatMap(reachBreaches)));
  test('stays within its sizes', () => expectNone(sized.flatMap(sizeBreaches)));
  test('has no long file among its tests either', () => {
    expectNone(everything.flatMap(sizeBreaches).filter(({ rule }) => rule === 'file-size'));
  });
  test('keeps its habits', () => {
    // vitest loads its configuration and reporter by their default export; the rules spell out what they look for
    const excepted = /^test\/(vitest\.config|closing-line|setup|tidy\/habits|tidy-rules\.test)\.ts$/;
    expectNone(everything.filter((file) => !excepted.test(file.path)).flatMap(habitBreaches));
  });
});

describe('every other text', () => {
  const paths = globSync(TEXTS, { cwd: ROOT, exclude: (name) => name.includes('node_modules') }).filter(
    (path) => TEXT_NAMES.test(path) && path !== 'package-lock.json' && !/\.tsx?$/.test(path),
  );

  test('is about the software', () => {
    expect(paths).toContain('package.json');
    expectNone(paths.flatMap((path) => wordBreaches(path, readFileSync(join(ROOT, path), 'utf8'))));
  });
});

describe('the lock', () => {
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { optionalDependencies?: Record<string, string> }>;
  };

  test('names the packages of every platform: npm ci refuses one that does not', () => {
    const locked = new Set(Object.keys(packages).map((path) => path.slice(path.lastIndexOf('node_modules/') + 13)));
    const wanted = Object.values(packages).flatMap((one) => Object.keys(one.optionalDependencies ?? {}));
    expect(wanted.length).toBeGreaterThan(50);
    expect(wanted.filter((name) => !locked.has(name))).toEqual([]);
  });
});
