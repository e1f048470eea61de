/** Whom a resource policy's statement is about. */
import type { Json } from '../json.ts';
import { isSubstituted, type Statement } from './policy.ts';
import { allOf, anyOf, isRecord, not, textsOf, truth, type Truth } from './policy-element.ts';

/** Who asks. `arn` is a user's, a role's (for every session of it) or one session's. */
export type Caller =
  | { readonly kind: 'aws'; readonly arn: string; readonly account: string }
  | { readonly kind: 'service'; readonly name: string }
  | { readonly kind: 'anonymous' };

/** Whether the statement is about the caller, by Principal or NotPrincipal. */
export function concerns(statement: Statement, caller: Caller): Truth {
  const { Principal: named, NotPrincipal: exempt } = statement;
  if ((named === undefined) === (exempt === undefined)) return 'unsure';
  return named === undefined ? not(isExempt(exempt ?? null, caller)) : isNamed(named, caller);
}

function isNamed(principals: Json, caller: Caller): Truth {
  const names = namesOf(principals);
  if (names === null) return 'unsure';
  return anyOf(names.map((one) => anyOf([matchesName(one, caller), isAccountOf(one, caller)])));
}

/**
 * NotPrincipal with Deny. AWS looks at the account and then at the user or role, so an exemption holds only where both
 * are named; where one of them is, AWS says itself that the other "might" be denied.
 */
function isExempt(principals: Json, caller: Caller): Truth {
  const names = namesOf(principals);
  if (names === null) return 'unsure';
  if (names.some(isEveryone)) return 'yes';
  const byName = anyOf(names.map((one) => matchesName(one, caller)));
  if (caller.kind !== 'aws') return byName;
  const byAccount = anyOf(names.map((one) => isAccountOf(one, caller)));
  if (byName === 'no' && byAccount === 'no') return 'no';
  return allOf([byName, byAccount]) === 'yes' ? 'yes' : 'unsure';
}

/** Whether the statement names everybody, or everybody but a few. What cannot be read counts as everybody. */
export function isEverybodyNamed({ Principal: named, NotPrincipal: exempt }: Statement): boolean {
  if (named === undefined || exempt !== undefined) return true;
  return namesOf(named)?.some((one) => one.name === '*') ?? true;
}

/** The users, roles and accounts that the statement names. */
export function namedPrincipals({ Principal: named }: Statement): readonly string[] {
  const names = named === undefined ? null : namesOf(named);
  return (names ?? []).filter(({ kind }) => kind === 'AWS').map(({ name }) => name);
}

interface Name {
  readonly kind: string;
  readonly name: string;
}

/** Every name with its kind; null where the element is written unlike any. A bare `*` is everyone. */
function namesOf(principals: Json): readonly Name[] | null {
  if (principals === '*') return [{ kind: 'AWS', name: '*' }];
  if (!isRecord(principals)) return null;
  const names: Name[] = [];
  for (const [kind, value] of Object.entries(principals)) {
    const texts = textsOf(value);
    if (texts === null) return null;
    names.push(...texts.map((name) => ({ kind, name })));
  }
  return names.length === 0 ? null : names;
}

/** `{"AWS": "*"}` reaches anonymous callers and services as well, like the bare `*` (IAM guide, "principal"). */
function isEveryone({ kind, name }: Name): boolean {
  return kind === 'AWS' && name === '*';
}

/** Whether the caller is the one named, its account left aside. */
function matchesName(one: Name, caller: Caller): Truth {
  if (isEveryone(one)) return 'yes';
  switch (one.kind) {
    case 'AWS':
      return caller.kind === 'aws' ? matchesArnOf(one.name, caller.arn) : 'no';
    case 'Service':
      return truth(caller.kind === 'service' && (one.name === '*' || one.name === caller.name));
    case 'CanonicalUser':
    case 'Federated':
      // The number of a canonical user, and through whom a session came, cannot be known beforehand.
      return caller.kind === 'aws' ? 'unsure' : 'no';
    default:
      return 'unsure';
  }
}

const ACCOUNT = /^(?:(\d{12})|arn:[a-z-]+:iam::(\d{12}):root)$/;

function isAccountOf({ kind, name }: Name, caller: Caller): Truth {
  const [, byNumber, byRoot] = ACCOUNT.exec(name) ?? [];
  return truth(kind === 'AWS' && caller.kind === 'aws' && (byNumber ?? byRoot) === caller.account);
}

function matchesArnOf(name: string, arn: string): Truth {
  if (name === arn) return 'yes';
  // A deleted role's id: whoever bears its name today is somebody else.
  if (isSubstituted(name) || ACCOUNT.test(name)) return 'no';
  if (!name.startsWith('arn:') || name.includes('*') || name.includes('?')) return 'unsure';
  const [named, asked] = [roleOf(name), roleOf(arn)];
  if (named === null || asked === null || named.role !== asked.role) return 'no';
  if (named.session === null) return truth(asked.session !== null);
  // One session is named, and the caller is any session of that role.
  return asked.session === null ? 'unsure' : 'no';
}

/** A role by account and name: session ARNs leave its path out. */
function roleOf(arn: string): { readonly role: string; readonly session: string | null } | null {
  const whole = /^arn:[a-z-]+:iam::(\d{12}):role\/(?:[^:]*\/)?([^/:]+)$/.exec(arn);
  const found = whole ?? /^arn:[a-z-]+:sts::(\d{12}):assumed-role\/([^/:]+)\/([^/:]+)$/.exec(arn);
  if (found === null) return null;
  const [, account = '', role = '', session = null] = found;
  return { role: `${account}/${role}`, session };
}
