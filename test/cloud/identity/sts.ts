/** The STS endpoint: AssumeRole against the roles' trust, and GetCallerIdentity. */
import type { CloudRequest, Endpoint, Principal } from '../endpoint.ts';
import { answer, deny, type Answer } from './answers.ts';
import { readAssumeRole, type AssumeRole } from './assume-role.ts';
import type { ControlPlane } from './controlplane.ts';
import { roleOfSession } from './decision.ts';
import type { CloudSession } from './identities.ts';
import { queryAuthenticationError, queryParameters, renderQuery, type XmlFields } from './query-protocol.ts';
import { claimedScope } from './signature.ts';
import { assumeUpstream, type Upstream } from './sts-upstream.ts';
import { mayAssume, newSession } from './trust.ts';

export interface StsOptions {
  /** Another STS (Ceph's) that issues the sessions; absent: we issue them. */
  readonly upstream?: Upstream;
}

interface StsCall {
  readonly state: ControlPlane;
  readonly options: StsOptions;
  readonly principal: Principal;
  readonly accessKeyId: string;
  readonly parameters: ReadonlyMap<string, string>;
}

/** Answers AssumeRole and GetCallerIdentity from the live state. */
export function stsEndpoint(state: ControlPlane, options: StsOptions = {}): Endpoint {
  return async (request) => {
    const parameters = queryParameters(request);
    const action = parameters.get('Action') ?? '';
    return renderQuery(action, await handle({ state, options, parameters }, request, action));
  };
}

type Bare = Omit<StsCall, 'principal' | 'accessKeyId'>;

async function handle(bare: Bare, request: CloudRequest, action: string): Promise<Answer<XmlFields>> {
  if (action !== 'AssumeRole' && action !== 'GetCallerIdentity') {
    return deny(
      'InvalidAction',
      `Could not find operation ${action} for version ${bare.parameters.get('Version') ?? ''}`,
    );
  }
  const { state } = bare;
  const identity = state.identities.authenticate(request, 'sts');
  if (!identity.ok) return queryAuthenticationError(identity.code, identity.message);
  const { principal } = identity;
  const scope = claimedScope(request);
  const region = scope?.region ?? '';
  const fault = state.strike({
    service: 'sts',
    operation: action,
    account: principal.account,
    arn: principal.arn,
    region,
    at: state.now(),
  });
  if (fault?.outcome.type === 'error')
    return deny(fault.outcome.code, fault.outcome.message ?? 'Fault on demand', fault.outcome.status ?? 403);
  const call: StsCall = { ...bare, principal, accessKeyId: scope?.accessKeyId ?? '' };
  return action === 'AssumeRole' ? assumeRole(call) : answer(callerIdentity(principal));
}

function callerIdentity(principal: Principal): XmlFields {
  return [
    ['Arn', principal.arn],
    ['UserId', userId(principal)],
    ['Account', principal.account],
  ];
}

/** Stable made-up ids in AWS's form: AROA…:session for roles, AIDA… for users, the account for its root. */
function userId(principal: Principal): string {
  if (principal.arn.endsWith(':root')) return principal.account;
  const session = roleOfSession(principal.arn);
  if (session === null) return `AIDA${principal.account}EXMP`;
  return `AROA${session.account}EXMP:${principal.arn.split('/').at(-1) ?? ''}`;
}

async function assumeRole(call: StsCall): Promise<Answer<XmlFields>> {
  const { state, options, principal } = call;
  const wish = readAssumeRole(call.parameters, roleOfSession(principal.arn) !== null);
  if (!wish.ok) return wish;
  if (!admitted(call, wish.result)) return noAssumeRole(principal, wish.result.roleArn);
  const { upstream } = options;
  const session =
    upstream === undefined ? answer(issue(state, wish.result)) : await forward(call, upstream, wish.result);
  if (!session.ok) return session;
  state.identities.registerSession(session.result);
  return answer(granted(session.result, wish.result));
}

/** AWS words a missing role and a refused one the same, so that nobody can probe for roles. */
function noAssumeRole(principal: Principal, roleArn: string): Answer<never> {
  return deny(
    'AccessDenied',
    `User: ${principal.arn} is not authorized to perform: sts:AssumeRole on resource: ${roleArn}`,
    403,
  );
}

/**
 * Ours to decide when we know the role. Only an upstream may know roles that we do not: it then decides alone.
 * The accounts that AWS closed cannot be entered, whatever their roles say.
 */
function admitted(call: StsCall, wish: AssumeRole): boolean {
  const { state, principal } = call;
  const account = wish.roleArn.split(':')[4] ?? '';
  const known = state.organizations.flatMap((one) => one.accounts).find((one) => one.id === account);
  if (known?.state === 'SUSPENDED' || known?.state === 'CLOSED') return false;
  const role = state.identities.roles.get(wish.roleArn);
  if (role === undefined) return call.options.upstream !== undefined;
  return mayAssume(state.identities, role, { principal, externalId: wish.externalId });
}

function issue(state: ControlPlane, wish: AssumeRole): CloudSession {
  const expiresAt = state.now() + wish.durationSeconds * 1000;
  return newSession({ roleArn: wish.roleArn, sessionName: wish.sessionName, expiresAt });
}

async function forward(call: StsCall, upstream: Upstream, wish: AssumeRole): Promise<Answer<CloudSession>> {
  const secrets = call.state.identities.secretsOf(call.accessKeyId);
  if (secrets === null) return noAssumeRole(call.principal, wish.roleArn);
  const forwarded = await assumeUpstream(upstream, secrets, wish);
  return !forwarded.ok && forwarded.code === 'AccessDenied' ? noAssumeRole(call.principal, wish.roleArn) : forwarded;
}

function granted(session: CloudSession, wish: AssumeRole): XmlFields {
  const account = wish.roleArn.split(':')[4] ?? '';
  const credentials: XmlFields = [
    ['AccessKeyId', session.accessKeyId],
    ['SecretAccessKey', session.secretAccessKey],
    ['SessionToken', session.sessionToken],
    ['Expiration', new Date(session.expiresAt).toISOString().replace('.000Z', 'Z')],
  ];
  const user: XmlFields = [
    ['AssumedRoleId', userId({ account, arn: session.arn, policies: [] })],
    ['Arn', session.arn],
  ];
  const source: XmlFields = wish.sourceIdentity === null ? [] : [['SourceIdentity', wish.sourceIdentity]];
  return [['Credentials', credentials], ['AssumedRoleUser', user], ...source];
}
