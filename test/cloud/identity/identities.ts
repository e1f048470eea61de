/** Who exists in our cloud: users, roles and the sessions issued for them; and whether a request is really theirs. */
import type { Authentication, CloudRequest, Identities, Principal } from '../endpoint.ts';
import type { CloudRole } from '../types.ts';
import { decide, isRole, roleOfSession, type Question } from './decision.ts';
import { payloadHashOf } from './payload.ts';
import { readSignature, refusal, signatureMatches, type Refusal, type Signed } from './signature.ts';

/** A user with a long-lived key. `policies` null: full rights, as an administrator's. */
export interface CloudUser {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly account: string;
  readonly name: string;
  readonly policies: readonly string[] | null;
}

/** Temporary credentials. `expiresAt` in epoch milliseconds. */
export interface CloudSession {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiresAt: number;
  /** The role's ARN. What the session may do is looked up there at every call; a role that is gone grants nothing. */
  readonly roleArn: string;
  /** `arn:aws:sts::ID:assumed-role/NAME/SESSION`. */
  readonly arn: string;
}

/** The secrets behind an access key: what a caller signs with. */
export interface Secrets {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string | null;
}

export interface CloudIdentities extends Identities {
  /** By ARN. Tests may put, change and delete roles at any time. */
  readonly roles: Map<string, CloudRole>;
  addUser(user: CloudUser): void;
  removeUser(accessKeyId: string): void;
  /** Makes a session known, whoever issued it. */
  registerSession(session: CloudSession): void;
  /** Ends every session of a role at once: the next call answers ExpiredToken. */
  expireSessions(roleArn: string): void;
  allowed(question: Question): boolean;
  /** Null when the key is unknown. */
  secretsOf(accessKeyId: string): Secrets | null;
}

interface Credential extends Secrets {
  readonly expiresAt: number | null;
  principal(): Principal;
}

const MAX_SKEW_MS = 15 * 60 * 1000;
const MAX_SESSIONS = 10_000;

/** `now` in epoch milliseconds. */
export function createIdentities(options: {
  readonly now: () => number;
  readonly users?: readonly CloudUser[];
  readonly roles?: readonly CloudRole[];
}): CloudIdentities {
  const users = new Map<string, CloudUser>();
  const sessions = new Map<string, CloudSession>();
  const roles = new Map((options.roles ?? []).map((role) => [role.arn, role]));
  const find = (accessKeyId: string): Credential | null => {
    const user = users.get(accessKeyId);
    if (user !== undefined) return userCredential(user);
    const session = sessions.get(accessKeyId);
    return session === undefined ? null : sessionCredential(session, roles);
  };
  const identities: CloudIdentities = {
    roles,
    addUser: (user) => void users.set(user.accessKeyId, user),
    removeUser: (accessKeyId) => void users.delete(accessKeyId),
    registerSession: (session) => keepSession(sessions, session),
    expireSessions: (roleArn) => {
      for (const [key, session] of sessions)
        if (session.roleArn === roleArn) sessions.set(key, { ...session, expiresAt: 0 });
    },
    secretsOf: (accessKeyId) => find(accessKeyId),
    authenticate: (request, service) => authenticate({ request, service, now: options.now(), find }),
    allowed: (question) => decide(withPrincipalKeys(question, roles)),
  };
  for (const user of options.users ?? []) identities.addUser(user);
  return identities;
}

/** Expired sessions stay known, so that they are told "expired" and not "unknown"; the oldest go when there are too many. */
function keepSession(sessions: Map<string, CloudSession>, session: CloudSession): void {
  sessions.set(session.accessKeyId, session);
  const [oldest] = sessions.keys();
  if (sessions.size > MAX_SESSIONS && oldest !== undefined) sessions.delete(oldest);
}

function userCredential(user: CloudUser): Credential {
  const name = user.name === 'root' ? 'root' : `user/${user.name}`;
  const principal: Principal = {
    account: user.account,
    arn: `arn:aws:iam::${user.account}:${name}`,
    policies: user.policies,
  };
  const { accessKeyId, secretAccessKey } = user;
  return { accessKeyId, secretAccessKey, sessionToken: null, expiresAt: null, principal: () => principal };
}

function sessionCredential(session: CloudSession, roles: ReadonlyMap<string, CloudRole>): Credential {
  const principal = (): Principal => ({
    account: session.roleArn.split(':')[4] ?? '',
    arn: session.arn,
    policies: roles.get(session.roleArn)?.policies ?? [],
  });
  return { ...session, principal };
}

interface Claim {
  readonly request: CloudRequest;
  readonly service: string;
  readonly now: number;
  readonly find: (accessKeyId: string) => Credential | null;
}

function authenticate({ request, service, now, find }: Claim): Authentication {
  const read = readSignature(request);
  if (!read.ok) return read;
  const { signed } = read;
  if (signed.service !== service)
    return refusal('AuthorizationHeaderMalformed', `Credential should be scoped to correct service: '${service}'`);
  const credential = find(signed.accessKeyId);
  if (credential === null) return unknownKey();
  const trouble = tokenTrouble(signed, credential, now) ?? timeTrouble(signed, now) ?? unsignedHeader(request, signed);
  if (trouble !== null) return trouble;
  const payload = payloadHashOf(request, signed);
  if (!payload.ok) return payload;
  if (!signatureMatches(request, signed, { secret: credential.secretAccessKey, payloadHash: payload.payloadHash })) {
    return refusal(
      'SignatureDoesNotMatch',
      'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
    );
  }
  return { ok: true, principal: credential.principal() };
}

function unknownKey(): Refusal {
  return refusal('InvalidAccessKeyId', 'The AWS Access Key Id you provided does not exist in our records.');
}

/** A session's key without its token is no key at all. */
function tokenTrouble(signed: Signed, credential: Credential, now: number): Refusal | null {
  if (credential.sessionToken !== null && signed.token === null) return unknownKey();
  if (credential.sessionToken !== signed.token)
    return refusal('InvalidToken', 'The provided token is malformed or otherwise invalid.');
  const expired = credential.expiresAt !== null && now >= credential.expiresAt;
  return expired ? refusal('ExpiredToken', 'The provided token has expired.') : null;
}

function timeTrouble(signed: Signed, now: number): Refusal | null {
  const age = now - signed.signedAt;
  if (signed.expires !== null && age > signed.expires * 1000) return refusal('AccessDenied', 'Request has expired');
  const skewed = age < -MAX_SKEW_MS || (signed.expires === null && age > MAX_SKEW_MS);
  return skewed
    ? refusal('RequestTimeTooSkewed', 'The difference between the request time and the current time is too large.')
    : null;
}

/** Host and every x-amz-* header must be signed: otherwise whoever carries the request could add an ACL or a copy source. */
function unsignedHeader(request: CloudRequest, signed: Signed): Refusal | null {
  const covered = new Set(signed.signedHeaders);
  const exempt = new Set(['x-amz-content-sha256', ...(signed.presigned ? ['x-amz-user-agent'] : [])]);
  const needed = [
    'host',
    ...[...request.headers.keys()].filter((name) => name.startsWith('x-amz-') && !exempt.has(name)),
  ];
  const missing = needed.filter((name) => !covered.has(name));
  return missing.length === 0
    ? null
    : refusal('AccessDenied', `There were headers present in the request which were not signed: ${missing.join(', ')}`);
}

/** Adds what IAM itself knows of the caller. A role session's aws:PrincipalArn is the role's ARN; a service has none. */
function withPrincipalKeys(question: Question, roles: ReadonlyMap<string, CloudRole>): Question {
  const { account, arn } = question.principal;
  if (!arn.startsWith('arn:')) return question;
  const session = roleOfSession(arn);
  const role = session === null ? undefined : [...roles.keys()].find((known) => isRole(known, session));
  const own: [string, string][] = [
    ['aws:PrincipalArn', role ?? arn],
    ['aws:PrincipalAccount', account],
  ];
  return { ...question, context: new Map([...own, ...question.context]) };
}

/** The HTTP status that S3 gives with an authentication code; the other services' protocols have codes of their own. */
export function authenticationStatus(code: string): number {
  const badRequest = [
    'ExpiredToken',
    'InvalidToken',
    'AuthorizationHeaderMalformed',
    'AuthorizationQueryParametersError',
  ];
  if (code === 'NotImplemented') return 501;
  return badRequest.includes(code) || ['InvalidArgument', 'InvalidRequest', 'XAmzContentSHA256Mismatch'].includes(code)
    ? 400
    : 403;
}
