/** Signatures that AWS itself has published: the headers' form and the presigned one. */
import { describe, expect, test } from 'vitest';
import type { CloudRequest, Identities } from './endpoint.ts';
import { createIdentities } from './identity/identities.ts';
import { USER } from './identity/signer.ts';

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
