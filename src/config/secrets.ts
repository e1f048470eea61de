/** Passwords come from files or the environment, never from YAML, and nothing here prints one. */
import type { Config } from '../config.ts';
import { passwordFault } from '../core/password-rules.ts';
import { type Environment, HTTP_PASSWORD, OIDC_SECRET, REDIS_PASSWORD, variable } from './environment.ts';
import { readSmallFile } from './file.ts';
import { hasControl } from './grammar.ts';
import { ConfigError, wholeProblem } from './problem.ts';
import { inputSchema, type OptionSchema, present } from './schema.ts';

/** What stands in the place of a value that is not shown. It keeps no option's grammar, so nobody can load it by mistake. */
const NOT_SHOWN = '(not shown)';

/** The password of Redis: from redis.passwordFile, else from REDIS_PASSWORD; null when neither is there. */
export function redisPassword(config: Pick<Config, 'redis'>, env: Environment): string | null {
  const file = config.redis.passwordFile;
  return file === null ? fromVariable(REDIS_PASSWORD, env) : fromFile(file, 'redis.passwordFile');
}

/**
 * The password of the pages: from http.passwordFile, else from ORGTRAIL_HTTP_PASSWORD; null when no sign-in is wanted or nothing is served.
 * A user without a password, and a password without a user, are refused: both would look like a sign-in and be none.
 */
export function httpPassword(config: Pick<Config, 'http'>, env: Environment): string | null {
  const { enabled, user, passwordFile } = config.http;
  if (!enabled) return null;
  const password =
    passwordFile === null ? fromVariable(HTTP_PASSWORD, env) : fromFile(passwordFile, 'http.passwordFile');
  if (user !== null && password === null) {
    throw refusal(
      'http.user',
      `is given, but there is no password: set http.passwordFile, or the environment variable ${HTTP_PASSWORD}`,
    );
  }
  if (user === null && password !== null)
    throw refusal(`environment variable ${HTTP_PASSWORD}`, 'is set, but http.user is not');
  const fault = password === null ? null : passwordFault(password, user ?? '');
  if (fault !== null) throw refusal(passwordFile ?? `environment variable ${HTTP_PASSWORD}`, `the password ${fault}`);
  return password;
}

/** The client secret: from http.oidc.clientSecretFile, else from ORGTRAIL_OIDC_SECRET; null when no provider is configured or nothing is served. */
export function oidcSecret(config: Pick<Config, 'http'>, env: Environment): string | null {
  const { enabled, oidc } = config.http;
  if (!enabled || oidc === null) return null;
  const file = oidc.clientSecretFile;
  const secret = file === null ? fromVariable(OIDC_SECRET, env) : fromFile(file, 'http.oidc.clientSecretFile');
  if (secret !== null) return secret;
  const what = `is given, but there is no secret: set http.oidc.clientSecretFile, or the environment variable ${OIDC_SECRET}`;
  throw refusal('http.oidc', what);
}

/** Certificate and key to serve https with, as PEM; null when http is served. */
export function httpTls(config: Pick<Config, 'http'>): { readonly cert: string; readonly key: string } | null {
  const { enabled, tls } = config.http;
  if (!enabled || tls === null) return null;
  const hint = "Let the daemon's user read the files that http.tls names.";
  const read = (path: string, option: string): string =>
    readSmallFile({ path, what: `the file of ${option}`, mostBytes: 1024 * 1024, hint });
  return { cert: read(tls.certFile, 'http.tls.certFile'), key: read(tls.keyFile, 'http.tls.keyFile') };
}

/** The configuration as it may be shown: external ids are left out, passwords were never in it. */
export function redactedConfig(config: Config): unknown {
  return redact(config, inputSchema());
}

function redact(value: unknown, schema: OptionSchema | undefined): unknown {
  if (value === null || value === undefined || schema === undefined) return value;
  const option = present(schema);
  if (option.writeOnly === true) return NOT_SHOWN;
  if (Array.isArray(value)) return value.map((one: unknown) => redact(one, option.items));
  if (typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]: [string, unknown]) => [key, redact(one, option.properties?.[key])]),
  );
}

function fromVariable(name: string, env: Environment): string | null {
  const password = variable(env, name);
  return password === null ? null : checked(password, `environment variable ${name}`);
}

function fromFile(path: string, option: string): string {
  const text = readSmallFile({
    path,
    what: `the password file of ${option}`,
    mostBytes: 4096,
    hint: `Let the daemon's user read the file that ${option} names; it holds the password and nothing else.`,
  });
  return checked(text.replace(/\r?\n$/, ''), path);
}

function checked(password: string, origin: string): string {
  if (password === '') throw refusal(origin, 'is empty, a password is wanted');
  if (hasControl(password))
    throw refusal(origin, 'has line breaks or control characters in it, a password on one line is wanted');
  return password;
}

function refusal(origin: string, what: string): ConfigError {
  return new ConfigError([wholeProblem(origin, what)]);
}
