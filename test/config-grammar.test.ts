/** Each grammar: what it takes, what it refuses, with place and reason. */
import { describe, expect, test } from 'vitest';
import { parseConfig } from '../src/config.ts';
import { FILE, linesOf } from './config/refusal.ts';

const TRAIL = 'arn:aws:cloudtrail:us-east-1:222222222222:trail/main';

interface Slot {
  readonly at: string;
  /** A whole configuration with the value at one place. */
  readonly write: (value: string) => string;
}

function archive(fields: Readonly<Record<string, string>>): string {
  const all = { bucket: 'archive-bucket', region: 'us-east-1', owner: '"111111111111"', ...fields };
  const lines = Object.entries(all).map(([key, value]) => `  ${key}: ${value}`);
  return `archive:\n${lines.join('\n')}\n`;
}

const SLOTS = {
  bucket: {
    at: 'c.yaml:2:11 archive.bucket',
    write: (value) => `${archive({ bucket: value })}organizations: [{ name: x }]\n`,
  },
  region: {
    at: 'c.yaml:3:11 archive.region',
    write: (value) =>
      `${archive({ region: value })}organizations: [{ name: x }]\naws: { endpoint: "https://s3.example.com" }\n`,
  },
  owner: {
    at: 'c.yaml:4:10 archive.owner',
    write: (value) => `${archive({ owner: value })}organizations: [{ name: x }]\n`,
  },
  prefix: {
    at: 'c.yaml:5:11 archive.prefix',
    write: (value) => `${archive({ prefix: value })}organizations: [{ name: x }]\n`,
  },
  kmsKey: {
    at: 'c.yaml:5:11 archive.kmsKey',
    write: (value) => `${archive({ kmsKey: value })}organizations: [{ name: x }]\n`,
  },
  id: { at: 'c.yaml:5:16 accounts[0].id', write: (value) => `${archive({})}accounts: [{ id: ${value} }]\n` },
  role: {
    at: 'c.yaml:7:11 accounts[0].role',
    write: (value) => `${archive({})}accounts:\n  - id: "222222222222"\n    role: ${value}\n`,
  },
  trail: { at: 'c.yaml:8:14 accounts[0].trails[0].arn', write: (value) => trail({ arn: value }) },
  former: {
    at: 'c.yaml:10:25 accounts[0].trails[0].formerBuckets[0]',
    write: (value) => trail({ formerBuckets: `[${value}]` }),
  },
  trailRegion: {
    at: 'c.yaml:10:19 accounts[0].trails[0].regions[0]',
    write: (value) => trail({ regions: `[${value}]` }),
  },
  name: { at: 'c.yaml:6:11 organizations[0].name', write: (value) => organization({ name: value }) },
  roleName: { at: 'c.yaml:7:11 organizations[0].role', write: (value) => organization({ role: value }) },
  externalId: { at: 'c.yaml:7:17 organizations[0].externalId', write: (value) => organization({ externalId: value }) },
  unit: {
    at: 'c.yaml:7:24 organizations[0].include.units[0]',
    write: (value) => organization({ include: `{ units: [${value}] }` }),
  },
  cron: {
    at: 'c.yaml:6:25 schedules.collect',
    write: (value) => `${archive({})}organizations: [{ name: x }]\nschedules:   { collect: ${value} }\n`,
  },
  endpoint: {
    at: 'c.yaml:6:18 aws.endpoint',
    write: (value) => `${archive({})}organizations: [{ name: x }]\naws: { endpoint: ${value} }\n`,
  },
  redisUrl: {
    at: 'c.yaml:6:15 redis.url',
    write: (value) => `${archive({})}organizations: [{ name: x }]\nredis: { url: ${value} }\n`,
  },
  host: {
    at: 'c.yaml:6:31 http.host',
    write: (value) => `${archive({})}organizations: [{ name: x }]\nhttp: { enabled: false, host: ${value} }\n`,
  },
  file: {
    at: 'c.yaml:6:24 redis.passwordFile',
    write: (value) => `${archive({})}organizations: [{ name: x }]\nredis: { passwordFile: ${value} }\n`,
  },
  user: {
    at: 'c.yaml:6:31 http.user',
    write: (value) => `${archive({})}organizations: [{ name: x }]\nhttp: { enabled: false, user: ${value} }\n`,
  },
  publicUrl: {
    at: 'c.yaml:6:36 http.publicUrl',
    write: (value) => `${archive({})}organizations: [{ name: x }]\nhttp: { enabled: false, publicUrl: ${value} }\n`,
  },
  proxy: {
    at: 'c.yaml:6:42 http.trustedProxies[0]',
    write: (value) =>
      `${archive({})}organizations: [{ name: x }]\nhttp: { enabled: false, trustedProxies: [${value}] }\n`,
  },
  issuer: {
    at: 'c.yaml:6:41 http.oidc.issuer',
    write: (value) =>
      `${archive({})}organizations: [{ name: x }]\nhttp: { enabled: false, oidc: { issuer: ${value}, clientId: c, roles: { a: viewer } } }\n`,
  },
  scopes: {
    at: 'c.yaml:6:41 http.oidc.scopes',
    write: (value) =>
      `${archive({})}organizations: [{ name: x }]\nhttp: { enabled: false, oidc: { scopes: ${value}, issuer: "https://i.example", clientId: c, roles: { a: viewer } } }\n`,
  },
  claim: {
    at: 'c.yaml:6:44 http.oidc.nameClaim',
    write: (value) =>
      `${archive({})}organizations: [{ name: x }]\nhttp: { enabled: false, oidc: { nameClaim: ${value}, issuer: "https://i.example", clientId: c, roles: { a: viewer } } }\n`,
  },
} satisfies Record<string, Slot>;

function trail(fields: Readonly<Record<string, string>>): string {
  const all = { arn: `"${TRAIL}"`, bucket: 'logs', ...fields };
  const [first, ...rest] = Object.entries(all).map(([key, value]) => `${key}: ${value}`);
  return `${archive({})}accounts:\n  - id: "222222222222"\n    trails:\n      - ${first}\n${rest.map((line) => `        ${line}\n`).join('')}`;
}

function organization(fields: Readonly<Record<string, string>>): string {
  const all = { name: 'example', ...fields };
  const [first, ...rest] = Object.entries(all).map(([key, value]) => `${key}: ${value}`);
  return `${archive({})}organizations:\n  - ${first}\n${rest.map((line) => `    ${line}\n`).join('')}`;
}

const quoted = (value: string): string => JSON.stringify(value);

describe.each<[keyof typeof SLOTS, readonly string[]]>([
  ['bucket', ['abc', 'my.logs-2019', 'a'.repeat(63)]],
  ['region', ['us-east-1', 'ap-southeast-4', 'us-gov-west-1', 'cn-northwest-1', 'eusc-de-east-1', 'us-isob-east-1']],
  ['owner', ['000000000001', '012345678901']],
  ['prefix', ['', 'a', 'a/', 'a/b/c', 'x y', 'o-abcdefghij', 'AWSLog/']],
  [
    'role',
    [
      'arn:aws:iam::222222222222:role/x',
      'arn:aws-cn:iam::222222222222:role/x',
      'arn:aws-us-gov:iam::222222222222:role/path/to/x+=,.@-',
    ],
  ],
  [
    'role',
    [
      'arn:aws-eusc:iam::222222222222:role/x',
      'arn:aws-iso:iam::222222222222:role/x',
      'arn:aws-iso-f:iam::222222222222:role/x',
    ],
  ],
  [
    'trail',
    [
      TRAIL,
      'arn:aws-cn:cloudtrail:cn-north-1:222222222222:trail/a.b_c-d',
      'arn:aws-iso-b:cloudtrail:us-isob-east-1:999999999999:trail/org',
    ],
  ],
  ['former', ['old-bucket', 'old-bucket/a/b', 'old-bucket/a/']],
  ['roleName', ['orgtrail-reader', 'path/reader', 'R_+=,.@-']],
  ['externalId', ['ab', 'a:b/c@d=e,f.g+h_i-j', 'x'.repeat(1224)]],
  ['unit', ['r-ab12', 'ou-ab12-11111111']],
  ['cron', ['*/5 * * * *', '0 30 2 * * MON', '@daily']],
  [
    'endpoint',
    [
      'https://s3.example.com',
      'https://10.0.0.5:9000/',
      'http://127.0.0.1:8000',
      'http://localhost:1',
      'http://[::1]:8000',
    ],
  ],
  ['redisUrl', ['redis://h', 'rediss://user@h:6380/2', 'redis://[::1]:6379', 'redis://10.0.0.1/']],
  ['host', ['0.0.0.0', '::', 'pages.example.com', 'localhost']],
  ['publicUrl', ['https://trail.example', 'https://trail.example:8443/', 'http://localhost:8080', 'http://[::1]']],
  ['issuer', ['https://login.example', 'https://login.example/realms/a', 'http://127.0.0.1:9000']],
  ['proxy', ['10.0.0.1', '10.0.0.0/24', '::1', 'fd00::/8']],
  ['scopes', ['openid', 'openid profile groups offline_access']],
  ['claim', ['email', 'https://example.com/claims/roles', 'cognito:groups']],
])('%s', (slot, values) => {
  test.each(values)('takes %s', (value) => {
    expect(() => parseConfig(SLOTS[slot].write(quoted(value)), FILE, {})).not.toThrow();
  });
});

test("a KMS key may be a key or an alias in the archive's region", () => {
  for (const resource of ['key/1234abcd-12ab-34cd-56ef-1234567890ab', 'key/mrk-1234', 'alias/archive']) {
    expect(() =>
      parseConfig(SLOTS.kmsKey.write(`arn:aws:kms:us-east-1:111111111111:${resource}`), FILE, {}),
    ).not.toThrow();
  }
});

describe.each<[keyof typeof SLOTS, readonly (readonly [value: string, reason: string])[]]>([
  [
    'bucket',
    [
      ['ab', '3 to 63'],
      ['a'.repeat(64), '3 to 63'],
      ['Upper', '3 to 63'],
      ['a_b', '3 to 63'],
      ['-ab', '3 to 63'],
      ['a..b', 'two dots'],
      ['10.0.0.1', 'IP address'],
      ['xn--abc', 'keeps this beginning'],
      ['abc-s3alias', 'keeps this beginning'],
      ['a/b', '3 to 63'],
      ['abc\n', '3 to 63'],
    ],
  ],
  [
    'region',
    [
      ['us-east', 'is no region'],
      ['US-EAST-1', 'is no region'],
      ['us-east-1a', 'is no region'],
      ['', 'is no region'],
      ['us-east-1\n', 'is no region'],
    ],
  ],
  [
    'owner',
    [
      ['12345678901', 'it has 11 digits, 12 are wanted'],
      ['1234567890123', 'it has 13 digits'],
      ['12345678901x', '12 digits are wanted and nothing else'],
      ['1111-1111-1111', 'and nothing else'],
      ['', 'and nothing else'],
      ['111111111111\n', 'and nothing else'],
      ['１１１１１１１１１１１１', 'and nothing else'],
    ],
  ],
  [
    'prefix',
    [
      ['/a', 'it starts with "/"'],
      ['a/../b', 'it has ".." in it'],
      ['..', 'it has ".." in it'],
      ['a*', 'it has "*"'],
      ['a?', '"?"'],
      ['a\\b', '"\\"'],
      ['a\nb', 'control characters'],
      ['a\u0000', 'control characters'],
      ['a\u2028b', 'control characters'],
      ['a//b', 'an empty part'],
      ['./a', 'the part "."'],
      ['AWSLogs', 'contains "AWSLogs/"'],
      ['x/AWSLogs/o-1', 'contains "AWSLogs/"'],
      ['a'.repeat(201), 'is 201 characters long'],
    ],
  ],
  [
    'kmsKey',
    [
      ['1234abcd', 'is no KMS key ARN'],
      ['arn:aws:kms:us-east-1:111111111111:grant/1', 'is no KMS key ARN'],
      ['arn:aws:kms:us-east-1::key/1', 'is no KMS key ARN'],
      ['arn:aws-cn:kms:us-east-1:111111111111:key/1', 'which is in partition aws, not aws-cn'],
    ],
  ],
  [
    'role',
    [
      ['reader', 'is no role ARN'],
      ['arn:aws:iam::222222222222:user/x', 'is no role ARN'],
      ['arn:aws:iam:us-east-1:222222222222:role/x', 'is no role ARN'],
      ['arn:aws-xx:iam::222222222222:role/x', 'is no role ARN'],
      ['arn:aws:iam::22222222222:role/x', 'is no role ARN'],
      ['arn:aws:iam::222222222222:role/', 'is no role ARN'],
      ['arn:aws:iam::222222222222:role/a b', 'is no role ARN'],
    ],
  ],
  [
    'trail',
    [
      ['main', 'is no trail ARN'],
      ['arn:aws:cloudtrail:us-east-1:222222222222:trail/ab', 'is no trail ARN'],
      ['arn:aws:cloudtrail:us-east-1:222222222222:trail/a..b', 'is no trail ARN'],
      ['arn:aws:cloudtrail::222222222222:trail/main', 'is no trail ARN'],
      [
        'arn:aws:cloudtrail:cn-north-1:222222222222:trail/main',
        'names region cn-north-1, which is in partition aws-cn, not aws',
      ],
      ['arn:aws:s3:us-east-1:222222222222:trail/main', 'is no trail ARN'],
    ],
  ],
  [
    'former',
    [
      ['Old', 'is no bucket name'],
      ['old-bucket//a', 'is no prefix'],
      ['old-bucket/../a', 'it has ".."'],
      ['old-bucket/AWSLogs/', 'contains "AWSLogs/"'],
    ],
  ],
  ['trailRegion', [['everywhere', 'is no region']]],
  [
    'name',
    [
      ['', 'is no name'],
      ['a\nb', 'is no name'],
      [' a', 'is no name'],
      ['a'.repeat(65), 'is no name'],
      ['a"b', 'is no name'],
    ],
  ],
  [
    'roleName',
    [
      ['arn:aws:iam::222222222222:role/x', 'is an ARN: the name of the role alone is wanted'],
      ['a b', 'is no role name'],
      ['a'.repeat(65), 'is no role name'],
    ],
  ],
  [
    'externalId',
    [
      ['a', 'is no external id: 2 to 1224'],
      ['a b', 'is no external id'],
      ['x'.repeat(1225), 'is no external id'],
      ['ab\n', 'is no external id'],
    ],
  ],
  [
    'unit',
    [
      ['production', 'is no organizational unit'],
      ['ou-ab12', 'is no organizational unit'],
      ['OU-ab12-11111111', 'is no organizational unit'],
    ],
  ],
  [
    'cron',
    [
      ['61 * * * *', 'minute "61" is not possible'],
      ['* 25 * * 9', 'hour "25" is not possible, day of week "9" is not possible'],
      ['0 0 31 2 *', 'day of month "31" is not possible'],
      ['* * *', 'expected 5 or 6 fields but got 3'],
      ['', 'is no cron expression'],
      ['hourly', 'is no cron expression'],
      ['* * * *\n*', 'control characters'],
    ],
  ],
  [
    'endpoint',
    [
      ['http://s3.example.com', 'is http: on a host that is not loopback'],
      ['http://10.0.0.1', 'is http: on a host that is not loopback'],
      ['http://169.254.169.254', 'link-local or metadata'],
      ['https://169.254.170.2', 'link-local or metadata'],
      ['https://2852039166', 'link-local or metadata'],
      ['https://0xA9FEA9FE', 'link-local or metadata'],
      ['https://[::ffff:169.254.169.254]', 'link-local or metadata'],
      ['https://[fe80::1]', 'link-local or metadata'],
      ['https://[fd00:ec2::254]', 'link-local or metadata'],
      ['https://[64:ff9b::a9fe:a9fe]', 'link-local or metadata'],
      ['https://metadata.google.internal', 'link-local or metadata'],
      ['https://0.0.0.0', 'link-local or metadata'],
      ['file:///etc/passwd', 'starts with "file:"'],
      ['ftp://h', 'starts with "ftp:"'],
      ['s3.example.com', 'is no URL'],
      ['https://', 'is no URL'],
      ['https://u:p@h', 'holds a user or password'],
      ['https://h/path', 'has a path or a query'],
      ['https://h?x=1', 'has a path or a query'],
      ['ht\ntps://h', 'is no URL'],
      ['https://h.exam\nple.com', 'is no URL'],
      [' https://h', 'is no URL'],
      ['http://127.0.0.1.example.com', 'not loopback'],
      ['http://localhost.example.com', 'not loopback'],
    ],
  ],
  [
    'redisUrl',
    [
      ['http://h', 'must start with "redis:" or "rediss:"'],
      ['h:6379', 'is no URL'],
      ['redis://:pw@h', 'holds a password'],
      ['redis://u:pw@h', 'holds a password'],
      ['redis://h?password=pw', 'holds a password'],
      ['redis://h?db=1', 'has options behind "?"'],
      ['redis:///0', 'names no host'],
      ['redis://h/name', 'has a path'],
      ['redis://169.254.169.254', 'link-local or metadata'],
    ],
  ],
  [
    'host',
    [
      ['[::1]', 'is no host'],
      ['a b', 'is no host'],
      ['', 'is no host'],
      ['http://h', 'is no host'],
    ],
  ],
  [
    'file',
    [
      ['', 'is empty'],
      [' ', 'is empty'],
      ['a\u0000b', 'control characters'],
      ['a\nb', 'control characters'],
    ],
  ],
  [
    'user',
    [
      ['a:b', 'is no user name'],
      ['', 'is no user name'],
      ['ä', 'is no user name'],
    ],
  ],
  [
    'publicUrl',
    [
      ['trail.example', 'is no URL'],
      ['https://', 'is no URL'],
      ['http://trail.example', 'does not start with "https:"'],
      ['ftp://trail.example', 'does not start with "https:"'],
      ['https://me:pw@trail.example', 'holds a user or password'],
      ['https://trail.example/pages', 'has a path'],
      ['https://trail.example?x=1', 'has a query'],
      ['https://trail.example\n', 'is no URL'],
    ],
  ],
  [
    'issuer',
    [
      ['login.example', 'is no URL'],
      ['http://login.example', 'does not start with "https:"'],
      ['https://me:pw@login.example', 'holds a user or password'],
      ['https://login.example#x', 'has a query'],
      ['https://169.254.169.254', 'link-local or metadata'],
      ['https://metadata.google.internal/x', 'link-local or metadata'],
    ],
  ],
  [
    'proxy',
    [
      ['proxy.example', 'is no address'],
      ['10.0.0.0/33', 'is no address'],
      ['fd00::/129', 'is no address'],
      ['10.0.0.1:80', 'is no address'],
      ['0.0.0.0/0', 'holds every address'],
      ['::/0', 'holds every address'],
      ['10.0.0.0/00', 'holds every address'],
    ],
  ],
  [
    'scopes',
    [
      ['profile email', 'does not name the scope "openid"'],
      ['openid  email', 'is no list of scopes'],
      ['', 'is no list of scopes'],
      ['openid "x"', 'is no list of scopes'],
    ],
  ],
  [
    'claim',
    [
      ['', 'is no name of a claim'],
      ['a b', 'is no name of a claim'],
      ['x'.repeat(129), 'is no name of a claim'],
    ],
  ],
])('%s', (slot, refused) => {
  test.each(refused)('refuses %j', (value, reason) => {
    const lines = linesOf(SLOTS[slot].write(quoted(value)));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(`${SLOTS[slot].at}: `);
    expect(lines[0]).toContain(reason);
  });
});

describe('an account id without quotes', () => {
  const cure = 'is read as a number by YAML, and leading zeros get lost: quote the id';
  test.each(['012345678901', '111111111111', '0o17', '1e11', '0x1'])('%s is shown as written, with the cure', (id) => {
    expect(linesOf(`${archive({})}accounts:\n  - id: ${id}\n`)).toEqual([`c.yaml:6:9 accounts[0].id: "${id}" ${cure}`]);
  });

  test('is refused in every place where one may stand', () => {
    const text = `${archive({ owner: '111111111111' })}organizations:
  - name: x
    include: { accounts: [012345678901] }
    exclude: { accounts: ["222222222222", 333333333333] }
accounts:
  - id: "222222222222"
    trails: [{ arn: "${TRAIL}", bucket: logs, bucketOwner: 012345678901 }]
`;
    expect(linesOf(text)).toEqual([
      `c.yaml:4:10 archive.owner: "111111111111" ${cure}`,
      `c.yaml:7:27 organizations[0].include.accounts[0]: "012345678901" ${cure}`,
      `c.yaml:8:43 organizations[0].exclude.accounts[1]: "333333333333" ${cure}`,
      `c.yaml:11:104 accounts[0].trails[0].bucketOwner: "012345678901" ${cure}`,
    ]);
  });

  test('is refused under YAML 1.1 too, where a leading zero means octal', () => {
    expect(linesOf(`%YAML 1.1\n---\n${archive({})}accounts:\n  - id: 011111111111\n`)).toEqual([
      `c.yaml:8:9 accounts[0].id: "011111111111" ${cure}`,
    ]);
  });
});

describe('bounds', () => {
  test('of every limit are told from both sides', () => {
    const { limits } = parseConfig(SLOTS.bucket.write('abc'), FILE, {});
    for (const name of Object.keys(limits)) {
      const base = `${SLOTS.bucket.write('abc')}limits:\n  ${name}: `;
      const low = linesOf(`${base}-1\n`).join('\n');
      expect(low).toMatch(
        new RegExp(`^c\\.yaml:7:${name.length + 5} limits\\.${name}: "-1" is too small: at least \\d+ is wanted`),
      );
      const high = linesOf(`${base}9000000000000\n`).join('\n');
      expect(high).toContain(`limits.${name}: "9000000000000" is too large: at most`);
    }
  });

  test('of tags', () => {
    const many = Array.from({ length: 51 }, (_, index) => `k${index}: v`).join(', ');
    expect(linesOf(organization({ include: `{ tags: { ${many} } }` }))).toEqual([
      'c.yaml:7:22 organizations[0].include.tags: has more than 50 tags',
    ]);
    const long = 'v'.repeat(257);
    expect(linesOf(organization({ include: `{ tags: { k: ${long} } }` }))[0]).toMatch(
      /^c\.yaml:7:27 organizations\[0\]\.include\.tags\.k: is longer than a tag value may be/,
    );
    expect(linesOf(organization({ include: `{ tags: { "": v } }` }))[0]).toContain('has a key that is no tag key');
  });
});
