/** A resource policy as AWS keeps it: read without loss, changed in our own statements alone, measured as AWS counts. */
import type { Json } from '../json.ts';
import { SID_MARK } from './document.ts';
import { canonicalStatements } from './policy-canonical.ts';
import { isRecord, listOf } from './policy-element.ts';

/** One statement exactly as it was read. */
export type Statement = Readonly<Record<string, Json>>;

/** A whole policy. `version` is the one that counts: AWS takes a policy that names none for one of 2008. */
export interface PolicyDocument {
  readonly version: string;
  readonly id: string | null;
  readonly statements: readonly Statement[];
}

/** The version that knows `${variables}`; what we write where nothing is there. */
export const VERSION_WITH_VARIABLES = '2012-10-17';
const VERSION_OF_OLD = '2008-10-17';
const VERSIONS: ReadonlySet<Json> = new Set([VERSION_WITH_VARIABLES, VERSION_OF_OLD]);
const FIELDS: ReadonlySet<string> = new Set(['Version', 'Id', 'Statement']);
/** A genuine policy nests six levels: statement, condition, operator, key, values. */
const MAX_DEPTH = 16;

/**
 * Reads a policy as GetBucketPolicy and its sisters return it, parsed. `problem` is a clause that follows "the policy":
 * what cannot be read as a policy is nobody's to overwrite.
 */
export function readPolicy(value: Json): PolicyDocument | { readonly problem: string } {
  if (!isRecord(value)) return { problem: 'is no object' };
  if (isDeeper(value, MAX_DEPTH)) return { problem: `is nested deeper than ${MAX_DEPTH} levels` };
  const strange = Object.keys(value).find((name) => !FIELDS.has(name));
  if (strange !== undefined) return { problem: `holds the unknown element ${shown(strange)}` };
  const { Version: version = VERSION_OF_OLD, Id: id = null, Statement: written = null } = value;
  if (!VERSIONS.has(version)) return { problem: `is of the unknown version ${shown(version)}` };
  if (id !== null && typeof id !== 'string') return { problem: 'has an Id that is no text' };
  const statements = listOf(written);
  const odd = statements.findIndex((one) => !isRecord(one));
  if (odd >= 0) return { problem: `has a statement (number ${odd + 1}) that is no object` };
  return { version: version as string, id, statements: statements as readonly Statement[] };
}

/** Whether the statement carries our mark. What carries none is never touched. */
export function isOurs(statement: Statement): boolean {
  const sid = statement['Sid'];
  return typeof sid === 'string' && sid.startsWith(SID_MARK);
}

/**
 * Whether two policies say the same. Scalar or one-element list, the order of lists, statements and fields, repetition
 * within a list, an account's number or its root's ARN and the case of actions are AWS's to rewrite; all else counts.
 */
export function samePolicy(a: Json, b: Json): boolean {
  return canonical(a) === canonical(b);
}

/**
 * The policy with our statements put in the place of our former ones: the foreign ones exactly as they are and in their
 * order, ours after them. The version stays: raising it would make variables of what older statements hold as text.
 * Null where no statement is left, which AWS expresses by no policy at all.
 */
export function withStatements(actual: PolicyDocument | null, ours: readonly Statement[]): Json {
  const foreign = actual === null ? [] : actual.statements.filter((one) => !isOurs(one));
  const statements = [...foreign, ...ours];
  if (statements.length === 0) return null;
  const id = actual === null || actual.id === null ? {} : { Id: actual.id };
  return { Version: actual?.version ?? VERSION_WITH_VARIABLES, ...id, Statement: statements };
}

/** The policy's bytes as it is sent: minified, UTF-8. */
export function policyBytes(value: Json): number {
  return Buffer.byteLength(JSON.stringify(value), 'utf8');
}

/** The unique ids that AWS shows in the place of users and roles that are gone: such a statement reaches nobody. */
export function substitutedPrincipals(statement: Statement): readonly string[] {
  return [statement['Principal'], statement['NotPrincipal']].flatMap((value) => {
    const aws = isRecord(value) ? (value['AWS'] ?? []) : [];
    return listOf(aws).filter((one) => typeof one === 'string' && isSubstituted(one)) as string[];
  });
}

/** Whether a principal is a unique id: `AIDA…` of a user, `AROA…` of a role. */
export function isSubstituted(principal: string): boolean {
  return /^(?:AIDA|AROA)[A-Z0-9]{12,124}$/.test(principal);
}

/** How a statement is named to people: its Sid, or its place counted from one. */
export function statementName(statement: Statement, index: number): string {
  const sid = statement['Sid'];
  return typeof sid === 'string' && sid !== '' ? sid : `#${index + 1}`;
}

function canonical(value: Json): string {
  const policy = readPolicy(value);
  return 'problem' in policy
    ? `unread ${JSON.stringify(value)}`
    : JSON.stringify([policy.version, policy.id, canonicalStatements(policy.statements)]);
}

function isDeeper(value: Json, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1));
}

function shown(value: Json): string {
  return JSON.stringify(value).slice(0, 80);
}
