import { generateKeyPairSync } from 'node:crypto';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createTransport } from '../../src/adapters/aws-client.ts';
import { createSessions } from '../../src/adapters/aws-sessions.ts';
import { fingerprintOf } from '../../src/core/publickey.ts';
import { MEMBER, PAYER, READER, SECOND } from '../cloud/identity/estate.ts';
import type { CloudPublicKey } from '../cloud/types.ts';
import { EXTERNAL_ID, LOGS, objectAt, openCloud } from './aws-cloud.ts';
import { collect, failure } from './raw-s3.ts';

const ACCOUNT = { id: MEMBER, role: READER, externalId: EXTERNAL_ID };
const OWN = { id: PAYER, role: null, externalId: null };
const WINDOW = { from: Date.UTC(2026, 0, 1), to: Date.UTC(2026, 1, 1) };
const TRAIL = `arn:aws:cloudtrail:us-east-1:${MEMBER}:trail/mgmt`;
const FOLDER = `p/AWSLogs/${MEMBER}/`;

function publicKey(): CloudPublicKey {
  const { publicKey: made } = generateKeyPairSync('rsa', { modulusLength: 1024 });
  const der = made.export({ type: 'pkcs1', format: 'der' });
  return { region: 'us-east-1', fingerprint: fingerprintOf(der), der, validFrom: WINDOW.from, validTo: WINDOW.to };
}

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('entering an account', () => {
  test('assumes the role with the external id, once', async () => {
    await using estate = await openCloud();
    const [session] = await Promise.all([estate.sessions.open(ACCOUNT), estate.sessions.open(ACCOUNT)]);
    await estate.sessions.open(ACCOUNT);
    expect(session?.account).toBe(MEMBER);
    expect(estate.cloud.control.calls.map((call) => call.operation)).toEqual(['AssumeRole', 'GetCallerIdentity']);
    expect(estate.cloud.control.calls[1]?.arn).toBe(`arn:aws:sts::${MEMBER}:assumed-role/reader/orgtrail`);
  });

  test('works with the own credentials, and checks them too', async () => {
    await using estate = await openCloud();
    expect((await estate.sessions.open(OWN)).account).toBe(PAYER);
    const error = await failure(estate.sessions.open({ ...OWN, id: SECOND }));
    expect(error).toMatchObject({ code: 'identity-mismatch', retryable: false });
    expect(error.message).toContain(SECOND);
    expect(error.message).toContain(PAYER);
  });

  test('refuses a role in another account than the configured one', async () => {
    await using estate = await openCloud();
    expect(await failure(estate.sessions.open({ ...ACCOUNT, id: SECOND }))).toMatchObject({
      code: 'identity-mismatch',
    });
  });

  test('says what the trust policy must hold, and tries anew after a refusal', async () => {
    await using estate = await openCloud();
    const error = await failure(estate.sessions.open({ ...ACCOUNT, externalId: 'wrong' }));
    expect(error).toMatchObject({ code: 'blocked-access', retryable: false });
    expect(error.message).toContain(READER);
    expect(error.hint).toContain('sts:ExternalId');
    const lift = estate.cloud.control.fail({
      operation: 'AssumeRole',
      times: 1,
      outcome: { type: 'error', code: 'AccessDenied', status: 403 },
    });
    await failure(estate.sessions.open(ACCOUNT));
    lift();
    expect((await estate.sessions.open(ACCOUNT)).account).toBe(MEMBER);
  });

  test('says that there are no credentials', async () => {
    await using estate = await openCloud();
    vi.stubEnv('AWS_ACCESS_KEY_ID', undefined);
    const error = await failure(estate.sessions.open(OWN));
    expect(error.code).toBe('blocked-access');
    expect(error.hint).toContain('aws sts get-caller-identity');
  });

  test('goes on with a new session when the old one has expired', async () => {
    await using estate = await openCloud();
    estate.cloud.put(objectAt(`${FOLDER}a`, 'one'));
    const session = await estate.sessions.open(ACCOUNT);
    estate.cloud.identities.expireSessions(READER);
    expect(
      (await session.objects.get({ bucket: LOGS, key: `${FOLDER}a`, owner: MEMBER }, { maxBytes: 10 }))?.size,
    ).toBe(3);
    estate.cloud.identities.expireSessions(READER);
    const both = await Promise.all([
      session.describeTrails('us-east-1'),
      collect(session.objects.list({ bucket: LOGS, owner: MEMBER, prefix: FOLDER })),
    ]);
    expect(both.map((list) => list.length)).toEqual([1, 1]);
    expect(estate.cloud.control.calls.filter((call) => call.operation === 'AssumeRole')).toHaveLength(3);
  });

  test("follows the SDK's own endpoint variables when none is configured", async () => {
    await using estate = await openCloud();
    vi.stubEnv('AWS_ENDPOINT_URL', 'http://127.0.0.1:9');
    for (const service of ['S3', 'STS', 'CLOUDTRAIL', 'ORGANIZATIONS'])
      vi.stubEnv(`AWS_ENDPOINT_URL_${service}`, estate.cloud.url);
    const timeouts = { connectMs: 500, requestMs: 1000, readMs: 4000 };
    const transport = createTransport({
      region: 'us-east-1',
      forcePathStyle: true,
      endpoint: null,
      timeouts,
      maxSockets: 5,
    });
    const session = await createSessions(transport).open(ACCOUNT);
    expect(await session.describeTrails('us-east-1')).toHaveLength(1);
    expect(await session.organizationId()).toBe('o-exampleorgid');
    expect(await collect(session.objects.list({ bucket: LOGS, owner: MEMBER, prefix: '' }))).toEqual([]);
    transport.close();
  });
});

describe('reading in a session', () => {
  test('lists and reads a bucket of another region, always naming its owner', async () => {
    await using estate = await openCloud();
    const keys = ['a b+c%', 'ä/\u{1F600}', 'ä/\uFFFD', 'z'].map((name) => `${FOLDER}${name}`);
    for (const key of keys) estate.cloud.put(objectAt(key, key));
    const { objects } = await estate.sessions.open(ACCOUNT);
    const listed = await collect(objects.list({ bucket: LOGS, owner: MEMBER, prefix: FOLDER }));
    expect(listed.map((object) => object.key)).toEqual(
      keys.toSorted((left, right) => Buffer.compare(Buffer.from(left), Buffer.from(right))),
    );
    for (const { key, etag } of listed) {
      const object = await objects.get({ bucket: LOGS, key, owner: MEMBER }, { maxBytes: 1000, ifMatch: etag });
      expect(Buffer.from(object?.bytes ?? []).toString()).toBe(key);
      expect(object?.metadata.get('signature')).toBe('ab');
    }
    expect(await objects.folders({ bucket: LOGS, owner: MEMBER, prefix: FOLDER })).toEqual(['ä/']);
    expect(await objects.get({ bucket: LOGS, key: `${FOLDER}nothing`, owner: MEMBER }, { maxBytes: 10 })).toBeNull();
    expect(await objects.head({ bucket: LOGS, key: `${FOLDER}nothing`, owner: MEMBER })).toBeNull();
    expect(await objects.head({ bucket: LOGS, key: `${FOLDER}z`, owner: MEMBER })).toMatchObject({
      size: FOLDER.length + 1,
    });
    const s3 = estate.cloud.requests.entries.filter((entry) => entry.service === 's3');
    expect(s3.every((entry) => entry.expectedOwner === MEMBER && !entry.mutating)).toBe(true);
  });

  test('follows a listing over many pages', async () => {
    await using estate = await openCloud();
    for (let index = 0; index < 2100; index += 1)
      estate.cloud.put(objectAt(`${FOLDER}${String(index).padStart(5, '0')}`, 'x'));
    const { objects } = await estate.sessions.open(ACCOUNT);
    const listed = await collect(
      objects.list({ bucket: LOGS, owner: MEMBER, prefix: FOLDER, startAfter: `${FOLDER}00049` }),
    );
    expect(listed).toHaveLength(2050);
  });

  test('is blocked by a foreign owner, a foreign folder and an archived object', async () => {
    await using estate = await openCloud();
    estate.cloud.put(objectAt('elsewhere/a', 'x'));
    estate.cloud.put(objectAt(`${FOLDER}cold`, 'x'), { storageClass: 'GLACIER' });
    const { objects } = await estate.sessions.open(ACCOUNT);
    const get = (key: string, owner: string) => failure(objects.get({ bucket: LOGS, key, owner }, { maxBytes: 10 }));
    expect(await get(`${FOLDER}cold`, SECOND)).toMatchObject({ code: 'blocked-access' });
    const denied = await get('elsewhere/a', MEMBER);
    expect(denied).toMatchObject({ code: 'blocked-access' });
    expect(denied.hint).toContain(`Add s3:GetObject on arn:aws:s3:::${LOGS}/elsewhere/* to the role ${READER}`);
    expect(await get(`${FOLDER}cold`, MEMBER)).toMatchObject({ code: 'blocked-archived' });
  });

  test.each(['empty-200', 'html-200'] as const)('does not believe a listing that is %s', async (kind) => {
    await using estate = await openCloud();
    estate.cloud.put(objectAt(`${FOLDER}a`, 'x'));
    const { objects } = await estate.sessions.open(ACCOUNT);
    estate.cloud.faults.add({ match: { service: 's3', operation: 'ListObjectsV2' }, fault: { kind } });
    expect(await failure(collect(objects.list({ bucket: LOGS, owner: MEMBER, prefix: FOLDER })))).toMatchObject({
      code: 'transport-garbled',
    });
  });

  test.each(['endless-token', 'missing-token', 'foreign-key'] as const)('stops a listing with %s', async (how) => {
    await using estate = await openCloud();
    for (let index = 0; index < 1005; index += 1)
      estate.cloud.put(objectAt(`${FOLDER}${String(index).padStart(5, '0')}`, 'x'));
    const { objects } = await estate.sessions.open(ACCOUNT);
    estate.cloud.faults.add({ match: { service: 's3', operation: 'ListObjectsV2' }, fault: { kind: 'listing', how } });
    expect(await failure(collect(objects.list({ bucket: LOGS, owner: MEMBER, prefix: FOLDER })))).toMatchObject({
      code: 'transport-garbled',
    });
  });
});

describe('trails and keys of an account', () => {
  test('are given as AWS says them', async () => {
    const key = publicKey();
    await using estate = await openCloud([key]);
    const session = await estate.sessions.open(ACCOUNT);
    expect(await session.describeTrails('us-east-1')).toEqual([
      {
        arn: TRAIL,
        name: 'mgmt',
        homeRegion: 'us-east-1',
        bucket: LOGS,
        prefix: 'p',
        multiRegion: true,
        organization: false,
        validation: true,
      },
    ]);
    expect(await session.trailStatus(TRAIL, 'us-east-1')).toEqual({
      logging: true,
      latestDigestDelivery: 1_700_000_000_000,
      latestDigestError: null,
      startedLogging: 1_600_000_000_000,
      stoppedLogging: null,
    });
    const keys = await session.publicKeys('us-east-1', WINDOW);
    expect(keys).toEqual([{ ...key, der: new Uint8Array(key.der) }]);
    // CloudTrail signs every hour: no key at all is no answer (cause: it made a forgery of every digest).
    expect(await failure(session.publicKeys('eu-west-1', WINDOW))).toMatchObject({ code: 'blocked-keys' });
    expect(await session.organizationId()).toBe('o-exampleorgid');
    expect(estate.calls.find((call) => call.operation === 'ListPublicKeys')).toMatchObject({
      service: 'cloudtrail',
      account: MEMBER,
      status: 200,
      attempts: 1,
      throttled: 0,
    });
  });

  test('a key that is not what its fingerprint says stops everything', async () => {
    const key = publicKey();
    await using estate = await openCloud([key, { ...publicKey(), fingerprint: 'ab'.repeat(16) }]);
    const session = await estate.sessions.open(ACCOUNT);
    expect(await failure(session.publicKeys('us-east-1', WINDOW))).toMatchObject({
      code: 'blocked-keys',
      retryable: true,
    });
  });

  test('keys come over pages', async () => {
    await using estate = await openCloud([publicKey(), publicKey(), publicKey()]);
    estate.cloud.control.keyPageSize = 1;
    const session = await estate.sessions.open(ACCOUNT);
    expect(await session.publicKeys('us-east-1', WINDOW)).toHaveLength(3);
  });

  test('a denial names the action to add', async () => {
    await using estate = await openCloud();
    const session = await estate.sessions.open(ACCOUNT);
    estate.cloud.control.fail({ service: 'cloudtrail', outcome: { type: 'error', code: 'AccessDeniedException' } });
    expect(await failure(session.describeTrails('us-east-1'))).toMatchObject({
      code: 'blocked-access',
      hint: expect.stringContaining(`cloudtrail:DescribeTrails on * to the role ${READER}`) as string,
    });
    expect(await failure(session.trailStatus(TRAIL, 'us-east-1'))).toMatchObject({
      code: 'blocked-access',
      hint: expect.stringContaining(`cloudtrail:GetTrailStatus on ${TRAIL}`) as string,
    });
    expect(await failure(session.publicKeys('us-east-1', WINDOW))).toMatchObject({
      code: 'blocked-keys',
      hint: expect.stringContaining('cloudtrail:ListPublicKeys') as string,
    });
  });

  test('an account in no organization has no organization id', async () => {
    await using estate = await openCloud();
    const session = await estate.sessions.open(ACCOUNT);
    estate.cloud.control.fail({
      service: 'organizations',
      times: 1,
      outcome: { type: 'error', code: 'AWSOrganizationsNotInUseException', status: 400 },
    });
    expect(await session.organizationId()).toBeNull();
    estate.cloud.control.fail({ service: 'organizations', outcome: { type: 'error', code: 'AccessDeniedException' } });
    expect(await failure(session.organizationId())).toMatchObject({ code: 'blocked-access' });
  });
});
