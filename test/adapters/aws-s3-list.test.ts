import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createObjectReader } from '../../src/adapters/aws-s3.ts';
import { clientsTo, collect, failure, s3Error, startRaw, xml } from './raw-s3.ts';

const REQUEST = { bucket: 'logs', owner: '222222222222', prefix: 'AWSLogs/' };

interface Page {
  readonly keys: readonly string[];
  readonly folders?: readonly string[];
  readonly next?: string;
}

function listing({ keys, folders = [], next }: Page): string {
  const entries = keys.map(
    (key) =>
      `<Contents><Key>${encodeURIComponent(key)}</Key><LastModified>2026-01-02T03:04:05.000Z</LastModified><ETag>&quot;e&quot;</ETag><Size>1</Size></Contents>`,
  );
  const below = folders.map(
    (folder) => `<CommonPrefixes><Prefix>${encodeURIComponent(folder)}</Prefix></CommonPrefixes>`,
  );
  const more =
    next === undefined
      ? '<IsTruncated>false</IsTruncated>'
      : `<IsTruncated>true</IsTruncated><NextContinuationToken>${next}</NextContinuationToken>`;
  const count = keys.length + folders.length;
  return `<?xml version="1.0" encoding="UTF-8"?><ListBucketResult><Name>logs</Name><Prefix>AWSLogs%2F</Prefix><EncodingType>url</EncodingType><KeyCount>${count}</KeyCount><MaxKeys>1000</MaxKeys>${more}${entries.join('')}${below.join('')}</ListBucketResult>`;
}

async function listingFrom(answers: readonly ((response: ServerResponse) => void)[]) {
  const raw = await startRaw((_request, response, before) =>
    (answers[Math.min(before, answers.length - 1)] ?? answers[0])?.(response),
  );
  const { objects } = { objects: createObjectReader(clientsTo(raw.url)) };
  return { raw, objects, [Symbol.asyncDispose]: () => raw[Symbol.asyncDispose]() };
}

const good = (page: Page) => (response: ServerResponse) => xml(response, 200, listing(page));

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('listing', () => {
  test('follows the pages, sends the owner and the bound, and decodes the keys', async () => {
    await using from = await listingFrom([
      good({ keys: ['AWSLogs/a b', 'AWSLogs/b'], next: 't1' }),
      good({ keys: [], next: 't2' }),
      good({ keys: ['AWSLogs/ä'] }),
    ]);
    const keys = await collect(from.objects.list({ ...REQUEST, startAfter: 'AWSLogs/A' }));
    expect(keys.map((object) => object.key)).toEqual(['AWSLogs/a b', 'AWSLogs/b', 'AWSLogs/ä']);
    const queries = from.raw.requests.map((request) => new URLSearchParams(request.url?.split('?')[1]));
    expect(queries.map((query) => [query.get('start-after'), query.get('continuation-token')])).toEqual([
      ['AWSLogs/A', null],
      [null, 't1'],
      [null, 't2'],
    ]);
    expect(from.raw.requests.map((request) => request.headers['x-amz-expected-bucket-owner'])).toEqual(
      Array(3).fill('222222222222'),
    );
  });

  test('names the folders without the prefix', async () => {
    await using from = await listingFrom([
      good({ keys: ['AWSLogs/0file'], folders: ['AWSLogs/1/', 'AWSLogs/2/'], next: 't' }),
      good({ keys: [], folders: ['AWSLogs/3/'] }),
    ]);
    expect(await from.objects.folders(REQUEST)).toEqual(['1/', '2/', '3/']);
    expect(from.raw.requests[0]?.url).toContain('delimiter=%2F');
  });

  test('asks a garbled page again and goes on', async () => {
    await using from = await listingFrom([(response) => xml(response, 200, ''), good({ keys: ['AWSLogs/a'] })]);
    expect(await collect(from.objects.list(REQUEST))).toHaveLength(1);
    expect(from.raw.requests).toHaveLength(2);
  });

  test.each<[string, string]>([
    ['an empty body', ''],
    ['an HTML page', '<html><body>Sign in</body></html>'],
    ['an empty result', '<ListBucketResult/>'],
    ['cut XML', listing({ keys: ['AWSLogs/a'] }).slice(0, -30)],
    ['no XML at all', '{"it": "is JSON"}'],
    ['a truncated page without a token', listing({ keys: ['AWSLogs/a'] }).replace('false', 'true')],
    ['a foreign key', listing({ keys: ['other/a'] })],
  ])('never takes %s for "no files"', async (_name, body) => {
    await using from = await listingFrom([(response) => xml(response, 200, body)]);
    const error = await failure(collect(from.objects.list(REQUEST)));
    expect(error).toMatchObject({ code: 'transport-garbled', retryable: true });
    expect(error.message).toContain('s3://logs/AWSLogs/');
    expect(from.raw.requests).toHaveLength(3);
  });

  test('ends a listing whose token comes back', async () => {
    await using from = await listingFrom([
      good({ keys: ['AWSLogs/a'], next: 't' }),
      good({ keys: ['AWSLogs/b'], next: 't' }),
    ]);
    expect(await failure(collect(from.objects.list(REQUEST)))).toMatchObject({ code: 'transport-garbled' });
    expect(from.raw.requests).toHaveLength(4);
  });

  test('refuses a prefix with more than 10,000 folders', async () => {
    const folders = Array.from({ length: 10_001 }, (_, index) => `AWSLogs/${String(index).padStart(6, '0')}/`);
    await using from = await listingFrom([good({ keys: [], folders })]);
    expect(await failure(from.objects.folders(REQUEST))).toMatchObject({ code: 'blocked-access' });
  });

  test('names the permission that is missing', async () => {
    await using from = await listingFrom([(response) => s3Error(response, 403, 'AccessDenied')]);
    const error = await failure(collect(from.objects.list(REQUEST)));
    expect(error).toMatchObject({ code: 'blocked-access', retryable: false });
    expect(error.hint).toContain('Add s3:ListBucket on arn:aws:s3:::logs to');
    expect(error.hint).toContain('222222222222');
    expect(from.raw.requests).toHaveLength(1);
  });

  test('says that the bucket is gone', async () => {
    await using from = await listingFrom([(response) => s3Error(response, 404, 'NoSuchBucket')]);
    expect(await failure(collect(from.objects.list(REQUEST)))).toMatchObject({
      code: 'blocked-access',
      hint: expect.stringContaining('no such bucket') as string,
    });
  });
});
