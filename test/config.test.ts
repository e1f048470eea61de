/** The configuration as YAML: syntax, unknown keys, types, missing options, references, and what comes out of it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { loadConfig, parseConfig, reloadConfig } from '../src/config.ts';
import { ConfigError } from '../src/config/problem.ts';
import { OperatingError } from '../src/errors.ts';
import { ARCHIVE, FILE, GOOD, linesOf, refusalOf } from './config/refusal.ts';

const folder = mkdtempSync(join(tmpdir(), 'orgtrail-config-'));
afterAll(() => rmSync(folder, { recursive: true }));

function written(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe('a good configuration', () => {
  test('has every option resolved to its value, its default or null', () => {
    const config = parseConfig(`${GOOD}accounts: [{ id: "012345678901" }]\n`, FILE, {});
    expect(config.archive).toEqual({
      bucket: 'archive-bucket',
      region: 'us-east-1',
      prefix: '',
      owner: '111111111111',
      kmsKey: null,
    });
    expect(config.accounts).toEqual([{ id: '012345678901', name: null, role: null, externalId: null, trails: null }]);
    const nobody = { accounts: [], units: [], tags: {} };
    expect(config.organizations).toEqual([
      {
        name: 'example',
        discover: true,
        role: 'orgtrail-reader',
        externalId: null,
        managementRole: null,
        include: nobody,
        exclude: nobody,
      },
    ]);
    expect(config.redis).toEqual({ url: 'redis://127.0.0.1:6379', passwordFile: null, tls: null });
    expect(config.http).toEqual({
      enabled: true,
      host: '127.0.0.1',
      port: 8080,
      publicUrl: null,
      tls: null,
      trustedProxies: [],
      user: null,
      passwordFile: null,
      accessFile: null,
      oidc: null,
      sessionHours: 12,
      idleMinutes: 60,
      apply: false,
    });
    expect(config.limits).toMatchObject({
      accountConcurrency: 8,
      maxObjectBytes: 64 * 2 ** 20,
      maxInflatedBytes: 256 * 2 ** 20,
      jobAttempts: 8,
    });
  });

  test('is frozen all the way down', () => {
    const config = parseConfig(`${GOOD}accounts: [{ id: "222222222222" }]\n`, FILE, {});
    const open: string[] = [];
    const look = (value: unknown, path: string): void => {
      if (typeof value !== 'object' || value === null) return;
      if (!Object.isFrozen(value)) open.push(path);
      for (const [key, inner] of Object.entries(value)) look(inner, `${path}.${key}`);
    };
    look(config, 'config');
    expect(open).toEqual([]);
    expect(() => Object.assign(config.archive, { bucket: 'other' })).toThrow(TypeError);
  });

  test('spells every prefix one way', () => {
    const config = parseConfig(
      `${ARCHIVE}  prefix: archive
accounts:
  - id: "222222222222"
    trails:
      - { arn: "arn:aws:cloudtrail:us-east-1:222222222222:trail/main", bucket: logs, prefix: a/b, formerBuckets: [old-logs, old-logs/x/] }
      - { arn: "arn:aws:cloudtrail:us-east-1:222222222222:trail/more", bucket: logs, prefix: c/ }
`,
      FILE,
      {},
    );
    expect(config.archive.prefix).toBe('archive/');
    expect(config.accounts[0]?.trails?.map((trail) => trail.prefix)).toEqual(['a/b/', 'c/']);
    expect(config.accounts[0]?.trails?.[0]?.formerBuckets).toEqual(['old-logs', 'old-logs/x']);
  });

  test('may repeat itself with anchors', () => {
    const config = parseConfig(
      `${GOOD}accounts:\n  - { id: "222222222222", externalId: &x shared-id }\n  - { id: "333333333333", externalId: *x }\n`,
      FILE,
      {},
    );
    expect(config.accounts.map((one) => one.externalId)).toEqual(['shared-id', 'shared-id']);
  });
});

describe('the error', () => {
  test('is an operating error that no retry helps, with a next step', () => {
    const error = refusalOf('');
    expect(error).toBeInstanceOf(OperatingError);
    expect(error).toMatchObject({ name: 'ConfigError', code: 'config-invalid', retryable: false });
    expect(error.hint).toContain('config/example.yaml');
  });

  test('carries every problem at once, in the order of the file', () => {
    const text = `archive:
  bucket: Bad_Bucket
  owner: 012345678901
limits: { hashThreads: 0 }
accounts:
  - { id: "222222222222", nmae: x }
  - { id: "222222222222" }
http: { host: 0.0.0.0, port: 99999 }
`;
    expect(linesOf(text)).toEqual([
      'c.yaml:1:1 archive.region: is missing, and it is required',
      expect.stringMatching(/^c\.yaml:2:11 archive\.bucket: "Bad_Bucket" is no bucket name/),
      expect.stringMatching(/^c\.yaml:3:10 archive\.owner: "012345678901" is read as a number/),
      'c.yaml:4:24 limits.hashThreads: "0" is too small: at least 1 is wanted',
      'c.yaml:6:27 accounts[0].nmae: unknown key, did you mean "name"?',
      'c.yaml:7:11 accounts[1].id: "222222222222" is the id of another account here too (the other one: c.yaml:6:11 accounts[0].id)',
      expect.stringMatching(/^c\.yaml:8:15 http\.host: "0\.0\.0\.0" is reachable from other machines/),
      'c.yaml:8:30 http.port: "99999" is too large: at most 65535 is wanted',
    ]);
    expect(refusalOf(text).problems).toHaveLength(8);
  });
});

describe('YAML that is none', () => {
  test.each([
    ['a tab', 'archive:\n\tbucket: x\n', 'c.yaml:2:1: tabs are not allowed as indentation: use spaces'],
    ['an open bracket', 'archive: [1\n', /^c\.yaml:\d:\d+: YAML: Flow sequence/],
    ['an open quote', 'archive: "x\n', /^c\.yaml:\d:\d+: YAML: Missing closing "quote/],
    ['two documents', `${GOOD}---\na: 1\n`, 'c.yaml:6:1: more than one YAML document ("---"): one is wanted'],
    ['a tag', 'archive: !bucket x\n', 'c.yaml:1:10: tags like "!name" are not understood here'],
    ['nothing', '', 'c.yaml:1:1: is empty: config/example.yaml shows every option'],
    ['comments only', '# later\n', 'c.yaml:1:1: is empty: config/example.yaml shows every option'],
    ['a list', '- archive\n', 'c.yaml:1:1: is no mapping: options like "archive:" are wanted'],
    ['a word', 'archive\n', 'c.yaml:1:1: is no mapping: options like "archive:" are wanted'],
    ['very deep nesting', `archive: ${'['.repeat(5000)}`, /^c\.yaml:1:\d+: lists or mappings are nested too deeply$/],
  ])('%s is told with its place', (_name, text, expected) => {
    const [first] = linesOf(text);
    if (typeof expected === 'string') expect(first).toBe(expected);
    else expect(first).toMatch(expected);
  });

  test('a duplicate key is told with both places', () => {
    expect(linesOf(`${GOOD}log:\n  level: info\n  level: warn\n`)).toEqual([
      'c.yaml:8:3 log.level: the key stands here twice (the other one: c.yaml:7:3 log.level)',
    ]);
    expect(linesOf(`${GOOD}log: {}\nlog: {}\n`)).toEqual([
      'c.yaml:7:1 log: the key stands here twice (the other one: c.yaml:6:1 log)',
    ]);
  });

  test('a key that is a list, an unknown anchor, and an anchor inside itself', () => {
    expect(linesOf(`${GOOD}? [a]\n: 1\n`)).toEqual(['c.yaml:6:3: has a key that is no plain text']);
    expect(linesOf(`${GOOD}log: *nowhere\n`)).toEqual(['c.yaml:6:6 log: refers to an anchor that is not there']);
    expect(linesOf(`${GOOD}accounts: &all [*all]\n`)).toEqual([
      'c.yaml:6:17 accounts[0]: refers to an anchor that is not there',
    ]);
  });

  test('anchors that multiply are stopped', () => {
    const levels = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    const bomb = levels.map(
      (name, index) =>
        `${name}: &${name} [${Array.from({ length: 10 }, () => (index === 0 ? 'x' : `*${levels[index - 1]}`)).join(', ')}]`,
    );
    expect(linesOf(bomb.join('\n')).join('\n')).toContain('has more than 500000 values in it');
  });
});

describe('keys and types', () => {
  test.each([
    ['organisations: []', 'c.yaml:6:1 organisations: unknown key, did you mean "organizations"?'],
    ['redis: { password: x }', 'c.yaml:6:10 redis.password: unknown key, did you mean "passwordFile"?'],
    ['redis: { uri: x }', 'c.yaml:6:10 redis.uri: unknown key, did you mean "url"?'],
    ['redis: { zzzzzz: x }', 'c.yaml:6:10 redis.zzzzzz: unknown key (known here: url, passwordFile, tls)'],
    ['redis: { tls: { ca: x }, url: "rediss://h" }', 'c.yaml:6:17 redis.tls.ca: unknown key, did you mean "caFile"?'],
    ['limits:', 'c.yaml:6:8 limits: is empty: a mapping is wanted, or remove the key'],
    ['limits: 8', 'c.yaml:6:9 limits: "8" is a number: a mapping is wanted'],
    ['limits: { hashThreads: "2" }', 'c.yaml:6:24 limits.hashThreads: "2" is text: a number is wanted, without quotes'],
    ['limits: { hashThreads: 1.5 }', 'c.yaml:6:24 limits.hashThreads: "1.5" is a number: a whole number is wanted'],
    ['limits: { hashThreads: .nan }', 'c.yaml:6:24 limits.hashThreads: ".nan" is a number: a number is wanted'],
    ['http: { enabled: yes }', 'c.yaml:6:18 http.enabled: "yes" is text: true or false is wanted, without quotes'],
    ['accounts: "222222222222"', 'c.yaml:6:11 accounts: "222222222222" is text: a list is wanted'],
    [
      'accounts: [{ id: "222222222222", name: 5 }]',
      'c.yaml:6:40 accounts[0].name: "5" is read as a number by YAML: quote it',
    ],
    [
      'accounts: [{ id: "222222222222", name: true }]',
      'c.yaml:6:40 accounts[0].name: "true" is read as true or false by YAML: quote it',
    ],
    [
      'accounts: [{ id: "222222222222", trails: [] }]',
      'c.yaml:6:42 accounts[0].trails: is an empty list: name something, or remove the key',
    ],
    [
      'log: { level: loud }',
      'c.yaml:6:15 log.level: "loud" is not known: one of trace, debug, info, warn, error is wanted',
    ],
    ['accounts: [{ name: x }]', 'c.yaml:6:12 accounts[0].id: is missing, and it is required'],
    ['accounts: [{ id: }]', 'c.yaml:6:18 accounts[0].id: is empty: text is wanted, or remove the key'],
  ])('%s', (line, expected) => {
    expect(linesOf(`${GOOD}${line}\n`)).toEqual([expected]);
  });

  test('a configuration that gathers nothing is refused', () => {
    const nothing = 'c.yaml:1:1: there is nothing to gather: name an account, or an organization to discover';
    expect(linesOf(ARCHIVE)).toEqual([nothing]);
    expect(linesOf(`${ARCHIVE}organizations: [{ name: x, discover: false }]\n`)).toEqual([nothing]);
  });

  test.each(['__proto__', 'constructor', 'prototype'])('the key %s reaches no prototype', (key) => {
    const lines = linesOf(
      `${GOOD}"${key}": { polluted: yes }\norganizations: [{ name: y, include: { tags: { ${key}: x } } }]\n`,
    );
    expect(lines[0]).toBe(`c.yaml:6:1 ${key}: unknown key`);
    expect(linesOf(`${ARCHIVE}organizations: [{ name: y, include: { tags: { ${key}: x } } }]\n`)).toEqual([
      `c.yaml:5:47 organizations[0].include.tags.${key}: unknown key`,
    ]);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});

describe('the file', () => {
  test.each([
    ['missing', () => join(folder, 'absent.yaml'), 'the configuration cannot be read: no such file'],
    ['a directory', () => folder, 'the configuration cannot be read: it is a directory'],
    [
      'below a file',
      () => join(written('file', 'x'), 'c.yaml'),
      'the configuration cannot be read: a part of its path is no directory',
    ],
    [
      'too large',
      () => written('large.yaml', '#'.repeat(4 * 2 ** 20 + 1)),
      'the configuration is larger than 4194304 bytes',
    ],
    ['not UTF-8', () => written('latin.yaml', Uint8Array.of(0x61, 0x3a, 0xe9)), 'the configuration is not UTF-8 text'],
    ['empty', () => written('empty.yaml', ''), '1:1: is empty'],
  ])('%s is told with its name', (_name, make, expected) => {
    const path = make();
    expect(() => loadConfig(path, {})).toThrow(ConfigError);
    expect(() => loadConfig(path, {})).toThrow(`${path}:${expected.startsWith('1:1') ? '' : ' '}${expected}`);
  });

  test('is read with a byte order mark and Windows line ends', () => {
    const path = written('windows.yaml', `\ufeff${GOOD.replaceAll('\n', '\r\n')}`);
    expect(loadConfig(path, {}).archive.bucket).toBe('archive-bucket');
  });

  test('read again: same, changed, and broken, which keeps the old one and says so', () => {
    const path = written('reload.yaml', GOOD);
    const first = loadConfig(path, {});
    expect(reloadConfig(path, {}, first)).toEqual({ config: first, changed: false });
    written('reload.yaml', `${GOOD}log: { level: debug }\n`);
    const second = reloadConfig(path, {}, first);
    expect(second).toMatchObject({ changed: true, config: { log: { level: 'debug' } } });
    written('reload.yaml', `${GOOD}log: { level: loud }\n`);
    const third = reloadConfig(path, {}, second.config);
    expect(third.config).toBe(second.config);
    expect(third.changed).toBe(false);
    expect(third.error?.message).toContain(`${path}:6:15 log.level: "loud" is not known`);
    rmSync(path);
    expect(reloadConfig(path, {}, second.config).error?.message).toContain('no such file');
  });
});
