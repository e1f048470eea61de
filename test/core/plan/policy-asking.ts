/** Asking a bucket policy as S3 would, by the test cloud's evaluator, which shares no code with the product's. */
import { decide } from '../../cloud/identity/decision.ts';
import type { Json } from '../../../src/core/json.ts';
import type { DeliveryTrail, WantedPolicy } from '../../../src/core/plan/wanted.ts';

/** Somebody whose own account lets them do everything: what is refused then is refused by the bucket's policy. */
export interface Asker {
  readonly arn: string;
  readonly account: string;
}

const EVERYTHING = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
});

export interface Asked {
  readonly action: string;
  /** The key; empty: the bucket itself. */
  readonly key?: string;
  readonly context?: Readonly<Record<string, string>>;
}

/** Whether a user or role gets what it asks for over TLS. */
export function letsIn(policy: Json, wanted: WantedPolicy, asker: Asker, asked: Asked): boolean {
  return decide({
    principal: { ...asker, policies: [EVERYTHING] },
    ...common(policy, wanted, asked),
    context: new Map(
      Object.entries({
        'aws:SecureTransport': 'true',
        'aws:PrincipalIsAWSService': 'false',
        'aws:PrincipalArn': asker.arn,
        'aws:PrincipalAccount': asker.account,
        ...asked.context,
      }),
    ),
  });
}

/** Whether CloudTrail may do something for a trail, as it calls: as a service, with what tells whose trail it is. */
export function letsCloudTrail(
  policy: Json,
  wanted: WantedPolicy,
  trail: { readonly arn: string; readonly organization: string | null },
  asked: Asked,
): boolean {
  const member = trail.organization === null ? {} : { 'aws:SourceOrgID': trail.organization };
  return decide({
    principal: { arn: wanted.cloudtrail, account: '', policies: [] },
    ...common(policy, wanted, asked),
    context: new Map(
      Object.entries({
        'aws:SecureTransport': 'true',
        'aws:PrincipalIsAWSService': 'true',
        'aws:SourceArn': trail.arn,
        'aws:SourceAccount': trail.arn.split(':')[4] ?? '',
        's3:ObjectCreationOperation': 'true',
        's3:x-amz-acl': 'bucket-owner-full-control',
        ...member,
        ...asked.context,
      }),
    ),
  });
}

/** A log file as the trail would write it, below one of its folders. */
export function deliveredKey({ prefix }: DeliveryTrail, folder: string): string {
  return `${prefix}AWSLogs/${folder}/CloudTrail/us-east-1/2026/01/02/log.json.gz`;
}

function common(policy: Json, wanted: WantedPolicy, { action, key = '' }: Asked) {
  const bucket = `arn:${wanted.partition}:s3:::${wanted.bucket}`;
  const resource = key === '' ? bucket : `${bucket}/${key}`;
  return { action, resource, owner: wanted.owner, resourcePolicy: JSON.stringify(policy) };
}
