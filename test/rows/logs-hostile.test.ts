/** Rows 138-141 and 143-145: hostile contents, hostile names, and objects that may not be read. */
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { parseKey } from '../../src/core/key.ts';
import { pendingKey } from '../../src/core/layout.ts';
import { objectAt as forgedAt } from '../cloud/forge/buckets.ts';
import { objectAt } from '../flow/evidence.ts';
import { BUCKET } from '../flow/one-chain.ts';
import { ARCHIVE } from '../flow/organization.ts';
import { archived, askedFor, collected, ground, provenAt, statesOf, statusCodes } from './ground.ts';

const NOWHERE = { bucket: '', key: '' };

/** One hour whose digest vouches for each of these contents; all must be archived, bit for bit. */
async function expectArchived(contents: readonly (Uint8Array | string)[]): Promise<void> {
  const chain = await ground({ hours: 1 });
  const { logs } = chain.hour({ logs: contents.map((content) => ({ content })) });
  chain.publish();
  const after = await collected(chain);
  expect([after.exitCode, statusCodes(after), statesOf(chain)]).toEqual([0, [], ['start', 'linked']]);
  for (const { object } of logs)
    expect(Buffer.compare(objectAt(chain, ARCHIVE, provenAt(object)).body, object.body)).toBe(0);
}

const HOSTILE_NAMES = [
  '../',
  './',
  '/',
  '%2F',
  '%2e%2e/',
  '\n',
  '\r\n',
  '\t',
  '\0',
  '\u202e',
  '\u{1f600}',
  '?versionId=',
  '#',
  '+',
  '"',
  "'",
  '<script>',
  'x'.repeat(1024),
];

describe('G. Log files', () => {
  test('138 contents that are no log file, under the right hash: truth first, archived bit for bit', () =>
    expectArchived([
      'no JSON',
      '[]',
      '{}',
      '{"Records":{}}',
      '\ufeff{"Records":[]}',
      Buffer.from([0xff, 0xfe, 0x80]),
      String.raw`{"Records":["\ud800"]}`,
      '{"Records":[NaN]}',
      '',
    ]));

  test('139 contents that break readers, under the right hash: archived bit for bit', () =>
    expectArchived([
      '['.repeat(200_000),
      `{"Records":${'{"a":'.repeat(50_000)}0${'}'.repeat(50_000)}}`,
      '{"__proto__":{"Records":[]},"constructor":1}',
      '{"Records":[],"Records":[{}]}',
      JSON.stringify({ Records: ['x'.repeat(2_000_000)] }),
      '{"Records":[1e400,12345678901234567890,"\\u0000"]}',
    ]));

  test('140 hostile names around a genuine one: no key of ours, never read, never copied', async () => {
    const chain = await ground({ hours: 1 });
    const genuine = forgedAt(chain.buckets, chain.chain.hours[0]?.logs[0] ?? NOWHERE);
    const at = genuine.key.lastIndexOf('/') + 1;
    const names = HOSTILE_NAMES.flatMap((part) => [
      `${genuine.key.slice(0, at)}${part}${genuine.key.slice(at)}`,
      `${genuine.key}${part}`,
    ]).filter((key) => !key.endsWith('/'));
    expect(names.filter((key) => parseKey(key) !== null)).toEqual([]);
    chain.publish();
    for (const key of names.filter((one) => Buffer.byteLength(one) <= 1024 && !one.includes('\0')))
      chain.cloud.put({ ...genuine, key });
    const after = await collected(chain);
    expect([after.exitCode, statusCodes(after)]).toEqual([0, []]);
    expect(archived(chain, 'AWSLogs/')).toHaveLength(3);
    const captured = chain.chain.hours[0]?.logs.map(({ bucket, key }) => `orgtrail/pending/${bucket}/${key}`);
    expect(archived(chain, 'orgtrail/pending/')).toEqual(captured?.toSorted());
    expect(archived(chain, 'orgtrail/quarantine/')).toEqual([]);
    expect(names.flatMap((key) => askedFor(chain, { bucket: BUCKET, key }))).toEqual([]);
  });

  test('141 twins in case and in Unicode: two names, two places, never one for the other', () => {
    const key = (prefix: string): string =>
      `${prefix}/AWSLogs/111122223333/CloudTrail/eu-west-1/2026/03/01/111122223333_CloudTrail_eu-west-1_20260301T0035Z_AbCdEfGhIjKlMnOp.json.gz`;
    const twins = [key('\u00e9'), key('e\u0301'), key('E\u0301'), key('e').replace('AbCd', 'aBcD'), key('e')];
    expect(new Set(twins.map((one) => parseKey(one)?.prefix)).size).toBe(4);
    expect(new Set(twins.map((one) => pendingKey('', BUCKET, one))).size).toBe(5);
    expect(new Set(twins.map((one) => JSON.stringify(parseKey(one)))).size).toBe(5);
    // Look-alikes of what the grammar spells out are no twins of it: they are no keys.
    expect(parseKey(key('e').replace('CloudTrail_', 'CloudTrai\u217c_'))).toBeNull();
    expect(parseKey(key('e').replace('/CloudTrail/', '/cloudtrail/'))).toBeNull();
  });

  test("143 a log file whose records speak of another account, region and time: archived, its hash is the digest's", () =>
    expectArchived([
      JSON.stringify({
        Records: [{ recipientAccountId: '999999999999', awsRegion: 'sa-east-1', eventTime: '1999-01-01T00:00:00Z' }],
      }),
    ]));

  test('144 whatever its headers say, a log file is archived as the bytes that lie there; other endings are none', async () => {
    const chain = await ground({ hours: 0 });
    const { logs } = chain.hour({ logs: 4 });
    const headers = [
      { contentType: 'application/json', contentEncoding: 'gzip' },
      { contentType: 'application/json', contentEncoding: null },
      { contentType: 'application/x-gzip', contentEncoding: 'identity' },
      { contentType: 'text/html', contentEncoding: 'br' },
    ] as const;
    chain.put(logs.map(({ object }, index) => ({ ...object, ...headers[index] })));
    chain.publish();
    const [first = NOWHERE] = chain.chain.hours[0]?.logs ?? [];
    const others = ['.json', '.JSON.GZ', '.json.gz.bak'].map((end) => first.key.replace('.json.gz', end));
    for (const key of others) chain.cloud.put({ ...forgedAt(chain.buckets, first), key, body: gzipSync('{}') });
    const after = await collected(chain);
    expect([after.exitCode, statusCodes(after)]).toEqual([0, []]);
    for (const { object } of logs)
      expect(Buffer.compare(objectAt(chain, ARCHIVE, provenAt(object)).body, object.body)).toBe(0);
    expect(archived(chain, '').filter((key) => /\.json$|GZ$|bak$/.test(key) && key.includes('AWSLogs/'))).toEqual([]);
  });

  test.each([
    ["encrypted with the customer's own key (SSE-C)", 400, 'InvalidRequest'],
    ['that its owner alone may read (ACL)', 403, 'AccessDenied'],
    ['in an archive storage class', 403, 'InvalidObjectState'],
  ] as const)(
    '145 a log file %s: blocked, neither missing nor wrong, and healed when it may be read',
    async (_what, status, code) => {
      const chain = await ground();
      const [log = NOWHERE] = chain.chain.hours[1]?.logs ?? [];
      const match = { operation: 'GetObject', bucket: BUCKET, key: new RegExp(`${log.key.slice(-30)}$`) };
      chain.publish();
      const lift = chain.cloud.faults.add({ match, fault: { kind: 'status', status, code } });
      const before = await collected(chain);
      expect([before.exitCode, statesOf(chain)[1]]).toEqual([5, 'blocked']);
      expect(statusCodes(before)).toEqual([code === 'InvalidObjectState' ? 'blocked-archived' : 'blocked-access']);
      lift();
      const after = await collected(chain);
      expect([after.exitCode, statesOf(chain)[1]]).toEqual([0, 'linked']);
    },
  );
});
