/** What a person fills in, alike in the CloudFormation template and in the Terraform module. */

export interface MemberParameter {
  /** Its name in the template, and in the module. */
  readonly template: string;
  readonly module: string;
  readonly list: boolean;
  /** Null: it must be given. */
  readonly fallback: string | null;
  /** What the value must match; null: anything. */
  readonly pattern: string | null;
  readonly rule: string;
  readonly about: string;
}

const TEXT = { list: false, fallback: null } as const;

export const PARAMETERS: readonly MemberParameter[] = [
  {
    ...TEXT,
    template: 'OrgtrailPrincipalArn',
    module: 'orgtrail_principal_arn',
    // One role or user: the root of an account would let everybody in it in, and a star everybody.
    pattern: '^arn:aws[a-z-]*:iam::[0-9]{12}:(role|user)/[A-Za-z0-9_+=,.@/-]{1,576}$',
    rule: 'the ARN of one role or user, such as arn:aws:iam::111111111111:role/orgtrail',
    about: 'The role that orgtrail runs as, in the payer account. It must be there first.',
  },
  {
    ...TEXT,
    template: 'ExternalId',
    module: 'external_id',
    // 1224 at most: IAM says so itself, and Terraform's expressions count no further than 1000.
    pattern: '^[A-Za-z0-9_+=,.@:/-]{2,}$',
    rule: '2 to 1224 of A-Z a-z 0-9 _ + = , . @ : / -',
    about:
      "The externalId of orgtrail's configuration. It is no secret, and tells one payer's orgtrail from another's.",
  },
  {
    ...TEXT,
    template: 'RoleName',
    module: 'role_name',
    fallback: 'orgtrail-reader',
    pattern: '^[A-Za-z0-9_+=,.@-]{1,64}$',
    rule: '1 to 64 of A-Z a-z 0-9 _ + = , . @ -',
    about: "The role's name: the same in every account, as in orgtrail's configuration.",
  },
  {
    ...TEXT,
    template: 'BucketName',
    module: 'bucket_name',
    fallback: '*',
    pattern: '^[a-z0-9.*?-]{1,63}$',
    rule: "a bucket's name; * and ? stand for what differs between accounts, as in trail-*",
    about: "The trail's bucket. The default reads below AWSLogs/ in every bucket that lets the role in.",
  },
  {
    ...TEXT,
    template: 'TrailPrefix',
    module: 'trail_prefix',
    fallback: '*',
    pattern: '^(\\*|([^*?$/][^*?$]{0,198})?/)?$',
    rule: 'empty, a prefix ending in /, or * for whatever it is',
    about: "What stands before AWSLogs/ in the bucket: the trail's prefix with a slash behind it, or nothing.",
  },
  {
    template: 'KeyArns',
    module: 'key_arns',
    list: true,
    fallback: '',
    pattern: null,
    rule: '',
    about:
      "ARNs of the KMS keys that trails encrypt with; none: S3's own. The key's policy must let the role decrypt too.",
  },
  {
    ...TEXT,
    template: 'OrganizationId',
    module: 'organization_id',
    fallback: '',
    pattern: '^(o-[a-z0-9]{10,32})?$',
    rule: 'empty, or an id such as o-exampleorgid',
    about:
      'Where the payer account is in the same organization: only who belongs to it may enter. Empty: wherever it is.',
  },
];
