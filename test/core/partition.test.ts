/** The partition that a region's name tells. */
import { expect, test } from 'vitest';
import { partitionOf } from '../../src/core/partition.ts';

test.each([
  ['us-east-1', 'aws'],
  ['ap-southeast-7', 'aws'],
  ['mx-central-1', 'aws'],
  ['cn-north-1', 'aws-cn'],
  ['cn-northwest-1', 'aws-cn'],
  ['us-gov-east-1', 'aws-us-gov'],
  ['us-gov-west-1', 'aws-us-gov'],
  ['eusc-de-east-1', 'aws-eusc'],
  ['us-iso-east-1', 'aws-iso'],
  ['us-isob-east-1', 'aws-iso-b'],
  ['eu-isoe-west-1', 'aws-iso-e'],
  ['us-isof-south-1', 'aws-iso-f'],
])('%s is of %s', (region, partition) => {
  expect(partitionOf(region)).toBe(partition);
});

test.each([
  'us-acn-1',
  'xus-gov-west-1',
  'us-govern-1',
  'de-eusc-1',
  'aus-iso-east-1',
  'us-isobb-east-1',
  'us-iso',
  'us-isoB-1',
  '',
])('%j only looks like another', (region) => {
  expect(partitionOf(region)).toBe('aws');
});
