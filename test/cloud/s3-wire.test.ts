/** S3 as it is on the wire: what an SDK hides, and what other clients send. */
import { request as httpRequest } from 'node:http';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BUCKET, clientOf, MEMBER_KEYS, startOurs, textObject } from './contract/ours.ts';
import type { WholeCloud } from './cloud.ts';
import type { CloudRequest, Identities } from './endpoint.ts';
import { createJournal, journalEntry, nameRequest } from './journal.ts';
import { createBucket, createS3State, storeObject } from './s3/bucket.ts';
import { createS3Endpoint } from './s3/endpoint.ts';

/** Everybody is the owner: these tests are about bytes, not rights. */
const OPEN: Identities = {
  authenticate: () => ({ ok: true, principal: { account: '1', arn: 'arn:aws:iam::1:root', policies: null } }),
  allowed: () => true,
};

function requestOf(method: string, target: string, rest: Partial<CloudRequest> = {}): CloudRequest {
  const [rawPath = '', rawQuery = ''] = target.split('?');
  const query = new Map(new URLSearchParams(rawQuery));
  return {
    method,
    rawPath,
    rawQuery,
    query,
    headers: new Map([['host', '127.0.0.1:1']]),
    body: new Uint8Array(0),
    ...rest,
  };
}

describe('the endpoint', () => {
  const state = createS3State();
  const bucket = createBucket(state, { name: 'logs', owner: '1', now: 0 });
  const endpoint = createS3Endpoint({ state, identities: OPEN, clock: () => 1_700_000_000_000 });
  const text = async (
    request: CloudRequest,
  ): Promise<{ status: number; body: string; headers: ReadonlyMap<string, string> }> => {
    const { status, headers, body } = await endpoint(request);
    return { status, headers, body: Buffer.from(body).toString('utf8') };
  };
  const streamed = (body: string, decoded: number): CloudRequest => {
    const headers = new Map([
      ['x-amz-content-sha256', 'STREAMING-UNSIGNED-PAYLOAD-TRAILER'],
      ['x-amz-decoded-content-length', String(decoded)],
      ['content-encoding', 'aws-chunked'],
    ]);
    return requestOf('PUT', '/logs/streamed', { headers, body: Buffer.from(body) });
  };
  const isStored = (): boolean => bucket.index.versions.has('streamed');

  it('words a refusal as S3 does', async () => {
    const { status, headers, body } = await text(requestOf('GET', '/logs/no%20key'));
    expect(status).toBe(404);
    expect(body).toMatch(
      /^<\?xml version="1.0" encoding="UTF-8"\?>\n<Error><Code>NoSuchKey<\/Code><Message>.+<\/Message><Resource>\/logs\/no%20key<\/Resource><RequestId>/,
    );
    expect(headers.get('date')).toBe('Tue, 14 Nov 2023 22:13:20 GMT');
    expect(headers.get('x-amz-request-id')).toMatch(/^[0-9A-F]{16}$/);
  });

  it.each(['acl', 'uploads', 'cors', 'attributes', 'website', 'replication', 'uploadId=1'])(
    'says 501 to ?%s instead of serving something else',
    async (query) => {
      for (const target of ['/logs', '/logs/key']) {
        for (const method of ['GET', 'PUT'])
          expect((await text(requestOf(method, `${target}?${query}`))).status).toBe(501);
      }
    },
  );

  it('finds the bucket before the dot of AWS’s own host names', async () => {
    for (const host of ['logs.s3.us-east-1.amazonaws.com', 'logs.s3.amazonaws.com', 'logs.localhost:4566']) {
      expect((await text(requestOf('HEAD', '/', { headers: new Map([['host', host]]) }))).status).toBe(200);
    }
    expect(
      (await text(requestOf('HEAD', '/logs', { headers: new Map([['host', 's3.us-east-1.amazonaws.com']]) }))).status,
    ).toBe(200);
  });

  it('refuses a path that is no UTF-8', async () => {
    expect((await text(requestOf('GET', '/logs/%ff'))).body).toContain('<Code>InvalidURI</Code>');
  });

  it('takes a streamed body whose trailer holds', async () => {
    expect((await text(streamed('3\r\nabc\r\n2\r\nde\r\n0\r\nx-amz-checksum-crc32:hYfRFQ==\r\n\r\n', 5))).status).toBe(
      400,
    );
    expect((await text(streamed('9\r\n123456789\r\n0\r\nx-amz-checksum-crc32:y/Q5Jg==\r\n\r\n', 9))).status).toBe(200);
    expect(Buffer.from(bucket.index.versions.get('streamed')?.[0]?.body ?? []).toString()).toBe('123456789');
    bucket.index.versions.delete('streamed');
  });

  it.each([
    ['cut in a chunk', '9\r\n1234', 9],
    ['cut before the last chunk', '3\r\nabc\r\n', 3],
    ['without a size', 'abc', 3],
    ['of another length than declared', '3\r\nabc\r\n0\r\n\r\n', 4],
  ])('refuses a streamed body %s', async (_, body, decoded) => {
    expect((await text(streamed(body, decoded))).body).toContain('<Code>IncompleteBody</Code>');
    expect(isStored()).toBe(false);
  });

  it.each([
    ['crc32c', '4waSgw=='],
    ['crc64nvme', 'rosUhgp5mIg='],
    ['sha1', '98O8HYCOBHMq32eZZczDTKeuNEE='],
    ['sha256', 'FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU='],
  ])('knows %s', async (algorithm, value) => {
    const put = (checksum: string): CloudRequest => {
      const headers = new Map([[`x-amz-checksum-${algorithm}`, checksum]]);
      return requestOf('PUT', '/logs/k', { headers, body: Buffer.from('123456789') });
    };
    const { status, body } = await text(put(value));
    expect([status, body]).toEqual([200, '']);
    expect((await text(put('AAAAAA=='))).body).toContain('<Code>BadDigest</Code>');
  });

  it('writes control characters of a key so that XML can hold them', async () => {
    const name = 'line\n\u0001<&>';
    const rest = {
      contentType: '',
      contentEncoding: null,
      metadata: new Map(),
      tags: new Map(),
      checksums: new Map(),
      storageClass: 'STANDARD',
    };
    storeObject(bucket, { key: name, body: new Uint8Array(0), encryption: null, retention: null, ...rest }, 0);
    expect((await text(requestOf('GET', '/logs?list-type=2&prefix=line'))).body).toContain(
      '<Key>line&#xa;&#x1;&#x3c;&#x26;&#x3e;</Key>',
    );
    expect((await text(requestOf('GET', '/logs?list-type=2&prefix=line&encoding-type=url'))).body).toContain(
      '<Key>line%0A%01%3C%26%3E</Key>',
    );
  });

  it('refuses DeleteObjects without a checksum over the list', async () => {
    const body = Buffer.from('<Delete><Object><Key>k</Key></Object></Delete>');
    expect((await text(requestOf('POST', '/logs?delete', { body }))).body).toContain('Content-MD5');
  });
});

describe('the journal', () => {
  it('keeps the newest, bounded, and says what it dropped', () => {
    const journal = createJournal(100);
    const request = requestOf('GET', '/logs/k');
    for (let at = 0; at < 250; at += 1) {
      journal.add(journalEntry(nameRequest(request, 's3', null), request, { at, status: 200, fault: null }));
    }
    expect(journal.entries.length).toBeLessThanOrEqual(100);
    expect(journal.entries.length + journal.dropped).toBe(250);
    expect(journal.entries.at(-1)?.at).toBe(249);
    expect(journal.entries[0]?.at).toBe(journal.dropped);
  });
});

describe('the front', () => {
  let cloud: WholeCloud;
  beforeAll(async () => {
    cloud = await startOurs();
  });
  afterAll(() => cloud.close());

  it('keeps the path as it came', async () => {
    cloud.put(textObject('AWSLogs/../../x', 'dots'));
    const client = clientOf(cloud, MEMBER_KEYS);
    const got = await client.send(new GetObjectCommand({ Bucket: BUCKET, Key: 'AWSLogs/../../x' }));
    expect(await got.Body?.transformToString()).toBe('dots');
    expect(cloud.requests.entries.at(-1)).toMatchObject({
      operation: 'GetObject',
      bucket: BUCKET,
      key: 'AWSLogs/../../x',
      status: 200,
    });
    client.destroy();
  });

  it('refuses who does not sign', async () => {
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const sent = httpRequest(`${cloud.url}/${BUCKET}/x`, { method: 'GET' }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      sent.once('error', reject);
      sent.end();
    });
    expect(status).toBe(403);
    expect(cloud.requests.entries.at(-1)?.principal).toBeNull();
  });

  it('carries metadata, lists and writes under load without mixing answers up', async () => {
    const client = clientOf(cloud, MEMBER_KEYS);
    const keys = Array.from({ length: 60 }, (_, n) => `load/${n}`);
    await Promise.all(
      keys.map((Key) =>
        client.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body: `body of ${Key}`, Metadata: { key: Key } })),
      ),
    );
    const read = await Promise.all(
      keys.map(async (Key) => {
        const got = await client.send(new GetObjectCommand({ Bucket: BUCKET, Key }));
        return [await got.Body?.transformToString(), got.Metadata?.['key']];
      }),
    );
    expect(read).toEqual(keys.map((key) => [`body of ${key}`, key]));
    expect((await client.send(new ListObjectsV2Command({ Bucket: BUCKET, Prefix: 'load/' }))).KeyCount).toBe(60);
    client.destroy();
  });
});
