/** Defaults, bounds and required keys of policy, posture and lifecycle. */
import { describe, expect, test } from 'vitest';
import { parseConfig } from '../src/config.ts';
import { GLASS, group, policy, rule, WRITER } from './config/policy-groups.ts';
import { FILE, GOOD, linesOf } from './config/refusal.ts';

describe('defaults', () => {
  test('nothing is held, and nothing applied', () => {
    const config = parseConfig(GOOD, FILE, {});
    expect(config).toMatchObject({ policy: null, posture: null, lifecycle: null, reconcile: { apply: false } });
  });

  test('of a policy', () => {
    expect(parseConfig(policy(), FILE, {}).policy).toEqual({
      writer: WRITER,
      breakGlass: [GLASS],
      administrators: [],
      tlsOnly: true,
      conditionalWrites: true,
      delivery: { trails: [], everyAccount: null, cloudtrailPrincipal: 'cloudtrail.amazonaws.com' },
      organizationIds: [],
      readers: [],
      key: false,
      topic: null,
      members: null,
    });
  });

  test('of a posture', () => {
    expect(parseConfig(`${GOOD}posture: {}\n`, FILE, {}).posture).toEqual({
      versioning: true,
      objectLock: null,
      encryption: null,
      publicAccessBlocked: true,
      ownership: 'BucketOwnerEnforced',
      accessLogging: null,
    });
    const { posture } = parseConfig(group('posture', 'encryption: {}\naccessLogging: { bucket: logs }'), FILE, {});
    expect(posture).toMatchObject({ encryption: { bucketKey: true }, accessLogging: { bucket: 'logs', prefix: '' } });
  });

  test('of a lifecycle', () => {
    expect(parseConfig(`${GOOD}lifecycle: {}\n`, FILE, {}).lifecycle).toEqual({
      rules: [],
      minimumSize: 'all-128K',
      retentionDays: null,
      prices: null,
    });
    expect(parseConfig(rule('name: a, of: logs, expireDays: 9'), FILE, {}).lifecycle?.rules).toEqual([
      {
        name: 'a',
        of: 'logs',
        accounts: [],
        transitions: [],
        expireDays: 9,
        noncurrentDays: null,
        abortUploadsDays: null,
        largerThanBytes: null,
        smallerThanBytes: null,
      },
    ]);
  });
});

describe('required', () => {
  test.each([
    ['policy.writer and breakGlass', `${GOOD}policy: {}\n`, ['6:1 policy.writer', '6:1 policy.breakGlass']],
    ['a break-glass principal', policy('', { breakGlass: '[]' }), ['8:15 policy.breakGlass']],
    ['principals of a reader', policy('readers: [{ principals: [] }]'), ['9:27 policy.readers[0].principals']],
    [
      'accounts of a reader',
      policy(`readers: [{ principals: ["222222222222"], accounts: [] }]`),
      ['9:55 policy.readers[0].accounts'],
    ],
    [
      'the prefix of a trail',
      policy('delivery:\n  everyAccount: { name: main, region: us-east-1 }'),
      ['10:5 policy.delivery.everyAccount.prefix'],
    ],
    [
      'mode and days of a lock',
      group('posture', 'objectLock: {}'),
      ['7:3 posture.objectLock.mode', '7:3 posture.objectLock.days'],
    ],
    ['name and area of a rule', rule('expireDays: 1'), ['8:7 lifecycle.rules[0].name', '8:7 lifecycle.rules[0].of']],
    [
      'every list of prices',
      group('lifecycle', 'prices: { currency: USD }'),
      ['7:3 lifecycle.prices.storage', '7:3 lifecycle.prices.transition'],
    ],
  ])('%s', (_name, text, places) => {
    const lines = linesOf(text);
    expect(lines.map((line) => line.split(': ')[0])).toEqual(places.map((place) => `c.yaml:${place}`));
    for (const line of lines) expect(line).toMatch(/is missing, and it is required|is an empty list/);
  });
});

describe('bounds', () => {
  const ruleNumber = (name: string) => (value: number) =>
    rule(`name: a, of: logs, abortUploadsDays: 1, ${name}: ${value}`);
  const numbers: readonly (readonly [string, (value: number) => string, number, number])[] = [
    ['lifecycle.rules[0].expireDays', ruleNumber('expireDays'), 1, 36_500],
    ['lifecycle.rules[0].noncurrentDays', ruleNumber('noncurrentDays'), 1, 36_500],
    ['lifecycle.rules[0].largerThanBytes', ruleNumber('largerThanBytes'), 0, 50 * 1024 ** 4],
    ['lifecycle.rules[0].smallerThanBytes', ruleNumber('smallerThanBytes'), 1, 50 * 1024 ** 4],
    [
      'lifecycle.rules[0].abortUploadsDays',
      (value) => rule(`name: a, of: logs, abortUploadsDays: ${value}`),
      1,
      36_500,
    ],
    [
      'lifecycle.rules[0].transitions[0].days',
      (value) => rule(`name: a, of: logs, transitions: [{ class: GLACIER, days: ${value} }]`),
      0,
      36_500,
    ],
    ['lifecycle.retentionDays', (value) => group('lifecycle', `retentionDays: ${value}`), 1, 36_500],
    [
      'posture.objectLock.days',
      (value) => group('posture', `objectLock: { mode: GOVERNANCE, days: ${value} }`),
      1,
      36_500,
    ],
  ];

  test.each(numbers)('of %s are told from both sides', (path, write, least, most) => {
    expect(() => parseConfig(write(least), FILE, {})).not.toThrow();
    expect(() => parseConfig(write(most), FILE, {})).not.toThrow();
    expect(linesOf(write(least - 1))[0]).toContain(`${path}: "${least - 1}" is too small: at least ${least} is wanted`);
    expect(linesOf(write(most + 1))[0]).toContain(`${path}: "${most + 1}" is too large: at most ${most} is wanted`);
    expect(linesOf(write(least + 0.5))[0]).toContain(`${path}: `);
  });

  test('of prices, and of the classes they are for', () => {
    const write = (storage: string): string =>
      group('lifecycle', `prices: { currency: USD, storage: ${storage}, transition: {} }`);
    expect(() => parseConfig(write('{ STANDARD: 0.023, GLACIER: 0 }'), FILE, {})).not.toThrow();
    expect(linesOf(write('{ STANDARD: -1 }'))).toEqual([
      'c.yaml:7:49 lifecycle.prices.storage.STANDARD: is too small: at least 0 is wanted',
    ]);
    expect(linesOf(write('{ GLACIAR: 1 }'))[0]).toContain(
      'c.yaml:7:48 lifecycle.prices.storage.GLACIAR: has a key that is no storage class: one of STANDARD, STANDARD_IA',
    );
    expect(
      linesOf(group('lifecycle', 'prices: { currency: USD, storage: {}, transition: { STANDARD: 1 } }'))[0],
    ).toContain('no storage class: one of STANDARD_IA');
  });

  test('of lists', () => {
    const many = (count: number): string =>
      Array.from({ length: count }, (_, index) => `arn:aws:iam::111111111111:role/r${index}`).join(', ');
    expect(() => parseConfig(policy('', { breakGlass: `[${many(50)}]` }), FILE, {})).not.toThrow();
    expect(linesOf(policy('', { breakGlass: `[${many(51)}]` }))).toEqual([
      'c.yaml:8:15 policy.breakGlass: is too long a list: at most 50 are wanted',
    ]);
  });

  test('unknown keys are told with what was meant', () => {
    expect(linesOf(policy('tlsonly: true'))).toEqual([
      'c.yaml:9:3 policy.tlsonly: unknown key, did you mean "tlsOnly"?',
    ]);
    expect(linesOf(`${GOOD}polcy: {}\n`)).toEqual(['c.yaml:6:1 polcy: unknown key, did you mean "policy"?']);
  });
});
