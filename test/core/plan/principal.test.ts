/** Whom a statement is about. */
import { describe, expect, test } from 'vitest';
import type { Json } from '../../../src/core/json.ts';
import type { Truth } from '../../../src/core/plan/policy-element.ts';
import { concerns, isEverybodyNamed, namedPrincipals, type Caller } from '../../../src/core/plan/principal.ts';

const ACCOUNT = '111111111111';
const ROOT = `arn:aws:iam::${ACCOUNT}:root`;
const aws = (arn: string): Caller => ({ kind: 'aws', arn, account: ACCOUNT });
const USER = aws(`arn:aws:iam::${ACCOUNT}:user/team/ann`);
const ROLE = aws(`arn:aws:iam::${ACCOUNT}:role/team/reader`);
const SESSION = aws(`arn:aws:sts::${ACCOUNT}:assumed-role/reader/today`);
const TRAIL: Caller = { kind: 'service', name: 'cloudtrail.amazonaws.com' };
const ANYBODY: Caller = { kind: 'anonymous' };
const arnOf = (caller: Caller): string => (caller.kind === 'aws' ? caller.arn : '');

describe('Principal', () => {
  test.each<[Json, Caller, Truth]>([
    ['*', USER, 'yes'],
    ['*', TRAIL, 'yes'],
    ['*', ANYBODY, 'yes'],
    [{ AWS: '*' }, ANYBODY, 'yes'],
    [{ AWS: ['x', '*'] }, TRAIL, 'yes'],
    [{ AWS: ACCOUNT }, USER, 'yes'],
    [{ AWS: ROOT }, ROLE, 'yes'],
    [{ AWS: ROOT }, aws(ROOT), 'yes'],
    [{ AWS: ACCOUNT }, TRAIL, 'no'],
    [{ AWS: ACCOUNT }, ANYBODY, 'no'],
    [{ AWS: '222222222222' }, USER, 'no'],
    [{ AWS: 'arn:aws:iam::222222222222:root' }, USER, 'no'],
    [{ AWS: arnOf(USER) }, USER, 'yes'],
    [{ AWS: `arn:aws:iam::${ACCOUNT}:user/ann` }, USER, 'no'],
    [{ AWS: arnOf(ROLE) }, ROLE, 'yes'],
    [{ AWS: `arn:aws:iam::${ACCOUNT}:role/reader` }, ROLE, 'no'],
    [{ AWS: arnOf(ROLE) }, SESSION, 'yes'],
    [{ AWS: `arn:aws:iam::${ACCOUNT}:role/other` }, SESSION, 'no'],
    [{ AWS: 'arn:aws:iam::222222222222:role/reader' }, SESSION, 'no'],
    [{ AWS: `arn:aws:iam::${ACCOUNT}:user/reader` }, SESSION, 'no'],
    [{ AWS: arnOf(SESSION) }, SESSION, 'yes'],
    [{ AWS: `arn:aws:sts::${ACCOUNT}:assumed-role/reader/other` }, SESSION, 'no'],
    [{ AWS: arnOf(SESSION) }, ROLE, 'unsure'],
    [{ AWS: `arn:aws:sts::${ACCOUNT}:assumed-role/other/today` }, ROLE, 'no'],
    [{ AWS: arnOf(SESSION) }, USER, 'no'],
    [{ AWS: 'AROAJQABLZS4A3QDU576Q' }, ROLE, 'no'],
    [{ AWS: `arn:aws:iam::${ACCOUNT}:role/*` }, ROLE, 'unsure'],
    [{ AWS: 'ann' }, USER, 'unsure'],
    [{ Service: 'cloudtrail.amazonaws.com' }, TRAIL, 'yes'],
    [{ Service: ['config.amazonaws.com', 'cloudtrail.amazonaws.com'] }, TRAIL, 'yes'],
    [{ Service: 'config.amazonaws.com' }, TRAIL, 'no'],
    [{ Service: '*' }, TRAIL, 'yes'],
    [{ Service: '*' }, USER, 'no'],
    [{ Service: 'cloudtrail.amazonaws.com', AWS: ACCOUNT }, USER, 'yes'],
    [{ AWS: 'cloudtrail.amazonaws.com' }, TRAIL, 'no'],
    [{ CanonicalUser: 'abc' }, USER, 'unsure'],
    [{ CanonicalUser: 'abc' }, TRAIL, 'no'],
    [{ Federated: 'cognito-identity.amazonaws.com' }, ROLE, 'unsure'],
    [{ Federated: 'x' }, ANYBODY, 'no'],
    [{ Other: 'x' }, TRAIL, 'unsure'],
    [{ AWS: [] }, USER, 'unsure'],
    [{ AWS: 5 }, USER, 'unsure'],
    [{}, USER, 'unsure'],
    ['x', USER, 'unsure'],
    [{ AWS: `${ACCOUNT}:root` }, USER, 'unsure'],
    [{ AWS: `arn:aws:iam::${ACCOUNT}` }, USER, 'no'],
    [{ AWS: `x${ROOT}` }, USER, 'unsure'],
    [{ CanonicalUser: ACCOUNT }, TRAIL, 'no'],
    [{ Service: ACCOUNT }, USER, 'no'],
    [{ AWS: `arn:aws:iam::${ACCOUNT}:role/reader/other` }, SESSION, 'no'],
    [{ AWS: `arn:aws:sts::${ACCOUNT}:assumed-role/reader` }, SESSION, 'no'],
    [{ AWS: `arn:aws:sts::${ACCOUNT}:assumed-role/x/reader/y` }, SESSION, 'no'],
    [{ AWS: `arn:aws:sts::${ACCOUNT}:federated-user/reader` }, SESSION, 'no'],
    [{ AWS: `arn:aws:iam::${ACCOUNT}:role/x:y/reader` }, SESSION, 'no'],
    [[ACCOUNT], USER, 'unsure'],
  ])('%j and %j: %s', (principal, caller, expected) => {
    expect(concerns({ Principal: principal }, caller)).toBe(expected);
  });
});

describe('NotPrincipal', () => {
  test.each<[Json, Caller, Truth]>([
    ['*', USER, 'no'],
    [{ AWS: '*' }, TRAIL, 'no'],
    [{ AWS: ['222222222222', '*'] }, TRAIL, 'no'],
    [{ Service: 'cloudtrail.amazonaws.com', AWS: ACCOUNT }, USER, 'unsure'],
    [{ AWS: '222222222222' }, USER, 'yes'],
    [{ AWS: [arnOf(USER), ROOT] }, USER, 'no'],
    [{ AWS: [arnOf(ROLE), ACCOUNT] }, ROLE, 'no'],
    [{ AWS: [arnOf(ROLE), ACCOUNT] }, SESSION, 'no'],
    [{ AWS: arnOf(USER) }, USER, 'unsure'],
    [{ AWS: ROOT }, USER, 'unsure'],
    [{ AWS: [arnOf(USER), ROOT] }, TRAIL, 'yes'],
    [{ AWS: [arnOf(USER), ROOT] }, ANYBODY, 'yes'],
    [{ AWS: ROOT, Service: 'cloudtrail.amazonaws.com' }, TRAIL, 'no'],
    [{ AWS: ['AROAJQABLZS4A3QDU576Q'] }, ROLE, 'yes'],
    [{ CanonicalUser: 'abc' }, USER, 'unsure'],
    [{}, USER, 'unsure'],
  ])('%j and %j: %s', (exempt, caller, expected) => {
    expect(concerns({ NotPrincipal: exempt }, caller)).toBe(expected);
  });
  test('beside Principal, or neither of them, cannot be judged', () => {
    expect(concerns({}, USER)).toBe('unsure');
    expect(concerns({ Principal: '*', NotPrincipal: { AWS: ACCOUNT } }, USER)).toBe('unsure');
  });
});

test.each<[Record<string, Json>, boolean]>([
  [{ Principal: '*' }, true],
  [{ Principal: { AWS: ['*'] } }, true],
  [{ Principal: { AWS: [ROOT, '*'] } }, true],
  [{ Principal: { AWS: ROOT }, NotPrincipal: { AWS: ROOT } }, true],
  [{ Principal: { Service: '*' } }, true],
  [{ Principal: { AWS: ROOT } }, false],
  [{ NotPrincipal: { AWS: ROOT } }, true],
  [{}, true],
  [{ Principal: 5 }, true],
])('everybody is named by %j: %s', (statement, expected) => {
  expect(isEverybodyNamed(statement)).toBe(expected);
});

test('the users, roles and accounts that are named', () => {
  expect(namedPrincipals({ Principal: { AWS: [ROOT, 'x'], Service: 's' } })).toEqual([ROOT, 'x']);
  expect(namedPrincipals({ Principal: { AWS: 5 } })).toEqual([]);
  expect(namedPrincipals({ NotPrincipal: { AWS: ROOT } })).toEqual([]);
});
