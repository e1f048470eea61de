/** From what the schema refuses to sentences with a place and the next step. */
import { distance } from 'fastest-levenshtein';
import type * as z from 'zod';
import { type Entry, entryName, type Located, TOLD } from './document.ts';
import { type ConfigProblem, type OptionPath, type Position, printPath } from './problem.ts';
import { inputSchema, type OptionSchema, optionAt } from './schema.ts';

const WORDS: ReadonlyMap<string, string> = new Map([
  ['string', 'text'],
  ['number', 'a number'],
  ['int', 'a whole number'],
  ['boolean', 'true or false'],
  ['array', 'a list'],
  ['object', 'a mapping'],
  ['record', 'a mapping'],
]);
const LONGEST_QUOTE = 80;

/** What is wrong, as the end of a sentence that starts with the value. Given to zod for every issue without words of its own. */
export function wordsFor(issue: z.core.$ZodRawIssue): string {
  if (issue.code === 'invalid_type') return typeWords(issue.expected, issue.input);
  if (issue.code === 'invalid_value') {
    const what = issue.input === undefined ? 'is missing, and it is required' : 'is not known';
    return `${what}: one of ${issue.values.join(', ')} is wanted`;
  }
  if (issue.code !== 'too_small' && issue.code !== 'too_big') return 'is not allowed here';
  return sizeWords(issue);
}

function sizeWords(issue: z.core.$ZodRawIssue<z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig>): string {
  const list = issue.origin === 'array';
  if (issue.code === 'too_small')
    return list
      ? 'is an empty list: name something, or remove the key'
      : `is too small: at least ${issue.minimum} is wanted`;
  return list
    ? `is too long a list: at most ${issue.maximum} are wanted`
    : `is too large: at most ${issue.maximum} is wanted`;
}

function typeWords(expected: string, input: unknown): string {
  const wanted = WORDS.get(expected) ?? expected;
  if (input === undefined) return 'is missing, and it is required';
  if (input === null) return `is empty: ${wanted} is wanted, or remove the key`;
  if (expected === 'string' && typeof input !== 'object') return `is read as ${kindOf(input)} by YAML: quote it`;
  if (typeof input === 'string' && expected !== 'object' && expected !== 'array')
    return `is text: ${wanted} is wanted, without quotes`;
  return `is ${kindOf(input)}: ${wanted} is wanted`;
}

function kindOf(input: unknown): string {
  if (Array.isArray(input)) return 'a list';
  if (typeof input === 'number' || typeof input === 'bigint') return 'a number';
  return WORDS.get(typeof input) ?? 'something else';
}

/** The problems behind the schema's issues, except for values that were told about when the file was read. `schema`: of the file, where it is not the configuration. */
export function schemaProblems(
  located: Located,
  issues: readonly z.core.$ZodIssue[],
  schema: OptionSchema = inputSchema(),
): readonly ConfigProblem[] {
  return issues.flatMap((issue) => {
    const path = issue.path.map((step) => (typeof step === 'number' ? step : String(step)));
    if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(located, [...path, key], schema));
    if (valueAt(located.value, path) === TOLD) return [];
    const missing = !located.entries.has(entryName(path));
    const what = missing ? issue.message : `${subject(located, path, schema)}${issue.message}`;
    return [problemAt(located, path, { what, other: null })];
  });
}

/** A problem at an option, or where the option would stand if it were there. */
export function problemAt(
  located: Located,
  path: OptionPath,
  fields: { readonly what: string; readonly other: OptionPath | null },
): ConfigProblem {
  const entry = located.entries.get(entryName(path));
  const other =
    fields.other === null ? null : { path: printPath(fields.other), position: placeOf(located, fields.other) };
  const outside = entry !== undefined && isFromOutside(entry);
  return {
    file: outside ? `environment variable ${entry.variable}` : located.file,
    position: outside ? null : placeOf(located, path),
    path: printPath(path),
    what: fields.what,
    other,
  };
}

/** The value as written, for the start of a sentence; never one that may be secret. */
export function subject(located: Located, path: OptionPath, schema: OptionSchema): string {
  const entry = located.entries.get(entryName(path));
  if (entry === undefined) return '';
  if (entry.variable !== null) return `the value of ${entry.variable} `;
  const option = optionAt(schema, path);
  if (
    entry.written === null ||
    entry.written === '' ||
    option === null ||
    option.writeOnly === true ||
    option.format === 'uri'
  )
    return '';
  if (entry.written.includes('://')) return ''; // a URL in the wrong place may hold a password too
  const cut = entry.written.length > LONGEST_QUOTE ? `${entry.written.slice(0, LONGEST_QUOTE)}…` : entry.written;
  return `${JSON.stringify(cut)} `;
}

function placeOf(located: Located, path: OptionPath): Position | null {
  for (let length = path.length; length >= 0; length -= 1) {
    const entry = located.entries.get(entryName(path.slice(0, length)));
    if (entry !== undefined && !isFromOutside(entry))
      return length === path.length ? entry.value : (entry.key ?? entry.value);
  }
  return null;
}

/** True for a value that a variable put there without the file's asking. */
function isFromOutside(entry: Entry): boolean {
  return entry.written === null && entry.variable !== null;
}

function unknownKey(located: Located, path: OptionPath, schema: OptionSchema): ConfigProblem {
  const key = String(path.at(-1));
  const known = Object.keys(optionAt(schema, path.slice(0, -1))?.properties ?? {});
  const near = nearest(key, known);
  const what = near === null ? `unknown key (known here: ${known.join(', ')})` : `unknown key, did you mean "${near}"?`;
  const entry = located.entries.get(entryName(path));
  return { file: located.file, position: entry?.key ?? null, path: printPath(path), what, other: null };
}

/** The known word that a mistyped one most likely stands for; null when none is near. */
function nearest(word: string, known: readonly string[]): string | null {
  const small = word.toLowerCase();
  const ranked = known
    .map((candidate) => ({ candidate, steps: distance(small, candidate.toLowerCase()) }))
    .toSorted((a, b) => a.steps - b.steps);
  const best = ranked[0];
  const most = Math.min(Math.max(2, small.length / 3), (small.length * 2) / 3);
  if (best !== undefined && best.steps <= most) return best.candidate;
  const begun = known.find(
    (candidate) =>
      small.length >= 2 && (candidate.toLowerCase().startsWith(small) || small.startsWith(candidate.toLowerCase())),
  );
  return begun ?? null;
}

function valueAt(value: unknown, path: OptionPath): unknown {
  let found = value;
  for (const step of path) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, step)) return undefined;
    found = (found as Record<string | number, unknown>)[step];
  }
  return found;
}
