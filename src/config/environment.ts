/**
 * What the environment may say. A text value that is `${VAR}` or `${VAR:-default}` as a whole is replaced after
 * parsing; text is never pasted into YAML, so a variable cannot bring keys of its own. Five variables are read by name.
 */

/** The process's environment, or a part of it. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Variables that override an option, strongest first. */
export const OVERRIDES = [
  { variable: 'ORGTRAIL_REDIS_URL', path: ['redis', 'url'] },
  { variable: 'REDIS_URL', path: ['redis', 'url'] },
] as const;

export const REDIS_PASSWORD = 'REDIS_PASSWORD';
export const HTTP_PASSWORD = 'ORGTRAIL_HTTP_PASSWORD';
export const OIDC_SECRET = 'ORGTRAIL_OIDC_SECRET';

/** A text value after references are followed. `variable` names where it came from; null: from the file. */
export type Resolved = { readonly value: string; readonly variable: string | null } | { readonly problem: string };

const REFERENCE = /^\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^{}]*))?\}$/;

/** The variable's value; null when it is not set. Only own names count: `constructor` is no variable. */
export function variable(env: Environment, name: string): string | null {
  return Object.hasOwn(env, name) ? (env[name] ?? null) : null;
}

/** Follows a reference. A variable that is set but empty is refused: it is a secret that did not arrive more often than a wish. */
export function resolveText(written: string, env: Environment): Resolved {
  if (!written.includes('${')) return { value: written, variable: null };
  const reference = REFERENCE.exec(written);
  if (reference === null)
    return { problem: 'has "${" in it: a reference must be the whole value, ${VAR} or ${VAR:-default}' };
  const [, name = '', usual] = reference;
  const value = variable(env, name);
  if (value === '') return { problem: `refers to ${name}, which is set but empty: give it a value, or unset it` };
  if (value !== null) return { value, variable: name };
  if (usual === undefined)
    return { problem: `refers to ${name}, which is not set; \${${name}:-default} would give it a default` };
  return { value: usual, variable: null };
}

/** The variables that are read by name and are set but empty. */
export function emptyVariables(env: Environment): readonly string[] {
  const known = [...OVERRIDES.map((one) => one.variable), REDIS_PASSWORD, HTTP_PASSWORD, OIDC_SECRET];
  return known.filter((name) => variable(env, name) === '');
}
