/** The options that say who may do what with the archive: what its bucket, key and topic policies hold. */
import * as z from 'zod';
import { principalArn, topicArn, trailArn, writerArn } from './arn.ts';
import { cloudtrailPrincipal, organizationId, region, roleName, trailName } from './grammar.ts';
import { account, accountOrPrincipal, flag, orNull, requiredPrefix, text } from './option.ts';

const MOST_PRINCIPALS = 50;
const MOST_TRAILS = 20_000;
const MOST_READERS = 1000;
const MOST_ACCOUNTS = 20_000;

const PREFIX =
  "The trail's own prefix: what stands before AWSLogs/ in the archive bucket, never the archive's own prefix.";

const deliverySchema = z
  .strictObject({
    trails: z
      .array(
        z.strictObject({
          arn: text(trailArn).meta({
            description: "The trail's ARN; that of an organization trail names the management account.",
          }),
          prefix: requiredPrefix(PREFIX),
          organization: orNull(
            text(organizationId),
            "The organization's id for an organization trail; null for one account's own trail.",
          ),
        }),
      )
      .max(MOST_TRAILS)
      .default([])
      .meta({ description: 'Trails that deliver straight into the archive bucket, one by one.' }),
    everyAccount: orNull(
      z.strictObject({
        name: text(trailName).meta({ description: "The trail's name, the same in every account." }),
        region: text(region).meta({ description: "The trail's home region, the same in every account." }),
        prefix: requiredPrefix(PREFIX),
      }),
      'A trail that every gathered account has, delivering straight into the archive bucket; null for none.',
    ),
    cloudtrailPrincipal: text(cloudtrailPrincipal)
      .default('cloudtrail.amazonaws.com')
      .meta({ description: 'How policies name CloudTrail, for a partition that spells it in its own way.' }),
  })
  .prefault({})
  .meta({ description: 'Which trails deliver straight into the archive bucket.' });

const readerSchema = z.strictObject({
  principals: z
    .array(accountOrPrincipal())
    .min(1)
    .max(MOST_PRINCIPALS)
    .meta({ description: 'Who may read: ARNs of roles or users, or account ids in quotes.' }),
  accounts: orNull(
    z.array(account()).min(1).max(MOST_ACCOUNTS),
    "Whose proven files they may read; null lets them read everybody's, with receipts, keys and quarantine.",
  ),
});

const membersSchema = z.strictObject({
  role: text(roleName).meta({
    description: "The name of the role in each member account that may change its trail bucket's policy.",
  }),
});

const groupSchema = z.strictObject({
  writer: text(writerArn).meta({
    description: "The daemon's own role or user: it writes objects and reads everything, and deletes nothing.",
  }),
  breakGlass: z.array(text(principalArn)).min(1).max(MOST_PRINCIPALS).meta({
    description: 'Who may delete, overwrite and bypass a retention in an emergency; at least one.',
  }),
  administrators: z
    .array(text(principalArn))
    .max(MOST_PRINCIPALS)
    .default([])
    .meta({ description: "Who besides them may change the archive bucket's settings." }),
  tlsOnly: flag(true, 'Whether requests without TLS are denied.'),
  conditionalWrites: flag(
    true,
    'Whether the writer is denied every write that could overwrite, so that a stolen credential cannot either.',
  ),
  delivery: deliverySchema,
  organizationIds: z.array(text(organizationId)).max(MOST_PRINCIPALS).default([]).meta({
    description:
      'Organizations of which every delivering account is a member, so that lists too long for a policy may fold to these.',
  }),
  readers: z.array(readerSchema).max(MOST_READERS).default([]).meta({ description: 'Who else may read the archive.' }),
  key: flag(false, 'Whether the key policy of archive.kmsKey is held too.'),
  topic: orNull(
    text(topicArn),
    'The ARN of the SNS topic that trails announce their deliveries to, whose policy is held too; null for none.',
  ),
  members: orNull(
    membersSchema,
    "How `orgtrail apply` sets the reading statement of members' trail buckets; null only reads members.",
  ),
});

export const policySchema = orNull(
  groupSchema,
  "Who may do what with the archive bucket; null leaves every policy alone, and it is nobody's wanted state.",
);
