/** Failures told as problems: grouped, attributed, and never lost. */
import { describe, expect, test } from 'vitest';
import type { Json } from '../../../src/core/json.ts';
import type { Statement } from '../../../src/core/plan/policy.ts';
import { personOrRole, requestOf } from '../../../src/core/plan/safety-caller.ts';
import type { Need } from '../../../src/core/plan/safety-needs.ts';
import {
  everybodyFails,
  failuresOf,
  joined,
  NOTHING,
  stepOf,
  verdictOn,
  type Telling,
} from '../../../src/core/plan/safety-verdict.ts';
import { policyOf } from './safety-world.ts';

const OWNER = '111111111111';
const role = (name: string): string => `arn:aws:iam::${OWNER}:role/${name}`;
const need = (name: string, mustAllow = false, action = 's3:GetObject'): Need => ({
  request: requestOf(personOrRole(role(name), OWNER), { action, resource: 'arn:aws:s3:::b/k' }),
  name,
  mustAllow,
});
const statement = (fields: Readonly<Record<string, Json>>): Statement => ({
  Sid: 'S',
  Effect: 'Deny',
  Principal: '*',
  Action: '*',
  Resource: '*',
  ...fields,
});
const DOUBT = { Condition: { StringEquals: { 'aws:SourceVpce': 'x' } } };
const TELLING: Telling = { code: 'c', harm: 'bad', hint: ({ foreign }) => `hint ${foreign}`, doubts: 'warnings' };

describe('a need', () => {
  test.each<[string, readonly Statement[], boolean, string]>([
    ['nothing says anything', [], false, ''],
    ['nothing allows what must be', [], true, 'certain null false'],
    ['allowed', [statement({ Effect: 'Allow' })], true, ''],
    ["denied by another's", [statement({})], false, 'certain S true'],
    ['denied by ours', [statement({ Sid: 'OrgtrailX' })], false, 'certain OrgtrailX false'],
    ['perhaps denied', [statement(DOUBT)], false, 'doubt S true'],
    ['perhaps allowed, which must be', [statement({ ...DOUBT, Effect: 'Allow' })], true, 'doubt null false'],
    ['perhaps allowed, which need not be', [statement({ ...DOUBT, Effect: 'Allow' })], false, ''],
    ['denied by a nameless one', [statement({ Action: 'x' }), statement({ Sid: '' })], false, 'certain #2 true'],
  ])('%s', (_name, statements, mustAllow, expected) => {
    const policy = policyOf(...statements);
    const [failure] = failuresOf([need('a', mustAllow)], stepOf(policy, policy));
    const said = failure && `${failure.certain ? 'certain' : 'doubt'} ${failure.statement} ${failure.foreign}`;
    expect(said ?? '').toBe(expected);
  });
});

test("a statement is another's only where it stood before, however AWS spelt it then", () => {
  const after = policyOf(statement({ Action: 's3:*' }), statement({ Sid: 'New' }), statement({ Sid: 'OrgtrailX' }));
  const before = policyOf(statement({ Action: ['S3:*'] }), statement({ Sid: 'OrgtrailX' }));
  expect([...stepOf(after, before).foreign]).toEqual([0]);
  expect([...stepOf(after, null).foreign]).toEqual([]);
});

describe('telling', () => {
  const both = (...statements: readonly Statement[]) => stepOf(policyOf(...statements), policyOf(...statements));
  test('one problem for a statement, with everybody and every action counted once', () => {
    const needs = [need('a'), need('b'), need('a'), need('a', false, 's3:PutObject')];
    const { findings } = verdictOn(failuresOf(needs, both(statement({}))), TELLING);
    const detail = 'statement S denies s3:GetObject on arn:aws:s3:::b/k to a and 1 more, and s3:PutObject: bad';
    expect(findings).toEqual([{ code: 'c', detail, hint: 'hint true' }]);
    const many = ['a', 'b', 'c', 'd', 'e'].map((action) => need('x', false, action));
    expect(verdictOn(failuresOf(many, both(statement({}))), TELLING).findings[0]?.detail).toBe(
      'statement S denies a on arn:aws:s3:::b/k to x, and b, c, d and 1 more actions: bad',
    );
  });
  test('what is certain of a statement is not told with what is not', () => {
    const known = { ...need('b'), request: { ...need('b').request, context: new Map([['aws:sourcevpce', 'x']]) } };
    const { findings, warnings } = verdictOn(failuresOf([need('a'), known], both(statement(DOUBT))), TELLING);
    expect([findings.length, warnings.length]).toEqual([1, 1]);
  });
  test('one problem for each statement', () => {
    const apart = both(statement({ Action: 'x' }), statement({ Sid: 'T', Action: 'y' }));
    const failures = failuresOf([need('a', false, 'x'), need('a', false, 'y')], apart);
    expect(verdictOn(failures, TELLING).findings.map(({ detail }) => detail.slice(0, 20))).toEqual([
      'statement S denies x',
      'statement T denies y',
    ]);
  });
  test('ours is refused, with or without doubt; what nothing allows too', () => {
    const ours = statement({ Sid: 'OrgtrailX', ...DOUBT });
    expect(verdictOn(failuresOf([need('a')], both(ours)), TELLING)).toEqual({
      ...NOTHING,
      refusals: [
        {
          code: 'c',
          detail:
            'statement OrgtrailX may deny s3:GetObject on arn:aws:s3:::b/k to a, which depends on what is not known beforehand: bad',
          hint: 'hint false',
        },
      ],
    });
    const { refusals } = verdictOn(failuresOf([need('a', true)], both()), TELLING);
    expect(refusals[0]?.detail).toBe('no statement allows s3:GetObject on arn:aws:s3:::b/k to a: bad');
  });
  test("a doubt about another's goes where it is told to go", () => {
    const failures = failuresOf([need('a')], both(statement(DOUBT)));
    expect(verdictOn(failures, TELLING).warnings).toHaveLength(1);
    expect(verdictOn(failures, { ...TELLING, doubts: 'findings' }).findings).toHaveLength(1);
    expect(verdictOn([], TELLING)).toEqual(NOTHING);
  });
  test('an allow that nobody can judge is no excuse for ours that is missing', () => {
    const { refusals } = verdictOn(
      failuresOf([need('a', true)], both(statement({ ...DOUBT, Effect: 'Allow' }))),
      TELLING,
    );
    expect(refusals[0]?.detail).toBe('no statement surely allows s3:GetObject on arn:aws:s3:::b/k to a: bad');
  });
});

test('everybody fails only where nobody is left', () => {
  const [failure] = failuresOf([need('a', true)], stepOf(policyOf(), null));
  if (failure === undefined) throw new Error('it must fail');
  expect(everybodyFails([[failure, failure], [failure]])).toEqual([failure, failure]);
  expect(everybodyFails([[failure], []])).toEqual([]);
});

test('verdicts are joined whole', () => {
  const problem = { code: 'c', detail: 'd', hint: 'h' };
  const all = { refusals: [problem], findings: [problem], warnings: [problem] };
  expect(joined([all, NOTHING, all])).toEqual({
    refusals: [problem, problem],
    findings: [problem, problem],
    warnings: [problem, problem],
  });
});
