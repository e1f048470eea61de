/**
 * Requests as they will be made, as far as that is known beforehand: whatever else a request may carry is unknown, so
 * that a statement that looks at it is never believed to be harmless.
 */
import type { PolicyRequest } from './decision.ts';
import type { Caller } from './principal.ts';

/** Who asks, with what every request of theirs carries and what it may carry. */
export interface Asker {
  readonly principal: Caller;
  /** How people know them. */
  readonly name: string;
  readonly context: ReadonlyMap<string, string>;
  readonly unknown: (key: string) => boolean;
}

/** Global keys that only calls of AWS services carry (IAM guide, "global condition keys"). */
const OF_SERVICES: ReadonlySet<string> = new Set([
  'aws:sourcearn',
  'aws:sourceaccount',
  'aws:sourceorgid',
  'aws:sourceorgpaths',
  'aws:sourceowner',
  'aws:principalservicename',
  'aws:principalservicenameslist',
  'aws:calledvia',
  'aws:calledviafirst',
  'aws:calledvialast',
]);

/**
 * Global keys that a service's own calls do not carry: no identity, no organization and no network of the caller. A
 * deny by StringNotEquals aws:PrincipalOrgID or NotIpAddress aws:SourceIp therefore hits CloudTrail.
 */
const NOT_OF_SERVICES =
  /^aws:(?:principal(?:arn|account|orgid|orgpaths|tag\/.*)|sourceip|sourcevpc|sourcevpce|sourcevpcarn|vpcsourceip|vpce.*|username|multifactorauth.*|federatedprovider|sourceidentity|calledvia.*|referer)$/;

/** Keys of S3 that the client library or the stored object settles; every other one is a header that is sent or not. */
const UNSETTLED =
  /^s3:(?:tlsversion|signatureversion|signatureage|authtype|x-amz-content-sha256|max-keys|delimiter|versionid|existingobjecttag\/.*|buckettag\/.*|resourceorgid)$/;

/** CloudTrail sends these where its trail has a key, and a trail's key is not known here. */
const OF_TRAILS_KEY: ReadonlySet<string> = new Set([
  's3:x-amz-server-side-encryption',
  's3:x-amz-server-side-encryption-aws-kms-key-id',
]);

/** A user or role that calls by itself over TLS. */
export function personOrRole(arn: string, owner: string): Asker {
  const account = arn.split(':')[4] ?? '';
  const context = new Map([
    ['aws:principalarn', arn],
    ['aws:principalaccount', account],
    ['aws:principalisawsservice', 'false'],
    ['aws:viaawsservice', 'false'],
    ['aws:securetransport', 'true'],
    ['aws:resourceaccount', owner],
    ['s3:resourceaccount', owner],
    ['kms:calleraccount', account],
  ]);
  const unknown = (key: string): boolean => (key.startsWith('aws:') ? !OF_SERVICES.has(key) : UNSETTLED.test(key));
  return { principal: { kind: 'aws', arn, account }, name: arn, context, unknown };
}

/** Somebody who opens a way that is otherwise shut: with a second factor, as such roles are held. */
export function administrator(arn: string, owner: string): Asker {
  const asker = personOrRole(arn, owner);
  return { ...asker, context: new Map([...asker.context, ['aws:multifactorauthpresent', 'true']]) };
}

/** CloudTrail delivering for one trail (cloudtrail.md 4.1). `organization` null: not known to be in any. */
export function cloudtrailFor(
  service: string,
  trail: { readonly arn: string; readonly organization: string | null; readonly owner: string },
): Asker {
  const account = trail.arn.split(':')[4] ?? '';
  const known: readonly (readonly [string, string])[] = [
    ['aws:sourcearn', trail.arn],
    ['aws:sourceaccount', account],
    ...(trail.organization === null ? [] : [['aws:sourceorgid', trail.organization] as const]),
  ];
  const asker = anyCloudtrail(service, trail.owner);
  return { ...asker, name: `${service} for ${trail.arn}`, context: new Map([...asker.context, ...known]) };
}

/** CloudTrail delivering for whomever: nothing is known of the trail. */
export function anyCloudtrail(service: string, owner: string): Asker {
  const context = new Map([
    ['aws:principalisawsservice', 'true'],
    ['aws:principalservicename', service],
    ['aws:viaawsservice', 'false'],
    ['aws:securetransport', 'true'],
    ['aws:resourceaccount', owner],
    ['s3:resourceaccount', owner],
  ]);
  const unknown = (key: string): boolean => {
    if (key.startsWith('aws:')) return !NOT_OF_SERVICES.test(key);
    return UNSETTLED.test(key) || OF_TRAILS_KEY.has(key);
  };
  return { principal: { kind: 'service', name: service }, name: service, context, unknown };
}

/** One call of theirs, with what it carries besides. */
export function requestOf(
  asker: Asker,
  call: {
    readonly action: string;
    readonly resource: string;
    readonly carries?: readonly (readonly [string, string])[];
  },
): PolicyRequest {
  const context = new Map([...asker.context, ...(call.carries ?? [])]);
  return { principal: asker.principal, action: call.action, resource: call.resource, context, unknown: asker.unknown };
}
