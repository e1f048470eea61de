/** May this principal do this? Identity and resource policies together, as the IAM guide's "policy evaluation logic" has it. */
import type { Principal } from '../endpoint.ts';
import { conditionsHold } from './condition.ts';
import { matchesText, NO_VARIABLES, type Lookup } from './pattern.ts';
import { parsePolicy, type PolicyKind, type Principals, type Selection, type Statement } from './policy.ts';

/** One access to decide. `owner` is the account that owns the resource; condition keys are case-insensitive. */
export interface Question {
  readonly principal: Principal;
  readonly action: string;
  readonly resource: string;
  readonly owner: string;
  /** JSON text, or null when the resource has none. */
  readonly resourcePolicy: string | null;
  readonly context: ReadonlyMap<string, string>;
  /** Role trust and KMS key policies: even within the account nobody enters whom the resource's own policy does not name. */
  readonly resourcePolicyMustAllow?: boolean;
}

/**
 * Explicit deny wins; within an account one allow suffices; across accounts both sides must allow.
 * A policy that cannot be read refuses everything it takes part in: fail closed.
 */
export function decide(question: Question): boolean {
  const { principal, owner } = question;
  const statements = collect(question);
  if (statements === null) return false;
  const applying = statements.filter((statement) => applies(statement, question));
  if (applying.some((statement) => statement.effect === 'Deny')) return false;
  const byIdentity = principal.policies === null || applying.some((statement) => statement.principals === null);
  const grants = applying.flatMap((statement) =>
    statement.principals === null ? [] : [reachOf(statement.principals, principal)],
  );
  if (isService(principal.arn)) return grants.includes('direct');
  if (owner === principal.account && grants.includes('direct')) return true;
  if (owner === principal.account && question.resourcePolicyMustAllow !== true) return byIdentity;
  return byIdentity && grants.length > 0;
}

/** Every statement of all policies that take part; null when one of them is malformed. */
function collect(question: Question): readonly Statement[] | null {
  const texts: [string, PolicyKind][] = (question.principal.policies ?? []).map((text) => [text, 'identity']);
  if (question.resourcePolicy !== null) texts.push([question.resourcePolicy, 'resource']);
  const statements: Statement[] = [];
  for (const [text, kind] of texts) {
    const parsed = parsePolicy(text, kind);
    if (!parsed.ok) return null;
    statements.push(...parsed.statements);
  }
  return statements;
}

function applies(statement: Statement, question: Question): boolean {
  if (statement.principals !== null && reachOf(statement.principals, question.principal) === 'none') return false;
  const context = lookupIn(question.context);
  const variables = statement.variables ? context : null;
  return (
    selects(statement.actions, question.action.toLowerCase(), (pattern, text) =>
      matchesText(pattern.toLowerCase(), text, NO_VARIABLES),
    ) &&
    selects(statement.resources, question.resource, (pattern, text) => matchesText(pattern, text, variables)) &&
    conditionsHold(statement.conditions, context, variables)
  );
}

function selects(selection: Selection, text: string, matches: (pattern: string, text: string) => boolean): boolean {
  return selection.patterns.some((pattern) => matches(pattern, text)) !== selection.negated;
}

function lookupIn(context: ReadonlyMap<string, string>): Lookup {
  const lower = new Map([...context].map(([key, value]) => [key.toLowerCase(), value]));
  return (key) => lower.get(key.toLowerCase());
}

/** `account`: only the whole account is named, which hands the decision to that account's own policies. */
type Reach = 'none' | 'account' | 'direct';

function reachOf(principals: Principals, caller: Principal): Reach {
  if (principals.everyone) return 'direct';
  if (isService(caller.arn)) return principals.services.includes(caller.arn) ? 'direct' : 'none';
  const role = roleOfSession(caller.arn);
  if (principals.aws.some((name) => name === caller.arn || (role !== null && isRole(name, role)))) return 'direct';
  return principals.aws.some((name) => name === caller.account || isRootOf(name, caller.account)) ? 'account' : 'none';
}

/** A service principal is written as its name (`cloudtrail.amazonaws.com`); it has no identity policies. */
function isService(arn: string): boolean {
  return !arn.startsWith('arn:');
}

function isRootOf(arn: string, account: string): boolean {
  const parts = arn.split(':');
  return parts.length === 6 && parts[2] === 'iam' && parts[4] === account && parts[5] === 'root';
}

interface RoleName {
  readonly account: string;
  readonly name: string;
}

/** The role behind `arn:aws:sts::ID:assumed-role/NAME/SESSION`; null for anything else. */
export function roleOfSession(arn: string): RoleName | null {
  const found = /^arn:[^:]+:sts::(\d{12}):assumed-role\/([^/]+)\/[^/]+$/u.exec(arn);
  return found === null ? null : { account: found[1] ?? '', name: found[2] ?? '' };
}

/** Session ARNs drop the role's path, so the last part of the role's ARN is its name. */
export function isRole(arn: string, role: RoleName): boolean {
  const found = /^arn:[^:]+:iam::(\d{12}):role\/(?:.*\/)?([^/]+)$/u.exec(arn);
  return found !== null && found[1] === role.account && found[2] === role.name;
}
