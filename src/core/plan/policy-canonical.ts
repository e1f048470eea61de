/** One spelling for every policy that says the same, for comparing alone: nothing of it is ever written. */
import type { Json } from '../json.ts';
import { isList, isRecord, listOf } from './policy-element.ts';

type Fields = Readonly<Record<string, Json>>;

/** Each statement's one spelling, in one order: AWS reorders statements and lists, and writes one-element lists as scalars. */
export function canonicalStatements(statements: readonly Fields[]): readonly string[] {
  return statements.map(canonicalStatement).toSorted(byCodeUnits);
}

/** One statement's one spelling. */
export function canonicalStatement(statement: Fields): string {
  return JSON.stringify(sortedFields(statement, canonicalField));
}

function canonicalField(name: string, value: Json): Json {
  switch (name) {
    case 'Action':
    case 'NotAction':
      return asSet(value, (action) => action.toLowerCase());
    case 'Resource':
    case 'NotResource':
      return asSet(value, asWritten);
    case 'Principal':
    case 'NotPrincipal':
      return isRecord(value) ? sortedFields(value, (kind, names) => asSet(names, principalOf(kind))) : value;
    case 'Condition':
      return isRecord(value) ? sortedFields(value, (_operator, keys) => canonicalKeys(keys)) : value;
    default:
      return anyOrder(value);
  }
}

function canonicalKeys(keys: Json): Json {
  return isRecord(keys) ? sortedFields(keys, (_key, values) => asSet(asTexts(values), asWritten)) : keys;
}

/** Bare `true` and `5` come back as text. */
function asTexts(values: Json): Json {
  if (isList(values)) return values.map(asTexts);
  return typeof values === 'boolean' || typeof values === 'number' ? String(values) : values;
}

const asWritten = (text: string): string => text;

/** S3 writes the account's number as its root's ARN. Only the bucket's own partition is taken, so it tells nothing. */
function principalOf(kind: string): (name: string) => string {
  if (kind !== 'AWS') return asWritten;
  return (name) => /^arn:[a-z-]+:iam::(\d{12}):root$/.exec(name)?.[1] ?? name;
}

/** A text or list of texts as a sorted list in which each stands once; anything else as it is. */
function asSet(value: Json, spell: (text: string) => string): Json {
  const list = listOf(value);
  if (!list.every((one) => typeof one === 'string')) return anyOrder(value);
  return [...new Set(list.map(spell))].toSorted(byCodeUnits);
}

/** Fields in order, lists as they are: for what no policy element is. */
function anyOrder(value: Json): Json {
  if (isList(value)) return value.map(anyOrder);
  return isRecord(value) ? sortedFields(value, (_name, inner) => anyOrder(inner)) : value;
}

/** As a list of pairs: an object's own order puts names that look like numbers first, and `__proto__` is no name in it. */
function sortedFields(value: Fields, spell: (name: string, inner: Json) => Json): Json {
  const names = Object.keys(value).toSorted(byCodeUnits);
  return { fields: names.map((name) => [name, spell(name, value[name] ?? null)]) };
}

function byCodeUnits(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
