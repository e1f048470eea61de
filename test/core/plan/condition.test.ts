/** Every operator, absent keys, sets, and what cannot be judged. */
import { describe, expect, test } from 'vitest';
import type { Json } from '../../../src/core/json.ts';
import { conditionHolds } from '../../../src/core/plan/condition.ts';
import { UNKNOWN, type Lookup } from '../../../src/core/plan/pattern.ts';
import type { Truth } from '../../../src/core/plan/policy-element.ts';

const VALUES: ReadonlyMap<string, string> = new Map([
  ['k:text', 'Value'],
  ['k:number', '42'],
  ['k:date', '2026-01-02T00:00:00Z'],
  ['k:bool', 'true'],
  ['k:ip', '10.1.2.3'],
  ['k:arn', 'arn:aws:iam::111111111111:role/a'],
  ['aws:tagkeys', 'a'],
]);
const lookup: Lookup = (key) => (key === 'k:unknown' ? UNKNOWN : (VALUES.get(key) ?? null));
const holds = (block: Json | undefined): Truth => conditionHolds(block, { lookup, variables: lookup });
const one = (operator: string, key: string, values: Json): Truth => holds({ [operator]: { [key]: values } });

describe('operators', () => {
  test.each<[string, string, Json, Truth]>([
    ['StringEquals', 'k:text', 'Value', 'yes'],
    ['StringEquals', 'k:text', 'value', 'no'],
    ['StringEquals', 'k:text', 'V*', 'no'],
    ['StringEquals', 'k:text', ['x', 'Value'], 'yes'],
    ['StringEquals', 'K:Text', '${k:text}', 'yes'],
    ['stringequals', 'k:text', 'Value', 'yes'],
    ['StringNotEquals', 'k:text', ['x', 'Value'], 'no'],
    ['StringNotEquals', 'k:text', ['x', 'y'], 'yes'],
    ['StringEqualsIgnoreCase', 'k:text', 'vALUE', 'yes'],
    ['StringEqualsIgnoreCase', 'k:text', '${k:Text}', 'yes'],
    ['StringEqualsIgnoreCase', 'k:text', 'x', 'no'],
    ['StringNotEqualsIgnoreCase', 'k:text', 'vALUE', 'no'],
    ['StringLike', 'k:text', 'V*e', 'yes'],
    ['StringLike', 'k:text', 'v*e', 'no'],
    ['StringNotLike', 'k:text', 'V*e', 'no'],
    ['ArnLike', 'k:arn', 'arn:aws:iam::*:role/a', 'yes'],
    ['ArnEquals', 'k:arn', 'arn:aws:iam::*:role/a', 'yes'],
    ['ArnLike', 'k:arn', 'arn:aws:iam::*:role/b', 'no'],
    ['ArnNotLike', 'k:arn', 'arn:aws:iam::*:role/a', 'no'],
    ['ArnNotEquals', 'k:arn', 'arn:aws:iam::*:role/b', 'yes'],
    ['ArnNotEquals', 'k:arn', '*', 'unsure'],
    ['Bool', 'k:bool', 'TRUE', 'yes'],
    ['Bool', 'k:bool', true, 'yes'],
    ['Bool', 'k:bool', 'false', 'no'],
    ['Bool', 'k:bool', 'maybe', 'unsure'],
    ['NumericEquals', 'k:number', '42.0', 'yes'],
    ['NumericEquals', 'k:number', 43, 'no'],
    ['NumericNotEquals', 'k:number', '42', 'no'],
    ['NumericLessThan', 'k:number', '42', 'no'],
    ['NumericLessThan', 'k:number', '43', 'yes'],
    ['NumericLessThanEquals', 'k:number', '42', 'yes'],
    ['NumericGreaterThan', 'k:number', '42', 'no'],
    ['NumericGreaterThan', 'k:number', '-1', 'yes'],
    ['NumericGreaterThanEquals', 'k:number', '42', 'yes'],
    ['NumericEquals', 'k:number', 'x', 'unsure'],
    ['NumericEquals', 'k:text', '1', 'unsure'],
    ['DateEquals', 'k:date', '2026-01-02', 'yes'],
    ['DateNotEquals', 'k:date', '2026-01-02', 'no'],
    ['DateLessThan', 'k:date', '2026-01-02T00:00:01Z', 'yes'],
    ['DateGreaterThan', 'k:date', '1767311999', 'yes'],
    ['DateGreaterThanEquals', 'k:date', '2026-01-02T01:00:00+01:00', 'yes'],
    ['DateLessThanEquals', 'k:date', '2026-01-01T00:00:00Z', 'no'],
    ['DateLessThan', 'k:date', '2026-01-02T00:00:01', 'unsure'],
    ['IpAddress', 'k:ip', '10.0.0.0/8', 'yes'],
    ['NotIpAddress', 'k:ip', ['10.0.0.0/8', '1.0.0.0/8'], 'no'],
    ['NotIpAddress', 'k:ip', '1.0.0.0/8', 'yes'],
    ['BinaryEquals', 'k:text', 'Value', 'unsure'],
    ['Whatever', 'k:text', 'Value', 'unsure'],
    ['ForSomeValues:StringEquals', 'k:text', 'Value', 'unsure'],
  ])('%s %s %j: %s', (operator, key, values, expected) => {
    expect(one(operator, key, values)).toBe(expected);
  });
});

describe('a key that is absent', () => {
  test.each<[string, Truth]>([
    ['StringEquals', 'no'],
    ['StringEqualsIfExists', 'yes'],
    ['StringNotEquals', 'yes'],
    ['StringNotEqualsIfExists', 'yes'],
    ['ArnLike', 'no'],
    ['ArnNotLike', 'yes'],
    ['NotIpAddress', 'yes'],
    ['NumericNotEquals', 'yes'],
    ['NumericLessThan', 'no'],
    ['DateNotEquals', 'yes'],
    ['Bool', 'no'],
    ['BoolIfExists', 'yes'],
    ['ForAnyValue:StringEquals', 'no'],
    ['ForAnyValue:StringNotEquals', 'no'],
    ['ForAllValues:StringEquals', 'yes'],
    ['ForAllValues:StringNotEquals', 'yes'],
    ['ForAnyValue:StringEqualsIfExists', 'unsure'],
  ])('%s: %s', (operator, expected) => {
    expect(one(operator, 'k:absent', 'true')).toBe(expected);
  });
  test('is what Null asks for', () => {
    expect([one('Null', 'k:absent', 'true'), one('Null', 'k:absent', false)]).toEqual(['yes', 'no']);
    expect([one('Null', 'k:text', 'true'), one('Null', 'k:text', ['false'])]).toEqual(['no', 'yes']);
    expect(one('Null', 'k:text', 'x')).toBe('unsure');
    expect(one('NullIfExists', 'k:text', 'true')).toBe('unsure');
  });
});

describe('what cannot be judged', () => {
  test('is a key of unknown value, whatever is asked of it', () => {
    for (const operator of ['StringEquals', 'StringNotEquals', 'Null', 'BoolIfExists', 'ForAllValues:StringLike'])
      expect(one(operator, 'k:unknown', 'true')).toBe('unsure');
  });
  test('is a set, of which the request tells one text; IfExists changes nothing where the key is there', () => {
    expect(one('ForAnyValue:StringEquals', 'aws:TagKeys', 'a')).toBe('unsure');
    expect(one('StringEquals', 'aws:TagKeys', 'a')).toBe('unsure');
    expect(one('ForAnyValue:StringLike', 'k:text', 'V*')).toBe('yes');
    expect(one('ForAllValues:StringNotEquals', 'k:text', 'Value')).toBe('no');
    expect(one('StringNotEqualsIfExists', 'k:text', 'Value')).toBe('no');
  });
  test.each<[Json]>([['x'], [[]], [null], [{ StringEquals: 'x' }], [{ StringEquals: { 'k:text': [] } }]])(
    'is a block such as %j',
    (block) => {
      expect(holds(block)).toBe('unsure');
    },
  );
  test('is a value that is no text', () => {
    expect(one('StringEquals', 'k:text', [['Value']])).toBe('unsure');
    expect(one('StringEquals', 'k:text', null)).toBe('unsure');
  });
});

describe('a block', () => {
  test('holds when all of it does; what does not hold settles it', () => {
    expect([holds(undefined), holds({})]).toEqual(['yes', 'yes']);
    const both = (second: Json): Truth => holds({ StringEquals: { 'k:text': 'Value' }, Bool: { 'k:bool': second } });
    expect([both('true'), both('false'), both('x')]).toEqual(['yes', 'no', 'unsure']);
    expect(holds({ StringEquals: { 'k:text': 'Value', 'k:number': '1' } })).toBe('no');
    expect(holds({ StringEquals: { 'k:unknown': 'x', 'k:text': 'other' } })).toBe('no');
  });
  test('takes variables for text where the version knows none', () => {
    expect(conditionHolds({ StringEquals: { 'k:text': '${k:text}' } }, { lookup, variables: null })).toBe('no');
    expect(conditionHolds({ StringEqualsIgnoreCase: { 'k:text': 'VALUE' } }, { lookup, variables: null })).toBe('yes');
  });
});
