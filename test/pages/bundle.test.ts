/** What the browser fetches: how much script there is, what comes late, and that nothing comes from elsewhere. */
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildPages } from './browser.ts';

/** All scripts together, compressed each by itself as they are sent. */
const MOST_BYTES = 350_000;
/** What is fetched before the overview stands. */
const MOST_AT_FIRST = 150_000;
/** Addresses that stand in texts and are fetched by nobody: names of XML, and where libraries explain their errors. */
const NAMES =
  /^https?:\/\/(www\.w3\.org\/|react\.dev\/errors\/|mantine\.dev\/|redux(-toolkit)?\.js\.org\/Errors|bit\.ly\/3cXEKWf)/;

describe('the built pages', () => {
  let built: Awaited<ReturnType<typeof buildPages>>;
  let files: ReadonlyMap<string, string>;

  beforeAll(async () => {
    built = await buildPages();
    const paths = globSync('**/*.{js,css,html,svg}', { cwd: built.folder });
    files = new Map(paths.map((path) => [path, readFileSync(join(built.folder, path), 'utf8')]));
  });
  afterAll(() => built.remove());

  const scripts = (): readonly (readonly [string, string])[] => [...files].filter(([path]) => path.endsWith('.js'));
  const html = (): string => files.get('index.html') ?? '';
  /** These scripts and what they import, directly or not; what they fetch later is not among it. */
  const withImports = (paths: readonly string[]): readonly (readonly [string, string])[] => {
    const found = new Map<string, string>();
    const queue = [...paths];
    for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
      const text = files.get(path) ?? '';
      if (found.has(path)) continue;
      found.set(path, text);
      queue.push(
        ...[...text.matchAll(/(?:from|import)\s*["'`]\.\/([^"'`]+\.js)["'`]/g)].map(([, name]) => `assets/${name}`),
      );
    }
    return [...found];
  };
  const sizeOf = (list: readonly (readonly [string, string])[]): number =>
    list.reduce((sum, [, text]) => sum + gzipSync(text, { level: 9 }).length, 0);

  test('all script together stays below 350 kB compressed', () => {
    expect(scripts().length).toBeGreaterThan(10);
    expect(sizeOf(scripts())).toBeLessThan(MOST_BYTES);
  });

  test('what comes before the first page is less than half of it, and holds no chart library', () => {
    const named = scripts().filter(([path]) => html().includes(basename(path)) || path.includes('overview-page'));
    const first = withImports(named.map(([path]) => path));
    expect(first.length).toBeGreaterThan(3);
    expect(sizeOf(first)).toBeLessThan(MOST_AT_FIRST);
    const charts = first.filter(([, text]) => /recharts|victory-vendor/.test(text));
    expect(charts.map(([path]) => path)).toEqual([]);
  });

  test('nothing names an address of elsewhere that a browser would fetch', () => {
    const found = [...files].flatMap(([path, text]) =>
      [...text.matchAll(/(?:https?:)?\/\/[a-z0-9-]+(?:\.[a-z0-9-]+)+\/?[^\s"'`)<>\\]*/gi)]
        .map(([address]) => address)
        .filter((address) => /^https?:/.test(address) && !NAMES.test(address))
        .map((address) => `${path}: ${address}`),
    );
    expect(found).toEqual([]);
    const styles = [...files].filter(([path]) => path.endsWith('.css')).map(([, text]) => text);
    expect(styles.join('\n')).not.toMatch(/@import|url\(\s*["']?(?:https?:)?\/\//);
    expect(html()).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
  });

  test('no script stands in the page itself, and the place for the nonce is there once', () => {
    expect(html()).not.toMatch(/<script(?![^>]*\ssrc=)/);
    expect(html()).not.toMatch(/<style|style=|\son[a-z]+=/);
    expect(html().split('__STYLE_NONCE__').length).toBe(2);
  });

  test('the licences of what is bundled go along', () => {
    expect(readFileSync(join(built.folder, 'licenses.md'), 'utf8')).toContain('react-dom');
  });
});
