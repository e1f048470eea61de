/** The options that say how the archive bucket itself is set. */
import * as z from 'zod';
import { text, flag, orNull, prefixOption, requiredWhole } from './option.ts';
import { bucketName } from './place.ts';

const MOST_DAYS = 36_500; // a hundred years, which Object Lock allows too

const lockSchema = z.strictObject({
  mode: z.enum(['GOVERNANCE', 'COMPLIANCE']).meta({
    description:
      'GOVERNANCE lets break-glass principals bypass it; COMPLIANCE cannot be shortened by anybody, the root user included.',
  }),
  days: requiredWhole({
    least: 1,
    most: MOST_DAYS,
    unit: 'days',
    sentence: 'How long each new object version is kept from being deleted.',
  }),
});

const encryptionSchema = z.strictObject({
  bucketKey: flag(
    true,
    'Whether a bucket key stands between archive.kmsKey and the objects, which makes far fewer KMS requests.',
  ),
});

const loggingSchema = z.strictObject({
  bucket: text(bucketName).meta({
    description: 'The bucket that access logs go to, in the same account and region; never the archive itself.',
  }),
  prefix: prefixOption('What access logs begin with in that bucket.'),
});

const groupSchema = z.strictObject({
  versioning: flag(true, 'Whether versioning is switched on; false leaves it as it is, it is never suspended.'),
  objectLock: orNull(
    lockSchema,
    'Object Lock with a default retention; null leaves it as it is. Switched on, it can never be switched off.',
  ),
  encryption: orNull(
    encryptionSchema,
    "The bucket's default encryption: with archive.kmsKey; without one any will do, S3's own keys at least. Null leaves it.",
  ),
  publicAccessBlocked: flag(true, 'Whether all public access is blocked; false leaves it as it is.'),
  ownership: z
    .enum(['BucketOwnerEnforced', 'BucketOwnerPreferred'])
    .nullable()
    .default('BucketOwnerEnforced')
    .meta({ description: 'Who owns what others write; BucketOwnerEnforced switches ACLs off, null leaves it.' }),
  accessLogging: orNull(loggingSchema, 'Where S3 logs requests to the archive bucket; null leaves it as it is.'),
});

export const postureSchema = orNull(
  groupSchema,
  'How the archive bucket is set; null leaves every setting alone. What it holds is checked, planned and applied.',
);
