/** The wanted statement of an SNS topic that trails announce deliveries to (cloudtrail.md 4.6). */
import { ANY_MEMBER, ANY_TRAIL, type DeliveryForm, deliveryForms, fromSources } from './delivery.ts';
import type { Candidate } from './policy-budget.ts';
import { allow } from './policy-parts.ts';
import type { Statement } from './policy.ts';
import type { WantedPolicy } from './wanted.ts';

/** A topic has no folders: the forms that fold these make no difference to it. */
const GIVES_UP: ReadonlyMap<DeliveryForm, readonly string[]> = new Map([
  ['merged', []],
  ['source-accounts', [ANY_TRAIL.replace('deliver', 'announce')]],
  ['organization', [ANY_MEMBER.replace('deliver', 'announce')]],
]);

/** The one statement of ours: CloudTrail may publish for our trails. None without trails. */
function topicStatements(wanted: WantedPolicy, topicArn: string, form: DeliveryForm): readonly Statement[] {
  if (wanted.delivery.length === 0) return [];
  return [
    allow({
      sid: 'OrgtrailTopicDelivery',
      principal: { Service: wanted.cloudtrail },
      actions: ['sns:Publish'],
      resources: [topicArn],
      conditions: fromSources(wanted, form),
    }),
  ];
}

/** The topic policy's forms, the narrowest first. */
export function topicCandidates(wanted: WantedPolicy, topicArn: string): readonly Candidate[] {
  return deliveryForms(wanted).flatMap((form) => {
    const givesUp = GIVES_UP.get(form);
    return givesUp === undefined ? [] : [{ form, givesUp, statements: () => topicStatements(wanted, topicArn, form) }];
  });
}
