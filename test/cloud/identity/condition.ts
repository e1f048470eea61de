/** Condition blocks: every operator and key must hold, any one of a key's values suffices (IAM guide, "condition operators"). */
import { matchesArn, matchesText, type Lookup } from './pattern.ts';

/** One operator applied to one key. `key` is lower case: condition keys are case-insensitive. */
export interface Condition {
  readonly operator: string;
  readonly ifExists: boolean;
  readonly key: string;
  readonly values: readonly string[];
}

type Compare = (actual: string, wanted: string, lookup: Lookup | null) => boolean;

const equal: Compare = (actual, wanted, lookup) =>
  lookup === null ? actual === wanted : matchesText(literal(wanted), actual, lookup);
const sameLetters: Compare = (actual, wanted, lookup) =>
  equal(actual.toLowerCase(), wanted.toLowerCase(), lookup === null ? null : (key) => lookup(key)?.toLowerCase());
const like: Compare = (actual, wanted, lookup) => matchesText(wanted, actual, lookup);
const arnLike: Compare = (actual, wanted, lookup) => matchesArn(wanted, actual, lookup);
const bool: Compare = (actual, wanted) => actual.toLowerCase() === wanted.toLowerCase();

/** `*` and `?` mean themselves in StringEquals; variables keep their meaning. */
function literal(wanted: string): string {
  return wanted.replaceAll(/\$\{[^}]*\}|[*?]/gu, (found) => (found.length > 1 ? found : `\${${found}}`));
}

function numeric(holds: (actual: number, wanted: number) => boolean): Compare {
  return (actual, wanted) => actual.trim() !== '' && wanted.trim() !== '' && holds(Number(actual), Number(wanted));
}

function dated(holds: (actual: number, wanted: number) => boolean): Compare {
  return (actual, wanted) => holds(instant(actual), instant(wanted));
}

/** ISO 8601 or epoch seconds, as both are allowed; NaN, which no comparison accepts, otherwise. */
function instant(text: string): number {
  return /^\d+$/u.test(text) ? Number(text) * 1000 : Date.parse(text);
}

interface Operator {
  readonly compare: Compare;
  /** Negated operators hold when the key is absent; the others do not. */
  readonly negated: boolean;
}

const positive = (compare: Compare): Operator => ({ compare, negated: false });
const negative = (compare: Compare): Operator => ({ compare, negated: true });

const OPERATORS: ReadonlyMap<string, Operator> = new Map([
  ['StringEquals', positive(equal)],
  ['StringNotEquals', negative(equal)],
  ['StringEqualsIgnoreCase', positive(sameLetters)],
  ['StringNotEqualsIgnoreCase', negative(sameLetters)],
  ['StringLike', positive(like)],
  ['StringNotLike', negative(like)],
  ['ArnEquals', positive(arnLike)],
  ['ArnLike', positive(arnLike)],
  ['ArnNotEquals', negative(arnLike)],
  ['ArnNotLike', negative(arnLike)],
  ['Bool', positive(bool)],
  ['NumericEquals', positive(numeric((a, b) => a === b))],
  ['NumericNotEquals', negative(numeric((a, b) => a === b))],
  ['NumericLessThan', positive(numeric((a, b) => a < b))],
  ['NumericLessThanEquals', positive(numeric((a, b) => a <= b))],
  ['NumericGreaterThan', positive(numeric((a, b) => a > b))],
  ['NumericGreaterThanEquals', positive(numeric((a, b) => a >= b))],
  ['DateLessThan', positive(dated((a, b) => a < b))],
  ['DateLessThanEquals', positive(dated((a, b) => a <= b))],
  ['DateGreaterThan', positive(dated((a, b) => a > b))],
  ['DateGreaterThanEquals', positive(dated((a, b) => a >= b))],
]);

/** Splits `StringEqualsIfExists` into its parts; null for an operator that this evaluator does not know. */
export function readOperator(name: string): { readonly operator: string; readonly ifExists: boolean } | null {
  if (name === 'Null') return { operator: 'Null', ifExists: false };
  const operator = name.endsWith('IfExists') ? name.slice(0, -'IfExists'.length) : name;
  return OPERATORS.has(operator) ? { operator, ifExists: operator !== name } : null;
}

/** Whether all conditions hold. `variables` is null for policies whose version knows no variables. */
export function conditionsHold(conditions: readonly Condition[], context: Lookup, variables: Lookup | null): boolean {
  return conditions.every((condition) => {
    const actual = context(condition.key);
    if (condition.operator === 'Null')
      return condition.values.some((value) => (value.toLowerCase() === 'true') === (actual === undefined));
    const operator = OPERATORS.get(condition.operator);
    if (operator === undefined) return false;
    if (actual === undefined) return condition.ifExists || operator.negated;
    return condition.values.some((wanted) => operator.compare(actual, wanted, variables)) !== operator.negated;
  });
}
