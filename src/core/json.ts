/**
 * JSON read strictly: valid UTF-8, no byte-order mark, no name twice in one object. `JSON.parse` keeps the last of two
 * equal names silently, so two readers could see two different digests in the same signed bytes (reliability.md V25).
 */

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** What could not be read, in words. */
export interface Unreadable {
  readonly problem: string;
}

const MAX_DEPTH = 32;

/** Parses the bytes; `problem` says what is wrong with them. */
export function parseStrictJson(bytes: Uint8Array): { readonly value: Json } | Unreadable {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return { problem: 'not valid UTF-8' };
  }
  const fault = findFault(text);
  if (fault !== null) return { problem: fault };
  try {
    return { value: JSON.parse(text) as Json };
  } catch (error) {
    return { problem: `not JSON: ${(error as SyntaxError).message.slice(0, 80)}` };
  }
}

/**
 * Walks brackets and strings: depth and repeated names. Anything else wrong with the text is left to JSON.parse. One
 * pass whatever the text is: an unclosed string must not cost its length squared, nor a long one the stack.
 */
function findFault(text: string): string | null {
  const names: (Set<string> | null)[] = [];
  const token = /["{}[\]]/g;
  for (let match = token.exec(text); match !== null; match = token.exec(text)) {
    const [found] = match;
    if (found === '{' || found === '[') names.push(found === '{' ? new Set() : null);
    else if (found === '}' || found === ']') names.pop();
    else {
      const end = endOfString(text, match.index);
      if (end === null) return null;
      token.lastIndex = end;
      const repeated = repeatedName(text, { from: match.index, end }, names.at(-1) ?? null);
      if (repeated !== null) return repeated;
    }
    if (names.length > MAX_DEPTH) return `nested deeper than ${MAX_DEPTH} levels`;
  }
  return null;
}

/** The place after the closing quote; null when there is none. */
function endOfString(text: string, from: number): number | null {
  const stop = /["\\]/g;
  stop.lastIndex = from + 1;
  for (let match = stop.exec(text); match !== null; match = stop.exec(text)) {
    if (match[0] === '"') return stop.lastIndex;
    stop.lastIndex += 1;
  }
  return null;
}

function repeatedName(
  text: string,
  string: { readonly from: number; readonly end: number },
  names: Set<string> | null,
): string | null {
  const gap = /[ \t\n\r]*:/y;
  gap.lastIndex = string.end;
  if (names === null || !gap.test(text)) return null;
  const name = unescaped(text.slice(string.from, string.end));
  if (names.has(name)) return `the name ${JSON.stringify(name).slice(0, 80)} stands twice in one object`;
  names.add(name);
  return null;
}

/** Equal names may be spelt differently (`\u0061` is `a`), so they are compared unescaped. */
function unescaped(quoted: string): string {
  if (!quoted.includes('\\')) return quoted.slice(1, -1);
  try {
    return JSON.parse(quoted) as string;
  } catch {
    return quoted;
  }
}
