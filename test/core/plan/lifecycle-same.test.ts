/** What S3 rewrites is no difference; everything else is one. */
import { describe, expect, test } from 'vitest';
import type { Json } from '../../../src/core/json.ts';
import { sameLifecycle } from '../../../src/core/plan/lifecycle-same.ts';
import type { Rule } from '../../../src/core/plan/lifecycle-rules.ts';

const rule: Rule = { ID: 'a', Status: 'Enabled', Filter: { Prefix: 'p/' }, Expiration: { Days: 3 } };
const other: Rule = { ...rule, ID: 'b' };
const one = (fields: Rule): Json => ({ Rules: [{ ...rule, ...fields }] });
const without = (name: string): Json => ({
  Rules: [Object.fromEntries(Object.entries(rule).filter(([key]) => key !== name))],
});
const tags = (...list: readonly (readonly [string, string])[]): Rule => ({
  Filter: { And: { Prefix: 'p/', Tags: list.map(([Key, Value]) => ({ Key, Value })) } },
});
const moves = [
  { Days: 30, StorageClass: 'STANDARD_IA' },
  { Days: 90, StorageClass: 'GLACIER' },
];

describe('the same', () => {
  test.each<readonly [string, Json | null, Json | null]>([
    ['rules in another order', { Rules: [rule, other] }, { Rules: [other, rule] }],
    ['the former prefix', { Rules: [{ ID: 'a', Status: 'Enabled', Prefix: 'p/', Expiration: { Days: 3 } }] }, one({})],
    ['an empty filter', one({ Filter: {} }), one({ Filter: { Prefix: '' } })],
    ['no filter at all', without('Filter'), one({ Filter: {} })],
    [
      'one tag or And of it',
      one({ Filter: { Tag: { Key: 'k', Value: 'v' } } }),
      one({ Filter: { And: { Tags: [{ Key: 'k', Value: 'v' }] } } }),
    ],
    ['tags in another order', one(tags(['a', '1'], ['b', '2'])), one(tags(['b', '2'], ['a', '1']))],
    ['empty lists', one({ Transitions: [], NoncurrentVersionTransitions: [] }), one({})],
    ['empty actions', one({ NoncurrentVersionExpiration: {}, AbortIncompleteMultipartUpload: null }), one({})],
    ['a marker flag that is off', one({ Expiration: { Days: 3, ExpiredObjectDeleteMarker: false } }), one({})],
    ['transitions in another order', one({ Transitions: moves }), one({ Transitions: moves.toReversed() })],
    [
      'a default spelled out',
      { Rules: [rule], TransitionDefaultMinimumObjectSize: 'all_storage_classes_128K' },
      one({}),
    ],
    ['fields in another order', { Rules: [Object.fromEntries(Object.entries(rule).toReversed())] }, one({})],
    ['none and no rules', null, { Rules: [] }],
  ])('%s', (_what, a, b) => {
    expect(sameLifecycle(a, b)).toBe(true);
    expect(sameLifecycle(b, a)).toBe(true);
  });
});

describe('not the same', () => {
  test('two filters that nobody knows', () => {
    expect(sameLifecycle(one({ Filter: { Odd: 1 } }), one({ Filter: { Odd: 2 } }))).toBe(false);
    expect(sameLifecycle(one({ Filter: { Odd: 1 } }), one({ Filter: { Odd: 1 } }))).toBe(true);
  });

  test.each<readonly [string, Json | null]>([
    ['another prefix', one({ Filter: { Prefix: 'p' } })],
    ['another status', one({ Status: 'Disabled' })],
    ['another id', one({ ID: 'b' })],
    ['other days', one({ Expiration: { Days: 4 } })],
    ['a date', one({ Expiration: { Date: '2030-01-01T00:00:00.000Z' } })],
    ['a marker flag that is on', one({ Expiration: { Days: 3, ExpiredObjectDeleteMarker: true } })],
    ['a tag', one(tags(['a', '1']))],
    ['a size', one({ Filter: { And: { Prefix: 'p/', ObjectSizeGreaterThan: 0 } } })],
    ['a transition at once', one({ Transitions: [{ Days: 0, StorageClass: 'GLACIER' }] })],
    ['an action that nobody knows', one({ Odd: { Days: 1 } })],
    ['a filter that nobody knows', one({ Filter: { Prefix: 'p/', Odd: 1 } })],
    ['a tag without a value', one({ Filter: { Tag: { Key: 'k' } } })],
    ['one rule more', { Rules: [rule, other] }],
    ['one rule twice', { Rules: [rule, rule] }],
    ['another minimum', { Rules: [rule], TransitionDefaultMinimumObjectSize: 'varies_by_storage_class' }],
    ['none', null],
    ['no lifecycle', 'text'],
  ])('%s', (_what, changed) => {
    expect(sameLifecycle(one({}), changed)).toBe(false);
    expect(sameLifecycle(changed, one({}))).toBe(false);
  });
});
