/** The grammars of policy, posture and lifecycle: what they take, what they refuse, with place and reason. */
import { describe, expect, test } from 'vitest';
import { parseConfig } from '../src/config.ts';
import { GLASS, group, policy, rule, TRAIL, WRITER } from './config/policy-groups.ts';
import { expectRefusal, FILE, linesOf } from './config/refusal.ts';
import { quoted } from './config/slots.ts';

interface Slot {
  readonly at: string;
  readonly write: (value: string) => string;
}

const SLOTS = {
  writer: { at: 'c.yaml:7:11 policy.writer', write: (value) => policy('', { writer: value }) },
  breakGlass: { at: 'c.yaml:8:16 policy.breakGlass[0]', write: (value) => policy('', { breakGlass: `[${value}]` }) },
  administrator: {
    at: 'c.yaml:9:20 policy.administrators[0]',
    write: (value) => policy(`administrators: [${value}]`),
  },
  reader: {
    at: 'c.yaml:10:20 policy.readers[0].principals[0]',
    write: (value) => policy(`readers:\n  - principals: [${value}]`),
  },
  readAccount: {
    at: `c.yaml:11:18 policy.readers[0].accounts[0]`,
    write: (value) => policy(`readers:\n  - principals: ["222222222222"]\n    accounts: [${value}]`),
  },
  trail: {
    at: 'c.yaml:11:16 policy.delivery.trails[0].arn',
    write: (value) => policy(`delivery:\n  trails:\n    - { arn: ${value}, prefix: direct }`),
  },
  prefix: {
    at: 'c.yaml:11:19 policy.delivery.trails[0].prefix',
    write: (value) => policy(`delivery:\n  trails:\n    - { prefix: ${value}, arn: "${TRAIL}" }`),
  },
  organization: {
    at: 'c.yaml:11:25 policy.delivery.trails[0].organization',
    write: (value) => policy(`delivery:\n  trails:\n    - { organization: ${value}, prefix: direct, arn: "${TRAIL}" }`),
  },
  trailName: {
    at: 'c.yaml:10:27 policy.delivery.everyAccount.name',
    write: (value) => policy(`delivery:\n  everyAccount: { name: ${value}, region: us-east-1, prefix: direct }`),
  },
  trailRegion: {
    at: 'c.yaml:10:29 policy.delivery.everyAccount.region',
    write: (value) => policy(`delivery:\n  everyAccount: { region: ${value}, name: main, prefix: direct }`),
  },
  cloudtrail: {
    at: 'c.yaml:10:26 policy.delivery.cloudtrailPrincipal',
    write: (value) => policy(`delivery:\n  cloudtrailPrincipal: ${value}`),
  },
  organizationId: {
    at: 'c.yaml:9:21 policy.organizationIds[0]',
    write: (value) => policy(`organizationIds: [${value}]`),
  },
  topic: { at: 'c.yaml:9:10 policy.topic', write: (value) => policy(`topic: ${value}`) },
  memberRole: { at: 'c.yaml:9:20 policy.members.role', write: (value) => policy(`members: { role: ${value} }`) },
  logBucket: {
    at: 'c.yaml:7:28 posture.accessLogging.bucket',
    write: (value) => group('posture', `accessLogging: { bucket: ${value} }`),
  },
  mode: {
    at: 'c.yaml:7:23 posture.objectLock.mode',
    write: (value) => group('posture', `objectLock: { mode: ${value}, days: 1 }`),
  },
  ownership: { at: 'c.yaml:7:14 posture.ownership', write: (value) => group('posture', `ownership: ${value}`) },
  ruleName: {
    at: 'c.yaml:8:15 lifecycle.rules[0].name',
    write: (value) => rule(`name: ${value}, of: proven, expireDays: 1`),
  },
  area: {
    at: 'c.yaml:8:13 lifecycle.rules[0].of',
    write: (value) => rule(`of: ${value}, name: a, expireDays: 1`),
  },
  storageClass: {
    at: 'c.yaml:8:33 lifecycle.rules[0].transitions[0].class',
    write: (value) => rule(`transitions: [ { class: ${value}, days: 1 }], name: a, of: proven`),
  },
  ruleAccount: {
    at: 'c.yaml:8:20 lifecycle.rules[0].accounts[0]',
    write: (value) => rule(`accounts: [${value}], name: a, of: proven, expireDays: 1`),
  },
  minimumSize: {
    at: 'c.yaml:7:16 lifecycle.minimumSize',
    write: (value) => group('lifecycle', `minimumSize: ${value}`),
  },
  currency: {
    at: 'c.yaml:7:23 lifecycle.prices.currency',
    write: (value) => group('lifecycle', `prices: { currency: ${value}, storage: {}, transition: {} }`),
  },
} satisfies Record<string, Slot>;

type Name = keyof typeof SLOTS;

describe.each<[Name, readonly string[]]>([
  ['writer', [WRITER, 'arn:aws:iam::111111111111:user/daemons/orgtrail', 'arn:aws:iam::999999999999:role/a/b/c']],
  ['breakGlass', [GLASS, 'arn:aws:iam::111111111111:root', 'arn:aws:iam::111111111111:user/x']],
  [
    'administrator',
    ['arn:aws:iam::111111111111:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Admin_0123456789abcdef'],
  ],
  ['reader', ['222222222222', '000000000001', 'arn:aws:iam::222222222222:role/x', 'arn:aws:iam::222222222222:root']],
  ['trail', [TRAIL]],
  ['prefix', ['direct', 'direct/', 'a/b']],
  ['organization', ['o-abcdefghij', `o-${'a1'.repeat(16)}`]],
  ['trailName', ['abc', 'a.b_c-d', 'a'.repeat(128)]],
  ['cloudtrail', ['cloudtrail.amazonaws.com', 'cloudtrail.amazonaws.com.cn', 'cloudtrail.c2s.ic.gov']],
  ['topic', ['arn:aws:sns:us-east-1:111111111111:trails_1-a']],
  ['memberRole', ['orgtrail-bucket-policy', 'path/role']],
  ['ruleName', ['a', 'Cold-2', 'a'.repeat(40)]],
  ['area', ['proven', 'logs', 'digests', 'pending', 'quarantine', 'receipts']],
  ['minimumSize', ['all-128K', 'varies']],
  ['storageClass', ['STANDARD_IA', 'INTELLIGENT_TIERING', 'ONEZONE_IA', 'GLACIER_IR', 'GLACIER', 'DEEP_ARCHIVE']],
  ['currency', ['USD', 'EUR']],
])('%s', (slot, values) => {
  test.each(values)('takes %s', (value) => {
    expect(() => parseConfig(SLOTS[slot].write(quoted(value)), FILE, {})).not.toThrow();
  });
});

const NO_PRINCIPALS = [
  ['*', 'is no ARN of'],
  ['break-glass', 'is no ARN of'],
  ['arn:aws:iam::111111111111:role/*', 'is no ARN of'],
  ['arn:aws:iam::111111111111:role/a*/b', 'is no ARN of'],
  ['arn:aws:iam::111111111111:role/${aws:username}', 'has "${" in it'],
  ['arn:aws:iam::111111111111:group/x', 'is no ARN of'],
  ['arn:aws:iam:us-east-1:111111111111:role/x', 'is no ARN of'],
  ['arn:aws:sts::111111111111:assumed-role/orgtrail/session', 'is the ARN of a session'],
] as const;

describe.each<[Name, readonly (readonly [value: string, reason: string])[]]>([
  ['writer', [...NO_PRINCIPALS, ['arn:aws:iam::111111111111:root', 'is no ARN of a role or user']]],
  ['breakGlass', [...NO_PRINCIPALS, ['111111111111', 'is no ARN of']]],
  ['administrator', NO_PRINCIPALS],
  [
    'reader',
    [
      ['*', 'is neither'],
      ['22222222222', 'is neither'],
      ['arn:aws:iam::222222222222:role/?', 'is neither'],
      ['cloudtrail.amazonaws.com', 'is neither'],
      ['arn:aws:sts::222222222222:assumed-role/a/b', 'is the ARN of a session'],
    ],
  ],
  ['readAccount', [['22222222222', 'it has 11 digits']]],
  ['trail', [['main', 'is no trail ARN']]],
  [
    'prefix',
    [
      ['/a', 'it starts with "/"'],
      ['a/AWSLogs', 'contains "AWSLogs/"'],
      ['a*', 'it has "*"'],
    ],
  ],
  [
    'organization',
    [
      ['o-short', 'is no organization id'],
      ['r-abcdefghij', 'is no organization id'],
      ['o-ABCDEFGHIJ', 'is no organization id'],
      ['o-abcdefghi*', 'is no organization id'],
    ],
  ],
  ['organizationId', [['example', 'is no organization id']]],
  [
    'trailName',
    [
      ['ab', 'is no trail name'],
      ['a..b', 'is no trail name'],
      ['a*b', 'is no trail name'],
      ['a'.repeat(129), 'is no trail name'],
    ],
  ],
  ['trailRegion', [['everywhere', 'is no region']]],
  [
    'cloudtrail',
    [
      ['*', 'is no service principal of CloudTrail'],
      ['logs.amazonaws.com', 'is no service principal of CloudTrail'],
      ['cloudtrail', 'is no service principal of CloudTrail'],
    ],
  ],
  [
    'topic',
    [
      ['trails', 'is no topic ARN'],
      ['arn:aws:sns:us-east-1:111111111111:trails.fifo', 'is a FIFO topic'],
      ['arn:aws:sns:us-east-1:111111111111:a:b', 'is no topic ARN'],
      ['arn:aws:sqs:us-east-1:111111111111:trails', 'is no topic ARN'],
      ['arn:aws:sns:cn-north-1:111111111111:trails', 'which is in partition aws-cn, not aws'],
    ],
  ],
  ['memberRole', [['arn:aws:iam::222222222222:role/x', 'is an ARN']]],
  ['logBucket', [['Upper', 'is no bucket name']]],
  ['mode', [['governance', 'one of GOVERNANCE, COMPLIANCE is wanted']]],
  ['ownership', [['ObjectWriter', 'one of BucketOwnerEnforced, BucketOwnerPreferred is wanted']]],
  [
    'ruleName',
    [
      ['', 'is no rule name'],
      ['a b', 'is no rule name'],
      ['a_b', 'is no rule name'],
      ['-a', 'is no rule name'],
      ['a'.repeat(41), 'is no rule name'],
    ],
  ],
  ['area', [['everything', 'one of proven, logs, digests, pending, quarantine, receipts is wanted']]],
  ['storageClass', [['STANDARD', 'one of STANDARD_IA,']]],
  ['ruleAccount', [['2', 'it has 1 digits']]],
  ['minimumSize', [['all', 'one of all-128K, varies is wanted']]],
  ['currency', [['$', 'is no currency']]],
])('%s', (slot, refused) => {
  test.each(refused)('refuses %j', (value, reason) => {
    expectRefusal(SLOTS[slot].write(quoted(value)), SLOTS[slot].at, reason);
  });
});

describe('account ids without quotes', () => {
  test.each(['reader', 'readAccount', 'ruleAccount'] as const)('are refused as %s, as written', (slot) => {
    expect(linesOf(SLOTS[slot].write('022222222222'))).toEqual([
      `${SLOTS[slot].at}: "022222222222" is read as a number by YAML, and leading zeros get lost: quote the id`,
    ]);
  });
});
