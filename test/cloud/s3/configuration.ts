/** Bucket settings that are stored and given back: lifecycle, encryption, public access block, ownership, tagging. */
import type { CloudResponse } from '../endpoint.ts';
import type { Encryption } from './bucket.ts';
import { type BucketCall, demand, emptyResponse, xmlResponse } from './call.ts';
import { S3Error } from './errors.ts';
import { checkLifecycle } from './lifecycle.ts';
import { all, element, parseXml, textOf, type XmlElement } from './xml.ts';

/** One kind of setting: its subresource, root element, the permissions it takes and what its absence is called. */
interface Setting {
  readonly name: string;
  readonly root: string;
  readonly read: string;
  readonly write: string;
  readonly absent: string;
  /** Throws for content that S3 would not take. */
  readonly check: (content: XmlElement, call: BucketCall) => void;
  /** A parameter that goes along as a header and comes back as one, with its values; the first is the default. */
  readonly header?: { readonly name: string; readonly values: readonly string[] };
}

const BUCKET_KEY = 'bucket-key';
const PUBLIC_ACCESS = ['BlockPublicAcls', 'IgnorePublicAcls', 'BlockPublicPolicy', 'RestrictPublicBuckets'];
const OWNERSHIP: ReadonlySet<string> = new Set(['BucketOwnerEnforced', 'BucketOwnerPreferred', 'ObjectWriter']);

export const LIFECYCLE: Setting = {
  name: 'lifecycle',
  root: 'LifecycleConfiguration',
  read: 's3:GetLifecycleConfiguration',
  write: 's3:PutLifecycleConfiguration',
  absent: 'NoSuchLifecycleConfiguration',
  check: (content, call) => {
    if (call.bucket.mfaDelete)
      throw new S3Error('InvalidBucketState', 'Lifecycle configuration is not allowed on a bucket with MFA delete');
    checkLifecycle(content);
  },
  header: {
    name: 'x-amz-transition-default-minimum-object-size',
    values: ['all_storage_classes_128K', 'varies_by_storage_class'],
  },
};
export const PUBLIC_ACCESS_BLOCK: Setting = {
  name: 'publicAccessBlock',
  root: 'PublicAccessBlockConfiguration',
  read: 's3:GetBucketPublicAccessBlock',
  write: 's3:PutBucketPublicAccessBlock',
  absent: 'NoSuchPublicAccessBlockConfiguration',
  check: (content) => {
    const known = PUBLIC_ACCESS.map((name) => textOf(content, name)).filter((value) => value !== null);
    if (!known.every((value) => value === 'true' || value === 'false')) throw malformed('Expected true or false');
  },
};
export const OWNERSHIP_CONTROLS: Setting = {
  name: 'ownershipControls',
  root: 'OwnershipControls',
  read: 's3:GetBucketOwnershipControls',
  write: 's3:PutBucketOwnershipControls',
  absent: 'OwnershipControlsNotFoundError',
  check: (content) => {
    const values = all(content, 'Rule').map((rule) => textOf(rule, 'ObjectOwnership') ?? '');
    if (values.length !== 1 || !OWNERSHIP.has(values[0] ?? ''))
      throw malformed('One rule with an ObjectOwnership is needed');
  },
};
export const TAGGING: Setting = {
  name: 'tagging',
  root: 'Tagging',
  read: 's3:GetBucketTagging',
  write: 's3:PutBucketTagging',
  absent: 'NoSuchTagSet',
  check: (content) => {
    if (all(content, 'TagSet').length !== 1) throw malformed('One TagSet is needed');
  },
};

export function getSetting(call: BucketCall, setting: Setting): CloudResponse {
  demand(call, { action: setting.read, bucket: call.bucket, key: '' });
  const stored = call.bucket.configurations.get(setting.name);
  if (stored === undefined) throw new S3Error(setting.absent, `The ${setting.name} configuration does not exist`);
  const type: readonly [string, string] = ['content-type', 'application/xml'];
  return { status: 200, headers: new Map([type, ...headerOf(call, setting)]), body: Buffer.from(stored) };
}

function headerOf({ bucket }: BucketCall, { header }: Setting): readonly (readonly [string, string])[] {
  if (header === undefined) return [];
  return [[header.name, bucket.configurations.get(header.name) ?? header.values[0] ?? '']];
}

/** The whole setting is replaced, as S3 does it: what is not in the request is gone. */
export function putSetting(call: BucketCall, setting: Setting): CloudResponse {
  demand(call, { action: setting.write, bucket: call.bucket, key: '' });
  setting.check(parseXml(call.request.body, setting.root), call);
  keepHeader(call, setting);
  call.bucket.configurations.set(setting.name, Buffer.from(call.request.body).toString('utf8'));
  return emptyResponse(200, new Map(headerOf(call, setting)));
}

/** A parameter that is not said falls back to its default. */
function keepHeader({ bucket, request }: BucketCall, { header }: Setting): void {
  if (header === undefined) return;
  const value = request.headers.get(header.name) ?? header.values[0] ?? '';
  if (!header.values.includes(value)) throw new S3Error('InvalidRequest', `${header.name} has no value ${value}`);
  bucket.configurations.set(header.name, value);
}

export function deleteSetting(call: BucketCall, setting: Setting): CloudResponse {
  demand(call, { action: setting.write, bucket: call.bucket, key: '' });
  call.bucket.configurations.delete(setting.name);
  return emptyResponse(204);
}

/** Every bucket has a default encryption since January 2023; SSE-S3 unless set otherwise. */
export function getBucketEncryption(call: BucketCall): CloudResponse {
  demand(call, { action: 's3:GetEncryptionConfiguration', bucket: call.bucket, key: '' });
  const { algorithm, kmsKey } = call.bucket.encryption;
  const applied = element('SSEAlgorithm', algorithm) + (kmsKey === null ? '' : element('KMSMasterKeyID', kmsKey));
  const byDefault = `<ApplyServerSideEncryptionByDefault>${applied}</ApplyServerSideEncryptionByDefault>`;
  const bucketKey = element('BucketKeyEnabled', call.bucket.configurations.get(BUCKET_KEY) ?? 'false');
  return xmlResponse('ServerSideEncryptionConfiguration', `<Rule>${byDefault}${bucketKey}</Rule>`);
}

export function putBucketEncryption(call: BucketCall): CloudResponse {
  demand(call, { action: 's3:PutEncryptionConfiguration', bucket: call.bucket, key: '' });
  const rule = all(parseXml(call.request.body, 'ServerSideEncryptionConfiguration'), 'Rule')[0];
  const applied = rule === undefined ? undefined : all(rule, 'ApplyServerSideEncryptionByDefault')[0];
  if (applied === undefined) throw malformed('ApplyServerSideEncryptionByDefault is needed');
  call.bucket.encryption = encryptionOf(applied);
  call.bucket.configurations.set(BUCKET_KEY, textOf(rule ?? applied, 'BucketKeyEnabled') ?? 'false');
  return emptyResponse(200);
}

export function deleteBucketEncryption(call: BucketCall): CloudResponse {
  demand(call, { action: 's3:PutEncryptionConfiguration', bucket: call.bucket, key: '' });
  call.bucket.encryption = { algorithm: 'AES256', kmsKey: null };
  call.bucket.configurations.delete(BUCKET_KEY);
  return emptyResponse(204);
}

function encryptionOf(applied: XmlElement): Encryption {
  const algorithm = textOf(applied, 'SSEAlgorithm');
  if (algorithm !== 'AES256' && algorithm !== 'aws:kms') throw malformed('SSEAlgorithm must be AES256 or aws:kms');
  return { algorithm, kmsKey: algorithm === 'AES256' ? null : textOf(applied, 'KMSMasterKeyID') };
}

function malformed(message: string): S3Error {
  return new S3Error('MalformedXML', message);
}
