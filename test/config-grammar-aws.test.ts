/** What AWS names, and how names are written: what each grammar takes and what it refuses, with place and reason. */
import { describe, expect, test } from 'vitest';
import { parseConfig } from '../src/config.ts';
import { expectRefusal, FILE } from './config/refusal.ts';
import { quoted, SLOTS, TRAIL } from './config/slots.ts';

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
])('%s', (slot, refused) => {
  test.each(refused)('refuses %j', (value, reason) => {
    expectRefusal(SLOTS[slot].write(quoted(value)), SLOTS[slot].at, reason);
  });
});
