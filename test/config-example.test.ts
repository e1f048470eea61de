/** The example shows every option with its default, the schema says a sentence about each, and both agree. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { loadConfig } from '../src/config.ts';
import { inputSchema, type OptionSchema, present } from '../src/config/schema.ts';

const PATH = join(import.meta.dirname, '../config/example.yaml');
const TEXT = readFileSync(PATH, 'utf8');
/** Shown in a comment, because it only makes sense with another value of its neighbour. */
const COMMENTED = '  # tls: { caFile: /etc/orgtrail/redis-ca.pem }';

interface Leaf {
  readonly path: string;
  readonly option: OptionSchema;
  readonly required: boolean;
}

/** Every option that is no group; `[]` stands for any place in a list of groups. */
function leaves(schema: OptionSchema, path: string): readonly Leaf[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, option]) => {
    const here = path === '' ? key : `${path}.${key}`;
    const own = { path: here, option, required: schema.required?.includes(key) === true };
    const inner = present(option);
    if (inner.properties !== undefined) return [...(option.anyOf === undefined ? [] : [own]), ...leaves(inner, here)];
    if (inner.items?.properties !== undefined)
      return [...(option.anyOf === undefined ? [] : [own]), ...leaves(inner.items, `${here}[]`)];
    return [own];
  });
}

/** Every value that a document holds at a path; lists are walked through. */
function valuesAt(root: unknown, path: string): readonly unknown[] {
  let found: readonly unknown[] = [root];
  for (const step of path.split('.')) {
    const [key = '', list] = step.split('[');
    found = found.flatMap((one) =>
      typeof one === 'object' && one !== null && Object.hasOwn(one, key) ? [(one as Record<string, unknown>)[key]] : [],
    );
    if (list !== undefined) found = found.flatMap((one) => (Array.isArray(one) ? one : []));
  }
  return found;
}

const LEAVES = leaves(inputSchema(), '');

describe('config/example.yaml', () => {
  const example: unknown = parse(
    TEXT.replace(/^ {2}tls: null.*$/m, '').replace(COMMENTED, COMMENTED.replace('# ', '')),
  );
  const asWritten: unknown = parse(TEXT);

  test('loads', () => {
    const config = loadConfig(PATH, {});
    expect(config.accounts).toHaveLength(2);
    expect(config.organizations).toHaveLength(2);
  });

  test('has its comment with the certificate file still in it', () => expect(TEXT).toContain(`${COMMENTED}\n`));

  test.each(LEAVES.map((leaf) => [leaf.path, leaf] as const))('shows %s', (path, leaf) => {
    expect(leaf.required).toBe(leaf.option.default === undefined);
    if (path === 'redis.tls.caFile') expect(valuesAt(example, path)).toEqual(['/etc/orgtrail/redis-ca.pem']);
    else if (leaf.required) expect(valuesAt(asWritten, path).length).toBeGreaterThan(0);
    else expect(valuesAt(asWritten, path)).toContainEqual(leaf.option.default);
  });

  test('says why behind every option, at least once', () => {
    const lines = TEXT.split('\n');
    const silent = LEAVES.filter(({ path }) => {
      const key = path.split('.').at(-1) ?? '';
      return !lines.some((line) => new RegExp(`(^|[ {-])${key}: .*#|# .*${key}: `).test(line));
    });
    expect(silent.map((leaf) => leaf.path)).toEqual([]);
  });
});

describe('the schema', () => {
  test('is walked to the end', () => {
    expect(LEAVES.length).toBeGreaterThan(50);
    expect(LEAVES.map((leaf) => leaf.path)).toEqual(
      expect.arrayContaining([
        'archive.kmsKey',
        'accounts[].trails[].formerBuckets',
        'organizations[].exclude.tags',
        'redis.tls.caFile',
      ]),
    );
  });

  test.each(LEAVES.map((leaf) => [leaf.path, leaf.option] as const))('%s has a sentence', (_path, option) => {
    expect(option.description).toMatch(/^[A-Z].{15,}\.$/);
  });

  const numbers = LEAVES.filter((leaf) => leaf.option.type === 'integer' || leaf.option.type === 'number');

  test('has numbers to look at', () => expect(numbers.length).toBeGreaterThan(15));

  test.each(numbers.map((leaf) => [leaf.path, leaf.option] as const))(
    '%s has bounds and says its unit',
    (path, option) => {
      expect(option).toMatchObject({ minimum: expect.any(Number), maximum: expect.any(Number) });
      if (path !== 'http.port') expect(option.description).toMatch(/Unit: \w+, \d+ to \d+\.$/);
    },
  );
});
