/** Options that contradict each other: refused with both places. */
import { describe, expect, test } from 'vitest';
import { parseConfig } from '../src/config.ts';
import { ARCHIVE, FILE, GOOD, linesOf } from './config/refusal.ts';

function arn(account: string, name = 'main', region = 'us-east-1'): string {
  return `arn:aws:cloudtrail:${region}:${account}:trail/${name}`;
}

const A = '222222222222';
const B = '333333333333';

/** Two accounts, the id of the first at 6:9; one trail each at lines 8 and 11. */
function two(first: string, second: string): string {
  return `${ARCHIVE}accounts:
  - id: "${A}"
    trails:
      - { ${first} }
  - id: "${B}"
    trails:
      - { ${second} }
`;
}

function expectAccepted(text: string): void {
  expect(() => parseConfig(text, FILE, {})).not.toThrow();
}

describe('twice the same', () => {
  test('account ids', () => {
    expect(linesOf(`${ARCHIVE}accounts:\n  - id: "${A}"\n  - id: "${B}"\n  - id: "${A}"\n`)).toEqual([
      `c.yaml:8:9 accounts[2].id: "${A}" is the id of another account here too (the other one: c.yaml:6:9 accounts[0].id)`,
    ]);
  });

  test('names of organizations', () => {
    expect(linesOf(`${ARCHIVE}organizations: [{ name: x }, { name: x }]\n`)).toEqual([
      'c.yaml:5:38 organizations[1].name: "x" is the name of another organization here too (the other one: c.yaml:5:25 organizations[0].name)',
    ]);
  });

  test('an entry of a list', () => {
    expect(linesOf(`${ARCHIVE}organizations: [{ name: x, exclude: { accounts: ["${A}", "${A}"] } }]\n`)).toEqual([
      `c.yaml:5:66 organizations[0].exclude.accounts[1]: "${A}" stands in this list twice (the other one: c.yaml:5:50 organizations[0].exclude.accounts[0])`,
    ]);
  });

  test('a trail in one account', () => {
    expect(
      linesOf(
        `${ARCHIVE}accounts:\n  - id: "${A}"\n    trails:\n      - { arn: "${arn(A)}", bucket: logs }\n      - { arn: "${arn(A)}", bucket: more }\n`,
      ),
    ).toEqual([
      `c.yaml:9:16 accounts[0].trails[1].arn: "${arn(A)}" is a trail that is configured here too (the other one: c.yaml:8:16 accounts[0].trails[0].arn)`,
    ]);
  });

  test('a trail in two accounts', () => {
    expect(
      linesOf(two(`arn: "${arn(A)}", bucket: logs`, `arn: "${arn(A)}", bucket: logs, bucketOwner: "${A}"`)),
    ).toEqual([
      `c.yaml:11:16 accounts[1].trails[0].arn: "${arn(A)}" is a trail that is configured here too (the other one: c.yaml:8:16 accounts[0].trails[0].arn)`,
    ]);
  });
});

describe('a role', () => {
  test('of another account is refused', () => {
    expect(linesOf(`${ARCHIVE}accounts:\n  - id: "${A}"\n    role: arn:aws:iam::${B}:role/x\n`)).toEqual([
      `c.yaml:7:11 accounts[0].role: is a role of account ${B}, but the account is ${A} (the other one: c.yaml:6:9 accounts[0].id)`.replace(
        ': is',
        `: "arn:aws:iam::${B}:role/x" is`,
      ),
    ]);
  });
});

describe('the archive as a source', () => {
  const trail = (fields: string): string =>
    `${ARCHIVE}  prefix: archive/\naccounts:\n  - id: "111111111111"\n    trails:\n      - { arn: "${arn('111111111111')}", ${fields} }\n`;

  test.each([
    ['the same prefix', 'bucket: archive-bucket, prefix: archive', 'archive-bucket/archive/'],
    ['the whole bucket', 'bucket: archive-bucket', 'archive-bucket/'],
    ['a prefix inside', 'bucket: archive-bucket, prefix: archive/x', 'archive-bucket/archive/x/'],
  ])('%s is refused', (_name, fields, place) => {
    expect(linesOf(trail(fields))).toEqual([
      `c.yaml:9:80 accounts[0].trails[0].bucket: "archive-bucket" lies at ${place}, which overlaps with the archive at archive-bucket/archive/ (the other one: c.yaml:2:11 archive.bucket)`,
    ]);
  });

  test('a former bucket is one too', () => {
    expect(linesOf(trail('bucket: logs, formerBuckets: [archive-bucket/archive]'))).toEqual([
      'c.yaml:9:102 accounts[0].trails[0].formerBuckets[0]: "archive-bucket/archive" lies at archive-bucket/archive/, which overlaps with the archive at archive-bucket/archive/ (the other one: c.yaml:2:11 archive.bucket)',
    ]);
  });

  test('another prefix of the same bucket is allowed, also one that merely begins alike', () => {
    expectAccepted(trail('bucket: archive-bucket, prefix: organization/'));
    expectAccepted(trail('bucket: archive-bucket, prefix: archive-2/'));
  });
});

describe('two trails at one place', () => {
  test('two readers of one owner are refused, nested prefixes too', () => {
    const text = two(
      `arn: "${arn(A)}", bucket: logs, prefix: a, bucketOwner: "${A}"`,
      `arn: "${arn(A, 'other')}", bucket: logs, prefix: a/b, bucketOwner: "${A}"`,
    );
    expect(linesOf(text)).toEqual([
      'c.yaml:11:81 accounts[1].trails[0].bucket: "logs" lies at logs/a/b/, where another account here reads the same owner\'s files (logs/a/) (the other one: c.yaml:8:80 accounts[0].trails[0].bucket)',
    ]);
  });

  test('accounts that deliver into one bucket are told apart by their keys', () => {
    expectAccepted(two(`arn: "${arn(A)}", bucket: logs`, `arn: "${arn(B)}", bucket: logs, bucketOwner: "${A}"`));
    expectAccepted(
      two(`arn: "${arn(A)}", bucket: logs`, `arn: "${arn(B)}", bucket: logs, prefix: b, bucketOwner: "${A}"`),
    );
  });

  test('several trails of one account are told apart by their digests', () => {
    expectAccepted(
      `${ARCHIVE}accounts:\n  - id: "${A}"\n    trails:\n      - { arn: "${arn(A)}", bucket: logs }\n      - { arn: "${arn(A, 'two')}", bucket: logs }\n`,
    );
  });

  test('an organization trail names the management account', () => {
    expectAccepted(two(`arn: "${arn('999999999999')}", bucket: logs`, `arn: "${arn(B)}", bucket: more`));
  });

  test('one bucket cannot have two owners', () => {
    expect(
      linesOf(two(`arn: "${arn(A)}", bucket: logs`, `arn: "${arn(B)}", bucket: logs, bucketOwner: "444444444444"`)),
    ).toEqual([
      `c.yaml:11:99 accounts[1].trails[0].bucketOwner: "444444444444" makes 444444444444 the owner of bucket logs, but it belongs to ${A} elsewhere: set bucketOwner (the other one: c.yaml:6:9 accounts[0].id)`,
    ]);
    expect(linesOf(two(`arn: "${arn(A)}", bucket: logs`, `arn: "${arn(B)}", bucket: logs`))[0]).toContain(
      `c.yaml:11:80 accounts[1].trails[0].bucket: "logs" makes ${B} the owner of bucket logs, but it belongs to ${A} elsewhere: set bucketOwner`,
    );
  });
});

describe('partitions and regions', () => {
  test('the archive and the calls are in one partition', () => {
    const china = ARCHIVE.replace('us-east-1', 'cn-north-1');
    expect(linesOf(`${china}organizations: [{ name: x }]\n`)).toEqual([
      'c.yaml:3:11 archive.region: "cn-north-1" is in partition aws-cn: set aws.region to a region of it, us-east-1 is not',
    ]);
    expect(linesOf(`${china}organizations: [{ name: x }]\naws: { region: us-gov-west-1 }\n`)).toEqual([
      'c.yaml:6:16 aws.region: "us-gov-west-1" is in partition aws-us-gov, but the archive is in aws-cn (the other one: c.yaml:3:11 archive.region)',
    ]);
    expectAccepted(`${china}organizations: [{ name: x }]\naws: { region: cn-northwest-1 }\n`);
  });

  test('a KMS key is in the region of the bucket', () => {
    const key = 'arn:aws:kms:eu-west-1:111111111111:key/1';
    expect(linesOf(`${ARCHIVE}  kmsKey: ${key}\norganizations: [{ name: x }]\n`)).toEqual([
      `c.yaml:5:11 archive.kmsKey: "${key}" is a key in eu-west-1, but the archive bucket is in us-east-1 (the other one: c.yaml:3:11 archive.region)`,
    ]);
  });
});

describe('the sign-in', () => {
  const ways = 'http.accessFile, http.oidc, or http.user and http.passwordFile';
  const open = `is reachable from other machines, so a sign-in is wanted too: ${ways}`;
  const provider = 'oidc: { issuer: "https://i.example", clientId: c, clientSecretFile: /s, roles: { a: viewer } }';

  test.each(['0.0.0.0', '::', '10.1.2.3', 'pages.example.com', '::ffff:10.0.0.1'])('is wanted on %s', (host) => {
    expect(linesOf(`${GOOD}http: { host: "${host}" }\n`)).toEqual([`c.yaml:6:15 http.host: "${host}" ${open}`]);
    expect(linesOf(`${GOOD}http: { host: "${host}", user: me }\n`)).toContain(
      `c.yaml:6:15 http.host: "${host}" ${open}`,
    );
    expectAccepted(`${GOOD}http: { host: "${host}", accessFile: /etc/access.yaml }\n`);
    expectAccepted(`${GOOD}http: { host: "${host}", publicUrl: "https://t.example", ${provider} }\n`);
    expectAccepted(`${GOOD}http: { host: "${host}", user: me, passwordFile: /run/secrets/pages }\n`);
    expectAccepted(`${GOOD}http: { host: "${host}", enabled: false }\n`);
  });

  test('is complete with a password from the environment, as containers are given one', () => {
    const secret = { ORGTRAIL_HTTP_PASSWORD: 'x' };
    const text = (fields: string): string => `${GOOD}http: { host: 0.0.0.0${fields} }\n`;
    expect(parseConfig(text(', user: me'), FILE, secret).http).toMatchObject({ host: '0.0.0.0', passwordFile: null });
    expect(linesOf(text(', user: me'), {})).toContain(`c.yaml:6:15 http.host: "0.0.0.0" ${open}`);
    expect(linesOf(text(', user: me'), { REDIS_PASSWORD: 'x' })).toHaveLength(2);
    expect(linesOf(text(''), secret)).toContain(`c.yaml:6:15 http.host: "0.0.0.0" ${open}`);
    expect(linesOf(text(', user: me'), { ORGTRAIL_HTTP_PASSWORD: '' })).toContain(
      'environment variable ORGTRAIL_HTTP_PASSWORD: is set but empty: give it a value, or unset it',
    );
  });

  test.each(['127.0.0.1', '127.8.8.8', '::1', 'localhost', '::ffff:127.0.0.1'])('is not wanted on %s', (host) =>
    expectAccepted(`${GOOD}http: { host: "${host}" }\n`),
  );

  test.each([
    [
      'publicUrl: "https://t.example"',
      'c.yaml:6:20 http.publicUrl: is for people elsewhere, so a sign-in is wanted too',
    ],
    [
      'trustedProxies: [10.0.0.1]',
      'c.yaml:6:26 http.trustedProxies[0]: "10.0.0.1" speaks for people elsewhere, so a sign-in is wanted too',
    ],
    ['apply: true', 'c.yaml:6:16 http.apply: "true" needs to know who applies, so a sign-in is wanted'],
  ])('is wanted beside %s', (option, line) => {
    expect(linesOf(`${GOOD}http: { ${option} }\n`)).toEqual([`${line}: ${ways}`]);
    expectAccepted(`${GOOD}http: { ${option}, accessFile: /etc/access.yaml }\n`);
    expectAccepted(`${GOOD}http: { ${option}, user: me, passwordFile: /p }\n`);
    expectAccepted(`${GOOD}http: { ${option}, enabled: false }\n`);
  });

  test('is not wanted where the name that people use is of this machine', () =>
    expectAccepted(`${GOOD}http: { publicUrl: "http://localhost:8080" }\n`));

  test('at a provider needs an address to come back to, and a secret', () => {
    const oidc = provider.replace(', clientSecretFile: /s', '');
    expect(linesOf(`${GOOD}http: { ${provider} }\n`)).toEqual([
      'c.yaml:6:15 http.oidc: needs http.publicUrl, where the provider sends people back to',
    ]);
    const text = `${GOOD}http: { publicUrl: "https://t.example", ${oidc} }\n`;
    expect(linesOf(text)).toEqual([
      'c.yaml:6:47 http.oidc: has no secret: set http.oidc.clientSecretFile, or the environment variable ORGTRAIL_OIDC_SECRET',
    ]);
    expect(() => parseConfig(text, FILE, { ORGTRAIL_OIDC_SECRET: 'x' })).not.toThrow();
    expect(linesOf(GOOD, { ORGTRAIL_OIDC_SECRET: 'x' })).toEqual([
      'c.yaml:1:1 http.oidc: is missing, but the environment variable ORGTRAIL_OIDC_SECRET is set',
    ]);
  });

  test('at a provider gives at least one role, and only known ones', () => {
    const text = (roles: string): string =>
      `${GOOD}http: { publicUrl: "https://t.example", ${provider.replace('{ a: viewer }', roles)} }\n`;
    expect(linesOf(text('{}'))[0]).toContain('http.oidc.roles: names no role, so nobody could sign in');
    expect(linesOf(text('{ a: root }'))[0]).toContain('http.oidc.roles.a: is not known: one of viewer, auditor');
    expect(linesOf(text('{ __proto__: viewer }')).join('\n')).toContain('__proto__: unknown key');
  });

  test('has a user and a password, or neither', () => {
    expect(linesOf(`${GOOD}http: { passwordFile: /x }\n`)).toEqual([
      'c.yaml:6:23 http.passwordFile: "/x" is given, but http.user is not',
    ]);
    expect(linesOf(`${GOOD}http: { user: me }\n`)).toEqual([
      'c.yaml:6:15 http.user: "me" has no password: set http.passwordFile, or the environment variable ORGTRAIL_HTTP_PASSWORD',
    ]);
    expect(linesOf(GOOD, { ORGTRAIL_HTTP_PASSWORD: 'x' })).toEqual([
      'c.yaml:1:1 http.user: is missing, but the environment variable ORGTRAIL_HTTP_PASSWORD is set',
    ]);
    expect(() => parseConfig(`${GOOD}http: { user: me }\n`, FILE, { ORGTRAIL_HTTP_PASSWORD: 'x' })).not.toThrow();
  });
});

describe('Redis and limits', () => {
  test('TLS settings need an address with TLS', () => {
    expect(linesOf(`${GOOD}redis: { url: "redis://h", tls: { caFile: /ca } }\n`)).toEqual([
      'c.yaml:6:33 redis.tls: is given, but redis.url is no rediss: address (the other one: c.yaml:6:15 redis.url)',
    ]);
    expect(linesOf(`${GOOD}redis: { tls: {} }\n`)).toEqual([
      'c.yaml:6:15 redis.tls: is given, but redis.url is no rediss: address',
    ]);
    expectAccepted(`${GOOD}redis: { url: "rediss://h", tls: { caFile: /ca } }\n`);
  });

  test('limits that only make sense in order', () => {
    expect(linesOf(`${GOOD}limits:\n  connectTimeoutMs: 50000\n  requestTimeoutMs: 40000\n`)).toEqual([
      'c.yaml:7:21 limits.connectTimeoutMs: "50000" is larger than limits.requestTimeoutMs, which is 40000 (the other one: c.yaml:8:21 limits.requestTimeoutMs)',
    ]);
    expect(linesOf(`${GOOD}limits: { readTimeoutMs: 20000 }\n`)).toEqual([
      'c.yaml:6:26 limits.readTimeoutMs: "20000" is smaller than limits.requestTimeoutMs, which is 30000',
    ]);
    expect(linesOf(`${GOOD}limits: { maxObjectBytes: 268435457 }\n`)).toEqual([
      'c.yaml:6:27 limits.maxObjectBytes: "268435457" is larger than limits.maxInflatedBytes, which is 268435456',
    ]);
  });
});
