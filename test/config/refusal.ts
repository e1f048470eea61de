/** What a configuration is refused for, as the lines a person reads. */
import { expect } from 'vitest';
import { parseConfig } from '../../src/config.ts';
import { ConfigError } from '../../src/config/problem.ts';

export const FILE = 'c.yaml';

/** Four good lines; what a test adds starts at line 5. */
export const ARCHIVE = `archive:
  bucket: archive-bucket
  region: us-east-1
  owner: "111111111111"
`;

/** Five good lines with something to gather; what a test adds starts at line 6. */
export const GOOD = `${ARCHIVE}organizations: [{ name: example }]
`;

/** The error; fails when the text is accepted. */
export function refusalOf(text: string, env: Record<string, string> = {}): ConfigError {
  try {
    parseConfig(text, FILE, env);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error(`accepted:\n${text}`);
}

/** One line for each problem. */
export function linesOf(text: string, env: Record<string, string> = {}): readonly string[] {
  return refusalOf(text, env).message.split('\n');
}

/** The text is refused in one line alone, which names the place and gives the reason. */
export function expectRefusal(text: string, at: string, reason: string): void {
  const lines = linesOf(text);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain(`${at}: `);
  expect(lines[0]).toContain(reason);
}
