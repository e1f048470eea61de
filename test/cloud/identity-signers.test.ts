/** What real clients sign, over the wire: awkward keys, every kind of body, and that no part can be changed. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { describe, expect, test } from 'vitest';
import type { CloudRequest } from './endpoint.ts';
import { createIdentities } from './identity/identities.ts';
import { serveEndpoint } from './identity/loopback.ts';
import { client, outcome, ROLE, USER, whoami } from './identity/signer.ts';

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
