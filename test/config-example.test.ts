/** The example shows every option with its default, the schema says a sentence about each, and both agree. */
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { loadConfig, parseConfig } from '../src/config.ts';
import { inputSchema, type OptionSchema, present } from '../src/config/schema.ts';
import {
  COMPANION_ENV,
  LAYERS,
  PATH,
  TEXT,
  alternativeKeys,
  withAlternatives,
  withCompanions,
} from './config/example.ts';

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
  const layers = LAYERS.map((text): unknown => parse(text));

  test('loads', () => {
    const config = loadConfig(PATH, {});
    expect(config.accounts).toHaveLength(2);
    expect(config.organizations).toHaveLength(2);
  });

  test('has its comment with the certificate file still in it', () => expect(TEXT).toContain(`${COMMENTED}\n`));

  test('shows in comments what is null and has more to say', () => {
    expect(alternativeKeys(TEXT)).toEqual(['policy', 'posture', 'lifecycle', 'tls', 'tls', 'oidc']);
    expect(alternativeKeys(LAYERS[1] ?? '')).toEqual([
      'everyAccount',
      'members',
      'objectLock',
      'encryption',
      'accessLogging',
      'prices',
    ]);
    expect(alternativeKeys(LAYERS[2] ?? '')).toEqual([]);
    expect(withAlternatives(LAYERS[2] ?? '')).toBe(LAYERS[2]);
  });

  test('loads with what stands in its comments', () => {
    const [, groups = '', everything = ''] = LAYERS.map(withCompanions);
    const env = COMPANION_ENV;
    expect(parseConfig(groups, 'groups.yaml', env).policy).toMatchObject({ key: false, members: null });
    const config = parseConfig(everything, 'everything.yaml', env);
    expect(config.policy).toMatchObject({ members: { role: 'orgtrail-bucket-policy' } });
    expect(config.posture?.objectLock).toEqual({ mode: 'GOVERNANCE', days: 365 });
    expect(config.lifecycle?.prices?.currency).toBe('USD');
    expect(config.http.oidc?.roles).toHaveProperty('on-call', 'operator');
  });

  test.each(LEAVES.map((leaf) => [leaf.path, leaf] as const))('shows %s', (path, leaf) => {
    const shown = layers.flatMap((layer) => valuesAt(layer, path));
    expect(leaf.required).toBe(leaf.option.default === undefined);
    if (path === 'redis.tls.caFile')
      expect(shown).toEqual(['/etc/orgtrail/redis-ca.pem', '/etc/orgtrail/redis-ca.pem']);
    else if (leaf.required) expect(shown.length).toBeGreaterThan(0);
    else expect(shown).toContainEqual(leaf.option.default);
  });

  test('says why behind every option, at least once', () => {
    const lines = LAYERS.flatMap((text) => text.split('\n'));
    const silent = LEAVES.filter(({ path }) => {
      const key = path.split('.').at(-1) ?? '';
      const said = key === 'caFile' ? /# .*caFile: / : new RegExp(`(^ *|[ {-])${key}: .*#`);
      return !lines.some((line) => !/^ *#/.test(line) === (key !== 'caFile') && said.test(line));
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
        'policy.delivery.trails[].organization',
        'posture.objectLock.days',
        'lifecycle.rules[].transitions[].class',
      ]),
    );
  });

  test.each(LEAVES.map((leaf) => [leaf.path, leaf.option] as const))('%s has a sentence', (_path, option) => {
    expect(option.description).toMatch(/^[A-Z].{15,}\.$/);
  });

  const numbers = LEAVES.map(({ path, option }) => ({ path, option: present(option) })).filter(
    ({ option }) => option.type === 'integer' || option.type === 'number',
  );

  test('has numbers to look at', () => expect(numbers.length).toBeGreaterThan(25));

  test.each(numbers.map((leaf) => [leaf.path, leaf.option] as const))(
    '%s has bounds and says its unit',
    (path, option) => {
      expect(option).toMatchObject({ minimum: expect.any(Number), maximum: expect.any(Number) });
      if (path !== 'http.port') expect(option.description).toMatch(/Unit: \w+, \d+ to \d+\.$/);
    },
  );
});
