import { CloudTrailClient, DescribeTrailsCommand } from '@aws-sdk/client-cloudtrail';
import {
  AssumeRoleCommand,
  GetCallerIdentityCommand,
  STSClient,
  type AssumeRoleCommandInput,
} from '@aws-sdk/client-sts';
import { describe, expect, test } from 'vitest';
import {
  MEMBER,
  openEstate,
  OUTSIDE,
  outcomeOf,
  PAYER,
  READER,
  roleOf,
  trailOf,
  userOf,
  type Estate,
} from './identity/estate.ts';
import { serveEndpoint } from './identity/loopback.ts';

const RIGHT: AssumeRoleCommandInput = {
  RoleArn: READER,
  RoleSessionName: 'run',
  ExternalId: 'shared-id',
  DurationSeconds: 900,
};

function sts(estate: Estate, account = PAYER): STSClient {
  return new STSClient({ endpoint: estate.url, region: 'us-east-1', credentials: userOf(account), maxAttempts: 1 });
}

/** Like Ceph's: it has the role without an external id and would refuse one. */
async function openUpstream(): Promise<Estate> {
  const upstream = await openEstate();
  upstream.identities.roles.set(READER, roleOf(READER, { externalId: null }));
  return upstream;
}

describe('sessions of another STS', () => {
  test('are issued there, and known here', async () => {
    await using upstream = await openUpstream();
    await using estate = await openEstate({ sts: { upstream: { endpoint: upstream.url, region: 'us-east-1' } } });
    estate.state.trails.push(trailOf(MEMBER));
    const { Credentials: issued, AssumedRoleUser } = await sts(estate).send(new AssumeRoleCommand(RIGHT));
    expect(AssumedRoleUser?.Arn).toBe(`arn:aws:sts::${MEMBER}:assumed-role/reader/run`);
    const credentials = {
      accessKeyId: issued?.AccessKeyId ?? '',
      secretAccessKey: issued?.SecretAccessKey ?? '',
      sessionToken: issued?.SessionToken ?? '',
    };
    for (const side of [upstream, estate]) {
      const client = new STSClient({ endpoint: side.url, region: 'us-east-1', credentials, maxAttempts: 1 });
      expect(await client.send(new GetCallerIdentityCommand({}))).toMatchObject({
        Account: MEMBER,
        Arn: `arn:aws:sts::${MEMBER}:assumed-role/reader/run`,
      });
    }
    const trails = new CloudTrailClient({ endpoint: estate.url, region: 'us-east-1', credentials, maxAttempts: 1 });
    expect((await trails.send(new DescribeTrailsCommand({}))).trailList).toHaveLength(1);
  });

  test('the external id is checked here', async () => {
    await using upstream = await openUpstream();
    await using estate = await openEstate({ sts: { upstream: { endpoint: upstream.url, region: 'us-east-1' } } });
    expect(await outcomeOf(sts(estate).send(new AssumeRoleCommand({ ...RIGHT, ExternalId: 'wrong' })))).toBe(
      'AccessDenied',
    );
    expect(await outcomeOf(sts(estate).send(new AssumeRoleCommand({ ...RIGHT, ExternalId: undefined })))).toBe(
      'AccessDenied',
    );
    expect(upstream.state.calls).toEqual([]);
  });

  test('what the upstream refuses is refused in our words', async () => {
    await using upstream = await openUpstream();
    await using estate = await openEstate({ sts: { upstream: { endpoint: upstream.url, region: 'us-east-1' } } });
    estate.identities.roles.clear();
    expect(await outcomeOf(sts(estate).send(new AssumeRoleCommand(RIGHT)))).toBe('ok');
    const refused: unknown = await sts(estate, OUTSIDE)
      .send(new AssumeRoleCommand(RIGHT))
      .catch((thrown: unknown) => thrown);
    expect(refused).toMatchObject({
      name: 'AccessDenied',
      $metadata: { httpStatusCode: 403 },
      message: expect.stringContaining(`User: arn:aws:iam::${OUTSIDE}:user/daemon is not authorized`),
    });
    upstream.state.fail({ service: 'sts', outcome: { type: 'error', code: 'Throttling', status: 400 } });
    expect(await outcomeOf(sts(estate).send(new AssumeRoleCommand(RIGHT)))).toBe('Throttling');
    upstream.identities.removeUser(userOf(PAYER).accessKeyId);
    expect(await outcomeOf(sts(estate).send(new AssumeRoleCommand(RIGHT)))).toBe('AccessDenied');
  });

  test('an address where no STS lives is a 503, not a refusal', async () => {
    await using stranger = await serveEndpoint(() => ({ status: 404, headers: new Map(), body: new Uint8Array() }));
    await using estate = await openEstate({ sts: { upstream: { endpoint: stranger.url, region: 'us-east-1' } } });
    expect(await outcomeOf(sts(estate).send(new AssumeRoleCommand(RIGHT)))).toBe('ServiceUnavailable');
  });

  test("a missing role, in Ceph's own words, is a refusal", async () => {
    const headers = new Map([
      ['x-amz-request-id', 'tx000001'],
      ['content-type', 'application/xml'],
    ]);
    const body = Buffer.from(
      '<?xml version="1.0"?><Error><Code>NoSuchEntity</Code><RequestId>tx000001</RequestId></Error>',
    );
    await using ceph = await serveEndpoint(() => ({ status: 404, headers, body }));
    await using estate = await openEstate({ sts: { upstream: { endpoint: ceph.url, region: 'us-east-1' } } });
    expect(await outcomeOf(sts(estate).send(new AssumeRoleCommand(RIGHT)))).toBe('AccessDenied');
  });

  test('an upstream that is gone is a 503', async () => {
    const upstream = await openUpstream();
    await upstream[Symbol.asyncDispose]();
    await using estate = await openEstate({ sts: { upstream: { endpoint: upstream.url, region: 'us-east-1' } } });
    const gone: unknown = await sts(estate)
      .send(new AssumeRoleCommand(RIGHT))
      .catch((thrown: unknown) => thrown);
    expect(gone).toMatchObject({ name: 'ServiceUnavailable', $metadata: { httpStatusCode: 503 } });
  });
});
