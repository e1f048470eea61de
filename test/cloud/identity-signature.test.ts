import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import {
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  type S3ClientConfig,
} from '@aws-sdk/client-s3';
import { describe, expect, test } from 'vitest';
import type { CloudRequest, Endpoint, Identities } from './endpoint.ts';
import { authenticationStatus, createIdentities, type CloudIdentities } from './identity/identities.ts';
import { serveEndpoint } from './identity/loopback.ts';
import { newSession } from './identity/trust.ts';

const USER = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  account: '111111111111',
  name: 'daemon',
  policies: null,
};
const ROLE = {
  arn: 'arn:aws:iam::222222222222:role/reader',
  account: '222222222222',
  trusted: [],
  externalId: null,
  policies: ['{"a":1}'],
};
const EMPTY_HASH = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

describe("AWS's published examples (S3 API reference, SigV4, 24 May 2013)", () => {
  const at = Date.parse('2013-05-24T00:00:00Z');
  const identities = createIdentities({ now: () => at, users: [USER] });

  interface Example {
    readonly method?: string;
    readonly path: string;
    readonly query?: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly signed: string;
    readonly signature: string;
    readonly body?: string;
  }

  function request(example: Example): CloudRequest {
    const { method = 'GET', path, query: rawQuery = '', body = '' } = example;
    const authorization = `AWS4-HMAC-SHA256 Credential=${USER.accessKeyId}/20130524/us-east-1/s3/aws4_request,SignedHeaders=${example.signed},Signature=${example.signature}`;
    const headers = new Map(
      Object.entries({
        host: 'examplebucket.s3.amazonaws.com',
        'x-amz-date': '20130524T000000Z',
        authorization,
        ...example.headers,
      }),
    );
    return {
      method,
      rawPath: path,
      rawQuery,
      query: new Map(new URLSearchParams(rawQuery)),
      headers,
      body: Buffer.from(body),
    };
  }

  const sha = { 'x-amz-content-sha256': EMPTY_HASH };
  const examples: readonly (readonly [string, Example])[] = [
    [
      'GET with a range',
      {
        path: '/test.txt',
        headers: { ...sha, range: 'bytes=0-9' },
        signed: 'host;range;x-amz-content-sha256;x-amz-date',
        signature: 'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
      },
    ],
    [
      'PUT with a storage class',
      {
        method: 'PUT',
        path: '/test%24file.text',
        body: 'Welcome to Amazon S3.',
        headers: {
          date: 'Fri, 24 May 2013 00:00:00 GMT',
          'x-amz-storage-class': 'REDUCED_REDUNDANCY',
          'x-amz-content-sha256': '44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072',
        },
        signed: 'date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class',
        signature: '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
      },
    ],
    [
      'GET of a subresource without a value',
      {
        path: '/',
        query: 'lifecycle',
        headers: sha,
        signed: 'host;x-amz-content-sha256;x-amz-date',
        signature: 'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
      },
    ],
    [
      'GET of a listing',
      {
        path: '/',
        query: 'max-keys=2&prefix=J',
        headers: sha,
        signed: 'host;x-amz-content-sha256;x-amz-date',
        signature: '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
      },
    ],
  ];
  test.each(examples)('%s holds', (_, example) => {
    expect(identities.authenticate(request(example), 's3')).toMatchObject({
      ok: true,
      principal: { arn: 'arn:aws:iam::111111111111:user/daemon' },
    });
  });
  test.each(examples)('%s with another path does not', (_, example) => {
    expect(identities.authenticate(request({ ...example, path: `${example.path}x` }), 's3')).toMatchObject({
      code: 'SignatureDoesNotMatch',
    });
  });

  const query = `X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404`;
  const presigned = (rawQuery: string): CloudRequest => ({
    method: 'GET',
    rawPath: '/test.txt',
    rawQuery,
    query: new Map(new URLSearchParams(rawQuery)),
    headers: new Map([['host', 'examplebucket.s3.amazonaws.com']]),
    body: new Uint8Array(),
  });
  test('presigned GET holds for its day and not longer', () => {
    const day = 86_400_000;
    const when = (now: number): Identities => createIdentities({ now: () => now, users: [USER] });
    expect(when(at + day - 1).authenticate(presigned(query), 's3')).toMatchObject({ ok: true });
    expect(when(at + day + 1).authenticate(presigned(query), 's3')).toMatchObject({
      code: 'AccessDenied',
      message: 'Request has expired',
    });
    expect(when(at - 16 * 60_000).authenticate(presigned(query), 's3')).toMatchObject({ code: 'RequestTimeTooSkewed' });
    expect(when(at).authenticate(presigned(query.replace('86400', '86401')), 's3')).toMatchObject({
      code: 'SignatureDoesNotMatch',
    });
    expect(when(at).authenticate(presigned(query.replace('86400', '604801')), 's3')).toMatchObject({
      code: 'AuthorizationQueryParametersError',
    });
    expect(when(at).authenticate(presigned(`${query}&versionId=other`), 's3')).toMatchObject({
      code: 'SignatureDoesNotMatch',
    });
    expect(when(at).authenticate(presigned(`${query}&%zz=1`), 's3')).toMatchObject({ code: 'SignatureDoesNotMatch' });
  });
});

/** Answers who signed, and refuses with S3's status: all that the SDK needs to succeed or fail. */
function whoami(
  identities: Identities,
  tamper: (request: CloudRequest) => CloudRequest = (request) => request,
): Endpoint {
  return (request) => {
    const identity = identities.authenticate(tamper(request), 's3');
    const body = identity.ok
      ? `<ListBucketResult><Name>${identity.principal.arn}</Name></ListBucketResult>`
      : `<Error><Code>${identity.code}</Code><Message>${identity.message}</Message></Error>`;
    return {
      status: identity.ok ? 200 : authenticationStatus(identity.code),
      headers: new Map([['content-type', 'application/xml']]),
      body: Buffer.from(body),
    };
  };
}

function client(url: string, options: Partial<S3ClientConfig> = {}): S3Client {
  return new S3Client({
    endpoint: url,
    region: 'eu-central-1',
    forcePathStyle: true,
    maxAttempts: 1,
    credentials: USER,
    ...options,
  });
}

async function outcome(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'ok',
    (error: unknown) => (error instanceof Error ? error.name : String(error)),
  );
}

const identities = createIdentities({ now: Date.now, users: [USER], roles: [ROLE] });

describe('what the SDK signs, over the wire', () => {
  const keys = [
    'plain.json.gz',
    'with space',
    'plus+plus',
    'per%2Fcent',
    '100%',
    'a/../b',
    './a/./b',
    'a//b',
    'a/',
    'ünïcödé',
    '日本語',
    '😀/🎉',
    "(paren)'quote!*",
    'a?b=c&d#e',
    'semi;colon:at@eq=comma,$',
    '~tilde_under-dash.dot',
    'back\\slash',
    '<tag>&"',
    'line\nbreak',
    '[x]{y}|^`',
  ];
  test.each(keys)('key %j', async (Key) => {
    await using front = await serveEndpoint(whoami(identities));
    const s3 = client(front.url);
    expect(await outcome(s3.send(new GetObjectCommand({ Bucket: 'logs', Key })))).toBe('ok');
    expect(
      await outcome(
        s3.send(new PutObjectCommand({ Bucket: 'logs', Key, Body: 'x', Metadata: { signature: 'a  b   c' } })),
      ),
    ).toBe('ok');
    expect(
      await outcome(
        s3.send(new ListObjectsV2Command({ Bucket: 'logs', Prefix: Key, StartAfter: Key, Delimiter: '/' })),
      ),
    ).toBe('ok');
    expect(front.requests).toHaveLength(3);
    s3.destroy();
  });

  test('bodies: buffer, empty, stream with trailer, unsigned', async () => {
    await using front = await serveEndpoint(whoami(identities));
    const s3 = client(front.url);
    const put = (Body: Buffer | string | Readable, ContentLength?: number): Promise<string> =>
      outcome(
        s3.send(
          new PutObjectCommand({
            Bucket: 'logs',
            Key: 'k',
            Body,
            ...(ContentLength === undefined ? {} : { ContentLength }),
          }),
        ),
      );
    expect(await put(Buffer.alloc(70_000, 7))).toBe('ok');
    expect(await put('')).toBe('ok');
    expect(await put(Readable.from([Buffer.alloc(70_000, 7)]), 70_000)).toBe('ok');
    expect(front.requests.map((request) => request.headers.get('x-amz-content-sha256')?.slice(0, 9))).toContain(
      'STREAMING',
    );
    s3.destroy();
  });

  test('a changed body, query, header, method or path breaks the signature', async () => {
    const changes: readonly (readonly [string, (request: CloudRequest) => CloudRequest])[] = [
      [
        'XAmzContentSHA256Mismatch',
        (request) => ({ ...request, body: Buffer.concat([request.body, Buffer.from('x')]) }),
      ],
      ['SignatureDoesNotMatch', (request) => ({ ...request, rawQuery: `${request.rawQuery}&acl` })],
      ['SignatureDoesNotMatch', (request) => ({ ...request, method: 'DELETE' })],
      ['SignatureDoesNotMatch', (request) => ({ ...request, rawPath: request.rawPath.replace('logs', 'logz') })],
      [
        'SignatureDoesNotMatch',
        (request) => ({ ...request, headers: new Map([...request.headers, ['host', '127.0.0.1:1']]) }),
      ],
      [
        'AccessDenied',
        (request) => ({ ...request, headers: new Map([...request.headers, ['x-amz-acl', 'public-read']]) }),
      ],
      [
        'NotImplemented',
        (request) => ({
          ...request,
          headers: new Map([...request.headers, ['x-amz-content-sha256', 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD']]),
        }),
      ],
      [
        'AuthorizationHeaderMalformed',
        (request) => ({
          ...request,
          headers: new Map([...request.headers, ['authorization', 'AWS4-HMAC-SHA256 Credential=x']]),
        }),
      ],
      [
        'AccessDenied',
        (request) => ({
          ...request,
          headers: new Map([...request.headers].filter(([name]) => name !== 'authorization')),
        }),
      ],
    ];
    for (const [code, change] of changes) {
      await using front = await serveEndpoint(whoami(identities, change));
      const s3 = client(front.url);
      expect(await outcome(s3.send(new PutObjectCommand({ Bucket: 'logs', Key: 'k', Body: 'body' })))).toBe(code);
      s3.destroy();
    }
  });
});

describe('credentials', () => {
  function issued(known: CloudIdentities, expiresAt: number) {
    const session = newSession({ roleArn: ROLE.arn, sessionName: 'run', expiresAt });
    known.registerSession(session);
    return session;
  }

  test.each([
    ['wrong secret', { ...USER, secretAccessKey: 'wrong' }, 'SignatureDoesNotMatch'],
    ['unknown key', { ...USER, accessKeyId: 'AKIAUNKNOWN' }, 'InvalidAccessKeyId'],
    ['user key with a token', { ...USER, sessionToken: 'token' }, 'InvalidToken'],
    ['live session', issued(identities, Date.now() + 60_000), 'ok'],
    ['expired session', issued(identities, Date.now() - 1), 'ExpiredToken'],
    [
      'session key with another token',
      { ...issued(identities, Date.now() + 60_000), sessionToken: 'other' },
      'InvalidToken',
    ],
  ])('%s → %s', async (_, credentials, expected) => {
    await using front = await serveEndpoint(whoami(identities));
    const s3 = client(front.url, { credentials });
    expect(await outcome(s3.send(new ListObjectsV2Command({ Bucket: 'logs' })))).toBe(expected);
    s3.destroy();
  });

  test('a session key without its token is no key', async () => {
    const { accessKeyId, secretAccessKey } = issued(identities, Date.now() + 60_000);
    await using front = await serveEndpoint(whoami(identities));
    const s3 = client(front.url, { credentials: { accessKeyId, secretAccessKey } });
    expect(await outcome(s3.send(new ListObjectsV2Command({ Bucket: 'logs' })))).toBe('InvalidAccessKeyId');
    s3.destroy();
  });

  test.each([-16, 16])('a clock %i minutes off is refused', async (minutes) => {
    await using front = await serveEndpoint(whoami(identities));
    const s3 = client(front.url, { systemClockOffset: minutes * 60_000 });
    expect(await outcome(s3.send(new ListObjectsV2Command({ Bucket: 'logs' })))).toBe('RequestTimeTooSkewed');
    s3.destroy();
  });

  test("another service's signature is refused", async () => {
    await using front = await serveEndpoint(
      whoami({ ...identities, authenticate: (request) => identities.authenticate(request, 'sts') }),
    );
    const s3 = client(front.url);
    expect(await outcome(s3.send(new ListObjectsV2Command({ Bucket: 'logs' })))).toBe('AuthorizationHeaderMalformed');
    s3.destroy();
  });

  test('a role changed, deleted or ended holds at the next call', () => {
    const known = createIdentities({ now: () => 1, roles: [ROLE] });
    const session = issued(known, 5000);
    expect(known.secretsOf(session.accessKeyId)).toMatchObject({ secretAccessKey: session.secretAccessKey });
    known.expireSessions(ROLE.arn);
    expect(known.secretsOf(session.accessKeyId)).toMatchObject({ expiresAt: 0 });
    expect(known.secretsOf('nobody')).toBeNull();
  });
});

const AWSCLI = '/usr/bin/aws';

describe.skipIf(!existsSync(AWSCLI))('awscli as a second signer (needs /usr/bin/aws)', () => {
  async function aws(url: string, ...words: readonly string[]): Promise<string> {
    const env = {
      PATH: '/usr/bin:/bin',
      HOME: '/nonexistent',
      AWS_ACCESS_KEY_ID: USER.accessKeyId,
      AWS_SECRET_ACCESS_KEY: USER.secretAccessKey,
      AWS_DEFAULT_REGION: 'us-east-1',
      AWS_EC2_METADATA_DISABLED: 'true',
    };
    const { stdout } = await promisify(execFile)(AWSCLI, ['--endpoint-url', url, ...words], { env, timeout: 30_000 });
    return stdout;
  }

  test('header form and presigned form, with an awkward key', async () => {
    await using front = await serveEndpoint(whoami(identities));
    expect(
      await aws(
        front.url,
        's3api',
        'list-objects-v2',
        '--bucket',
        'logs',
        '--prefix',
        'a b+c/ü',
        '--no-paginate',
        '--output',
        'text',
        '--query',
        'Name',
      ),
    ).toContain('arn:aws:iam::111111111111:user/daemon');
    const url = (await aws(front.url, 's3', 'presign', 's3://logs/a b+c/ü(1).gz')).trim();
    expect((await fetch(url)).status).toBe(200);
    expect((await fetch(url.replace(/.$/u, (last) => (last === '0' ? '1' : '0')))).status).toBe(403);
  }, 60_000);
});
