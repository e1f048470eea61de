/** ARNs of every partition, and which partition a region belongs to (cloudtrail.md 1.2). */
import { partitionOf } from '../core/partition.ts';
import type { Grammar } from './grammar.ts';

export interface Arn {
  readonly partition: string;
  readonly service: string;
  readonly region: string;
  readonly account: string;
  readonly resource: string;
}

const PARTITION = /^aws(?:-cn|-us-gov|-eusc|-iso(?:-[a-z])?)?$/;
const REGION = /^[a-z]{2,4}(?:-[a-z]+)+-\d$/;
const ROLE = /^role\/(?:[\x21-\x7e]{0,510}\/)?[\w+=,.@-]{1,64}$/;
const TRAIL = /^trail\/(?=.{3,128}$)[A-Za-z0-9]+(?:[._-][A-Za-z0-9]+)*$/;
const KEY = /^(?:key\/[A-Za-z0-9-]{1,128}|alias\/[A-Za-z0-9/_-]{1,250})$/;

/** The parts of an ARN of a known partition with a 12-digit account; null for anything else. */
export function parseArn(value: string): Arn | null {
  const [arn, partition = '', service = '', region = '', account = '', ...rest] = value.split(':');
  if (arn !== 'arn' || !PARTITION.test(partition) || !/^\d{12}$/.test(account)) return null;
  return { partition, service, region, account, resource: rest.join(':') };
}

export const roleArn: Grammar = (value) => {
  const arn = parseArn(value);
  const fits = arn !== null && arn.service === 'iam' && arn.region === '' && ROLE.test(arn.resource);
  return fits ? null : 'is no role ARN: something like "arn:aws:iam::222222222222:role/orgtrail-reader" is wanted';
};

const TRAIL_RULE = {
  service: 'cloudtrail',
  resource: TRAIL,
  rule: 'is no trail ARN: something like "arn:aws:cloudtrail:us-east-1:222222222222:trail/main" is wanted',
};
const KEY_RULE = {
  service: 'kms',
  resource: KEY,
  rule: 'is no KMS key ARN: something like "arn:aws:kms:us-east-1:111111111111:key/…" or "…:alias/…" is wanted',
};

export const trailArn: Grammar = (value) => regional(value, TRAIL_RULE);
export const keyArn: Grammar = (value) => regional(value, KEY_RULE);

function regional(value: string, wanted: typeof TRAIL_RULE): string | null {
  const arn = parseArn(value);
  if (arn === null || arn.service !== wanted.service || !REGION.test(arn.region)) return wanted.rule;
  if (!wanted.resource.test(arn.resource)) return wanted.rule;
  const partition = partitionOf(arn.region);
  return partition === arn.partition
    ? null
    : `names region ${arn.region}, which is in partition ${partition}, not ${arn.partition}`;
}
