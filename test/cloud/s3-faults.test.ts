/** Faults on demand: each kind does what it says over a real connection, and is counted. */
import {
  GetObjectCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { ListAccountsCommand, OrganizationsClient } from '@aws-sdk/client-organizations';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { WholeCloud } from './cloud.ts';
import { BUCKET, clientOf, MEMBER, MEMBER_KEYS, PAYER_KEYS, startOurs, textObject } from './contract/ours.ts';
import type { Fault, FaultMatch } from './faults.ts';
import { createFaults } from './faults.ts';

const TEXT = 'what the trail delivered';

describe('faults', () => {
  let cloud: WholeCloud;
  let client: S3Client;
  beforeEach(async () => {
    cloud = await startOurs();
    cloud.put(textObject('AWSLogs/k', TEXT));
    client = clientOf(cloud, MEMBER_KEYS);
  });
  afterEach(async () => {
    client.destroy();
    await cloud.close();
  });

  const strike = (fault: Fault, match: FaultMatch = {}): void => void cloud.faults.add({ match, fault, times: 1 });
  const get = async (): Promise<string | undefined> =>
    (await client.send(new GetObjectCommand({ Bucket: BUCKET, Key: 'AWSLogs/k' }))).Body?.transformToString();
  const put = (): Promise<unknown> =>
    client.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'new', Body: 'x', IfNoneMatch: '*' }));
  const list = (token?: string): Promise<ListObjectsV2CommandOutput> => listed(client, token);
  const isThere = (key: string): boolean => cloud.state.buckets.get(BUCKET)?.index.versions.has(key) ?? false;

  it('answers with a status and code, once', async () => {
    strike({ kind: 'status', status: 503, code: 'SlowDown' });
    await expect(get()).rejects.toMatchObject({ name: 'SlowDown', $metadata: { httpStatusCode: 503 } });
    expect(await get()).toBe(TEXT);
    expect(cloud.faults.counts()).toEqual(new Map([['status', 1]]));
    expect(cloud.requests.entries.map((entry) => [entry.status, entry.fault])).toEqual([
      [503, 'status'],
      [200, null],
    ]);
  });

  it('refuses a conditional write with 409 without doing it', async () => {
    strike({ kind: 'conflict-409' }, { operation: 'PutObject' });
    await expect(put()).rejects.toMatchObject({
      name: 'ConditionalRequestConflict',
      $metadata: { httpStatusCode: 409 },
    });
    expect(isThere('new')).toBe(false);
  });

  it('does the work and says 500', async () => {
    strike({ kind: 'done-but-500' });
    await expect(put()).rejects.toMatchObject({ $metadata: { httpStatusCode: 500 } });
    expect(isThere('new')).toBe(true);
  });

  it.each([
    [false, false],
    [true, true],
  ])('resets the connection (done: %s)', async (done, there) => {
    strike({ kind: 'reset', done });
    await expect(put()).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(isThere('new')).toBe(there);
  });

  it('cuts a body', async () => {
    strike({ kind: 'cut', at: 5 });
    await expect(get()).rejects.toThrow('aborted');
  });

  it.each([null, 5])('stalls (after %s bytes)', async (at) => {
    strike({ kind: 'stall', at });
    const impatient = clientOf(cloud, MEMBER_KEYS);
    impatient.config.requestHandler = new NodeHttpHandler({
      requestTimeout: 150,
      socketTimeout: 150,
      throwOnRequestTimeout: true,
    });
    const read = impatient
      .send(new GetObjectCommand({ Bucket: BUCKET, Key: 'AWSLogs/k' }))
      .then((got) => got.Body?.transformToString());
    const late = new Promise((resolve) => setTimeout(() => resolve('nothing'), 400));
    await expect(Promise.race([read.catch((error: unknown) => (error as Error).name), late])).resolves.toMatch(
      /TimeoutError|nothing/,
    );
    read.catch(() => undefined);
    impatient.destroy();
  });

  it('changes one bit, and the length stays', async () => {
    strike({ kind: 'wrong-bytes' });
    const text = await get();
    expect(text).not.toBe(TEXT);
    expect(text).toHaveLength(TEXT.length);
  });

  it.each([{ kind: 'empty-200' }, { kind: 'html-200' }, { kind: 'error-in-200', code: 'InternalError' }] as const)(
    'answers $kind and does nothing',
    async (fault) => {
      strike(fault, { operation: 'PutObject' });
      // The SDK finds the error in a 200 and calls it 503; an empty or foreign page it takes for success.
      if (fault.kind === 'error-in-200') await expect(put()).rejects.toMatchObject({ name: 'InternalError' });
      else await put();
      expect(isThere('new')).toBe(false);
      strike(fault, { operation: 'ListObjectsV2' });
      const page = await list().catch(() => undefined);
      expect(page?.Contents).toBeUndefined();
    },
  );

  it('spoils listings', async () => {
    strike({ kind: 'listing', how: 'missing-token' });
    const cut = await list();
    expect([cut.IsTruncated, cut.NextContinuationToken]).toEqual([true, undefined]);
    strike({ kind: 'listing', how: 'foreign-key' });
    expect((await list()).Contents?.map((one) => one.Key)).toEqual(['AWSLogs/k', '!outside/of-the-prefix.json.gz']);
    cloud.faults.add({ match: {}, fault: { kind: 'listing', how: 'endless-token' } });
    const first = await list();
    const second = await list(first.NextContinuationToken);
    expect([second.IsTruncated, second.NextContinuationToken, second.Contents?.[0]?.Key]).toEqual([
      true,
      first.NextContinuationToken,
      'AWSLogs/k',
    ]);
  });

  it('lets something happen at the worst moment', async () => {
    strike({ kind: 'interfere', act: () => void cloud.put(textObject('AWSLogs/k', 'swapped')) });
    expect(await get()).toBe('swapped');
  });

  it('strikes only what matches: operation, bucket, key, account', async () => {
    for (const match of [
      { operation: 'PutObject' },
      { bucket: 'other' },
      { key: /nothing/ },
      { account: '999999999999' },
      { service: 'sts' },
    ] as const) {
      cloud.faults.add({ match, fault: { kind: 'status', status: 500, code: 'InternalError' } });
    }
    expect(await get()).toBe(TEXT);
    cloud.faults.add({
      match: { account: MEMBER, key: /^AWSLogs\//g, operation: /^Get/g, service: 's3', bucket: BUCKET },
      fault: { kind: 'status', status: 500, code: 'InternalError' },
      times: 2,
    });
    for (let turn = 0; turn < 2; turn += 1)
      await expect(get()).rejects.toMatchObject({ $metadata: { httpStatusCode: 500 } });
    expect(await get()).toBe(TEXT);
  });

  it('strikes STS and the JSON services in their own words', async () => {
    for (const service of ['sts', 'json'] as const)
      cloud.faults.add({ match: { service }, fault: { kind: 'status', status: 400, code: 'ThrottlingException' } });
    const settings = { endpoint: cloud.url, region: 'us-east-1', maxAttempts: 1, credentials: PAYER_KEYS };
    const sts = new STSClient(settings);
    const organizations = new OrganizationsClient(settings);
    await expect(sts.send(new GetCallerIdentityCommand({}))).rejects.toMatchObject({ name: 'ThrottlingException' });
    await expect(organizations.send(new ListAccountsCommand({}))).rejects.toMatchObject({
      name: 'ThrottlingException',
    });
    sts.destroy();
    organizations.destroy();
  });

  it('delays everything by the global latency', async () => {
    cloud.faults.latency = 80;
    const before = performance.now();
    await get();
    expect(performance.now() - before).toBeGreaterThanOrEqual(79);
  });
});

describe('rules', () => {
  const named = { service: 's3', operation: 'GetObject', bucket: 'b', key: 'k', principal: null } as const;
  const run = (seed: number): readonly boolean[] => {
    const faults = createFaults(seed);
    faults.add({ match: {}, fault: { kind: 'conflict-409' }, probability: 0.3 });
    return Array.from({ length: 1000 }, () => faults.strike(named).fault !== null);
  };

  it('repeat with their seed and differ without', () => {
    expect(run(7)).toEqual(run(7));
    expect(run(7)).not.toEqual(run(8));
    const struck = run(7).filter(Boolean).length;
    expect(struck).toBeGreaterThan(250);
    expect(struck).toBeLessThan(350);
  });

  it('add delays up, let the first other fault win, and can be taken off', () => {
    const faults = createFaults(1);
    faults.latency = 1;
    faults.add({ match: {}, fault: { kind: 'latency', ms: 10 } });
    faults.add({ match: {}, fault: { kind: 'latency', ms: 100 } });
    const off = faults.add({ match: {}, fault: { kind: 'cut', at: 1 } });
    faults.add({ match: {}, fault: { kind: 'wrong-bytes' } });
    expect(faults.strike(named)).toEqual({ delay: 111, fault: { kind: 'cut', at: 1 } });
    off();
    expect(faults.strike(named).fault).toEqual({ kind: 'wrong-bytes' });
    faults.clear();
    expect(faults.strike(named)).toEqual({ delay: 1, fault: null });
    expect(faults.counts()).toEqual(
      new Map([
        ['latency', 4],
        ['cut', 1],
        ['wrong-bytes', 1],
      ]),
    );
  });
});

function listed(client: S3Client, token?: string): Promise<ListObjectsV2CommandOutput> {
  const more = token === undefined ? {} : { ContinuationToken: token };
  return client.send(new ListObjectsV2Command({ Bucket: BUCKET, Prefix: 'AWSLogs/', ...more }));
}
