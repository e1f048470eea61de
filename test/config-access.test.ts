/** The access file: what it may say, and every refusal with its place. */
import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { parseAccess } from '../src/config/access-file.ts';
import { ConfigError } from '../src/config/problem.ts';
import { passwordEntry } from '../src/core/password.ts';

const SHA = 'a'.repeat(64);
let entry = '';

beforeAll(async () => {
  entry = await passwordEntry('a long enough password', randomBytes(16));
});

/** One line for each problem; fails when the text is accepted. */
function linesOf(text: string, reserved: string | null = null): readonly string[] {
  try {
    parseAccess(text, 'access.yaml', reserved);
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n');
    throw error;
  }
  throw new Error(`accepted:\n${text}`);
}

const user = (fields: string): string => `users:\n  - { name: ada, role: auditor, password: "${entry}"${fields} }\n`;
const token = (fields: string): string => `tokens:\n  - { name: prometheus, ${fields} }\n`;
const GOOD_TOKEN = `rights: [metrics], sha256: "${SHA}", expires: 2027-01-31`;

describe('a good file', () => {
  test('has users, tokens, or both', () => {
    expect(parseAccess(user(''), 'f', null)).toEqual({
      users: [{ name: 'ada', role: 'auditor', password: entry }],
      tokens: [],
    });
    const both = parseAccess(`${user('')}${token(GOOD_TOKEN)}`, 'f', 'root');
    expect(both.tokens).toEqual([{ name: 'prometheus', rights: ['metrics'], sha256: SHA, expires: '2027-01-31' }]);
  });
});

describe('refused', () => {
  test.each([
    ['nothing', '# nobody yet\n', 'access.yaml: is empty: "users:" or "tokens:" is wanted'],
    ['an unknown key', 'user: []\n', 'access.yaml:1:1 user: unknown key, did you mean "users"?'],
    [
      'a role that is none',
      'users: [{ name: a, role: root, password: x }]\n',
      'access.yaml:1:26 users[0].role: "root" is not known: one of viewer, auditor, operator, administrator is wanted',
    ],
    [
      'rights that are none',
      token(GOOD_TOKEN.replace('metrics', 'administer')),
      'access.yaml:2:34 tokens[0].rights[0]: "administer" is not known: one of metrics, read, evidence, operate is wanted',
    ],
    [
      'no rights',
      token(GOOD_TOKEN.replace('metrics', '')),
      'access.yaml:2:33 tokens[0].rights: is an empty list: name something, or remove the key',
    ],
    [
      'a day that is none',
      token(GOOD_TOKEN.replace('01-31', '02-30')),
      'access.yaml:2:129 tokens[0].expires: "2027-02-30" is no day: something like 2027-01-31 is wanted',
    ],
    [
      'a variable',
      'users: [{ name: "${USER}", role: viewer, password: x }]\n',
      'access.yaml:1:17 users[0].name: refers to USER, which is not set; ${USER:-default} would give it a default',
    ],
    [
      'a name with a line break',
      'users: [{ name: "a\\nb", role: viewer, password: x }]\n',
      'access.yaml:1:17 users[0].name: "a\\nb" is no user name: up to 64 visible ASCII characters without ":" are wanted',
    ],
  ])('%s', (_name, text, line) => expect(linesOf(text)).toContain(line));

  test('a password or token in clear, and neither is repeated', () => {
    const clear = linesOf('users: [{ name: ada, role: viewer, password: canary-7f3a9 }]\n');
    expect(clear).toEqual([
      'access.yaml:1:46 users[0].password: is no entry of `orgtrail access user`: a password is never written in clear',
    ]);
    const shown = linesOf(token('rights: [read], sha256: ot_canary-7f3a9, expires: 2027-01-31'));
    expect(shown.join('\n')).toContain('tokens[0].sha256: is no SHA-256');
    expect([...clear, ...shown].join('\n')).not.toContain('canary');
  });

  test.each(['16384$8$1', '1048576$8$1', '65536$1$1', '65536$8$9', '65537$8$1'])('an entry that costs %s', (cost) => {
    const text = user('').replace('65536$8$1', cost);
    expect(linesOf(text)[0]).toContain('users[0].password: is no entry');
  });

  test('a key of objects', () => {
    expect(linesOf(user(', __proto__: { role: administrator }'))[0]).toContain('__proto__: unknown key');
  });

  test('names and tokens that stand twice, and the name of http.user', () => {
    const line = `  - { name: ada, role: viewer, password: "${entry}" }\n`;
    expect(linesOf(`users:\n${line}${line}`)).toEqual([
      'access.yaml:3:13 users[1].name: is the name of another user here too',
    ]);
    expect(linesOf(`users:\n${line}`, 'ada')).toEqual(['access.yaml:2:13 users[0].name: is http.user too']);
    const one = `  - { name: a, ${GOOD_TOKEN} }\n`;
    expect(linesOf(`tokens:\n${one}${one}`).map((text) => text.split(': ')[0])).toEqual([
      'access.yaml:3:13 tokens[1].name',
      expect.stringContaining('tokens[1].sha256'),
    ]);
  });
});
