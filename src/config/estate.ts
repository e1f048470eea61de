/** The options that say what is gathered, and where to. */
import * as z from 'zod';
import { keyArn, roleArn, trailArn } from './arn.ts';
import { externalId, label, line, region, roleName, unit } from './grammar.ts';
import { account, flag, orNull, prefixOption, text } from './option.ts';
import { bucketName, formerBucket, withoutSlash } from './place.ts';

const MOST_ACCOUNTS = 20_000;
const MOST_TRAILS = 100;
const MOST_FORMER = 50;
const MOST_TAGS = 50; // what AWS allows on one account

export const archiveSchema = z
  .strictObject({
    bucket: text(bucketName).meta({
      description: 'The bucket in the payer account that everything proven is written to.',
    }),
    region: text(region).meta({ description: 'The region of the archive bucket.' }),
    prefix: prefixOption('What stands before AWSLogs/ and orgtrail/ in the archive; empty for the top of the bucket.'),
    owner: account().meta({
      description: 'The account that owns the archive bucket; it is sent as the expected owner on every call.',
    }),
    kmsKey: orNull(
      text(keyArn),
      'The ARN of the KMS key that archived objects are encrypted with; null leaves it to the bucket.',
    ),
  })
  .meta({ description: 'The bucket that everything is gathered into.' });

function tags() {
  return z.record(z.string(), z.string()).check((context) => {
    const refuse = (key: string, message: string): void => {
      context.issues.push({ code: 'custom', message, path: [key], input: context.value });
    };
    const pairs = Object.entries(context.value);
    if (pairs.length > MOST_TAGS)
      context.issues.push({ code: 'custom', message: `has more than ${MOST_TAGS} tags`, input: context.value });
    for (const [key, value] of pairs) {
      if (key === '' || line(key) !== null) refuse(key, 'has a key that is no tag key: 1 to 128 characters are wanted');
      if (value.length > 256) refuse(key, 'is longer than a tag value may be: at most 256 characters are wanted');
    }
  });
}

function selector(sentence: string) {
  return z
    .strictObject({
      accounts: z
        .array(account())
        .max(MOST_ACCOUNTS)
        .default([])
        .meta({ description: 'Accounts by their ids, in quotes.' }),
      units: z
        .array(text(unit))
        .max(MOST_ACCOUNTS)
        .default([])
        .meta({ description: 'Units or the root by id; every account below them, at any depth.' }),
      tags: tags().default({}).meta({ description: 'Accounts that carry every one of these tags.' }),
    })
    .prefault({})
    .meta({ description: sentence });
}

const organizationSchema = z.strictObject({
  name: text(label).meta({ description: 'A name for the organization, in messages, metrics and pages.' }),
  discover: flag(true, 'Whether the member accounts are listed through AWS Organizations.'),
  role: text(roleName)
    .default('orgtrail-reader')
    .meta({ description: 'The name of the role that is assumed in each member account.' }),
  externalId: orNull(
    text(externalId).meta({ writeOnly: true }),
    'The external id that the trust policies of those roles ask for; null when they ask for none.',
  ),
  managementRole: orNull(
    text(roleArn),
    "The ARN of the role that may list another payer's organization; null uses the daemon's own credentials.",
  ),
  include: selector('Which accounts are gathered; empty takes all.'),
  exclude: selector('Which accounts are left out; it wins over include.'),
});

const trailSchema = z.strictObject({
  arn: text(trailArn).meta({
    description:
      "The trail's ARN. Its account is the management account when an organization trail is read, so it may differ from the id.",
  }),
  bucket: text(bucketName).meta({ description: 'The bucket that the trail delivers to.' }),
  bucketOwner: orNull(account(), 'The account that owns that bucket; null when it is the account itself.'),
  prefix: prefixOption("The trail's prefix: what stands before AWSLogs/ in the bucket."),
  regions: orNull(
    z.array(text(region)).min(1).max(100),
    'The regions to follow; null follows every region that the bucket shows.',
  ),
  formerBuckets: z.array(text(formerBucket).overwrite(withoutSlash)).max(MOST_FORMER).default([]).meta({
    description:
      'Buckets, or bucket/prefix, that the trail delivered to before; chains are followed into these and nowhere else.',
  }),
});

const accountSchema = z.strictObject({
  id: account().meta({ description: "The account's id, in quotes." }),
  name: orNull(text(line), 'A name for pages and messages; null takes the one that Organizations knows.'),
  role: orNull(text(roleArn), "The ARN of the role to assume; null uses the daemon's own credentials."),
  externalId: orNull(
    text(externalId).meta({ writeOnly: true }),
    "The external id that the role's trust policy asks for; null when it asks for none.",
  ),
  trails: orNull(
    z.array(trailSchema).min(1).max(MOST_TRAILS),
    "The account's trails; null has them found by DescribeTrails.",
  ),
});

export const organizationsSchema = z
  .array(organizationSchema)
  .max(100)
  .default([])
  .meta({ description: 'Organizations whose accounts are found by asking AWS Organizations.' });

export const accountsSchema = z
  .array(accountSchema)
  .max(MOST_ACCOUNTS)
  .default([])
  .meta({ description: 'Accounts added to what is discovered; they also settle what discovery cannot know.' });
