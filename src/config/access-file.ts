/** The access file: who may sign in and which tokens programs carry. No password and no token stands in it in clear. */
import * as z from 'zod';
import { ROLES } from '../core/access.ts';
import { type AccessList, TOKEN_RIGHTS } from '../core/access-list.ts';
import { isPasswordEntry } from '../core/password.ts';
import { readDocument } from './document.ts';
import { readSmallFile } from './file.ts';
import { label, userName } from './grammar.ts';
import { text } from './option.ts';
import { ConfigError, type ConfigProblem, type OptionPath, wholeProblem } from './problem.ts';
import type { OptionSchema } from './schema.ts';
import { problemAt, schemaProblems, wordsFor } from './wording.ts';

const MOST_BYTES = 1024 * 1024;
const MOST_ENTRIES = 1000;
const HINT = 'Correct every line named above. `orgtrail access user` and `orgtrail access token` print good entries.';

const userSchema = z.strictObject({
  name: text(userName),
  role: z.enum(ROLES),
  password: text((value) =>
    isPasswordEntry(value) ? null : 'is no entry of `orgtrail access user`: a password is never written in clear',
  ).meta({ writeOnly: true }),
});

const tokenSchema = z.strictObject({
  name: text(label),
  rights: z.array(z.enum(TOKEN_RIGHTS)).min(1).max(TOKEN_RIGHTS.length),
  sha256: text((value) =>
    /^[0-9a-f]{64}$/.test(value) ? null : 'is no SHA-256: 64 hex digits are wanted, never the token itself',
  ).meta({ writeOnly: true }),
  expires: text(day),
});

const accessSchema = z.strictObject({
  users: z.array(userSchema).max(MOST_ENTRIES).default([]),
  tokens: z.array(tokenSchema).max(MOST_ENTRIES).default([]),
});

/** Reads and checks the file. Throws ConfigError with every problem in it. */
export function loadAccess(path: string, reserved: string | null): AccessList {
  const hint = "Let the daemon's user read the file that http.accessFile names.";
  return parseAccess(readSmallFile({ path, what: 'the access file', mostBytes: MOST_BYTES, hint }), path, reserved);
}

/** Checks an access file's text. `reserved`: the name of http.user, which nobody else may have. */
export function parseAccess(content: string, file: string, reserved: string | null): AccessList {
  if (content.split('\n').every((line) => /^\s*(?:#|$)/.test(line)))
    throw refusal([wholeProblem(file, 'is empty: "users:" or "tokens:" is wanted')]);
  const located = readDocument(content, file, {});
  if (located.value === null) throw refusal(located.problems);
  const result = accessSchema.safeParse(located.value, { error: wordsFor });
  const schema = z.toJSONSchema(accessSchema, { target: 'draft-07', io: 'input' }) as OptionSchema;
  const problems = [...located.problems, ...schemaProblems(located, result.error?.issues ?? [], schema)];
  if (problems.length > 0 || !result.success) throw refusal(problems);
  const twice = doubles(result.data, reserved).map(({ path, what }) => problemAt(located, path, { what, other: null }));
  if (twice.length > 0) throw refusal(twice);
  return result.data;
}

/** Names and tokens that stand for two. */
function doubles(list: AccessList, reserved: string | null): readonly { path: OptionPath; what: string }[] {
  const users = list.users.map((user) => user.name);
  const tokens = list.tokens.map((token) => token.name);
  const hashes = list.tokens.map((token) => token.sha256);
  return [
    ...repeated(users).map((at) => ({ path: ['users', at, 'name'], what: 'is the name of another user here too' })),
    ...repeated(tokens).map((at) => ({ path: ['tokens', at, 'name'], what: 'is the name of another token here too' })),
    ...repeated(hashes).map((at) => ({ path: ['tokens', at, 'sha256'], what: 'is another token here too' })),
    ...users.flatMap((name, at) =>
      name === reserved ? [{ path: ['users', at, 'name'], what: 'is http.user too' }] : [],
    ),
  ];
}

function repeated(values: readonly string[]): readonly number[] {
  return values.flatMap((value, at) => (values.indexOf(value) === at ? [] : [at]));
}

/** A day of the calendar, in UTC. */
function day(value: string): string | null {
  const time = /^\d{4}-\d\d-\d\d$/.test(value) ? Date.parse(`${value}T00:00:00Z`) : Number.NaN;
  const real = !Number.isNaN(time) && new Date(time).toISOString().startsWith(value);
  return real ? null : 'is no day: something like 2027-01-31 is wanted';
}

function refusal(problems: readonly ConfigProblem[]): ConfigError {
  return new ConfigError(problems, { hint: HINT });
}
