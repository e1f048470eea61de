/** Rules of others that act on the archive are findings by name; those that do not, or say what ours say, are none. */
import { describe, expect, test } from 'vitest';
import type { Rule } from '../../../src/core/plan/lifecycle-rules.ts';
import type { LifecycleWish } from '../../../src/core/plan/wanted.ts';
import type { LifecycleFacts } from '../../../src/core/plan/lifecycle-facts.ts';
import { codesOf, foreignRule, ONE, planned, present, rulesAfter, textOf, wish } from './lifecycle-world.ts';

const EXPIRES = 'lifecycle-foreign-expires';
const MOVES = 'lifecycle-foreign-moves';

function found(
  fields: Rule,
  rules: readonly LifecycleWish[] = [],
  more: Partial<LifecycleFacts> = {},
): readonly string[] {
  const rule = foreignRule('theirs', fields);
  const plan = planned(rules, { state: present({ Rules: [rule] }), ...more });
  if (plan.change !== null) expect(rulesAfter(plan)[0]).toEqual(rule);
  return codesOf(plan.findings);
}

const at = (prefix: string): Rule => ({ Filter: { Prefix: prefix } });
const tagged = (prefix: string, Key: string, Value: string): Rule => ({
  Filter: { And: { Prefix: prefix, Tags: [{ Key, Value }] } },
});

describe('a foreign rule that expires', () => {
  test.each([
    '',
    'trail',
    'trail/AWSLogs/',
    `trail/AWSLogs/${ONE}/CloudTrail-Digest/us-east-1/`,
    'trail/orgtrail/',
    'trail/orgtrail/pending/',
    'trail/orgtrail/quarantine/x',
    'trail/orgtrail/receipts/',
    'trail/orgtrail/keys/',
    'trail/orgtrail/trail-changes/',
    'trail/orgtrail/changes/',
    'trail/orgtrail/audit/',
    'trail/orgtrail/accepted/',
  ])('%j reaches the archive', (prefix) => {
    expect(found(at(prefix))).toEqual([EXPIRES]);
    expect(found({ ...at(prefix), Status: 'Disabled' })).toEqual([]);
  });

  test.each(['elsewhere/', 'trails/', 'AWSLogs/'])('%j does not', (prefix) => {
    expect(found(at(prefix))).toEqual([]);
  });

  test('is named with the folders that it reaches and what to do', () => {
    const plan = planned([], { state: present({ Rules: [foreignRule('sweep all', at(''))] }) });
    const text = textOf(plan.findings, EXPIRES);
    expect(text).toContain('"sweep all" removes objects below trail/AWSLogs/, trail/orgtrail/pending/');
    expect(text).toContain('trail/orgtrail/ earlier than configured | orgtrail leaves foreign rules alone');
  });

  test('by a date, of former versions, by a filter that nobody knows, by the former prefix', () => {
    expect(found({ ...at('trail/'), Expiration: { Date: '2030-01-01T00:00:00.000Z' } })).toEqual([EXPIRES]);
    const versions = { NoncurrentVersionExpiration: { NoncurrentDays: 1 } };
    expect(found({ ...at('trail/'), Expiration: {}, ...versions })).toEqual([EXPIRES]);
    expect(found({ Filter: { Odd: 1 } })).toEqual([EXPIRES]);
    expect(found({ Filter: null, Prefix: 'trail/' })).toEqual([EXPIRES]);
    expect(found({ ...at('trail/'), Expiration: { ExpiredObjectDeleteMarker: true } })).toEqual([]);
  });

  test('promoted captures only is what captures are for; other tags are told', () => {
    expect(found(tagged('trail/orgtrail/pending/', 'orgtrail', 'promoted'))).toEqual([]);
    expect(found(tagged('trail/orgtrail/pending/', 'orgtrail', 'other'))).toEqual([EXPIRES]);
    expect(found(tagged('trail/', 'orgtrail', 'promoted'))).toEqual([EXPIRES]);
  });

  test('no earlier than ours is none; earlier, wider or of an account whose expiry is withheld is one', () => {
    const folder = at(`trail/AWSLogs/${ONE}/CloudTrail/us-east-1/`);
    const ours = [wish('old', { expireDays: 400 })];
    expect(found({ ...folder, Expiration: { Days: 400 } }, ours)).toEqual([]);
    expect(found({ ...folder, Expiration: { Days: 399 } }, ours)).toEqual([EXPIRES]);
    expect(found({ ...at(`trail/AWSLogs/${ONE}/`), Expiration: { Days: 400 } }, ours)).toEqual([EXPIRES]);
    const unproven = new Map([[ONE, { code: 'late', detail: 'late', hint: '' }]]);
    expect(found({ ...folder, Expiration: { Days: 400 } }, ours, { unproven })).toEqual([EXPIRES]);
    const big = [wish('old', { expireDays: 400, largerThanBytes: 1 })];
    expect(found({ ...folder, Expiration: { Days: 400 } }, big)).toEqual([EXPIRES]);
  });
});

describe('a foreign rule that moves', () => {
  const moves = (prefix: string, Days: number, StorageClass: string): Rule => ({
    ...at(prefix),
    Expiration: {},
    Transitions: [{ Days, StorageClass }],
  });
  const ours = [wish('cold', { of: 'proven', transitions: [{ days: 90, class: 'GLACIER_IR' }] })];

  test('earlier or colder than ours', () => {
    expect(found(moves('trail/AWSLogs/', 90, 'GLACIER_IR'), ours)).toEqual([]);
    expect(found(moves('trail/AWSLogs/', 100, 'STANDARD_IA'), ours)).toEqual([]);
    expect(found(moves('trail/AWSLogs/', 89, 'GLACIER_IR'), ours)).toEqual([MOVES]);
    expect(found(moves('trail/AWSLogs/', 200, 'DEEP_ARCHIVE'), ours)).toEqual([MOVES]);
    expect(found(moves('trail/AWSLogs/', 200, 'CLASS_TO_COME'), ours)).toEqual([MOVES]);
    expect(found(moves('elsewhere/', 0, 'DEEP_ARCHIVE'), ours)).toEqual([]);
  });

  test('former versions, and receipts that ours leave where they are', () => {
    const versions = [{ NoncurrentDays: 1, StorageClass: 'GLACIER' }];
    expect(found({ ...at('trail/AWSLogs/'), Expiration: {}, NoncurrentVersionTransitions: versions })).toEqual([MOVES]);
    expect(found(moves('trail/orgtrail/receipts/', 90, 'GLACIER_IR'), ours)).toEqual([MOVES]);
  });
});
