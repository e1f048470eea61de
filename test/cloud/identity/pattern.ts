/** IAM's patterns: `*`, `?` and, since policy version 2012-10-17, variables such as `${aws:PrincipalAccount}`. */

const ANY = Symbol('*');
const ONE = Symbol('?');
type Token = string | typeof ANY | typeof ONE;

/** A pattern as single characters and wildcards. */
type Pattern = readonly Token[];

/** The value of a condition key by its name; undefined when the request has none. */
export type Lookup = (key: string) => string | undefined;

/** Looks nothing up: for patterns that may hold no variables. */
export const NO_VARIABLES: Lookup = () => undefined;

/**
 * Reads a pattern. A variable's value is taken literally, so that a tag or name holding `*` cannot widen a policy.
 * Null when a variable has no value: such an element matches nothing (IAM guide, "policy variables").
 */
function compilePattern(text: string, lookup: Lookup | null): Pattern | null {
  const tokens: Token[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    const end = lookup !== null && text.startsWith('${', at) ? text.indexOf('}', at) : -1;
    if (lookup !== null && end > 0) {
      const value = variable(text.slice(at + 2, end), lookup);
      if (value === undefined) return null;
      tokens.push(...unitsOf(value));
      at = end;
    } else tokens.push(wildcard(character));
  }
  return tokens;
}

/** UTF-16 units, which is what matching walks over. */
function unitsOf(text: string): readonly string[] {
  return Array.from({ length: text.length }, (_, at) => text.charAt(at));
}

function wildcard(character: string): Token {
  if (character === '*') return ANY;
  return character === '?' ? ONE : character;
}

/** `${*}`, `${?}` and `${$}` stand for the characters themselves; `${key, 'default'}` carries a default. */
function variable(inner: string, lookup: Lookup): string | undefined {
  if (inner === '*' || inner === '?' || inner === '$') return inner;
  const withDefault = /^([^,]+),\s*'([^']*)'$/u.exec(inner);
  return withDefault === null ? lookup(inner) : (lookup(withDefault[1] ?? '') ?? withDefault[2]);
}

/** Whether the whole text matches. Backtracks to the last `*` only: at most pattern × text steps, whatever the policy says. */
function matchesPattern(pattern: Pattern, text: string): boolean {
  let at = 0;
  let place = 0;
  let star = -1;
  let resume = 0;
  while (at < text.length) {
    const token = pattern[place];
    if (token === ANY) {
      star = place;
      resume = at;
      place += 1;
    } else if (token !== undefined && (token === ONE || token === text[at])) {
      at += 1;
      place += 1;
    } else if (star >= 0) {
      place = star + 1;
      resume += 1;
      at = resume;
    } else return false;
  }
  return pattern.slice(place).every((token) => token === ANY);
}

/** Whether the text matches, with variables from `lookup`. Null lookup: the policy's version knows no variables. */
export function matchesText(pattern: string, text: string, lookup: Lookup | null): boolean {
  const compiled = compilePattern(pattern, lookup);
  return compiled !== null && matchesPattern(compiled, text);
}

/** ArnLike compares each of the six colon-separated parts for itself, so `*` never reaches over a colon before the sixth. */
export function matchesArn(pattern: string, text: string, lookup: Lookup | null): boolean {
  const compiled = compilePattern(pattern, lookup);
  if (compiled === null) return false;
  const wanted = splitArn(compiled);
  const actual = splitArn(unitsOf(text));
  return (
    wanted.length === actual.length &&
    wanted.every((part, index) => matchesPattern(part, (actual[index] ?? []).join('')))
  );
}

const ARN_PARTS = 6;

function splitArn(tokens: Pattern): readonly Token[][] {
  const parts: Token[][] = [[]];
  for (const token of tokens) {
    if (token === ':' && parts.length < ARN_PARTS) parts.push([]);
    else parts.at(-1)?.push(token);
  }
  return parts;
}
