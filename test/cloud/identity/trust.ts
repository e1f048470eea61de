/** AssumeRole's decision and the credentials that come of it. */
import { randomBytes } from 'node:crypto';
import type { Principal } from '../endpoint.ts';
import type { CloudRole } from '../types.ts';
import type { CloudIdentities, CloudSession } from './identities.ts';

/**
 * The role's trust policy, so that the one evaluator decides about roles too. Its version knows no variables:
 * an external id holding `${` is only text.
 */
function trustPolicyOf(role: CloudRole): string {
  const condition =
    role.externalId === null ? {} : { Condition: { StringEquals: { 'sts:ExternalId': role.externalId } } };
  const statement = {
    Effect: 'Allow',
    Principal: { AWS: role.trusted },
    Action: 'sts:AssumeRole',
    Resource: '*',
    ...condition,
  };
  return JSON.stringify({ Version: '2008-10-17', Statement: [statement] });
}

/** Whether the caller may assume the role: its own policies, the role's trust and the external id together. */
export function mayAssume(
  identities: CloudIdentities,
  role: CloudRole,
  caller: { readonly principal: Principal; readonly externalId: string | null },
): boolean {
  if (role.trusted.length === 0) return false;
  return identities.allowed({
    principal: caller.principal,
    action: 'sts:AssumeRole',
    resource: role.arn,
    owner: role.account,
    resourcePolicy: trustPolicyOf(role),
    resourcePolicyMustAllow: true,
    context: new Map(caller.externalId === null ? [] : [['sts:ExternalId', caller.externalId]]),
  });
}

/** `arn:aws:sts::ID:assumed-role/NAME/SESSION` of a role: the partition stays, the path goes. */
export function sessionArn(roleArn: string, sessionName: string): string {
  const [, partition = 'aws', , , account = '', resource = ''] = roleArn.split(':');
  return `arn:${partition}:sts::${account}:assumed-role/${resource.split('/').at(-1) ?? ''}/${sessionName}`;
}

/** New random credentials for a role; `expiresAt` in epoch milliseconds, cut to whole seconds as AWS states it. */
export function newSession(grant: {
  readonly roleArn: string;
  readonly sessionName: string;
  readonly expiresAt: number;
}): CloudSession {
  return {
    accessKeyId: `ASIA${randomBytes(10).toString('hex').toUpperCase().slice(0, 16)}`,
    secretAccessKey: randomBytes(30).toString('base64'),
    sessionToken: randomBytes(96).toString('base64'),
    expiresAt: Math.floor(grant.expiresAt / 1000) * 1000,
    roleArn: grant.roleArn,
    arn: sessionArn(grant.roleArn, grant.sessionName),
  };
}
