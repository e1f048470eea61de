/** What a request carries, what it cannot carry, and what nobody knows beforehand. */
import { describe, expect, test } from 'vitest';
import {
  administrator,
  anyCloudtrail,
  cloudtrailFor,
  personOrRole,
  requestOf,
  type Asker,
} from '../../../src/core/plan/safety-caller.ts';

const OWNER = '111111111111';
const ROLE = 'arn:aws:iam::222222222222:role/writer';
const TRAIL = 'arn:aws:cloudtrail:us-east-1:333333333333:trail/t';

/** How the key stands: its value, absent, or unknown. */
function stands(asker: Asker, key: string): string {
  return asker.context.get(key) ?? (asker.unknown(key) ? 'unknown' : 'absent');
}

describe('a role that calls by itself', () => {
  test.each<[string, string]>([
    ['aws:principalarn', ROLE],
    ['aws:principalaccount', '222222222222'],
    ['aws:principalisawsservice', 'false'],
    ['aws:viaawsservice', 'false'],
    ['aws:securetransport', 'true'],
    ['aws:resourceaccount', OWNER],
    ['s3:resourceaccount', OWNER],
    ['kms:calleraccount', '222222222222'],
    ['aws:sourcearn', 'absent'],
    ['aws:sourceaccount', 'absent'],
    ['aws:sourceorgid', 'absent'],
    ['aws:principalservicename', 'absent'],
    ['aws:calledvia', 'absent'],
    ['aws:sourceip', 'unknown'],
    ['aws:sourcevpce', 'unknown'],
    ['aws:principalorgid', 'unknown'],
    ['aws:principaltag/team', 'unknown'],
    ['aws:multifactorauthpresent', 'unknown'],
    ['aws:currenttime', 'unknown'],
    ['s3:tlsversion', 'unknown'],
    ['s3:existingobjecttag/orgtrail', 'unknown'],
    ['s3:x-amz-acl', 'absent'],
    ['s3:x-amz-server-side-encryption', 'absent'],
    ['s3:if-none-match', 'absent'],
    ['s3:xtlsversion', 'absent'],
  ])('%s: %s', (key, expected) => {
    expect(stands(personOrRole(ROLE, OWNER), key)).toBe(expected);
  });
  test('administrators bring a second factor', () => {
    expect(stands(administrator(ROLE, OWNER), 'aws:multifactorauthpresent')).toBe('true');
    expect(stands(administrator(ROLE, OWNER), 'aws:principalarn')).toBe(ROLE);
    expect(stands(administrator(ROLE, OWNER), 'aws:sourceip')).toBe('unknown');
  });
});

describe('CloudTrail', () => {
  const asker = cloudtrailFor('cloudtrail.amazonaws.com', { arn: TRAIL, organization: 'o-1', owner: OWNER });
  test.each<[string, string]>([
    ['aws:sourcearn', TRAIL],
    ['aws:sourceaccount', '333333333333'],
    ['aws:sourceorgid', 'o-1'],
    ['aws:principalisawsservice', 'true'],
    ['aws:principalservicename', 'cloudtrail.amazonaws.com'],
    ['aws:securetransport', 'true'],
    ['aws:viaawsservice', 'false'],
    ['s3:resourceaccount', OWNER],
    ['aws:resourceaccount', OWNER],
    ['aws:principalarn', 'absent'],
    ['aws:principalaccount', 'absent'],
    ['aws:principalorgid', 'absent'],
    ['aws:principalorgpaths', 'absent'],
    ['aws:principaltag/team', 'absent'],
    ['aws:sourceip', 'absent'],
    ['aws:sourcevpc', 'absent'],
    ['aws:sourcevpce', 'absent'],
    ['aws:vpcsourceip', 'absent'],
    ['aws:multifactorauthpresent', 'absent'],
    ['aws:sourceorgpaths', 'unknown'],
    ['aws:requestedregion', 'unknown'],
    ['aws:principaltype', 'unknown'],
    ['s3:x-amz-server-side-encryption', 'unknown'],
    ['s3:x-amz-server-side-encryption-aws-kms-key-id', 'unknown'],
    ['s3:x-amz-storage-class', 'absent'],
    ['s3:if-none-match', 'absent'],
    ['s3:signatureversion', 'unknown'],
  ])('%s: %s', (key, expected) => {
    expect(stands(asker, key)).toBe(expected);
  });
  test('of a trail whose organization is not known, and of no trail in particular', () => {
    const alone = cloudtrailFor('s', { arn: TRAIL, organization: null, owner: OWNER });
    expect([stands(alone, 'aws:sourceorgid'), alone.name]).toEqual(['unknown', `s for ${TRAIL}`]);
    const any = anyCloudtrail('s', OWNER);
    expect(['aws:sourcearn', 'aws:sourceaccount'].map((key) => stands(any, key))).toEqual(['unknown', 'unknown']);
    expect(any.principal).toEqual({ kind: 'service', name: 's' });
  });
});

test('a call carries what its asker carries, and its own', () => {
  const asker = personOrRole(ROLE, OWNER);
  const request = requestOf(asker, {
    action: 'a',
    resource: 'r',
    carries: [
      ['aws:securetransport', 'x'],
      ['k', 'v'],
    ],
  });
  expect(request.principal).toEqual({ kind: 'aws', arn: ROLE, account: '222222222222' });
  expect([request.action, request.resource, request.context.get('k')]).toEqual(['a', 'r', 'v']);
  expect([request.context.get('aws:principalarn'), request.context.get('aws:securetransport')]).toEqual([ROLE, 'x']);
  expect(request.unknown?.('aws:sourceip')).toBe(true);
});
