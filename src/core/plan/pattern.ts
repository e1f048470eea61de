/** IAM's patterns: `*`, `?`, and variables such as `${aws:PrincipalAccount}`, matched against what is known of a request. */
import { allOf, truth, type Truth } from './policy-element.ts';

/** Stands for a value that the request may carry and that cannot be known beforehand. */
export const UNKNOWN = Symbol('unknown');

/** What a request holds under a condition key (lower case): its value, null where it has none. */
export type Lookup = (key: string) => string | null | typeof UNKNOWN;

/** How a pattern is read. `variables` null: the policy's version, or the element, knows none. */
export interface Reading {
  readonly variables: Lookup | null;
  /** Whether `*` and `?` stand for other characters. */
  readonly wildcards: boolean;
}

const ANY = '*';
const ONE = '?';
/** A character, or a wildcard: a value that holds `*` must not widen what it is put into. */
type Token = { readonly literal: string } | typeof ANY | typeof ONE;

/** Whether the whole text matches. A variable without a value matches nothing; one of unknown value cannot be judged. */
export function matches(pattern: string, text: string, reading: Reading): Truth {
  if (isPlain(pattern, reading)) return truth(pattern === text);
  if (!beginsAlike(pattern, text)) return 'no';
  const tokens = tokensOf(pattern, reading);
  if (tokens === null || tokens === UNKNOWN) return tokens === null ? 'no' : 'unsure';
  return truth(matchesTokens(tokens, text));
}

/**
 * Whether an ARN matches part by part: `*` does not reach over the first five colons. A pattern that is no ARN and would
 * match as plain text cannot be judged: what AWS does with it is written nowhere.
 */
export function matchesArn(pattern: string, text: string, reading: Reading): Truth {
  if (!beginsAlike(pattern, text)) return 'no';
  const tokens = tokensOf(pattern, reading);
  if (tokens === null || tokens === UNKNOWN) return tokens === null ? 'no' : 'unsure';
  const wanted = arnParts(tokens);
  const given = arnParts(literals(text));
  if (wanted.length !== given.length) return matchesTokens(tokens, text) ? 'unsure' : 'no';
  return allOf(wanted.map((part, at) => truth(matchesTokens(part, textOf(given[at] ?? [])))));
}

/** Lists of accounts and trails are plain texts, and long. */
function isPlain(pattern: string, { variables, wildcards }: Reading): boolean {
  return !(variables !== null && pattern.includes('${')) && !(wildcards && /[*?]/.test(pattern));
}

/** What stands before the first wildcard is the text's own beginning, or nothing matches; with variables nobody knows. */
function beginsAlike(pattern: string, text: string): boolean {
  return pattern.includes('${') || text.startsWith(pattern.slice(0, pattern.search(/[*?]|$/)));
}

function tokensOf(pattern: string, reading: Reading): readonly Token[] | null | typeof UNKNOWN {
  const tokens: Token[] = [];
  for (const [found, inner] of pattern.matchAll(/\$\{([^}]*)\}|[^]/g)) {
    if (inner === undefined || reading.variables === null) {
      for (const unit of unitsOf(found)) tokens.push(reading.wildcards && isWildcard(unit) ? unit : { literal: unit });
      continue;
    }
    const value = valueOf(inner, reading.variables);
    if (value === null || value === UNKNOWN) return value;
    tokens.push(...literals(value));
  }
  return tokens;
}

/** `${*}`, `${?}` and `${$}` are the characters themselves; `${key, 'text'}` says what stands for an absent value. */
function valueOf(inner: string, variables: Lookup): string | null | typeof UNKNOWN {
  if (inner === '*' || inner === '?' || inner === '$') return inner;
  const [, key = inner, otherwise = null] = /^([^,]*),\s*'([^']*)'$/.exec(inner) ?? [];
  return variables(key.trim().toLowerCase()) ?? otherwise;
}

function isWildcard(unit: string): unit is typeof ANY | typeof ONE {
  return unit === ANY || unit === ONE;
}

function literals(text: string): readonly Token[] {
  return unitsOf(text).map((unit) => ({ literal: unit }));
}

function unitsOf(text: string): readonly string[] {
  return text.split('');
}

function textOf(tokens: readonly Token[]): string {
  return tokens.map((token) => (typeof token === 'string' ? token : token.literal)).join('');
}

/** The pieces between stars: the first stands at the start, the last at the end, those between at their first place. */
function matchesTokens(tokens: readonly Token[], text: string): boolean {
  const pieces = split(tokens, (token) => token === ANY);
  const [first = [], ...others] = pieces;
  const last = others.pop();
  if (!fitsAt(first, text, 0)) return false;
  if (last === undefined) return text.length === first.length;
  let from = first.length;
  for (const piece of others) {
    const at = placeOf(piece, text, from);
    if (at < 0) return false;
    from = at + piece.length;
  }
  const end = text.length - last.length;
  return end >= from && fitsAt(last, text, end);
}

function placeOf(piece: readonly Token[], text: string, from: number): number {
  for (let at = from; at + piece.length <= text.length; at += 1) if (fitsAt(piece, text, at)) return at;
  return -1;
}

function fitsAt(piece: readonly Token[], text: string, at: number): boolean {
  if (at + piece.length > text.length) return false;
  return piece.every((token, index) => typeof token === 'string' || token.literal === text[at + index]);
}

const ARN_PARTS = 6;

function arnParts(tokens: readonly Token[]): readonly (readonly Token[])[] {
  let colons = 0;
  return split(tokens, (token) => {
    if (typeof token === 'string' || token.literal !== ':' || colons === ARN_PARTS - 1) return false;
    colons += 1;
    return true;
  });
}

function split(tokens: readonly Token[], isBorder: (token: Token) => boolean): readonly (readonly Token[])[] {
  const parts: Token[][] = [[]];
  for (const token of tokens) {
    if (isBorder(token)) parts.push([]);
    else parts.at(-1)?.push(token);
  }
  return parts;
}
