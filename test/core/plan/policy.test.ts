/** Reading a policy as AWS returns it, and putting our statements into it without touching others'. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Json } from '../../../src/core/json.ts';
import {
  isOurs,
  isSubstituted,
  policyBytes,
  readPolicy,
  samePolicy,
  statementName,
  substitutedPrincipals,
  withStatements,
  type PolicyDocument,
  type Statement,
} from '../../../src/core/plan/policy.ts';

const THEIRS: Statement = { Sid: 'Theirs', Effect: 'Deny', Principal: '*', Action: 's3:*', Resource: '*' };
const OURS: Statement = { ...THEIRS, Sid: 'OrgtrailOne' };

function read(value: Json): PolicyDocument {
  const policy = readPolicy(value);
  if ('problem' in policy) throw new Error(policy.problem);
  return policy;
}

function problem(value: Json): string | null {
  const policy = readPolicy(value);
  return 'problem' in policy ? policy.problem : null;
}

describe('reading', () => {
  test('takes a list of statements, or one without its list', () => {
    const expected = { version: '2012-10-17', id: null, statements: [THEIRS] };
    expect(readPolicy({ Version: '2012-10-17', Statement: [THEIRS] })).toEqual(expected);
    expect(readPolicy({ Version: '2012-10-17', Statement: THEIRS })).toEqual(expected);
  });
  test('keeps the id, and takes a policy without version for one of 2008', () => {
    expect(readPolicy({ Id: 'mine', Statement: [] })).toEqual({ version: '2008-10-17', id: 'mine', statements: [] });
    expect(read({ Version: '2008-10-17', Statement: [] }).version).toBe('2008-10-17');
  });
  test.each<[Json, string]>([
    [null, 'is no object'],
    ['{}', 'is no object'],
    [[THEIRS], 'is no object'],
    [{ Version: '2012-10-17' }, 'has a statement (number 1) that is no object'],
    [{ Statement: 'Allow' }, 'has a statement (number 1) that is no object'],
    [{ Statement: [THEIRS, [THEIRS]] }, 'has a statement (number 2) that is no object'],
    [{ Statement: [THEIRS, null] }, 'has a statement (number 2) that is no object'],
    [{ Statement: [], Note: 'x' }, 'holds the unknown element "Note"'],
    [{ Version: '2020-01-01', Statement: [] }, 'is of the unknown version "2020-01-01"'],
    [{ Version: null, Statement: [] }, 'is of the unknown version null'],
    [{ Id: 5, Statement: [] }, 'has an Id that is no text'],
  ])('%j is told as a problem', (value, expected) => {
    expect(problem(value)).toBe(expected);
  });
  test('does not follow a document into any depth', () => {
    let deep: Json = 'x';
    for (let level = 0; level < 100_000; level += 1) deep = [deep];
    expect(problem({ Statement: { Condition: deep } })).toBe('is nested deeper than 16 levels');
    expect(samePolicy({ Statement: [{ A: [[['x']]] }] }, { Statement: [{ A: [[['x']]] }] })).toBe(true);
  });
  test('cuts what it quotes', () => {
    expect(problem({ Statement: [], ['n'.repeat(500)]: 1 })?.length).toBeLessThan(120);
  });
  test('answers every value with a policy or a problem', () => {
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), fc.record({ Statement: fc.jsonValue() })), (value) => {
        const policy = readPolicy(value as Json);
        expect('problem' in policy ? policy.problem.length > 0 : Array.isArray(policy.statements)).toBe(true);
        expect(samePolicy(value as Json, value as Json)).toBe(true);
      }),
    );
  });
});

describe('our mark', () => {
  test.each<[Json, boolean]>([
    ['OrgtrailX', true],
    ['Orgtrail', true],
    ['orgtrailX', false],
    ['MyOrgtrail', false],
    ['', false],
    [['OrgtrailX'], false],
  ])('Sid %j: %s', (sid, expected) => {
    expect(isOurs({ ...THEIRS, Sid: sid })).toBe(expected);
  });
  test('a statement without Sid is never ours, and is named by its place', () => {
    const { Sid: _sid, ...rest } = THEIRS;
    expect(isOurs(rest)).toBe(false);
    expect([statementName(rest, 0), statementName({ ...rest, Sid: '' }, 4), statementName(THEIRS, 1)]).toEqual([
      '#1',
      '#5',
      'Theirs',
    ]);
  });
});

describe('putting our statements in', () => {
  test('keeps version, id and foreign statements in their order, ours after them', () => {
    const other = { ...THEIRS, Sid: 'Other', Principal: { AWS: ['1', '1'] } };
    const actual = read({ Version: '2008-10-17', Id: 'x', Statement: [THEIRS, OURS, other] });
    const ours = [{ ...OURS, Sid: 'OrgtrailTwo' }];
    expect(withStatements(actual, ours)).toEqual({
      Version: '2008-10-17',
      Id: 'x',
      Statement: [THEIRS, other, ...ours],
    });
  });
  test('makes a policy where there is none, and none where no statement is left', () => {
    expect(withStatements(null, [OURS])).toEqual({ Version: '2012-10-17', Statement: [OURS] });
    expect(withStatements(null, [])).toBeNull();
    expect(withStatements(read({ Statement: [OURS, OURS] }), [])).toBeNull();
  });
  test('is done once, and leaves every foreign statement byte for byte', () => {
    const statement = fc
      .record({ Sid: fc.constantFrom('A', 'A', 'OrgtrailA', 'OrgtrailB', 7), Extra: fc.jsonValue({ maxDepth: 3 }) })
      .map((one) => one as Statement);
    fc.assert(
      fc.property(fc.array(statement), fc.array(statement), (there, wanted) => {
        const ours = wanted.filter(isOurs);
        const before = { Version: '2012-10-17', Statement: there };
        const once = withStatements(read(before), ours);
        expect(once === null).toBe(there.every(isOurs) && ours.length === 0);
        if (once === null) return;
        expect(withStatements(read(once), ours)).toEqual(once);
        const kept = read(once).statements.filter((one) => !isOurs(one));
        expect(JSON.stringify(kept)).toBe(JSON.stringify(there.filter((one) => !isOurs(one))));
        expect(read(once).statements.filter(isOurs)).toEqual(ours);
      }),
    );
  });
});

test('bytes are those of minified UTF-8', () => {
  expect(policyBytes({ Statement: [] })).toBe(16);
  expect(policyBytes({ Id: 'é€' })).toBe(14);
});

test('ids that AWS put in the place of deleted principals are found in both elements', () => {
  const role = 'AROAJQABLZS4A3QDU576Q';
  const user = 'AIDAJQABLZS4A3QDU576Q';
  expect(substitutedPrincipals({ ...THEIRS, Principal: { AWS: role } })).toEqual([role]);
  expect(substitutedPrincipals({ NotPrincipal: { AWS: ['111111111111', user] } })).toEqual([user]);
  expect(substitutedPrincipals(THEIRS)).toEqual([]);
  expect(substitutedPrincipals({ Principal: { Service: role } })).toEqual([]);
  expect(['AKIAJQABLZS4A3QDU576Q', `x${role}`, `${role}/x`, 'AROA'].filter(isSubstituted)).toEqual([]);
});
