/** What the environment may say, where passwords come from, and that none is ever printed. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parseConfig } from '../src/config.ts';
import { ConfigError } from '../src/config/problem.ts';
import { httpPassword, httpTls, oidcSecret, redactedConfig, redisPassword } from '../src/config/secrets.ts';
import { configCheck, configPrint } from '../src/cli/config.ts';
import { FILE, GOOD, linesOf } from './config/refusal.ts';

const folder = mkdtempSync(join(tmpdir(), 'orgtrail-environment-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe('references', () => {
  const at = (value: string): string => `${GOOD}accounts:\n  - id: "222222222222"\n    name: ${value}\n`;

  test.each([
    ['${NAME}', { NAME: 'payments' }, 'payments'],
    ['"${NAME}"', { NAME: 'payments' }, 'payments'],
    ["'${NAME:-other}'", { NAME: 'payments' }, 'payments'],
    ['"${NAME:-other one}"', {}, 'other one'],
    ['"${NAME:-a:-b}"', {}, 'a:-b'],
    ['"$NAME"', { NAME: 'payments' }, '$NAME'],
    ['"${NAME}"', { NAME: '${OTHER}', OTHER: 'x' }, '${OTHER}'],
    ['"${NAME}"', { NAME: 'a: 1, b: [' }, 'a: 1, b: ['],
  ])('%s', (value, env, expected) => {
    expect(parseConfig(at(value), FILE, env as Record<string, string>).accounts[0]?.name).toBe(expected);
  });

  test.each<[string, Record<string, string>, string]>([
    ['"${NAME}"', {}, 'refers to NAME, which is not set; ${NAME:-default} would give it a default'],
    ['"${NAME}"', { NAME: '' }, 'refers to NAME, which is set but empty: give it a value, or unset it'],
    ['"${NAME:-x}"', { NAME: '' }, 'refers to NAME, which is set but empty: give it a value, or unset it'],
    ['"a${NAME}"', { NAME: 'x' }, 'has "${" in it: a reference must be the whole value, ${VAR} or ${VAR:-default}'],
    [
      '"${NAME}${NAME}"',
      { NAME: 'x' },
      'has "${" in it: a reference must be the whole value, ${VAR} or ${VAR:-default}',
    ],
    ['"${1X}"', {}, 'has "${" in it: a reference must be the whole value, ${VAR} or ${VAR:-default}'],
    [
      '"${constructor}"',
      {},
      'refers to constructor, which is not set; ${constructor:-default} would give it a default',
    ],
  ])('%s with %j is refused', (value, env, what) => {
    expect(linesOf(at(value), env)).toEqual([`c.yaml:8:11 accounts[0].name: ${what}`]);
  });

  test('never change keys', () => {
    expect(linesOf(`${GOOD}"\${KEY}": 1\n`, { KEY: 'log' })[0]).toContain('c.yaml:6:1 ${KEY}: unknown key');
  });

  test('are judged like written values, and not repeated', () => {
    expect(linesOf(`${GOOD}accounts: [{ id: "\${ID}" }]\n`, { ID: 'canary-1' })).toEqual([
      'c.yaml:6:18 accounts[0].id: the value of ID is no account id: 12 digits are wanted and nothing else',
    ]);
    expect(parseConfig(`${GOOD}accounts: [{ id: "\${ID}" }]\n`, FILE, { ID: '012345678901' }).accounts[0]?.id).toBe(
      '012345678901',
    );
  });
});

describe('variables that are read by name', () => {
  const withUrl = `${GOOD}redis: { url: "redis://in-file" }\n`;

  test('override redis.url, the strongest first', () => {
    expect(parseConfig(withUrl, FILE, { REDIS_URL: 'redis://b' }).redis.url).toBe('redis://b');
    expect(parseConfig(withUrl, FILE, { REDIS_URL: 'redis://b', ORGTRAIL_REDIS_URL: 'redis://a' }).redis.url).toBe(
      'redis://a',
    );
    expect(parseConfig(GOOD, FILE, { REDIS_URL: 'redis://b' }).redis).toEqual({
      url: 'redis://b',
      passwordFile: null,
      tls: null,
    });
  });

  test('override nothing else', () => {
    const usual = parseConfig(GOOD, FILE, {});
    expect(
      parseConfig(GOOD, FILE, {
        ORGTRAIL_AWS_REGION: 'eu-west-1',
        LOG_LEVEL: 'debug',
        PORT: '1',
        AWS_REGION: 'eu-west-1',
      }),
    ).toEqual(usual);
  });

  test('are judged under their own name', () => {
    expect(linesOf(GOOD, { REDIS_URL: 'redis://:canary@h' })).toEqual([
      'environment variable REDIS_URL redis.url: the value of REDIS_URL holds a password: move it to the file named by redis.passwordFile, or to the environment variable REDIS_PASSWORD',
    ]);
  });

  test.each(['ORGTRAIL_REDIS_URL', 'REDIS_URL', 'REDIS_PASSWORD', 'ORGTRAIL_HTTP_PASSWORD', 'ORGTRAIL_OIDC_SECRET'])(
    '%s may not be empty',
    (name) => {
      expect(linesOf(GOOD, { [name]: '' })[0]).toBe(
        `environment variable ${name}: is set but empty: give it a value, or unset it`,
      );
    },
  );

  test('do not hide a broken redis section', () => {
    expect(linesOf(`${GOOD}redis: 5\n`, { REDIS_URL: 'redis://b' })).toEqual([
      'c.yaml:6:8 redis: "5" is a number: a mapping is wanted',
    ]);
  });
});

describe('passwords', () => {
  const redis = (passwordFile: string | null) => ({ redis: { url: 'redis://h', passwordFile, tls: null } });
  const http = (user: string | null, passwordFile: string | null) => ({
    http: { ...parseConfig(GOOD, FILE, {}).http, user, passwordFile },
  });

  test('of Redis: from the file, else from the environment, else none', () => {
    expect(redisPassword(redis(file('a', 'from file\n')), { REDIS_PASSWORD: 'from env' })).toBe('from file');
    expect(redisPassword(redis(file('b', 'two spaces  \r\n')), {})).toBe('two spaces  ');
    expect(redisPassword(redis(null), { REDIS_PASSWORD: 'from env' })).toBe('from env');
    expect(redisPassword(redis(null), {})).toBeNull();
  });

  test('of the pages', () => {
    expect(httpPassword(http('me', file('c', 'a long secret')), {})).toBe('a long secret');
    expect(httpPassword(http('me', null), { ORGTRAIL_HTTP_PASSWORD: 'twelve signs' })).toBe('twelve signs');
    expect(httpPassword(http(null, null), {})).toBeNull();
    expect(httpPassword({ http: { ...http('me', null).http, enabled: false } }, {})).toBeNull();
    expect(() => httpPassword(http('me', null), {})).toThrow('http.user: is given, but there is no password');
    expect(() => httpPassword(http(null, null), { ORGTRAIL_HTTP_PASSWORD: 'x' })).toThrow(
      'ORGTRAIL_HTTP_PASSWORD: is set, but http.user is not',
    );
  });

  test('of the pages are long and not the first to be tried', () => {
    const refusal = (password: string) => () => httpPassword(http('me', file('short', password)), {});
    expect(refusal('canary-7f3a')).toThrow(/short: the password has 11 characters: at least 12 are wanted/);
    expect(refusal('canary-7f3a')).toThrow(/^(?!.*canary)/s);
    expect(refusal('Password12345!')).toThrow('the password is among the first that are tried');
    expect(() => httpPassword(http('me', null), { ORGTRAIL_HTTP_PASSWORD: 'short' })).toThrow(
      'environment variable ORGTRAIL_HTTP_PASSWORD: the password has 5 characters',
    );
  });

  test('of the provider: from the file, else from the environment, never none', () => {
    const provider = `${GOOD}http: { publicUrl: "https://t.example", oidc: { issuer: "https://i.example", clientId: c, roles: { a: viewer }`;
    const given = { ORGTRAIL_OIDC_SECRET: 'from env' };
    const none = parseConfig(`${provider} } }\n`, FILE, given);
    expect(oidcSecret(none, given)).toBe('from env');
    expect(() => oidcSecret(none, {})).toThrow('http.oidc: is given, but there is no secret');
    const named = `${provider}, clientSecretFile: ${file('oidc', 'from file\n')} } }\n`;
    expect(oidcSecret(parseConfig(named, FILE, {}), given)).toBe('from file');
    expect(oidcSecret({ http: { ...none.http, enabled: false } }, {})).toBeNull();
    expect(oidcSecret(parseConfig(GOOD, FILE, {}), {})).toBeNull();
  });

  test('the certificate is read, or said to be unreadable', () => {
    const tls = { certFile: file('crt', 'CERT'), keyFile: file('key', 'KEY') };
    const { http: base } = parseConfig(GOOD, FILE, {});
    expect(httpTls({ http: { ...base, tls } })).toEqual({ cert: 'CERT', key: 'KEY' });
    expect(httpTls({ http: base })).toBeNull();
    expect(() => httpTls({ http: { ...base, tls: { ...tls, keyFile: join(folder, 'absent') } } })).toThrow(
      'the file of http.tls.keyFile cannot be read: no such file',
    );
  });

  test('that did not arrive are refused', () => {
    expect(() => redisPassword(redis(join(folder, 'absent')), {})).toThrow(
      'the password file of redis.passwordFile cannot be read: no such file',
    );
    expect(() => redisPassword(redis(folder), {})).toThrow('it is a directory');
    expect(() => redisPassword(redis(file('empty', '\n')), {})).toThrow('is empty, a password is wanted');
    expect(() => redisPassword(redis(file('lines', 'canary\nb\n')), {})).toThrow(/has line breaks(?!.*canary)/);
    expect(() => redisPassword(redis(file('large', 'x'.repeat(5000))), {})).toThrow('is larger than 4096 bytes');
    expect(() => redisPassword(redis(null), { REDIS_PASSWORD: '' })).toThrow(ConfigError);
  });
});

describe('nothing secret is printed', () => {
  const canary = 'canary-7f3a9';

  test('of a good configuration', () => {
    const text = `${GOOD.replace('name: example', `name: example, externalId: "\${EXTERNAL}"`)}accounts: [{ id: "222222222222", externalId: ${canary} }]
redis: { passwordFile: ${file('redis', canary)} }
http: { user: me }
`;
    const env = { EXTERNAL: canary, REDIS_PASSWORD: canary, ORGTRAIL_HTTP_PASSWORD: canary };
    const config = parseConfig(text, FILE, env);
    expect(config.organizations[0]?.externalId).toBe(canary);
    expect(JSON.stringify(redactedConfig(config))).not.toContain(canary);
    expect(redactedConfig(config)).toMatchObject({
      accounts: [{ id: '222222222222', externalId: '(not shown)', role: null }],
    });
    const path = file('print.yaml', text);
    for (const json of [true, false]) {
      expect(JSON.stringify(configPrint({ file: path, json, env }))).not.toContain(canary);
      expect(configPrint({ file: path, json, env }).exitCode).toBe(0);
    }
  });

  test('and what is printed cannot be loaded by mistake', () => {
    const config = parseConfig(`${GOOD}accounts: [{ id: "222222222222", externalId: ${canary} }]\n`, FILE, {});
    expect(linesOf(JSON.stringify(redactedConfig(config)))[0]).toContain('accounts[0].externalId: is no external id');
  });

  test.each([
    ['a password in the URL of Redis', `redis: { url: "redis://:${canary}@h" }`],
    ['a broken URL of Redis', `redis: { url: "redis://:${canary}@" }`],
    ['a password in the query', `redis: { url: "redis://h?Password=${canary}" }`],
    ['a URL of Redis in the wrong place', `aws: { region: "redis://:${canary}@h" }`],
    ['a password in an endpoint', `aws: { endpoint: "https://me:${canary}@h" }`],
    ['an unknown key', `redis: { password: ${canary} }`],
    ['an external id that is none', `accounts: [{ id: "222222222222", externalId: "${canary} !" }]`],
    ['an external id that is a list', `accounts: [{ id: "222222222222", externalId: ["${canary}"] }]`],
    ['a variable in the wrong place', 'aws: { region: "${SECRET}" }'],
    ['a variable in a number', 'http: { port: "${SECRET}" }'],
    ['a variable in a list of known words', 'log: { level: "${SECRET}" }'],
    [
      'a duplicate by variable',
      'accounts: [{ id: "222222222222", name: "${SECRET}" }, { id: "222222222222", name: "${SECRET}" }]',
    ],
  ])('of %s', (_name, line) => {
    const path = file('bad.yaml', `${GOOD}${line}\n`);
    for (const json of [true, false]) {
      const result = configCheck({ file: path, json, env: { SECRET: canary } });
      expect(result.exitCode).toBe(2);
      expect(JSON.stringify(result)).not.toContain(canary);
    }
  });
});
