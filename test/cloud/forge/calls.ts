/** API calls as they happen in an ordinary account: the part of a record that depends on the service. */
import type { Json } from './actors.ts';
import type { Random } from './random.ts';

export interface Call {
  readonly source: string;
  readonly name: string;
  readonly readOnly: boolean;
  readonly category: 'Management' | 'Data';
  readonly parameters: Json | null;
  readonly response: Json | null;
  readonly resources?: readonly Json[];
  readonly error?: { readonly code: string; readonly message: string };
}

interface Place {
  readonly account: string;
  readonly region: string;
  readonly random: Random;
}

type CallMaker = (place: Place) => Call;

const read = (source: string, name: string, parameters: (place: Place) => Json | null): CallMaker => {
  return (place) => ({
    source,
    name,
    readOnly: true,
    category: 'Management',
    parameters: parameters(place),
    response: null,
  });
};

const bucketOf = ({ account, region }: Place): string => `app-data-${region}-${account}`;
const instance = ({ random }: Place): string => `i-0${random.hex(16)}`;

const assumeRole: CallMaker = ({ account, random }) => {
  const role = random.pick(['app-backend', 'ci-deploy', 'data-pipeline', 'read-only-audit']);
  const arn = `arn:aws:iam::${account}:role/${role}`;
  const session = `session-${random.int(1000, 9999)}`;
  return {
    source: 'sts.amazonaws.com',
    name: 'AssumeRole',
    readOnly: true,
    category: 'Management',
    parameters: { roleArn: arn, roleSessionName: session, durationSeconds: 3600 },
    response: {
      credentials: {
        accessKeyId: `ASIA${random.upper(16)}`,
        sessionToken: `IQoJb3JpZ2luX2Vj${random.text(80)}`,
        expiration: 'Jul 30, 2026, 10:53:13 PM',
      },
      assumedRoleUser: {
        assumedRoleId: `AROA${random.upper(17)}:${session}`,
        arn: `arn:aws:sts::${account}:assumed-role/${role}/${session}`,
      },
    },
    resources: [{ accountId: account, type: 'AWS::IAM::Role', ARN: arn }],
  };
};

const decrypt: CallMaker = ({ account, region, random }) => {
  const key = `arn:aws:kms:${region}:${account}:key/${random.pick(['5f1d6c1e', '90ab41d2'])}-4b1f-4d50-a3f8-6a52f37bb0c1`;
  return {
    source: 'kms.amazonaws.com',
    name: 'Decrypt',
    readOnly: true,
    category: 'Management',
    parameters: {
      encryptionContext: { 'aws:s3:arn': `arn:aws:s3:::app-data-${region}-${account}` },
      encryptionAlgorithm: 'SYMMETRIC_DEFAULT',
    },
    response: null,
    resources: [{ accountId: account, type: 'AWS::KMS::Key', ARN: key }],
  };
};

const runInstances: CallMaker = (place) => ({
  source: 'ec2.amazonaws.com',
  name: 'RunInstances',
  readOnly: false,
  category: 'Management',
  parameters: {
    instancesSet: { items: [{ imageId: 'ami-0c02fb55956c7d316', minCount: 1, maxCount: 1 }] },
    instanceType: 't3.medium',
    blockDeviceMapping: {},
    monitoring: { enabled: false },
    disableApiTermination: false,
  },
  response: {
    requestId: place.random.uuid(),
    reservationId: `r-0${place.random.hex(16)}`,
    ownerId: place.account,
    groupSet: {},
    instancesSet: {
      items: [
        {
          instanceId: instance(place),
          imageId: 'ami-0c02fb55956c7d316',
          instanceState: { code: 0, name: 'pending' },
          instanceType: 't3.medium',
          placement: { availabilityZone: `${place.region}a`, tenancy: 'default' },
        },
      ],
    },
  },
});

const deniedPolicy: CallMaker = (place) => ({
  source: 's3.amazonaws.com',
  name: 'GetBucketPolicy',
  readOnly: true,
  category: 'Management',
  parameters: { bucketName: bucketOf(place), Host: `s3.${place.region}.amazonaws.com`, policy: '' },
  response: null,
  resources: [{ accountId: place.account, type: 'AWS::S3::Bucket', ARN: `arn:aws:s3:::${bucketOf(place)}` }],
  error: { code: 'NoSuchBucketPolicy', message: 'The bucket policy does not exist' },
});

const objectCall = (name: 'GetObject' | 'PutObject'): CallMaker => {
  return (place) => ({
    source: 's3.amazonaws.com',
    name,
    readOnly: name === 'GetObject',
    category: 'Data',
    parameters: {
      bucketName: bucketOf(place),
      Host: `${bucketOf(place)}.s3.${place.region}.amazonaws.com`,
      key: `exports/${place.random.int(1, 999)}.parquet`,
    },
    response: name === 'PutObject' ? { 'x-amz-server-side-encryption': 'AES256' } : null,
    resources: [
      { type: 'AWS::S3::Object', ARN: `arn:aws:s3:::${bucketOf(place)}/exports/${place.random.int(1, 999)}.parquet` },
      { accountId: place.account, type: 'AWS::S3::Bucket', ARN: `arn:aws:s3:::${bucketOf(place)}` },
    ],
  });
};

const CALLS: readonly CallMaker[] = [
  assumeRole,
  decrypt,
  runInstances,
  deniedPolicy,
  objectCall('GetObject'),
  objectCall('PutObject'),
  read('sts.amazonaws.com', 'GetCallerIdentity', () => null),
  read('ec2.amazonaws.com', 'DescribeInstances', (place) => ({
    instancesSet: { items: [{ instanceId: instance(place) }] },
    filterSet: {},
  })),
  read('ec2.amazonaws.com', 'DescribeNetworkInterfaces', () => ({
    networkInterfaceIdSet: {},
    filterSet: {},
    maxResults: 1000,
  })),
  read('ec2.amazonaws.com', 'DescribeVolumes', () => ({
    volumeSet: {},
    filterSet: { items: [{ name: 'status', valueSet: { items: [{ value: 'in-use' }] } }] },
  })),
  read('iam.amazonaws.com', 'ListRoles', () => null),
  read('iam.amazonaws.com', 'GetRole', ({ random }) => ({
    roleName: random.pick(['app-backend', 'ci-deploy', 'data-pipeline']),
  })),
  read('s3.amazonaws.com', 'ListBuckets', ({ region }) => ({ Host: `s3.${region}.amazonaws.com` })),
  read('s3.amazonaws.com', 'GetBucketAcl', (place) => ({
    bucketName: bucketOf(place),
    Host: `${bucketOf(place)}.s3.${place.region}.amazonaws.com`,
    acl: '',
  })),
  read('logs.amazonaws.com', 'DescribeLogGroups', ({ random }) => ({
    logGroupNamePrefix: `/aws/lambda/worker-${random.int(1, 20)}`,
    limit: 50,
  })),
  read('monitoring.amazonaws.com', 'DescribeAlarms', () => ({ maxRecords: 100 })),
];

/** One call drawn from those. */
export function drawCall(place: Place): Call {
  return place.random.pick(CALLS)(place);
}
