/** config/example.yaml as it stands, and with what it shows in comments put in force. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const PATH = join(import.meta.dirname, '../../config/example.yaml');
export const TEXT = readFileSync(PATH, 'utf8');

/** One alternative: a comment directly below `key: null`, for the same key and indented alike. */
interface Alternative {
  readonly key: string;
  readonly from: number;
  readonly end: number;
  readonly indent: string;
}

function alternatives(lines: readonly string[]): readonly Alternative[] {
  return lines.flatMap((line, from) => {
    const [, indent = '', key = ''] = /^( *)([A-Za-z]+): null\b/.exec(line) ?? [];
    if (key === '' || lines[from + 1]?.startsWith(`${indent}# ${key}:`) !== true) return [];
    let end = from + 2;
    while (lines[end]?.startsWith(`${indent}#   `) === true) end += 1;
    return [{ key, from, end, indent }];
  });
}

/** The names of the options that have an alternative, without what is commented inside of alternatives. */
export function alternativeKeys(text: string): readonly string[] {
  return alternatives(text.split('\n')).map((one) => one.key);
}

/** Every alternative in the place of its null. What is commented inside of one stays so. */
export function withAlternatives(text: string): string {
  const lines = text.split('\n');
  for (const { from, end, indent } of alternatives(lines).toReversed()) {
    const open = lines.slice(from + 1, end).map((line) => `${indent}${line.slice(indent.length + 2)}`);
    lines.splice(from, end - from, ...open);
  }
  return lines.join('\n');
}

/** As written, then with one layer of alternatives after the other. */
export const LAYERS: readonly string[] = [TEXT, withAlternatives(TEXT), withAlternatives(withAlternatives(TEXT))];

/** What alternatives need beside them: TLS of Redis for its certificate, a name and a secret for the provider. */
export function withCompanions(text: string): string {
  return text.replace('url: redis://', 'url: rediss://').replace('publicUrl: null', 'publicUrl: https://trail.example');
}

export const COMPANION_ENV: Readonly<Record<string, string>> = { ORGTRAIL_OIDC_SECRET: 'of the provider' };
