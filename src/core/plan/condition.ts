/** Condition blocks: every operator and every key must hold, any value of a key suffices (IAM guide, "condition operators"). */
import type { Json } from '../json.ts';
import { isInRange } from './ip-range.ts';
import { matches, matchesArn, UNKNOWN, type Lookup } from './pattern.ts';
import { allOf, anyOf, isRecord, listOf, not, truth, type Truth } from './policy-element.ts';

/** What conditions are held against. `variables` null: the policy's version knows none. */
export interface Facts {
  readonly lookup: Lookup;
  readonly variables: Lookup | null;
}

type Compare = (actual: string, wanted: string, variables: Lookup | null) => Truth;

/** Keys whose value is a set, which a request's single texts cannot say. */
const SETS: ReadonlySet<string> = new Set([
  'aws:calledvia',
  'aws:principalorgpaths',
  'aws:principalservicenameslist',
  'aws:sourceorgpaths',
  'aws:resourceorgpaths',
  'aws:tagkeys',
  'kms:encryptioncontextkeys',
  'kms:resourcealiases',
]);

const equals: Compare = (actual, wanted, variables) => matches(wanted, actual, { variables, wildcards: false });
const like: Compare = (actual, wanted, variables) => matches(wanted, actual, { variables, wildcards: true });
const arnLike: Compare = (actual, wanted, variables) => matchesArn(wanted, actual, { variables, wildcards: true });

const sameLetters: Compare = (actual, wanted, variables) => {
  const lower: Lookup | null = variables === null ? null : (key) => lowered(variables(key));
  return matches(wanted.toLowerCase(), actual.toLowerCase(), { variables: lower, wildcards: false });
};

function lowered(value: ReturnType<Lookup>): ReturnType<Lookup> {
  return typeof value === 'string' ? value.toLowerCase() : value;
}

const bool: Compare = (actual, wanted) => {
  const [is, asked] = [actual.toLowerCase(), wanted.toLowerCase()];
  return asked === 'true' || asked === 'false' ? truth(is === asked) : 'unsure';
};

type Order = (a: number, b: number) => boolean;

function ordered(read: (text: string) => number, holds: Order): Compare {
  return (actual, wanted) => {
    const [a, b] = [read(actual), read(wanted)];
    return Number.isNaN(a) || Number.isNaN(b) ? 'unsure' : truth(holds(a, b));
  };
}

function numberOf(text: string): number {
  return /^[+-]?\d{1,300}(?:\.\d{1,300})?$/.test(text) ? Number(text) : Number.NaN;
}

/** Seconds since 1970, or ISO 8601 with its zone: without one the machine's own would be meant. */
function instantOf(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text) * 1000;
  return /^\d{4}-\d{2}-\d{2}(?:T[\d:.]{5,20}(?:Z|[+-]\d{2}:?\d{2}))?$/.test(text) ? Date.parse(text) : Number.NaN;
}

const ORDERS: readonly (readonly [string, Order])[] = [
  ['equals', (a, b) => a === b],
  ['lessthan', (a, b) => a < b],
  ['lessthanequals', (a, b) => a <= b],
  ['greaterthan', (a, b) => a > b],
  ['greaterthanequals', (a, b) => a >= b],
];

/** Operators by their lower-case name, those that only turn another one round left out. */
const POSITIVE: ReadonlyMap<string, Compare> = new Map([
  ['stringequals', equals],
  ['stringequalsignorecase', sameLetters],
  ['stringlike', like],
  ['arnequals', arnLike],
  ['arnlike', arnLike],
  ['bool', bool],
  ['ipaddress', isInRange],
  ...ORDERS.map(([name, holds]) => [`numeric${name}`, ordered(numberOf, holds)] as const),
  ...ORDERS.map(([name, holds]) => [`date${name}`, ordered(instantOf, holds)] as const),
]);

const NEGATED: ReadonlyMap<string, string> = new Map([
  ['stringnotequals', 'stringequals'],
  ['stringnotequalsignorecase', 'stringequalsignorecase'],
  ['stringnotlike', 'stringlike'],
  ['arnnotequals', 'arnequals'],
  ['arnnotlike', 'arnlike'],
  ['notipaddress', 'ipaddress'],
  ['numericnotequals', 'numericequals'],
  ['datenotequals', 'dateequals'],
]);

/** An operator's name taken apart: `ForAnyValue:StringNotLikeIfExists`. */
interface Operator {
  readonly over: 'foranyvalue' | 'forallvalues' | null;
  readonly ifExists: boolean;
  readonly negated: boolean;
  readonly compare: Compare;
}

/** Whether a statement's condition block holds. What is written unlike any condition is `unsure`. */
export function conditionHolds(block: Json | undefined, facts: Facts): Truth {
  if (block === undefined) return 'yes';
  if (!isRecord(block)) return 'unsure';
  return allOf(
    Object.entries(block).flatMap(([name, keys]) => {
      if (!isRecord(keys)) return ['unsure' as const];
      return Object.entries(keys).map(([key, values]) => keyHolds(name.toLowerCase(), { key, values }, facts));
    }),
  );
}

function keyHolds(name: string, asked: { readonly key: string; readonly values: Json }, facts: Facts): Truth {
  const key = asked.key.toLowerCase();
  const actual = facts.lookup(key);
  const values = valuesOf(asked.values);
  if (values === null || actual === UNKNOWN) return 'unsure';
  if (name === 'null') return anyOf(values.map((value) => bool(String(actual === null), value, null)));
  const operator = readOperator(name);
  if (operator === null) return 'unsure';
  if (actual === null) return absent(operator);
  if (SETS.has(key)) return 'unsure';
  const found = anyOf(values.map((wanted) => operator.compare(actual, wanted, facts.variables)));
  return operator.negated ? not(found) : found;
}

/** Negated operators hold without the key; ForAllValues holds of nothing, ForAnyValue of nothing never. */
function absent({ over, ifExists, negated }: Operator): Truth {
  if (over !== null) return ifExists ? 'unsure' : truth(over === 'forallvalues');
  return truth(ifExists || negated);
}

function readOperator(name: string): Operator | null {
  const [, over = null, whole = ''] = /^(?:(foranyvalue|forallvalues):)?([a-z]+)$/.exec(name) ?? [];
  const ifExists = whole.endsWith('ifexists');
  const base = ifExists ? whole.slice(0, -'ifexists'.length) : whole;
  const turned = NEGATED.get(base);
  const compare = POSITIVE.get(turned ?? base);
  if (compare === undefined) return null;
  return { over: over as Operator['over'], ifExists, negated: turned !== undefined, compare };
}

/** A key's values as text; bare booleans and numbers are allowed. Null for anything else. */
function valuesOf(values: Json): readonly string[] | null {
  const list = listOf(values);
  const plain = list.every((one) => typeof one === 'string' || typeof one === 'boolean' || typeof one === 'number');
  return plain && list.length > 0 ? list.map(String) : null;
}
