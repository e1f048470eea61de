/** Trails as CloudTrail shows them: which ones an account sees from a region, how they are, and who may ask. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import {
  DescribeTrailsCommand,
  GetEventSelectorsCommand,
  GetTrailCommand,
  GetTrailStatusCommand,
  ListPublicKeysCommand,
  ListTrailsCommand,
  type DescribeTrailsCommandInput,
} from '@aws-sdk/client-cloudtrail';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { describe, expect, test } from 'vitest';
import {
  MEMBER,
  OUTSIDE,
  outcomeOf,
  PAYER,
  READER,
  roleOf,
  SECOND,
  trailOf,
  userOf,
  type Estate,
} from './identity/estate.ts';
import { client, LOCAL, ORG, WIDE, withTrails, type Credentials } from './identity/trail-estate.ts';

async function reader(estate: Estate): Promise<Credentials> {
  const sts = new STSClient({ endpoint: estate.url, region: 'us-east-1', credentials: userOf(PAYER), maxAttempts: 1 });
  const { Credentials: issued } = await sts.send(
    new AssumeRoleCommand({ RoleArn: READER, RoleSessionName: 'run', ExternalId: 'shared-id' }),
  );
  return {
    accessKeyId: issued?.AccessKeyId ?? '',
    secretAccessKey: issued?.SecretAccessKey ?? '',
    sessionToken: issued?.SessionToken ?? '',
  };
}

describe('DescribeTrails', () => {
  const names = async (
    estate: Estate,
    view: { readonly account: string; readonly region: string },
    input: DescribeTrailsCommandInput = {},
  ) =>
    (
      (await client(estate, userOf(view.account), view.region).send(new DescribeTrailsCommand(input))).trailList ?? []
    ).map((trail) => trail.Name);
  const home = { account: MEMBER, region: 'us-east-1' };
  const cases: readonly (readonly [
    string,
    { readonly account: string; readonly region: string },
    DescribeTrailsCommandInput,
    readonly string[],
  ])[] = [
    ['home region of the wide trail', home, {}, ['org', 'wide']],
    ['without shadows', home, { includeShadowTrails: false }, ['wide']],
    [
      'another region: shadows and the local one',
      { account: MEMBER, region: 'eu-west-1' },
      {},
      ['org', 'wide', 'local'],
    ],
    [
      'another region without shadows',
      { account: MEMBER, region: 'eu-west-1' },
      { includeShadowTrails: false },
      ['local'],
    ],
    ['a member without trails of its own', { account: SECOND, region: 'ap-south-1' }, {}, ['org']],
    ['the payer', { account: PAYER, region: 'us-east-1' }, { includeShadowTrails: false }, ['org']],
    ['outside the organization', { account: OUTSIDE, region: 'us-east-1' }, {}, []],
    ['by name', home, { trailNameList: ['wide', 'nobody'] }, ['wide']],
    ['a name of another region is not known', home, { trailNameList: ['local'] }, []],
    ['an ARN of another region is', home, { trailNameList: [LOCAL.arn] }, ['local']],
    ['an organization trail by ARN', home, { trailNameList: [ORG.arn] }, ['org']],
    ["another account's trail is not", { account: SECOND, region: 'us-east-1' }, { trailNameList: [WIDE.arn] }, []],
  ];
  test.each(cases)('%s', async (_, view, input, expected) => {
    await using estate = await withTrails();
    expect(await names(estate, view, input)).toEqual(expected);
  });

  test('every field, and changes hold at once', async () => {
    await using estate = await withTrails();
    const describeOne = async () =>
      (await client(estate).send(new DescribeTrailsCommand({ trailNameList: [ORG.arn] }))).trailList?.[0];
    expect(await describeOne()).toMatchObject({
      S3BucketName: `logs-${PAYER}`,
      S3KeyPrefix: 'central',
      HomeRegion: 'us-east-1',
      TrailARN: ORG.arn,
      IsMultiRegionTrail: true,
      IsOrganizationTrail: true,
      LogFileValidationEnabled: true,
    });
    estate.state.changeTrail(ORG.arn, { prefix: null, validation: false });
    expect(await describeOne()).toMatchObject({ LogFileValidationEnabled: false });
    expect((await describeOne())?.S3KeyPrefix).toBeUndefined();
  });

  test('a trail of a second organization stays there', async () => {
    await using estate = await withTrails();
    estate.state.addOrganization({ id: 'o-second', management: OUTSIDE, accounts: [] });
    estate.state.trails.push(trailOf(OUTSIDE, { name: 'theirs', organization: true }));
    expect(await names(estate, { account: OUTSIDE, region: 'eu-west-1' })).toEqual(['theirs']);
    expect(await names(estate, { account: SECOND, region: 'eu-west-1' })).toEqual(['org']);
  });
});

describe('one trail', () => {
  test('status, by name at home and by ARN elsewhere', async () => {
    await using estate = await withTrails();
    const status = async (Name: string, region = 'us-east-1') =>
      client(estate, userOf(MEMBER), region).send(new GetTrailStatusCommand({ Name }));
    expect(await status('wide')).toMatchObject({
      IsLogging: true,
      LatestDigestDeliveryTime: new Date(1_700_000_000_000),
      StartLoggingTime: new Date(1_600_000_000_000),
    });
    expect((await status('wide')).StopLoggingTime).toBeUndefined();
    estate.state.changeTrailStatus(WIDE.arn, {
      logging: false,
      latestDigestError: 'NoSuchBucket',
      latestDigestDelivery: null,
      stoppedLogging: 1_650_000_000_500,
    });
    expect(await status(WIDE.arn, 'ap-south-1')).toMatchObject({
      IsLogging: false,
      LatestDigestDeliveryError: 'NoSuchBucket',
      StopLoggingTime: new Date(1_650_000_000_500),
    });
    expect(await outcomeOf(status('wide', 'ap-south-1'))).toBe('TrailNotFoundException');
    expect(await outcomeOf(status(`${WIDE.arn}x`))).toBe('TrailNotFoundException');
    expect(await outcomeOf(status('arn:aws:s3:::x'))).toBe('CloudTrailARNInvalidException');
    expect(await outcomeOf(status('x!'))).toBe('InvalidTrailNameException');
  });

  test('GetTrail, ListTrails, GetEventSelectors', async () => {
    await using estate = await withTrails();
    expect((await client(estate).send(new GetTrailCommand({ Name: ORG.arn }))).Trail?.Name).toBe('org');
    expect((await client(estate).send(new ListTrailsCommand({}))).Trails?.map((trail) => trail.TrailARN)).toEqual([
      ORG.arn,
      WIDE.arn,
      LOCAL.arn,
    ]);
    expect(await client(estate).send(new GetEventSelectorsCommand({ TrailName: 'wide' }))).toMatchObject({
      TrailARN: WIDE.arn,
      EventSelectors: [{ ReadWriteType: 'All' }],
    });
  });
});

describe('who may ask', () => {
  test('a session asks for its own account, within its policies', async () => {
    await using estate = await withTrails();
    const session = client(estate, await reader(estate));
    expect(
      (await session.send(new DescribeTrailsCommand({ includeShadowTrails: false }))).trailList?.map(
        (trail) => trail.Name,
      ),
    ).toEqual(['wide']);
    expect(estate.state.calls.at(-1)).toMatchObject({
      account: MEMBER,
      arn: `arn:aws:sts::${MEMBER}:assumed-role/reader/run`,
      operation: 'DescribeTrails',
    });
    const only = {
      Version: '2012-10-17',
      Statement: { Effect: 'Allow', Action: 'cloudtrail:GetTrailStatus', Resource: WIDE.arn },
    };
    estate.identities.roles.set(READER, roleOf(READER, { policies: [JSON.stringify(only)] }));
    expect(await outcomeOf(session.send(new GetTrailStatusCommand({ Name: WIDE.arn })))).toBe('ok');
    expect(await outcomeOf(session.send(new GetTrailStatusCommand({ Name: 'wide' })))).toBe('ok');
    expect(await outcomeOf(session.send(new GetTrailStatusCommand({ Name: ORG.arn })))).toBe('AccessDeniedException');
    expect(await outcomeOf(session.send(new ListPublicKeysCommand({})))).toBe('AccessDeniedException');
    estate.identities.roles.delete(READER);
    expect(await outcomeOf(session.send(new GetTrailStatusCommand({ Name: WIDE.arn })))).toBe('AccessDeniedException');
    estate.identities.expireSessions(READER);
    expect(await outcomeOf(session.send(new DescribeTrailsCommand({})))).toBe('ExpiredTokenException');
  });

  test('a wrong secret and unreadable input', async () => {
    await using estate = await withTrails();
    expect(
      await outcomeOf(
        client(estate, { ...userOf(MEMBER), secretAccessKey: 'wrong' }).send(new DescribeTrailsCommand({})),
      ),
    ).toBe('InvalidSignatureException');
    const strange = { trailNameList: 7 } as unknown as DescribeTrailsCommandInput;
    expect(await outcomeOf(client(estate).send(new DescribeTrailsCommand(strange)))).not.toBe('ok');
  });
});

const AWSCLI = '/usr/bin/aws';

describe.skipIf(!existsSync(AWSCLI))('awscli (needs /usr/bin/aws)', () => {
  test('reads trails, status and keys', async () => {
    await using estate = await withTrails();
    const { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY } = userOf(MEMBER);
    const env = {
      PATH: '/usr/bin:/bin',
      HOME: '/nonexistent',
      AWS_ACCESS_KEY_ID,
      AWS_SECRET_ACCESS_KEY,
      AWS_DEFAULT_REGION: 'us-east-1',
      AWS_EC2_METADATA_DISABLED: 'true',
    };
    const aws = async (...words: readonly string[]): Promise<unknown> =>
      JSON.parse(
        (await promisify(execFile)(AWSCLI, ['--endpoint-url', estate.url, ...words], { env, timeout: 30_000 })).stdout,
      );
    expect(await aws('cloudtrail', 'describe-trails')).toMatchObject({
      trailList: [{ Name: 'org' }, { Name: 'wide' }],
    });
    expect(await aws('cloudtrail', 'get-trail-status', '--name', 'wide')).toMatchObject({ IsLogging: true });
    expect(
      await aws('cloudtrail', 'list-public-keys', '--start-time', '2026-01-01', '--end-time', '2026-01-02'),
    ).toMatchObject({ PublicKeyList: [] });
    expect(await aws('organizations', 'describe-organization')).toMatchObject({
      Organization: { Id: 'o-exampleorgid' },
    });
    expect(await aws('sts', 'get-caller-identity')).toMatchObject({ Account: MEMBER });
  }, 60_000);
});
