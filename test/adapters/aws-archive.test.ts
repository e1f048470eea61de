import type { IncomingMessage, ServerResponse } from 'node:http';
import { createHash } from 'node:crypto';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createArchive } from '../../src/adapters/aws-archive.ts';
import type { NewObject } from '../../src/ports.ts';
import { failure, s3Error, startRaw, transportTo, xml, type Raw } from './raw-s3.ts';

const OWNER = '111111111111';
const REF = { bucket: 'archive', key: 'AWSLogs/222222222222/x.json.gz', owner: OWNER };
const OBJECT: NewObject = {
  bytes: Buffer.from('proven bytes'),
  contentType: 'application/json',
  contentEncoding: 'gzip',
  metadata: new Map([['signature', 'ab']]),
};
const PROBE = 'orgtrail asks here whether conditional writes are kept\n';
const MD5 = createHash('md5').update(OBJECT.bytes).digest('hex');

function archiveAt(raw: Raw, change: { kmsKey?: string; maxAttempts?: number } = {}) {
  const transport = transportTo(raw.url, { maxAttempts: change.maxAttempts ?? 1 });
  return createArchive(transport, { owner: OWNER, region: 'us-east-1', kmsKey: change.kmsKey ?? null });
}

function stored(response: ServerResponse, etag = MD5): void {
  response.writeHead(200, { etag: `"${etag}"`, 'x-amz-version-id': 'v1' }).end();
}

/** Answers HEAD with a size, and PUT with an ETag that is not the MD5, as under SSE-KMS. */
function encrypted(size: number) {
  return (request: IncomingMessage, response: ServerResponse) => {
    if (request.method === 'PUT') stored(response, 'not-the-md5');
    else
      response
        .writeHead(200, {
          etag: '"not-the-md5"',
          'content-length': String(size),
          'last-modified': 'Fri, 02 Jan 2026 03:04:05 GMT',
        })
        .end();
  };
}

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('writing once', () => {
  test('sends the condition, the owner, the checksum and everything that is known of the object', async () => {
    await using raw = await startRaw((_request, response) => stored(response));
    expect(await archiveAt(raw, { kmsKey: 'arn:aws:kms:us-east-1:111111111111:key/k' }).putIfAbsent(REF, OBJECT)).toBe(
      'created',
    );
    expect(raw.requests.map((request) => request.method)).toEqual(['PUT']);
    expect(raw.requests[0]?.headers).toMatchObject({
      'if-none-match': '*',
      'x-amz-expected-bucket-owner': OWNER,
      'content-type': 'application/json',
      'content-encoding': 'gzip',
      'content-length': String(OBJECT.bytes.length),
      'x-amz-meta-signature': 'ab',
      'x-amz-server-side-encryption': 'aws:kms',
      'x-amz-server-side-encryption-aws-kms-key-id': 'arn:aws:kms:us-east-1:111111111111:key/k',
      'x-amz-checksum-crc32': expect.any(String) as string,
    });
  });

  test('says that something is there already', async () => {
    await using raw = await startRaw((_request, response) => s3Error(response, 412, 'PreconditionFailed'));
    expect(await archiveAt(raw).putIfAbsent(REF, OBJECT)).toBe('exists');
    expect(raw.requests).toHaveLength(1);
  });

  test('tries again while others write the same key', async () => {
    await using raw = await startRaw((_request, response, before) =>
      before < 2 ? s3Error(response, 409, 'ConditionalRequestConflict') : stored(response),
    );
    expect(await archiveAt(raw).putIfAbsent(REF, OBJECT)).toBe('created');
    expect(raw.requests).toHaveLength(3);
  });

  test('does not try for ever', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0.01);
    await using raw = await startRaw((_request, response) => s3Error(response, 409, 'ConditionalRequestConflict'));
    expect(await failure(archiveAt(raw).putIfAbsent(REF, OBJECT))).toMatchObject({
      code: 'blocked-throttled',
      retryable: true,
    });
    expect(raw.requests).toHaveLength(6);
    vi.restoreAllMocks();
  });

  test.each(['500', 'reset'])('takes its own object for "exists" when the answer was lost (%s)', async (how) => {
    await using raw = await startRaw((_request, response, before) => {
      if (before > 0) s3Error(response, 412, 'PreconditionFailed');
      else if (how === '500') s3Error(response, 500, 'InternalError');
      else response.destroy();
    });
    expect(await archiveAt(raw, { maxAttempts: 3 }).putIfAbsent(REF, OBJECT)).toBe('exists');
    expect(raw.requests).toHaveLength(2);
  });

  test('looks again where the ETag is not the MD5', async () => {
    await using raw = await startRaw(encrypted(OBJECT.bytes.length));
    expect(await archiveAt(raw).putIfAbsent(REF, OBJECT)).toBe('created');
    expect(raw.requests.map((request) => request.method)).toEqual(['PUT', 'HEAD']);
    expect(raw.requests[1]?.url).toContain('versionId=v1');
  });

  test('does not believe an object of another size', async () => {
    await using raw = await startRaw(encrypted(OBJECT.bytes.length - 1));
    expect(await failure(archiveAt(raw).putIfAbsent(REF, OBJECT))).toMatchObject({ code: 'archive-changed' });
  });

  test.each<[number, string, string, string, string]>([
    [403, 'AccessDenied', 'no', 'blocked-access', 'Add s3:PutObject on arn:aws:s3:::archive/AWSLogs/*'],
    [403, 'AccessDenied', 'not allowed: kms:GenerateDataKey', 'blocked-kms', 'kms:GenerateDataKey'],
    [
      501,
      'NotImplemented',
      'A header you provided implies functionality that is not implemented',
      'archive-unfit',
      'conditional writes',
    ],
    [503, 'SlowDown', 'later', 'blocked-throttled', 'slow down'],
  ])('%s %s "%s" is %s', async (status, code, message, expected, hint) => {
    await using raw = await startRaw((_request, response) => s3Error(response, status, code, message));
    const error = await failure(archiveAt(raw).putIfAbsent(REF, OBJECT));
    expect(error.code).toBe(expected);
    expect(error.hint).toContain(hint);
  });
});

describe('the probe for conditional writes', () => {
  test('is content when the second write is refused, also on a later start', async () => {
    const puts: string[] = [];
    await using raw = await startRaw((request, response) => {
      puts.push(request.url?.split('?')[0] ?? '');
      if (puts.length > 1) s3Error(response, 412, 'PreconditionFailed');
      else stored(response, createHash('md5').update(PROBE).digest('hex'));
    });
    const archive = archiveAt(raw);
    await archive.probeConditionalWrites('archive', OWNER, 'p/');
    await archive.probeConditionalWrites('archive', OWNER, 'p/');
    expect(puts).toEqual(Array(4).fill('/archive/p/orgtrail/probe'));
  });

  test('refuses a store that overwrites', async () => {
    const bodies: string[] = [];
    await using raw = await startRaw((request, response) => {
      if (request.method === 'HEAD')
        response
          .writeHead(200, {
            etag: '"x"',
            'content-length': bodies.at(-1) ?? '0',
            'last-modified': 'Fri, 02 Jan 2026 03:04:05 GMT',
          })
          .end();
      else {
        bodies.push(request.headers['content-length'] ?? '0');
        response.writeHead(200, { etag: '"x"' }).end();
      }
    });
    expect(await failure(archiveAt(raw).probeConditionalWrites('archive', OWNER, ''))).toMatchObject({
      code: 'archive-unfit',
    });
    expect(bodies).toHaveLength(2);
  });
});

describe('posture', () => {
  const answers = new Map<string, (response: ServerResponse) => void>();
  const serve = () =>
    startRaw((request, response) => {
      const kind = [...answers.keys()].find((name) => request.url?.includes(name) === true) ?? '';
      (answers.get(kind) ?? ((other) => s3Error(other, 501, 'NotImplemented')))(response);
    });
  const set = (versioning: string, lock: string, encryption: string, block: string): void => {
    const on = (text: string) => (response: ServerResponse) => xml(response, 200, text);
    answers
      .set('?versioning', on(versioning))
      .set('?object-lock', on(lock))
      .set('?encryption', on(encryption))
      .set('?publicAccessBlock', on(block));
  };
  const BLOCK =
    '<PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls><IgnorePublicAcls>true</IgnorePublicAcls><BlockPublicPolicy>true</BlockPublicPolicy><RestrictPublicBuckets>true</RestrictPublicBuckets></PublicAccessBlockConfiguration>';
  const LOCK = '<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled></ObjectLockConfiguration>';
  const SSE =
    '<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>';

  test('is what the bucket is set to', async () => {
    await using raw = await serve();
    set('<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>', LOCK, SSE, BLOCK);
    expect(await archiveAt(raw).posture('archive', OWNER)).toEqual({
      versioning: true,
      objectLock: true,
      encrypted: true,
      publicAccessBlocked: true,
    });
    set('<VersioningConfiguration/>', LOCK, SSE, BLOCK.replace('true', 'false'));
    expect(await archiveAt(raw).posture('archive', OWNER)).toEqual({
      versioning: false,
      objectLock: true,
      encrypted: true,
      publicAccessBlocked: false,
    });
    expect(raw.requests.every((request) => request.headers['x-amz-expected-bucket-owner'] === OWNER)).toBe(true);
  });

  test('tells "not set" from "not told"', async () => {
    await using raw = await serve();
    answers.clear();
    answers
      .set('?object-lock', (response) => s3Error(response, 404, 'ObjectLockConfigurationNotFoundError'))
      .set('?encryption', (response) => s3Error(response, 404, 'ServerSideEncryptionConfigurationNotFoundError'))
      .set('?publicAccessBlock', (response) => s3Error(response, 403, 'AccessDenied'));
    expect(await archiveAt(raw).posture('archive', OWNER)).toEqual({
      versioning: null,
      objectLock: false,
      encrypted: false,
      publicAccessBlocked: null,
    });
  });

  test('is an error when the bucket is not there', async () => {
    await using raw = await startRaw((_request, response) => s3Error(response, 404, 'NoSuchBucket'));
    expect(await failure(archiveAt(raw).posture('archive', OWNER))).toMatchObject({ code: 'blocked-access' });
  });
});
