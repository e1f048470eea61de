/**
 * CloudTrail's delivery into the archive bucket, in forms that take ever fewer bytes an account and give up ever more
 * (cloudtrail.md 4.1 to 4.3). Without a condition on the source, anybody's trail could name the bucket: CloudTrail
 * would write for them (the confused deputy).
 */
import type { Json } from '../json.ts';
import { accountOf, allow, bucketArn, type Conditions, distinct, literal, setOf } from './policy-parts.ts';
import type { Statement } from './policy.ts';
import type { DeliveryTrail, WantedPolicy } from './wanted.ts';

/** From the narrowest to the widest: the first that fits is taken. */
export const DELIVERY_FORMS = [
  'merged',
  'source-accounts',
  'source-accounts-any-path',
  'source-accounts-put-only',
  'organization',
] as const;
export type DeliveryForm = (typeof DELIVERY_FORMS)[number];

/** What the first fold gives up, wherever it is used. */
export const ANY_TRAIL = 'Any trail of a listed account may deliver, not only the named one.';
/** What the last fold gives up. */
export const ANY_MEMBER =
  'Any trail of any account of the named organizations may deliver, also of accounts that are not gathered.';
const ANY_FOLDER =
  "Any account's folder below the wanted prefixes is open to them: that a trail writes into its own account's folder alone rests on CloudTrail.";
const ANY_ASKER = "Any account's trail may learn that the bucket is there and what its ACL says; it may write nothing.";

/** What each form gives up beside `merged`, in sentences. */
export const DELIVERY_GIVES_UP: Readonly<Record<DeliveryForm, readonly string[]>> = {
  merged: [],
  'source-accounts': [ANY_TRAIL],
  'source-accounts-any-path': [ANY_TRAIL, ANY_FOLDER],
  'source-accounts-put-only': [ANY_TRAIL, ANY_FOLDER, ANY_ASKER],
  organization: [ANY_MEMBER, ANY_FOLDER],
};

/** The forms that are open: organizations only where they hold every delivering trail, by what the configuration says. */
export function deliveryForms({ delivery, organizations }: WantedPolicy): readonly DeliveryForm[] {
  if (delivery.length === 0) return ['merged'];
  const covered = delivery.every((trail) => trail.organization === null || organizations.includes(trail.organization));
  return DELIVERY_FORMS.filter((form) => form !== 'organization' || (organizations.length > 0 && covered));
}

/** The two statements that CloudTrail asks for; none without trails. */
export function deliveryStatements(wanted: WantedPolicy, form: DeliveryForm): readonly Statement[] {
  if (wanted.delivery.length === 0) return [];
  const bucket = bucketArn(wanted);
  const principal: Json = { Service: wanted.cloudtrail };
  const source = sourceCondition(wanted, form);
  const anyPath = form !== 'merged' && form !== 'source-accounts';
  const paths = anyPath ? deliveredPaths(wanted.delivery) : wanted.delivery.flatMap(pathsOf);
  return [
    allow({
      sid: 'OrgtrailDeliveryAcl',
      principal,
      actions: ['s3:GetBucketAcl'],
      resources: [bucket],
      ...(form === 'source-accounts-put-only' ? {} : { conditions: { StringEquals: source } }),
    }),
    allow({
      sid: 'OrgtrailDelivery',
      principal,
      actions: ['s3:PutObject'],
      resources: paths.map((path) => `${bucket}/${path}`),
      conditions: { StringEquals: { 's3:x-amz-acl': 'bucket-owner-full-control', ...source } },
    }),
  ];
}

/** What narrows a call of CloudTrail's to our trails. */
function sourceCondition(
  { delivery, organizations }: Pick<WantedPolicy, 'delivery' | 'organizations'>,
  form: DeliveryForm,
): Readonly<Record<string, Json>> {
  switch (form) {
    case 'merged':
      return { 'aws:SourceArn': setOf(delivery.map(({ arn }) => arn)) };
    case 'source-accounts':
    case 'source-accounts-any-path':
    case 'source-accounts-put-only':
      return { 'aws:SourceAccount': setOf(deliveringAccounts(delivery)) };
    case 'organization':
      return { 'aws:SourceOrgID': setOf(organizations) };
  }
}

/** The same as a whole condition block, for policies of keys and topics. */
export function fromSources(wanted: WantedPolicy, form: DeliveryForm): Conditions {
  return { StringEquals: sourceCondition(wanted, form) };
}

/** The accounts that own the trails, sorted, each once: an organization's management account for all its members. */
export function deliveringAccounts(delivery: readonly DeliveryTrail[]): readonly string[] {
  return distinct(delivery.map(({ arn }) => accountOf(arn)));
}

/** Patterns of everything that trails deliver, one for each prefix. */
export function deliveredPaths(delivery: readonly DeliveryTrail[]): readonly string[] {
  return distinct(delivery.map(({ prefix }) => `${literal(prefix)}AWSLogs/*`));
}

/**
 * Where one trail writes. CreateTrail and UpdateTrail refuse an organization trail whose bucket lets it not write below
 * the management account's own folder too, where it would deliver if it became that account's trail alone.
 */
function pathsOf({ arn, prefix, organization }: DeliveryTrail): readonly string[] {
  const folders = organization === null ? [accountOf(arn)] : [accountOf(arn), organization];
  return folders.map((folder) => `${literal(prefix)}AWSLogs/${folder}/*`);
}
