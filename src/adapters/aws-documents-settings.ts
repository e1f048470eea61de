/** The settings of a bucket, one entry each: how AWS calls them, what is in them, and how they are unset. */
import {
  DeleteBucketEncryptionCommand,
  DeleteBucketLifecycleCommand,
  DeleteBucketOwnershipControlsCommand,
  DeletePublicAccessBlockCommand,
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketLoggingCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketVersioningCommand,
  GetObjectLockConfigurationCommand,
  GetPublicAccessBlockCommand,
  PutBucketEncryptionCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketLoggingCommand,
  PutBucketOwnershipControlsCommand,
  PutBucketVersioningCommand,
  PutObjectLockConfigurationCommand,
  PutPublicAccessBlockCommand,
  type LifecycleRule,
  type LoggingEnabled,
  type ObjectLockConfiguration,
  type OwnershipControls,
  type PublicAccessBlockConfiguration,
  type ServerSideEncryptionConfiguration,
  type TransitionDefaultMinimumObjectSize,
  type VersioningConfiguration,
} from '@aws-sdk/client-s3';
import type { DocumentKind } from '../core/plan/document.ts';
import { sdkOf } from './aws-documents-json.ts';
import { reading, sending, writing, type Setting } from './aws-documents-setting.ts';

export type SettingKind = Exclude<DocumentKind, 'bucket-policy' | 'member-policy' | 'key-policy' | 'topic-policy'>;

const VERSIONING: Setting = {
  roots: ['VersioningConfiguration'],
  elements: ['Status', 'MfaDelete'],
  read: reading(
    's3:GetBucketVersioning',
    (at) => new GetBucketVersioningCommand(at),
    (output) =>
      // MFADelete alone is told of a bucket that never had versions, and says nothing then.
      output.Status === undefined ? undefined : { Status: output.Status, MFADelete: output.MFADelete },
  ),
  write: writing(
    's3:PutBucketVersioning',
    (at, value) =>
      new PutBucketVersioningCommand({ ...at, VersioningConfiguration: sdkOf(value) as VersioningConfiguration }),
  ),
  remove: 'versioning can be suspended, and never be unset',
};

const OWNERSHIP: Setting = {
  roots: ['OwnershipControls'],
  elements: ['Rule', 'ObjectOwnership'],
  read: reading(
    's3:GetBucketOwnershipControls',
    (at) => new GetBucketOwnershipControlsCommand(at),
    (output) => output.OwnershipControls,
  ),
  write: writing(
    's3:PutBucketOwnershipControls',
    (at, value) =>
      new PutBucketOwnershipControlsCommand({ ...at, OwnershipControls: sdkOf(value) as OwnershipControls }),
  ),
  remove: (at) => sending(new DeleteBucketOwnershipControlsCommand(at)),
};

const PUBLIC_ACCESS: Setting = {
  // Ceph's name of it is the second.
  roots: ['PublicAccessBlockConfiguration', 'BlockPublicAccessBlockConfiguration'],
  elements: ['BlockPublicAcls', 'IgnorePublicAcls', 'BlockPublicPolicy', 'RestrictPublicBuckets'],
  read: reading(
    's3:GetBucketPublicAccessBlock',
    (at) => new GetPublicAccessBlockCommand(at),
    (output) => output.PublicAccessBlockConfiguration,
  ),
  write: writing(
    's3:PutBucketPublicAccessBlock',
    (at, value) =>
      new PutPublicAccessBlockCommand({
        ...at,
        PublicAccessBlockConfiguration: sdkOf(value) as PublicAccessBlockConfiguration,
      }),
  ),
  remove: (at) => sending(new DeletePublicAccessBlockCommand(at)),
};

const ENCRYPTION: Setting = {
  roots: ['ServerSideEncryptionConfiguration'],
  elements: [
    'Rule',
    'ApplyServerSideEncryptionByDefault',
    'SSEAlgorithm',
    'KMSMasterKeyID',
    'BucketKeyEnabled',
    'BlockedEncryptionTypes',
    'EncryptionType',
  ],
  read: reading(
    's3:GetEncryptionConfiguration',
    (at) => new GetBucketEncryptionCommand(at),
    (output) => output.ServerSideEncryptionConfiguration,
  ),
  write: writing(
    's3:PutEncryptionConfiguration',
    (at, value) =>
      new PutBucketEncryptionCommand({
        ...at,
        ServerSideEncryptionConfiguration: sdkOf(value) as ServerSideEncryptionConfiguration,
      }),
  ),
  remove: (at) => sending(new DeleteBucketEncryptionCommand(at)),
};

const OBJECT_LOCK: Setting = {
  roots: ['ObjectLockConfiguration'],
  elements: ['ObjectLockEnabled', 'Rule', 'DefaultRetention', 'Mode', 'Days', 'Years', 'DefaultEventHold'],
  read: reading(
    's3:GetBucketObjectLockConfiguration',
    (at) => new GetObjectLockConfigurationCommand(at),
    (output) => output.ObjectLockConfiguration,
  ),
  write: writing(
    's3:PutBucketObjectLockConfiguration',
    (at, value) =>
      new PutObjectLockConfigurationCommand({
        ...at,
        ObjectLockConfiguration: sdkOf(value) as ObjectLockConfiguration,
      }),
  ),
  remove: 'Object Lock cannot be switched off once it is on',
};

const ACCESS_LOGGING: Setting = {
  roots: ['BucketLoggingStatus'],
  elements: [
    'LoggingEnabled',
    'TargetBucket',
    'TargetPrefix',
    'TargetGrants',
    'Grant',
    'Grantee',
    'Permission',
    'DisplayName',
    'EmailAddress',
    'ID',
    'URI',
    'Type',
    'TargetObjectKeyFormat',
    'SimplePrefix',
    'PartitionedPrefix',
    'PartitionDateSource',
  ],
  read: reading(
    's3:GetBucketLogging',
    (at) => new GetBucketLoggingCommand(at),
    (output) => output.LoggingEnabled,
  ),
  write: writing(
    's3:PutBucketLogging',
    (at, value) =>
      new PutBucketLoggingCommand({ ...at, BucketLoggingStatus: { LoggingEnabled: sdkOf(value) as LoggingEnabled } }),
  ),
  remove: (at) => sending(new PutBucketLoggingCommand({ ...at, BucketLoggingStatus: {} })),
};

interface Lifecycle {
  readonly Rules: LifecycleRule[];
  readonly TransitionDefaultMinimumObjectSize?: TransitionDefaultMinimumObjectSize;
}

const LIFECYCLE: Setting = {
  roots: ['LifecycleConfiguration'],
  elements: [
    'Rule',
    'ID',
    'Status',
    'Prefix',
    'Filter',
    'And',
    'Tag',
    'Key',
    'Value',
    'ObjectSizeGreaterThan',
    'ObjectSizeLessThan',
    'Transition',
    'Expiration',
    'Date',
    'Days',
    'StorageClass',
    'ExpiredObjectDeleteMarker',
    'NoncurrentVersionTransition',
    'NoncurrentVersionExpiration',
    'NoncurrentDays',
    'NewerNoncurrentVersions',
    'AbortIncompleteMultipartUpload',
    'DaysAfterInitiation',
  ],
  read: reading(
    's3:GetLifecycleConfiguration',
    (at) => new GetBucketLifecycleConfigurationCommand(at),
    (output) =>
      output.Rules === undefined
        ? undefined
        : {
            Rules: output.Rules,
            // Comes as a header; said again with every write, since S3 falls back to its default without it.
            TransitionDefaultMinimumObjectSize: output.TransitionDefaultMinimumObjectSize,
          },
  ),
  write: writing('s3:PutLifecycleConfiguration', (at, value) => {
    const { Rules, ...size } = sdkOf(value) as Lifecycle;
    return new PutBucketLifecycleConfigurationCommand({ ...at, LifecycleConfiguration: { Rules }, ...size });
  }),
  remove: (at) => sending(new DeleteBucketLifecycleCommand(at)),
};

export const SETTINGS: Readonly<Record<SettingKind, Setting>> = {
  versioning: VERSIONING,
  ownership: OWNERSHIP,
  'public-access': PUBLIC_ACCESS,
  encryption: ENCRYPTION,
  'object-lock': OBJECT_LOCK,
  'access-logging': ACCESS_LOGGING,
  lifecycle: LIFECYCLE,
};
