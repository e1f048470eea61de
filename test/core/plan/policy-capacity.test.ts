/**
 * How many accounts each form holds: the reference's table (33 characters of bucket, prefix `trail`, 15 of trail name,
 * two foreign denies that make a policy of 684 bytes), and the whole policy of ours.
 */
import { describe, expect, it } from 'vitest';
import { archiveStatements } from '../../../src/core/plan/archive-policy.ts';
import { type DeliveryForm, deliveryStatements } from '../../../src/core/plan/delivery.ts';
import { MOST_BYTES } from '../../../src/core/plan/policy-budget.ts';
import { policyBytes, readPolicy, type Statement, withStatements } from '../../../src/core/plan/policy.ts';
import { ORGANIZATION, trails, wantedPolicy } from './wanted-policies.ts';

const BASE_BYTES = 684;
const BUCKET = 'example-organization-archive-logs';
const PREFIX = 'trail/';

const policyOf = (count: number) =>
  wantedPolicy({ bucket: BUCKET, delivery: trails(count, PREFIX), organizations: [ORGANIZATION] });

/** Two denies of somebody else's, as large as the reference's. */
function base() {
  const arn = `arn:aws:s3:::${BUCKET}`;
  const deny = (sid: string, rest: Statement): Statement => ({ Sid: sid, Effect: 'Deny', Principal: '*', ...rest });
  const document = (sid: string) => ({
    Version: '2012-10-17',
    Statement: [
      deny('Tls', {
        Action: 's3:*',
        Resource: [arn, `${arn}/*`],
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      }),
      deny(sid, {
        Action: ['s3:DeleteObject', 's3:DeleteObjectVersion'],
        Resource: `${arn}/*`,
        Condition: { ArnNotLike: { 'aws:PrincipalArn': 'arn:aws:iam::111111111111:role/break-glass' } },
      }),
    ],
  });
  const short = policyBytes(document(''));
  const value = document('D'.repeat(BASE_BYTES - short));
  expect(policyBytes(value)).toBe(BASE_BYTES);
  const read = readPolicy(value);
  if ('problem' in read) throw new Error(read.problem);
  return read;
}

/** The most accounts that fit, found by halving. */
function most(bytes: (count: number) => number): number {
  let [fits, tooMany] = [0, 4096];
  while (tooMany - fits > 1) {
    const middle = (fits + tooMany) >> 1;
    if (bytes(middle) <= MOST_BYTES.bucket) fits = middle;
    else tooMany = middle;
  }
  return fits;
}

/**
 * `reference`: cloudtrail.md 4.3. `delivery`: our two delivery statements beside the same foreign ones. With 1,288 accounts
 * they take 20,480 bytes to the last one, which is AWS's limit and not beyond it; the reference stops one account before
 * (its statements are between 1 and 15 bytes longer: our one-element lists are written as scalars). `whole`: with writer,
 * TLS, deletes, tags, settings and overwrites too, and nothing foreign: what a real archive gets.
 */
const TABLE: readonly { form: DeliveryForm; reference: number; delivery: number; whole: number }[] = [
  { form: 'merged', reference: 92, delivery: 92, whole: 81 },
  { form: 'source-accounts', reference: 178, delivery: 178, whole: 159 },
  { form: 'source-accounts-any-path', reference: 642, delivery: 642, whole: 570 },
  { form: 'source-accounts-put-only', reference: 1287, delivery: 1288, whole: 1145 },
];

describe('how many accounts fit into 20,480 bytes', () => {
  it.each(TABLE)('$form: $reference by the reference, $delivery with our Sids', ({ form, delivery }) => {
    const foreign = base();
    const found = most((count) => policyBytes(withStatements(foreign, deliveryStatements(policyOf(count), form))));
    expect(found).toBe(delivery);
  });

  it.each(TABLE)('$form: $whole beside everything else that is ours', ({ form, whole }) => {
    const forms = { delivery: form, readers: 'listed' } as const;
    const found = most((count) => policyBytes(withStatements(null, archiveStatements(policyOf(count), forms))));
    expect(found).toBe(whole);
  });

  it('organization: the same size for two accounts and for a hundred thousand', () => {
    const size = (count: number) =>
      policyBytes(withStatements(base(), deliveryStatements(policyOf(count), 'organization')));
    expect(size(2)).toBe(size(100_000));
    expect(size(2)).toBeLessThan(1300);
  });
});
