/** What makes a grant public, and which conditions narrow it. */
import { describe, expect, test } from 'vitest';
import type { Json } from '../../../src/core/json.ts';
import { isNarrowedBy, isPublicGrant } from '../../../src/core/plan/public-grant.ts';
import type { Statement } from '../../../src/core/plan/policy.ts';

const OPEN: Statement = { Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: '*' };
const when = (operator: string, key: string, values: Json): boolean =>
  isPublicGrant({ ...OPEN, Condition: { [operator]: { [key]: values } } });

describe('who is named', () => {
  test.each<[Statement, boolean]>([
    [OPEN, true],
    [{ ...OPEN, Principal: { AWS: '*' } }, true],
    [{ ...OPEN, Principal: { AWS: ['111111111111', '*'] } }, true],
    [{ ...OPEN, Principal: { AWS: '111111111111' } }, false],
    [{ ...OPEN, Principal: { Service: 'cloudtrail.amazonaws.com' } }, false],
    [{ Effect: 'Allow', NotPrincipal: { AWS: '111111111111' } }, true],
    [{ ...OPEN, Principal: 7 }, true],
    [{ ...OPEN, Effect: 'Deny' }, false],
    [{ ...OPEN, Effect: 'allow' }, true],
    [{ ...OPEN, Condition: {} }, true],
    [{ ...OPEN, Condition: 'x' }, true],
    [{ ...OPEN, Condition: { StringEquals: 'x' } }, true],
  ])('%j: %s', (statement, expected) => {
    expect(isPublicGrant(statement)).toBe(expected);
  });
});

describe('a fixed value narrows', () => {
  test.each<[string, string, Json]>([
    ['StringEquals', 'aws:PrincipalOrgID', 'o-a1b2c3d4e5'],
    ['StringEquals', 'AWS:sourceaccount', ['111111111111', '222222222222']],
    ['StringEqualsIgnoreCase', 'aws:PrincipalAccount', '111111111111'],
    ['StringLike', 'aws:SourceVpce', 'vpce-1'],
    ['ArnEquals', 'aws:SourceArn', 'arn:aws:cloudtrail:us-east-1:111111111111:trail/a'],
    ['ArnLike', 'aws:PrincipalArn', 'arn:aws:iam::111111111111:role/a'],
    ['ForAnyValue:StringLike', 'aws:PrincipalOrgPaths', 'o-a1b2c3d4e5/r-ab12/*'],
    ['ForAnyValue:StringLike', 'aws:SourceOrgPaths', ['o-a1b2c3d4e5/*']],
    ['IpAddress', 'aws:SourceIp', ['10.0.0.0/8', '192.0.2.1', '2001:db8::/32']],
    ['StringEquals', 'aws:SourceVpc', 'vpc-1'],
    ['StringEquals', 'aws:SourceOwner', '111111111111'],
    ['StringEquals', 'aws:SourceOrgID', 'o-a1b2c3d4e5'],
    ['StringEquals', 'aws:userid', 'AROAEXAMPLE:name'],
    ['StringEquals', 'kms:CallerAccount', '111111111111'],
    ['StringEquals', 's3:DataAccessPointAccount', '111111111111'],
    ['StringEquals', 's3:DataAccessPointArn', 'arn:aws:s3:us-east-1:111111111111:accesspoint/a'],
  ])('%s %s %j', (operator, key, values) => {
    expect(when(operator, key, values)).toBe(false);
  });
});

describe('nothing else does', () => {
  test.each<[string, string, Json]>([
    ['StringLike', 'aws:PrincipalOrgID', 'o-*'],
    ['StringLike', 'aws:PrincipalOrgID', 'o-a1b2c3d4e?'],
    ['StringEquals', 'aws:PrincipalOrgID', ['o-a1b2c3d4e5', '*']],
    ['StringEquals', 'aws:PrincipalOrgID', []],
    ['StringEquals', 'aws:PrincipalOrgID', ''],
    ['StringEquals', 'aws:PrincipalOrgID', true],
    ['StringEquals', 'aws:PrincipalAccount', '${aws:PrincipalAccount}'],
    ['StringEqualsIfExists', 'aws:PrincipalOrgID', 'o-a1b2c3d4e5'],
    ['ForAllValues:StringEquals', 'aws:PrincipalOrgID', 'o-a1b2c3d4e5'],
    ['StringNotEquals', 'aws:PrincipalOrgID', 'o-a1b2c3d4e5'],
    ['ArnLike', 'aws:PrincipalArn', 'arn:aws:iam::*:role/a'],
    ['ArnNotLike', 'aws:PrincipalArn', 'arn:aws:iam::111111111111:role/a'],
    ['Null', 'aws:PrincipalOrgID', 'false'],
    ['StringEquals', 'aws:Referer', 'https://example.com/'],
    ['StringEquals', 'aws:UserAgent', 'mine'],
    ['StringEquals', 'aws:PrincipalType', 'AssumedRole'],
    ['Bool', 'aws:SecureTransport', 'true'],
    ['ForAnyValue:StringLike', 'aws:PrincipalOrgPaths', '*/r-ab12/*'],
    ['ForAnyValue:StringLike', 'aws:PrincipalOrgPaths', 'o-a1b2c3d4e5'],
    ['ForAnyValue:StringLike', 'aws:PrincipalOrgPaths', 'o-*/'],
    ['IpAddress', 'aws:SourceIp', '0.0.0.0/0'],
    ['IpAddress', 'aws:SourceIp', ['10.0.0.0/8', '0.0.0.0/7']],
    ['IpAddress', 'aws:SourceIp', '2001::/31'],
    ['IpAddress', 'aws:SourceIp', '10.0.0.0/x'],
    ['IpAddress', 'aws:SourceIp', ''],
    ['IpAddress', 'aws:VpcSourceIp', '10.0.0.0/8'],
    ['NotIpAddress', 'aws:SourceIp', '10.0.0.0/8'],
    ['StringEquals', 'aws:SourceIp', '10.0.0.1'],
  ])('%s %s %j', (operator, key, values) => {
    expect(when(operator, key, values)).toBe(true);
  });
});

test('one narrow key suffices, beside whatever else is asked', () => {
  const both = { StringEquals: { 'aws:Referer': 'x', 'aws:SourceAccount': '111111111111' }, Bool: { a: 'true' } };
  expect(isPublicGrant({ ...OPEN, Condition: both })).toBe(false);
  expect(isNarrowedBy({ Condition: both }, new Set(['aws:referer']))).toBe(true);
  expect(isNarrowedBy({ Condition: both }, new Set(['aws:sourcearn']))).toBe(false);
});
