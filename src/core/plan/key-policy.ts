/** The wanted statements of the archive's KMS key: CloudTrail and orgtrail encrypt with it, readers decrypt. */
import {
  ANY_MEMBER,
  ANY_TRAIL,
  type DeliveryForm,
  deliveringAccounts,
  deliveryForms,
  fromSources,
} from './delivery.ts';
import type { Candidate } from './policy-budget.ts';
import { allow, condition, distinct, principalArn, setOf } from './policy-parts.ts';
import type { Statement } from './policy.ts';
import type { WantedPolicy } from './wanted.ts';

const ANY_CONTEXT =
  "A data key may be asked for in any trail's name: that CloudTrail names the trail that it writes for rests on CloudTrail.";

/** The bucket's forms as far as they make a difference to a key, which knows no folders but an encryption context. */
const GIVES_UP: ReadonlyMap<DeliveryForm, readonly string[]> = new Map([
  ['merged', []],
  ['source-accounts', [ANY_TRAIL]],
  ['source-accounts-any-path', [ANY_TRAIL, ANY_CONTEXT]],
  ['organization', [ANY_MEMBER, ANY_CONTEXT]],
]);

/** The key policy's forms, the narrowest first. */
export function keyCandidates(wanted: WantedPolicy): readonly Candidate[] {
  return deliveryForms(wanted).flatMap((form) => {
    const givesUp = GIVES_UP.get(form);
    return givesUp === undefined ? [] : [{ form, givesUp, statements: () => keyStatements(wanted, form) }];
  });
}

/** Our statements of the key policy. Who administers the key is the account's matter. */
export function keyStatements(wanted: WantedPolicy, form: DeliveryForm): readonly Statement[] {
  return [...deliveryKeys(wanted, form), writerKey(wanted), ...readerKeys(wanted)];
}

/**
 * CloudTrail: a data key for each object, for nobody's trail but ours; Decrypt where the bucket uses a bucket key
 * (cloudtrail.md 4.5). An organization's trail names the management account in the context for every member.
 */
function deliveryKeys(wanted: WantedPolicy, form: DeliveryForm): readonly Statement[] {
  if (wanted.delivery.length === 0) return [];
  const { partition, cloudtrail } = wanted;
  const principal = { Service: cloudtrail };
  const named = form === 'merged' || form === 'source-accounts';
  const accounts = named ? deliveringAccounts(wanted.delivery) : ['*'];
  const trails = accounts.map((account) => `arn:${partition}:cloudtrail:*:${account}:trail/*`);
  const sources = fromSources(wanted, form);
  return [
    allow({
      sid: 'OrgtrailKeyDelivery',
      principal,
      actions: ['kms:GenerateDataKey*'],
      resources: ['*'],
      conditions: { ...sources, ...condition('StringLike', 'kms:EncryptionContext:aws:cloudtrail:arn', trails) },
    }),
    allow({
      sid: 'OrgtrailKeyBucketKey',
      principal,
      actions: ['kms:Decrypt', 'kms:DescribeKey'],
      resources: ['*'],
      conditions: sources,
    }),
  ];
}

function writerKey({ writer }: WantedPolicy): Statement {
  return allow({
    sid: 'OrgtrailKeyWriter',
    principal: { AWS: writer },
    actions: ['kms:Decrypt', 'kms:DescribeKey', 'kms:GenerateDataKey'],
    resources: ['*'],
  });
}

/**
 * Not by the condition that CloudTrail's guide has for readers (a context aws:cloudtrail:arn): what orgtrail writes
 * carries none. Which files each may read is the bucket policy's matter: with a bucket key the context is the bucket.
 */
function readerKeys({ readers, partition }: WantedPolicy): readonly Statement[] {
  const principals = distinct(readers.flatMap((one) => one.principals).map((one) => principalArn(partition, one)));
  if (principals.length === 0) return [];
  return [
    allow({
      sid: 'OrgtrailKeyReaders',
      principal: { AWS: setOf(principals) },
      actions: ['kms:Decrypt'],
      resources: ['*'],
    }),
  ];
}
