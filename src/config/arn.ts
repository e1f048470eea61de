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
const USER = /^user\/(?:[\x21-\x7e]{0,510}\/)?[\w+=,.@-]{1,64}$/;
const TRAIL = /^trail\/(?=.{3,128}$)[A-Za-z0-9]+(?:[._-][A-Za-z0-9]+)*$/;
const ROOT = /^root$/;
const TOPIC = /^[A-Za-z0-9_-]{1,256}$/;
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

/** The daemon's own identity. The root user is none: it may always replace the bucket policy, so no deny would hold it. */
export const writerArn: Grammar = (value) =>
  sessionProblem(value) ??
  (isPrincipal(value, [ROLE, USER])
    ? null
    : 'is no ARN of a role or user: something like "arn:aws:iam::111111111111:role/orgtrail" is wanted');

/** A role, a user or the root user of an account. */
export const principalArn: Grammar = (value) =>
  sessionProblem(value) ??
  (isPrincipal(value, [ROLE, USER, ROOT])
    ? null
    : 'is no ARN of a role, a user or a root: something like "arn:aws:iam::111111111111:role/break-glass" is wanted');

/** Who may read: a principal, or a whole account by its id. */
export const readerPrincipal: Grammar = (value) =>
  /^\d{12}$/.test(value)
    ? null
    : (sessionProblem(value) ??
      (isPrincipal(value, [ROLE, USER, ROOT])
        ? null
        : 'is neither a principal\'s ARN nor an account id: something like "arn:aws:iam::222222222222:role/auditor" or "222222222222" is wanted'));

/** A pattern in a path would make a policy name more than one principal. */
function isPrincipal(value: string, resources: readonly RegExp[]): boolean {
  const arn = parseArn(value);
  if (arn === null || arn.service !== 'iam' || arn.region !== '' || /[*?$]/.test(value)) return false;
  return resources.some((resource) => resource.test(arn.resource));
}

/** A session lasts hours, and the name of it is anybody's choice: policies name the role. */
function sessionProblem(value: string): string | null {
  const session = parseArn(value);
  return session?.service === 'sts' ? 'is the ARN of a session: the ARN of its role is wanted' : null;
}

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
const TOPIC_RULE = {
  service: 'sns',
  resource: TOPIC,
  rule: 'is no topic ARN: something like "arn:aws:sns:us-east-1:111111111111:trails" is wanted',
};

export const trailArn: Grammar = (value) => regional(value, TRAIL_RULE);
export const keyArn: Grammar = (value) => regional(value, KEY_RULE);
/** A standard topic: CloudTrail publishes to no FIFO topic. */
export const topicArn: Grammar = (value) =>
  value.endsWith('.fifo') ? 'is a FIFO topic, which CloudTrail does not publish to' : regional(value, TOPIC_RULE);

function regional(value: string, wanted: typeof TRAIL_RULE): string | null {
  const arn = parseArn(value);
  if (arn === null || arn.service !== wanted.service || !REGION.test(arn.region)) return wanted.rule;
  if (!wanted.resource.test(arn.resource)) return wanted.rule;
  const partition = partitionOf(arn.region);
  return partition === arn.partition
    ? null
    : `names region ${arn.region}, which is in partition ${partition}, not ${arn.partition}`;
}
