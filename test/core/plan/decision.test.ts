/** One policy, one request: what it says, by which statement. */
import { describe, expect, test } from 'vitest';
import type { Json } from '../../../src/core/json.ts';
import { decide, type Decision, type PolicyRequest } from '../../../src/core/plan/decision.ts';
import type { Statement } from '../../../src/core/plan/policy.ts';

const ACCOUNT = '111111111111';
const REQUEST: PolicyRequest = {
  principal: { kind: 'aws', arn: `arn:aws:iam::${ACCOUNT}:role/r`, account: ACCOUNT },
  action: 's3:GetObject',
  resource: 'arn:aws:s3:::b/AWSLogs/111111111111/x',
  context: new Map([['aws:principalaccount', ACCOUNT]]),
};
const ALLOW: Statement = { Sid: 'A', Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: '*' };
const DENY: Statement = { ...ALLOW, Sid: 'D', Effect: 'Deny' };
const UNSURE = { Condition: { StringEquals: { 'aws:SourceVpce': 'vpce-1' } } };

function ask(statements: readonly Statement[], change: Partial<PolicyRequest> = {}, version = '2012-10-17'): Decision {
  return decide({ version, id: null, statements }, { ...REQUEST, ...change });
}
const effect = (statement: Readonly<Record<string, Json>>, change: Partial<PolicyRequest> = {}): string =>
  ask([{ ...ALLOW, ...statement }], change).effect;
const unknown = (key: string): boolean => key === 'aws:sourcevpce';

describe('which effect counts', () => {
  test('deny over allow, wherever they stand; nothing is nothing', () => {
    expect(ask([])).toEqual({ effect: 'none', sid: null, index: null });
    expect(ask([ALLOW])).toEqual({ effect: 'allow', sid: 'A', index: 0 });
    expect(ask([ALLOW, DENY])).toEqual({ effect: 'deny', sid: 'D', index: 1 });
    expect(ask([DENY, ALLOW])).toEqual({ effect: 'deny', sid: 'D', index: 0 });
    expect(ask([DENY], { action: 's3:PutObject' }).effect).toBe('none');
  });
  test('a doubtful deny outweighs an allow, and a certain one the doubt', () => {
    const doubt = { ...DENY, ...UNSURE, Sid: 'V' };
    expect(ask([ALLOW, doubt], { unknown })).toEqual({ effect: 'unsure', sid: 'V', index: 1 });
    expect(ask([doubt, DENY], { unknown })).toEqual({ effect: 'deny', sid: 'D', index: 1 });
    expect(ask([ALLOW, doubt]).effect).toBe('allow');
  });
  test('a doubtful allow is only worth telling where nothing else allows', () => {
    const { Sid: _sid, ...nameless } = ALLOW;
    const doubt = { ...nameless, ...UNSURE };
    expect(ask([doubt], { unknown })).toEqual({ effect: 'unsure', sid: null, index: 0 });
    expect(ask([doubt, ALLOW], { unknown })).toEqual({ effect: 'allow', sid: 'A', index: 1 });
    expect(ask([doubt]).effect).toBe('none');
  });
  test('an effect that is none is a doubt', () => {
    expect(ask([ALLOW, { ...DENY, Effect: 'deny' }])).toEqual({ effect: 'unsure', sid: 'D', index: 1 });
    expect(ask([ALLOW, { ...DENY, Effect: 'deny', Action: 's3:PutObject' }]).effect).toBe('allow');
  });
});

describe('actions', () => {
  test.each<[Record<string, Json>, string]>([
    [{ Action: 's3:getOBJECT' }, 'allow'],
    [{ Action: ['s3:PutObject', 's3:Get*'] }, 'allow'],
    [{ Action: '*' }, 'allow'],
    [{ Action: 's3:GetObjec?' }, 'allow'],
    [{ Action: 's3:GetObjectVersion' }, 'none'],
    [{ Action: '${aws:PrincipalAccount}' }, 'none'],
    [{ Action: [] }, 'unsure'],
    [{ Action: ['s3:GetObject', 5] }, 'unsure'],
    [{ Action: 's3:*', NotAction: 's3:Put*' }, 'unsure'],
  ])('%j: %s', (change, expected) => {
    expect(effect(change)).toBe(expected);
  });
  test('NotAction is everything else', () => {
    const { Action: _action, ...rest } = ALLOW;
    expect(ask([{ ...rest, NotAction: 's3:Put*' }]).effect).toBe('allow');
    expect(ask([{ ...rest, NotAction: ['s3:Put*', 's3:GET*'] }]).effect).toBe('none');
    expect(ask([rest]).effect).toBe('unsure');
  });
});

describe('resources', () => {
  test.each<[Record<string, Json>, string]>([
    [{ Resource: 'arn:aws:s3:::b/*' }, 'allow'],
    [{ Resource: ['arn:aws:s3:::c/*', 'arn:aws:s3:::b/AWSLogs/*'] }, 'allow'],
    [{ Resource: 'arn:aws:s3:::B/*' }, 'none'],
    [{ Resource: 'arn:aws:s3:::b' }, 'none'],
    [{ Resource: 'arn:aws:s3:::b/AWSLogs/${aws:PrincipalAccount}/*' }, 'allow'],
    [{ Resource: 'arn:aws:s3:::b/AWSLogs/${aws:username}/*' }, 'none'],
    [{ Resource: 'arn:aws:s3*' }, 'unsure'],
    [{ Resource: 'arn:aws:s3*', Action: 's3:PutObject' }, 'none'],
    [{ Resource: null }, 'unsure'],
  ])('%j: %s', (change, expected) => {
    expect(effect(change)).toBe(expected);
  });
  test('NotResource is everything else', () => {
    const { Resource: _resource, ...rest } = ALLOW;
    expect(ask([{ ...rest, NotResource: 'arn:aws:s3:::c/*' }]).effect).toBe('allow');
    expect(ask([{ ...rest, NotResource: ['arn:aws:s3:::b/*'] }]).effect).toBe('none');
  });
  test('a variable of unknown value is a doubt; of the version of 2008 it is text', () => {
    const mine = { ...ALLOW, Resource: 'arn:aws:s3:::b/${aws:PrincipalTag/team}/*' };
    expect(ask([mine], { unknown: (key) => key.startsWith('aws:principaltag/') }).effect).toBe('unsure');
    const account = { ...ALLOW, Resource: 'arn:aws:s3:::b/AWSLogs/${aws:PrincipalAccount}/*' };
    expect(ask([account], {}, '2008-10-17').effect).toBe('none');
  });
});

describe('the rest of a statement', () => {
  test('conditions and principals count', () => {
    expect(effect({ Condition: { StringEquals: { 'AWS:PrincipalAccount': ACCOUNT } } })).toBe('allow');
    expect(effect({ Condition: { StringNotEquals: { 'aws:PrincipalAccount': ACCOUNT } } })).toBe('none');
    expect(effect({ Condition: { StringEquals: { 'aws:X': '${aws:PrincipalAccount}' } } })).toBe('none');
    expect(effect({ Principal: { AWS: '222222222222' } })).toBe('none');
    expect(effect({ Principal: { Service: 'x' } }, { principal: { kind: 'service', name: 'x' } })).toBe('allow');
    expect(effect({}, { principal: { kind: 'anonymous' } })).toBe('allow');
  });
  test('an element that no policy has is a doubt', () => {
    expect(effect({ Conditions: {} })).toBe('unsure');
    expect(effect({ Conditions: {}, Action: 's3:PutObject' })).toBe('none');
  });
  test('the context counts over what is unknown', () => {
    const context = new Map([['aws:sourcevpce', 'vpce-1']]);
    expect(effect(UNSURE, { unknown, context })).toBe('allow');
  });
});
