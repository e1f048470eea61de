import type { ServerResponse } from 'node:http';
import { crc32 } from 'node:zlib';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { AwsCall } from '../../src/ports.ts';
import { createObjectReader } from '../../src/adapters/aws-s3.ts';
import { clientsTo, failure, s3Error, startRaw, type Raw } from './raw-s3.ts';

const REF = { bucket: 'logs', key: 'p/AWSLogs/222222222222/CloudTrail/x.json.gz', owner: '222222222222' };
const ALL = { maxBytes: 1000 };
const BODY = Buffer.from('these are not gzip bytes, and nobody may touch them');
const KEY_ARN = 'arn:aws:kms:us-east-1:222222222222:key/12345678-1234-1234-1234-123456789012';

function headers(change: Record<string, string> = {}): Record<string, string> {
  return {
    etag: '"tag"',
    'last-modified': 'Fri, 02 Jan 2026 03:04:05 GMT',
    'content-length': String(BODY.length),
    'content-encoding': 'gzip',
    'content-type': 'application/json',
    'x-amz-meta-Signature': 'ab',
    ...change,
  };
}

function whole(response: ServerResponse, change: Record<string, string> = {}): void {
  response.writeHead(200, headers(change)).end(BODY);
}

function cut(response: ServerResponse): void {
  response.writeHead(200, headers());
  response.write(BODY.subarray(0, 10), () => response.destroy());
}

function reader(raw: Raw) {
  return createObjectReader(clientsTo(raw.url));
}

function crc(bytes: Uint8Array): string {
  const value = Buffer.alloc(4);
  value.writeUInt32BE(crc32(bytes));
  return value.toString('base64');
}

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('reading an object', () => {
  test('gives the bytes as stored and what S3 says of them', async () => {
    await using raw = await startRaw((_request, response) => whole(response, { 'x-amz-version-id': 'v1' }));
    const object = await reader(raw).get({ ...REF, versionId: 'v1' }, { ...ALL, ifMatch: 'tag' });
    expect(object).toEqual({
      bytes: BODY,
      etag: 'tag',
      versionId: 'v1',
      size: BODY.length,
      lastModified: Date.UTC(2026, 0, 2, 3, 4, 5),
      contentType: 'application/json',
      contentEncoding: 'gzip',
      metadata: new Map([['signature', 'ab']]),
    });
    expect(raw.requests[0]?.headers).toMatchObject({
      'if-match': '"tag"',
      'x-amz-expected-bucket-owner': '222222222222',
    });
    expect(raw.requests[0]?.url).toContain('versionId=v1');
  });

  test('asks again when the body was cut, and gives all of it or nothing', async () => {
    await using raw = await startRaw((_request, response, before) => (before < 2 ? cut(response) : whole(response)));
    expect((await reader(raw).get(REF, ALL))?.bytes).toEqual(BODY);
    expect(raw.requests).toHaveLength(3);
  });

  test('gives up after three cut bodies', async () => {
    await using raw = await startRaw((_request, response) => cut(response));
    expect(await failure(reader(raw).get(REF, ALL))).toMatchObject({ code: 'transport-garbled', retryable: true });
    expect(raw.requests).toHaveLength(3);
  });

  test('sees a body whose checksum is not the announced one', async () => {
    await using raw = await startRaw((_request, response, before) => {
      whole(response, { 'x-amz-checksum-crc32': crc(before === 0 ? Buffer.from('other') : BODY) });
    });
    expect((await reader(raw).get(REF, ALL))?.bytes).toEqual(BODY);
    expect(raw.requests).toHaveLength(2);
  });

  test('does not take a body without a length for whole', async () => {
    await using raw = await startRaw((_request, response) => {
      const { 'content-length': _length, ...rest } = headers();
      response.writeHead(200, { ...rest, connection: 'close' });
      response.end(BODY.subarray(0, 10));
    });
    const error = await failure(reader(raw).get(REF, ALL));
    expect(error).toMatchObject({ code: 'transport-garbled', retryable: true });
    expect(error.message).toContain('Content-Length');
  });

  test('ends a body that stalls', async () => {
    await using raw = await startRaw(
      (_request, response) => void response.writeHead(200, headers()).write(BODY.subarray(0, 10)),
    );
    expect(await failure(reader(raw).get(REF, ALL))).toMatchObject({ code: 'blocked-unreachable', retryable: true });
  });

  test('ends a body that trickles past the deadline', async () => {
    const trickles: NodeJS.Timeout[] = [];
    await using raw = await startRaw((_request, response) => {
      response.writeHead(200, headers({ 'content-length': '1000' }));
      trickles.push(setInterval(() => response.write('x'), 50));
    });
    const clients = clientsTo(raw.url, { timeouts: { connectMs: 500, requestMs: 300, readMs: 500 } });
    const error = await failure(createObjectReader(clients).get(REF, ALL));
    for (const trickle of trickles) clearInterval(trickle);
    expect(error).toMatchObject({ code: 'blocked-unreachable' });
    expect(error.message).toContain('in time');
  });

  test('ends a request that is never answered', async () => {
    await using raw = await startRaw(() => undefined);
    expect(await failure(reader(raw).get(REF, ALL))).toMatchObject({ code: 'blocked-unreachable', retryable: true });
  });

  test('reads nothing of an object that is too large', async () => {
    let sent = 0;
    await using raw = await startRaw((_request, response) => {
      response.writeHead(200, headers({ 'content-length': '100000000' }));
      response.write(Buffer.alloc(1000), () => (sent += 1000));
    });
    expect(await failure(reader(raw).get(REF, ALL))).toMatchObject({ code: 'object-too-large', retryable: false });
    expect(raw.requests).toHaveLength(1);
    expect(sent).toBeLessThan(100_000_000);
  });

  test('says that the object changed when the pinned one is gone', async () => {
    await using raw = await startRaw((_request, response, before) =>
      before === 0 ? s3Error(response, 412, 'PreconditionFailed') : whole(response),
    );
    for (const ifMatch of ['tag', 'another']) {
      const error = await failure(reader(raw).get(REF, { ...ALL, ifMatch }));
      expect(error).toMatchObject({ code: 'transport-garbled', retryable: true });
      expect(error.message).toContain('changed while reading');
    }
  });

  test('refuses statuses that nobody asked for', async () => {
    await using raw = await startRaw((_request, response) => void response.writeHead(206, headers()).end(BODY));
    expect(await failure(reader(raw).get(REF, ALL))).toMatchObject({ code: 'transport-garbled' });
  });

  test.each(['NoSuchKey', 'NoSuchVersion'])('takes %s for "not there"', async (code) => {
    await using raw = await startRaw((_request, response) => s3Error(response, 404, code));
    expect(await reader(raw).get(REF, ALL)).toBeNull();
  });

  test('does not take any other 404 for "not there"', async () => {
    await using raw = await startRaw(
      (_request, response) =>
        void response.writeHead(404, { 'content-type': 'text/html' }).end('<html>Not here</html>'),
    );
    expect(await failure(reader(raw).get(REF, ALL))).toMatchObject({ code: 'transport-garbled', retryable: true });
  });

  test.each<[number, string, string, string, boolean]>([
    [403, 'AccessDenied', 'Access Denied', 'blocked-access', false],
    [
      403,
      'AccessDenied',
      `User is not authorized to perform: kms:Decrypt on the resource ${KEY_ARN}`,
      'blocked-kms',
      false,
    ],
    [400, 'KMS.DisabledException', `${KEY_ARN} is disabled.`, 'blocked-kms', false],
    [403, 'InvalidObjectState', 'The operation is not valid', 'blocked-archived', false],
    [404, 'NoSuchBucket', 'The specified bucket does not exist', 'blocked-access', false],
    [503, 'SlowDown', 'Please reduce your request rate.', 'blocked-throttled', true],
    [429, 'TooManyRequests', 'slow down', 'blocked-throttled', true],
    [500, 'InternalError', 'We encountered an internal error.', 'blocked-unreachable', true],
    [504, 'GatewayTimeout', 'late', 'blocked-unreachable', true],
    [307, 'TemporaryRedirect', 'elsewhere', 'blocked-unreachable', true],
  ])('%s %s "%s" is %s', async (status, code, message, expected, retryable) => {
    await using raw = await startRaw((_request, response) => s3Error(response, status, code, message));
    expect(await failure(reader(raw).get(REF, ALL))).toMatchObject({ code: expected, retryable });
  });

  test('names the missing permission with the folder it is needed on, and the KMS key', async () => {
    await using raw = await startRaw((_request, response, before) =>
      s3Error(response, 403, 'AccessDenied', before === 0 ? 'no' : `no kms:Decrypt on ${KEY_ARN}`),
    );
    const denied = await failure(reader(raw).get(REF, ALL));
    expect(denied.hint).toContain("Add s3:GetObject on arn:aws:s3:::logs/p/AWSLogs/* to the daemon's own credentials");
    expect((await failure(reader(raw).get(REF, ALL))).hint).toContain(`Add kms:Decrypt on ${KEY_ARN}`);
  });

  test('keeps control characters of a server out of its message', async () => {
    await using raw = await startRaw((_request, response) =>
      s3Error(response, 403, 'AccessDenied', 'no&#10;level=fatal \u009b31m'),
    );
    expect((await failure(reader(raw).get(REF, ALL))).message).not.toMatch(/\p{Cc}/u);
  });

  test('is a connection refused when nobody listens', async () => {
    const raw = await startRaw(() => undefined);
    await raw[Symbol.asyncDispose]();
    expect(await failure(reader(raw).get(REF, ALL))).toMatchObject({ code: 'blocked-unreachable', retryable: true });
  });

  test('outlasts a burst of 503, and tells of it once', async () => {
    const calls: AwsCall[] = [];
    await using raw = await startRaw((_request, response, before) =>
      before === 0 ? s3Error(response, 503, 'SlowDown') : whole(response),
    );
    const clients = clientsTo(raw.url, { maxAttempts: 3, onCall: (call) => calls.push(call) });
    expect((await createObjectReader(clients).get(REF, ALL))?.size).toBe(BODY.length);
    expect(calls).toMatchObject([
      { service: 's3', operation: 'GetObject', account: 'self', status: 200, attempts: 2, throttled: 1 },
    ]);
  });
});

describe('a bucket in another region', () => {
  const elsewhere = (region: string) => (response: ServerResponse) =>
    void response.writeHead(301, { 'x-amz-bucket-region': region, location: 'http://127.0.0.1:9/evil' }).end();

  test('is found by its region, and remembered', async () => {
    await using raw = await startRaw((request, response) =>
      request.headers.authorization?.includes('/eu-west-1/') ? whole(response) : elsewhere('eu-west-1')(response),
    );
    const objects = reader(raw);
    expect((await Promise.all([objects.get(REF, ALL), objects.get(REF, ALL)])).map((object) => object?.size)).toEqual([
      BODY.length,
      BODY.length,
    ]);
    const before = raw.requests.length;
    await objects.get(REF, ALL);
    expect(raw.requests).toHaveLength(before + 1);
  });

  test.each([
    ['cn-north-1', 'names the region cn-north-1'],
    ['evil.example/', 'names another place'],
    ['us-east-1', 'names the region us-east-1'],
  ])('is not looked for in %s', async (region, told) => {
    await using raw = await startRaw((_request, response) => elsewhere(region)(response));
    const error = await failure(reader(raw).get(REF, ALL));
    expect(error).toMatchObject({ code: 'blocked-unreachable', hint: expect.stringContaining(told) });
    expect(raw.requests).toHaveLength(1);
  });
});

describe('asking for an object', () => {
  test('gives what S3 says of it', async () => {
    await using raw = await startRaw((_request, response) => void response.writeHead(200, headers()).end());
    expect(await reader(raw).head(REF)).toMatchObject({ etag: 'tag', size: BODY.length, versionId: null });
  });

  test('gives null for a missing key only when the bucket is there', async () => {
    let bucketStatus = 200;
    await using raw = await startRaw(
      (request, response) =>
        void response.writeHead(request.url?.includes('AWSLogs') === true ? 404 : bucketStatus).end(),
    );
    expect(await reader(raw).head(REF)).toBeNull();
    bucketStatus = 404;
    expect(await failure(reader(raw).head(REF))).toMatchObject({
      code: 'blocked-access',
      hint: expect.stringContaining('no such bucket') as string,
    });
    bucketStatus = 403;
    expect(await failure(reader(raw).head(REF))).toMatchObject({ code: 'blocked-access' });
  });

  test('is denied without an error body', async () => {
    await using raw = await startRaw((_request, response) => void response.writeHead(403).end());
    expect(await failure(reader(raw).head(REF))).toMatchObject({
      code: 'blocked-access',
      hint: expect.stringContaining('s3:GetObject') as string,
    });
  });
});
