/** Object Lock: a bucket's configuration with its default retention, and the retention of one version. */
import type { CloudResponse } from '../endpoint.ts';
import type { DefaultRetention, Retention } from './bucket.ts';
import { type BucketCall, demand, emptyResponse, findVersion, isAllowed, xmlResponse } from './call.ts';
import { accessDenied, S3Error } from './errors.ts';
import { all, element, parseXml, textOf, type XmlElement } from './xml.ts';

const DAYS_PER_YEAR = 365;

export function getObjectLock(call: BucketCall): CloudResponse {
  demand(call, { action: 's3:GetBucketObjectLockConfiguration', bucket: call.bucket, key: '' });
  if (!call.bucket.objectLock) {
    throw new S3Error(
      'ObjectLockConfigurationNotFoundError',
      'Object Lock configuration does not exist for this bucket',
    );
  }
  const rule = call.bucket.defaultRetention;
  const retention = rule === null ? '' : element('Mode', rule.mode) + element('Days', rule.days);
  const inner = rule === null ? '' : `<Rule><DefaultRetention>${retention}</DefaultRetention></Rule>`;
  return xmlResponse('ObjectLockConfiguration', element('ObjectLockEnabled', 'Enabled') + inner);
}

/** Lock can be put on an existing bucket that keeps versions, and never taken off again. */
export function putObjectLock(call: BucketCall): CloudResponse {
  demand(call, { action: 's3:PutBucketObjectLockConfiguration', bucket: call.bucket, key: '' });
  const configuration = parseXml(call.request.body, 'ObjectLockConfiguration');
  if (textOf(configuration, 'ObjectLockEnabled') !== 'Enabled')
    throw new S3Error('MalformedXML', 'ObjectLockEnabled must be Enabled');
  if (call.bucket.versioning !== 'enabled') {
    throw new S3Error(
      'InvalidBucketState',
      "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration",
    );
  }
  const rule = all(configuration, 'Rule')[0];
  const retention = rule === undefined ? undefined : all(rule, 'DefaultRetention')[0];
  call.bucket.defaultRetention = retention === undefined ? null : defaultRetention(retention);
  call.bucket.objectLock = true;
  return emptyResponse(200);
}

function defaultRetention(rule: XmlElement): DefaultRetention {
  const mode = modeOf(rule);
  const days = Number(textOf(rule, 'Days') ?? Number(textOf(rule, 'Years') ?? Number.NaN) * DAYS_PER_YEAR);
  if (!Number.isInteger(days) || days < 1)
    throw new S3Error('InvalidArgument', 'Default retention period must be a positive integer value.');
  return { mode, days };
}

export function getObjectRetention(call: BucketCall): CloudResponse {
  demand(call, { action: 's3:GetObjectRetention', bucket: call.bucket, key: call.operation.key });
  const { retention } = target(call);
  if (retention === null)
    throw new S3Error('NoSuchObjectLockConfiguration', 'The specified object does not have a ObjectLock configuration');
  const until = element('RetainUntilDate', new Date(retention.until).toISOString());
  return xmlResponse('Retention', element('Mode', retention.mode) + until);
}

/** Retention may be lengthened by who may set it; shortened only where GOVERNANCE may be bypassed. */
export function putObjectRetention(call: BucketCall): CloudResponse {
  const { bucket, operation } = call;
  demand(call, { action: 's3:PutObjectRetention', bucket, key: operation.key });
  if (!bucket.objectLock) throw new S3Error('InvalidRequest', 'Bucket is missing Object Lock Configuration');
  const asked = parseXml(call.request.body, 'Retention');
  const wanted: Retention = { mode: modeOf(asked), until: Date.parse(textOf(asked, 'RetainUntilDate') ?? '') };
  if (!(wanted.until > call.clock()))
    throw new S3Error('InvalidArgument', 'The retain until date must be in the future!');
  const version = target(call);
  const held = version.retention;
  const weaker =
    held !== null && (wanted.until < held.until || (held.mode === 'COMPLIANCE' && wanted.mode !== 'COMPLIANCE'));
  if (weaker && !mayBypass(call, held)) throw accessDenied('Access Denied because object protected by object lock.');
  version.retention = wanted;
  return emptyResponse(200);
}

function mayBypass(call: BucketCall, held: Retention): boolean {
  const asked = call.request.headers.get('x-amz-bypass-governance-retention')?.toLowerCase() === 'true';
  if (held.mode !== 'GOVERNANCE' || !asked) return false;
  return isAllowed(call, { action: 's3:BypassGovernanceRetention', bucket: call.bucket, key: call.operation.key });
}

function target(call: BucketCall): ReturnType<typeof findVersion> {
  return findVersion(call, call.bucket, {
    key: call.operation.key,
    versionId: call.request.query.get('versionId') ?? null,
  });
}

function modeOf(parent: XmlElement): Retention['mode'] {
  const mode = textOf(parent, 'Mode');
  if (mode !== 'GOVERNANCE' && mode !== 'COMPLIANCE')
    throw new S3Error('MalformedXML', 'Mode must be GOVERNANCE or COMPLIANCE');
  return mode;
}
