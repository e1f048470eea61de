/** A statement taken apart into named lists, so that two of them can be told apart in words. */
import type { Json } from '../json.ts';
import { isRecord, listOf } from './policy-element.ts';
import type { Statement } from './policy.ts';

/** The values of each part by its name, such as `Resource` or `StringEquals aws:SourceArn`. */
export type StatementLists = ReadonlyMap<string, ReadonlySet<string>>;

const NAMES_FOR_PEOPLE: ReadonlyMap<string, string> = new Map([
  ['Principal AWS', 'principals'],
  ['Principal Service', 'services'],
  ['Action', 'actions'],
  ['Resource', 'resources'],
]);

/** Every list of the statement but its Sid. */
export function listsOf(statement: Statement): StatementLists {
  const lists = new Map<string, ReadonlySet<string>>();
  for (const [field, value] of Object.entries(statement)) {
    if (field !== 'Sid') collect(lists, [field], value);
  }
  return lists;
}

/** The texts of one element: `Principal` and its kind, `Condition`, operator and key. Empty where it is not there. */
export function valuesAt(statement: Statement, ...path: readonly string[]): readonly string[] {
  let value: Json | undefined = statement;
  for (const name of path) value = isRecord(value) ? value[name] : undefined;
  return value === undefined ? [] : flat(value);
}

/** How a list is named to people. */
export function listName(name: string): string {
  return NAMES_FOR_PEOPLE.get(name) ?? name;
}

function collect(lists: Map<string, ReadonlySet<string>>, path: readonly string[], value: Json): void {
  if (isRecord(value)) {
    for (const [name, inner] of Object.entries(value)) collect(lists, [...path, name], inner);
    return;
  }
  const named = path[0] === 'Condition' ? path.slice(1) : path;
  lists.set(named.join(' '), new Set(flat(value)));
}

function flat(value: Json): readonly string[] {
  return listOf(value).map((one) => (typeof one === 'string' ? one : JSON.stringify(one)));
}
