import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import {
  CloudTrailClient,
  DescribeTrailsCommand,
  GetEventSelectorsCommand,
  GetTrailCommand,
  GetTrailStatusCommand,
  ListPublicKeysCommand,
  ListTrailsCommand,
  LookupEventsCommand,
  paginateLookupEvents,
  type DescribeTrailsCommandInput,
  type LookupEventsCommandInput,
} from '@aws-sdk/client-cloudtrail';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { describe, expect, test } from 'vitest';
import { fingerprintOf } from '../../src/core/publickey.ts';
import {
  MEMBER,
  openEstate,
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
import type { CloudEvent } from './identity/events.ts';
import type { CloudPublicKey } from './types.ts';

type Credentials = { readonly accessKeyId: string; readonly secretAccessKey: string; readonly sessionToken?: string };

function client(estate: Estate, credentials: Credentials = userOf(MEMBER), region = 'us-east-1'): CloudTrailClient {
  return new CloudTrailClient({ endpoint: estate.url, region, credentials, maxAttempts: 1 });
}

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

const ORG = trailOf(PAYER, { name: 'org', organization: true, prefix: 'central' });
const WIDE = trailOf(MEMBER, { name: 'wide' });
const LOCAL = trailOf(MEMBER, { name: 'local', homeRegion: 'eu-west-1', multiRegion: false, validation: false });

async function withTrails(now?: () => number): Promise<Estate> {
  const estate = await openEstate(now === undefined ? {} : { now });
  estate.state.trails.push(ORG, WIDE, LOCAL);
  return estate;
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

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

describe('ListPublicKeys', () => {
  function keyOf(region: string, validFrom: number, validTo: number): CloudPublicKey {
    const der = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ type: 'pkcs1', format: 'der' });
    return { region, fingerprint: fingerprintOf(der), der, validFrom, validTo };
  }

  test('by region and time; both times are now when absent', async () => {
    const now = Date.now();
    await using estate = await withTrails();
    const old = keyOf('us-east-1', now - 40 * DAY, now - 10 * DAY);
    const current = keyOf('us-east-1', now - 20 * DAY, now + 10 * DAY);
    const elsewhere = keyOf('eu-west-1', now - 20 * DAY, now + 10 * DAY);
    estate.state.publicKeys.push(old, current, elsewhere);
    const list = async (region: string, from?: number, to?: number) => {
      const times = {
        ...(from === undefined ? {} : { StartTime: new Date(from) }),
        ...(to === undefined ? {} : { EndTime: new Date(to) }),
      };
      return (
        (await client(estate, userOf(MEMBER), region).send(new ListPublicKeysCommand(times))).PublicKeyList ?? []
      ).map((key) => key.Fingerprint);
    };
    expect(await list('us-east-1')).toEqual([current.fingerprint]);
    expect(await list('us-east-1', now - 50 * DAY)).toEqual([old.fingerprint, current.fingerprint]);
    expect(await list('us-east-1', now - 50 * DAY, now - 41 * DAY)).toEqual([]);
    expect(await list('us-east-1', now - 50 * DAY, now - 30 * DAY)).toEqual([old.fingerprint]);
    expect(await list('eu-west-1')).toEqual([elsewhere.fingerprint]);
    expect(await list('ap-south-1')).toEqual([]);
    expect(await outcomeOf(list('us-east-1', now, now - DAY))).toBe('InvalidTimeRangeException');
    expect(await outcomeOf(list('us-east-1', undefined, now - DAY))).toBe('InvalidTimeRangeException');
  });

  test('bytes and times come back as they were; pages and empty lists on demand', async () => {
    const now = Math.floor(Date.now() / 1000) * 1000;
    await using estate = await withTrails();
    estate.state.publicKeys.push(keyOf('us-east-1', now - DAY, now + DAY), keyOf('us-east-1', now - DAY, now + DAY));
    const [first, second] = estate.state.publicKeys;
    const whole = await client(estate).send(new ListPublicKeysCommand({}));
    expect(whole.NextToken).toBeUndefined();
    expect(Buffer.from(whole.PublicKeyList?.[0]?.Value ?? []).equals(first?.der ?? Buffer.of(1))).toBe(true);
    expect(whole.PublicKeyList?.[0]).toMatchObject({
      ValidityStartTime: new Date(now - DAY),
      ValidityEndTime: new Date(now + DAY),
    });
    estate.state.keyPageSize = 1;
    const page = await client(estate).send(new ListPublicKeysCommand({}));
    const next = await client(estate).send(new ListPublicKeysCommand({ NextToken: page.NextToken }));
    expect([page.PublicKeyList?.length, next.PublicKeyList?.[0]?.Fingerprint, next.NextToken]).toEqual([
      1,
      second?.fingerprint,
      undefined,
    ]);
    expect(await outcomeOf(client(estate).send(new ListPublicKeysCommand({ NextToken: 'made-up' })))).toBe(
      'InvalidTokenException',
    );
    const lift = estate.state.fail({ operation: 'ListPublicKeys', region: 'us-east-1', outcome: { type: 'empty' } });
    expect((await client(estate).send(new ListPublicKeysCommand({}))).PublicKeyList).toEqual([]);
    lift();
    expect((await client(estate).send(new ListPublicKeysCommand({}))).PublicKeyList).toHaveLength(1);
  });
});

describe('LookupEvents', () => {
  function eventOf(index: number, at: number, change: Partial<CloudEvent> = {}): CloudEvent {
    const id = `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`;
    return {
      account: MEMBER,
      region: 'us-east-1',
      id,
      name: 'StopLogging',
      source: 'cloudtrail.amazonaws.com',
      at,
      readOnly: false,
      username: 'eve',
      accessKeyId: null,
      resources: [{ type: 'AWS::CloudTrail::Trail', name: WIDE.arn }],
      record: JSON.stringify({ eventID: id }),
      ...change,
    };
  }

  test('newest first, in pages, one attribute, 90 days', async () => {
    const now = Date.now();
    await using estate = await withTrails();
    for (let i = 0; i < 60; i += 1) estate.state.events.push(eventOf(i, now - HOUR - i * 1000));
    estate.state.events.push(
      eventOf(60, now - 91 * DAY),
      eventOf(61, now - HOUR, { name: 'StartLogging' }),
      eventOf(62, now, { account: SECOND }),
      eventOf(63, now, { region: 'eu-west-1' }),
    );
    const found: (string | undefined)[] = [];
    for await (const page of paginateLookupEvents(
      { client: client(estate) },
      { LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: 'StopLogging' }] },
    )) {
      expect(page.Events?.length).toBeLessThanOrEqual(50);
      found.push(...(page.Events ?? []).map((event) => event.EventId));
    }
    expect(found).toEqual(estate.state.events.slice(0, 60).map((event) => event.id));
    const one = await client(estate).send(
      new LookupEventsCommand({ StartTime: new Date(now - HOUR - 2500), EndTime: new Date(now - HOUR - 1500) }),
    );
    expect(one.Events).toMatchObject([
      {
        EventId: found[2],
        EventName: 'StopLogging',
        Username: 'eve',
        ReadOnly: 'false',
        CloudTrailEvent: expect.stringContaining('eventID'),
      },
    ]);
    const byResource = await client(estate).send(
      new LookupEventsCommand({
        MaxResults: 1,
        LookupAttributes: [{ AttributeKey: 'ResourceName', AttributeValue: WIDE.arn }],
      }),
    );
    expect(byResource.Events).toHaveLength(1);
  });

  test('what AWS refuses', async () => {
    await using estate = await withTrails();
    const ask = (input: LookupEventsCommandInput): Promise<string> =>
      outcomeOf(client(estate).send(new LookupEventsCommand(input)));
    const attribute = { AttributeKey: 'EventName', AttributeValue: 'x' } as const;
    expect(await ask({ LookupAttributes: [attribute, attribute] })).toBe('InvalidLookupAttributesException');
    expect(await ask({ MaxResults: 51 })).toBe('InvalidMaxResultsException');
    expect(await ask({ NextToken: 'made-up' })).toBe('InvalidNextTokenException');
    expect(await ask({ StartTime: new Date(2000), EndTime: new Date(1000) })).toBe('InvalidTimeRangeException');
    expect(await ask({ EventCategory: 'insight' })).toBe('ok');
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
