/**
 * The configuration: one YAML file, a few variables of the environment, checked whole before anything starts. Each
 * option is declared once, in config/; precedence is environment, then file, then default.
 */
import { isDeepStrictEqual } from 'node:util';
import type * as z from 'zod';
import { entryName, type Located, readDocument } from './config/document.ts';
import {
  emptyVariables,
  type Environment,
  HTTP_PASSWORD,
  OIDC_SECRET,
  OVERRIDES,
  variable,
} from './config/environment.ts';
import { estateConflicts } from './config/estate-conflicts.ts';
import { readSmallFile } from './config/file.ts';
import { policyConflicts } from './config/policy-conflicts.ts';
import { ConfigError, type ConfigProblem, wholeProblem } from './config/problem.ts';
import { configSchema, inputSchema } from './config/schema.ts';
import { serviceConflicts } from './config/service-conflicts.ts';
import { settingsConflicts } from './config/settings-conflicts.ts';
import { problemAt, schemaProblems, subject, wordsFor } from './config/wording.ts';
import { estateView } from './config/view.ts';

type Frozen<T> = T extends object ? { readonly [K in keyof T]: Frozen<T[K]> } : T;

/** The checked configuration: deeply frozen, every option resolved to its value, its default or null. */
export type Config = Frozen<z.output<typeof configSchema>>;

/** What a reload found. `config` is the one to go on with; `error` says why it is still the old one. */
export interface Reloaded {
  readonly config: Config;
  readonly changed: boolean;
  readonly error?: ConfigError;
}

const NOTHING = 'there is nothing to gather: name an account, or an organization to discover';
const MOST_BYTES = 4 * 1024 * 1024;

/** Reads and checks the file. Throws ConfigError with every problem in it. */
export function loadConfig(path: string, env: Environment = process.env): Config {
  const hint = 'Name the file with --config FILE; config/example.yaml is one to start from.';
  return parseConfig(readSmallFile({ path, what: 'the configuration', mostBytes: MOST_BYTES, hint }), path, env);
}

/** Checks a configuration's text. `file` is its name in messages. Throws ConfigError with every problem in it. */
export function parseConfig(text: string, file: string, env: Environment): Config {
  const located = withOverrides(readDocument(text, file, env), env);
  const told = [
    ...emptyVariables(env).map((name) =>
      wholeProblem(`environment variable ${name}`, 'is set but empty: give it a value, or unset it'),
    ),
    ...located.problems,
  ];
  if (located.value === null) throw new ConfigError(told);
  const result = configSchema.safeParse(located.value, { error: wordsFor });
  const problems = [...told, ...schemaProblems(located, result.error?.issues ?? []), ...conflictProblems(located, env)];
  if (problems.length > 0 || !result.success) throw new ConfigError(inOrder(problems));
  if (gathersNothing(result.data)) throw new ConfigError([problemAt(located, [], { what: NOTHING, other: null })]);
  return freeze(result.data);
}

/** A configuration that gathers nothing would be green about nothing. */
function gathersNothing(config: Config): boolean {
  return config.accounts.length === 0 && !config.organizations.some((one) => one.discover);
}

/** Reads the file again. An invalid one changes nothing: the old configuration stays, and the error is there to be said. */
export function reloadConfig(path: string, env: Environment, current: Config): Reloaded {
  try {
    const config = loadConfig(path, env);
    return isDeepStrictEqual(config, current) ? { config: current, changed: false } : { config, changed: true };
  } catch (error) {
    if (error instanceof ConfigError) return { config: current, changed: false, error };
    throw error;
  }
}

function conflictProblems(located: Located, env: Environment): readonly ConfigProblem[] {
  const schema = inputSchema();
  const given = {
    httpPassword: variable(env, HTTP_PASSWORD) !== null,
    oidcSecret: variable(env, OIDC_SECRET) !== null,
  };
  const estate = estateView(located.value);
  const conflicts = [
    ...estateConflicts(estate),
    ...policyConflicts(located.value, estate),
    ...settingsConflicts(located.value, estate),
    ...serviceConflicts(located.value, given),
  ];
  return conflicts.map(({ path, what, other }) =>
    problemAt(located, path, { what: `${subject(located, path, schema)}${what}`, other }),
  );
}

/** Puts the variables that override an option into the values, where the schema judges them like any other. */
function withOverrides(located: Located, env: Environment): Located {
  const set = OVERRIDES.find((one) => (variable(env, one.variable) ?? '') !== '');
  if (set === undefined || typeof located.value !== 'object' || located.value === null) return located;
  const root = located.value as Record<string, unknown>;
  const [group, key] = set.path;
  const old = Object.hasOwn(root, group) ? root[group] : {};
  if (typeof old !== 'object' || old === null || Array.isArray(old)) return located;
  located.entries.set(entryName(set.path), {
    key: null,
    value: { line: 1, column: 1 },
    written: null,
    variable: set.variable,
  });
  return { ...located, value: { ...root, [group]: { ...old, [key]: variable(env, set.variable) } } };
}

/** By place in the file; what has none comes first. */
function inOrder(problems: readonly ConfigProblem[]): readonly ConfigProblem[] {
  const rank = (one: ConfigProblem): readonly [number, number] => [one.position?.line ?? 0, one.position?.column ?? 0];
  return problems.toSorted((a, b) => rank(a)[0] - rank(b)[0] || rank(a)[1] - rank(b)[1]);
}

function freeze<T>(value: T): Frozen<T> {
  if (typeof value === 'object' && value !== null) {
    for (const inner of Object.values(value)) freeze(inner);
    Object.freeze(value);
  }
  return value as Frozen<T>;
}
