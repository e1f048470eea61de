import { expect, test } from 'vitest';
import { accountOfArn, homeRegionFor, isRegionName, regionForRole } from '../../src/adapters/aws-partition.ts';
import { partitionOf } from '../../src/core/partition.ts';
import { redirectedRegion } from '../../src/adapters/aws-redirect.ts';

test.each([
  ['eu-central-1', 'aws', 'us-east-1'],
  ['us-gov-east-1', 'aws-us-gov', 'us-gov-west-1'],
  ['cn-north-1', 'aws-cn', 'cn-northwest-1'],
  ['us-iso-west-1', 'aws-iso', 'us-iso-east-1'],
  ['us-isob-east-1', 'aws-iso-b', 'us-isob-east-1'],
])('%s belongs to %s, whose Organizations is in %s', (region, partition, home) => {
  expect(partitionOf(region)).toBe(partition);
  expect(homeRegionFor(region)).toBe(home);
});

test('a role is assumed in its own partition', () => {
  expect(regionForRole('arn:aws:iam::111111111111:role/r', 'eu-central-1')).toBe('eu-central-1');
  expect(regionForRole('arn:aws-cn:iam::111111111111:role/r', 'eu-central-1')).toBe('cn-northwest-1');
  expect(regionForRole(null, 'eu-central-1')).toBe('eu-central-1');
});

test('an ARN names its account or nothing', () => {
  expect(accountOfArn('arn:aws:iam::111111111111:role/r')).toBe('111111111111');
  for (const text of ['arn:aws:s3:::bucket', 'no arn', 'arn:aws:iam::1:role/r']) expect(accountOfArn(text)).toBeNull();
});

test.each(['us-east-1', 'ap-southeast-12', 'us-gov-west-1', 'us-isob-east-1', 'eusc-de-east-1'])(
  '%s is a region',
  (name) => {
    expect(isRegionName(name)).toBe(true);
  },
);

test.each(['', 'evil.example', 'us-east-1.evil.example', 'us-east-1/', 'US-EAST-1', '../x-1', 'us-east-1\n'])(
  '%j is none',
  (name) => {
    expect(isRegionName(name)).toBe(false);
  },
);

test('a signature refused for its region says which one is right', () => {
  const error = Object.assign(new Error('wrong region'), {
    name: 'AuthorizationHeaderMalformed',
    Region: 'eu-west-1',
    $metadata: { httpStatusCode: 400 },
  });
  expect(redirectedRegion(error, 'us-east-1')).toBe('eu-west-1');
  expect(redirectedRegion(error, 'eu-west-1')).toBeNull();
  expect(redirectedRegion(Object.assign(error, { $metadata: { httpStatusCode: 403 } }), 'us-east-1')).toBeNull();
});
