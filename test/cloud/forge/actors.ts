/** Who acts in an account: the `userIdentity` of records and what goes with it (cloudtrail.md 3.2). */
import type { Random } from './random.ts';
import { HOUR, floorTo, isoSeconds } from './times.ts';

/** A JSON object of a record. */
export type Json = Readonly<Record<string, unknown>>;

export interface Actor {
  /** The identity as it shows in a record of this time. */
  identity(at: number): Json;
  readonly sourceIPAddress: string;
  readonly userAgent: string;
  /** Calls that AWS services make for themselves carry no TLS details. */
  readonly service: boolean;
}

const AGENTS = [
  'aws-cli/2.27.50 md/awscrt#0.26.1 ua/2.1 os/linux#6.8.0-1031-aws md/arch#x86_64 lang/python#3.13.4 md/pyimpl#CPython cfg/retry-mode#standard',
  'Boto3/1.40.12 md/Botocore#1.40.12 ua/2.1 os/linux#5.10.238-231.953.amzn2.x86_64 md/arch#x86_64 lang/python#3.12.9 Botocore/1.40.12',
  'APN/1.0 HashiCorp/1.0 Terraform/1.12.2 (+https://www.terraform.io) terraform-provider-aws/6.7.0 aws-sdk-go-v2/1.37.1 ua/2.1 os/linux',
  'aws-sdk-js/3.1137.0 ua/2.1 os/linux#6.1.0 lang/js md/nodejs#24.11.1 api/s3#3.1137.0 m/E',
  'AWS Internal',
] as const;

const ROLES = [
  'ci-deploy',
  'app-backend',
  'data-pipeline',
  'OrganizationAccountAccessRole',
  'read-only-audit',
] as const;
const USERS = ['alice', 'bob', 'svc-backup'] as const;
const SERVICES = [
  'autoscaling.amazonaws.com',
  'lambda.amazonaws.com',
  'config.amazonaws.com',
  'elasticloadbalancing.amazonaws.com',
] as const;

/** The cast of one account: the same people, roles and services in every one of its log files. */
export function castOf(account: string, random: Random): readonly Actor[] {
  return [
    ...ROLES.map((name) => roleSession(account, name, random)),
    ...USERS.map((name) => user(account, name, random)),
    ...SERVICES.map((name) => service(name)),
    root(account, random),
  ];
}

function roleSession(account: string, name: string, random: Random): Actor {
  const role = `AROA${random.upper(17)}`;
  const session = random.pick([
    'i-0' + random.hex(16),
    'GitHubActions',
    `botocore-session-${random.int(1_700_000_000, 1_799_999_999)}`,
  ]);
  const issuer = {
    type: 'Role',
    principalId: role,
    arn: `arn:aws:iam::${account}:role/${name}`,
    accountId: account,
    userName: name,
  };
  const keyId = `ASIA${random.upper(16)}`;
  const identity = (at: number): Json => ({
    type: 'AssumedRole',
    principalId: `${role}:${session}`,
    arn: `arn:aws:sts::${account}:assumed-role/${name}/${session}`,
    accountId: account,
    accessKeyId: keyId,
    sessionContext: {
      sessionIssuer: issuer,
      attributes: { creationDate: isoSeconds(floorTo(at, HOUR)), mfaAuthenticated: 'false' },
    },
  });
  return { identity, sourceIPAddress: address(random), userAgent: random.pick(AGENTS), service: false };
}

function user(account: string, name: string, random: Random): Actor {
  const identity = {
    type: 'IAMUser',
    principalId: `AIDA${random.upper(17)}`,
    arn: `arn:aws:iam::${account}:user/${name}`,
    accountId: account,
    accessKeyId: `AKIA${random.upper(16)}`,
    userName: name,
  };
  return { identity: () => identity, sourceIPAddress: address(random), userAgent: random.pick(AGENTS), service: false };
}

function root(account: string, random: Random): Actor {
  const identity = {
    type: 'Root',
    principalId: account,
    arn: `arn:aws:iam::${account}:root`,
    accountId: account,
    accessKeyId: '',
  };
  return {
    identity: () => identity,
    sourceIPAddress: address(random),
    userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
    service: false,
  };
}

function service(name: string): Actor {
  return {
    identity: () => ({ type: 'AWSService', invokedBy: name }),
    sourceIPAddress: name,
    userAgent: name,
    service: true,
  };
}

/** Only addresses that RFC 5737 keeps for documentation. */
function address(random: Random): string {
  return `${random.pick(['192.0.2', '198.51.100', '203.0.113'])}.${random.int(1, 254)}`;
}
