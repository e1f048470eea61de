import { generateKeyPairSync, hash, sign } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { changeKey } from '../../src/core/layout.ts';
import { fingerprintOf } from '../../src/core/publickey.ts';
import type { Receipt } from '../../src/core/receipt.ts';
import type { Bucket, StoredVersion } from '../cloud/s3/bucket.ts';
import { addVersion, createKeyIndex, dropVersion, sortedKeys, versionsOf } from '../cloud/s3/keyindex.ts';
import { archiveHere, copyArchive } from './archive-here.ts';
import { keysWith, objectAt, overwrite, remove } from './evidence.ts';
import { ARCHIVE, openOrganization, type Organization } from './organization.ts';
import { pass } from './pass.ts';

const HOUR = 3_600_000;
const NOW = Date.now();
const START = Math.floor((NOW - 8 * HOUR) / 1000) * 1000;

let organization: Organization;
let kept: readonly StoredVersion[];

/** One collected archive, its objects some hours old; every test damages it and finds it whole again. */
beforeAll(async () => {
  organization = await openOrganization({
    seed: 'damage',
    start: START,
    hours: 6,
    accounts: 1,
    regions: ['us-east-1'],
  });
  expect((await pass(organization, NOW)).exitCode).toBe(0);
  const { index } = archive();
  kept = sortedKeys(index)
    .flatMap((key) => versionsOf(index, key))
    .map((one) => ({ ...one, lastModified: one.lastModified - 4 * HOUR }));
});
beforeEach(() => {
  const { index } = archive();
  Object.assign(index, createKeyIndex());
  for (const version of kept) addVersion(index, { ...version });
});
afterAll(() => organization.close());

function archive(): Bucket {
  const held = organization.cloud.state.buckets.get(ARCHIVE);
  if (held === undefined) throw new Error('no archive');
  return held;
}

function keyOf(part: string, at: number): string {
  const key = keysWith(organization, ARCHIVE, part).at(at);
  if (key === undefined) throw new Error(`no ${at} of ${part}`);
  return key;
}

function erase(key: string): void {
  const { index } = archive();
  for (const version of versionsOf(index, key).slice()) dropVersion(index, version);
}

const log = (): string => keyOf('/CloudTrail/', 4);
const digest = (): string => keyOf('/CloudTrail-Digest/', 2);
const newest = (): string => keyOf('/CloudTrail-Digest/', -1);
const receipt = (at = 2): string => keyOf('orgtrail/receipts/', at);
/** Of all that were kept, the key that the digests are signed with. */
function publicKey(): string {
  const one = kept.find(({ key }) => key.startsWith('orgtrail/receipts/'));
  const { digest: told } = JSON.parse(Buffer.from(one?.body ?? '').toString('utf8')) as Receipt;
  return `orgtrail/keys/us-east-1/${told.fingerprint}.json`;
}
const body = (key: string): Buffer => Buffer.from(objectAt(organization, ARCHIVE, key).body);
const put = (key: string, bytes: Uint8Array): void => overwrite(organization, ARCHIVE, key, bytes);

function rewriteReceipt(at: number, change: (stored: Receipt) => unknown): void {
  const key = receipt(at);
  const stored = JSON.parse(body(key).toString('utf8')) as Receipt;
  put(key, Buffer.from(`${JSON.stringify({ ...stored, ...(change(stored) as object) }, null, 1)}\n`));
}

/** Findings as code, key and the part of the detail that names the archive's object. */
async function found(dir: boolean): Promise<readonly (readonly [string, string | null, string])[]> {
  const ask = dir ? { dir: copyArchive(organization), now: NOW } : { now: NOW, full: true };
  const { exit, report } = await archiveHere(organization, ask);
  expect({ exit, verdict: report.verdict }).toEqual(
    report.findings.length === 0 ? { exit: 0, verdict: 'verified' } : { exit: 3, verdict: 'failed' },
  );
  return report.findings.map(({ code, key, detail }) => [code, key, detail]);
}

/** The name that orgtrail would keep a StopLogging of the first hour under. */
function event(): string {
  const [, account = ''] = /receipts\/(\d{12})\//.exec(receipt()) ?? [];
  return changeKey('', { account, region: 'us-east-1', time: START + HOUR, name: 'StopLogging', eventId: 'e-1' });
}

interface Row {
  readonly name: string;
  readonly act: () => void;
  readonly code: string;
  /** The archive object that the finding names in key or detail. */
  readonly object: () => string;
  readonly says: RegExp;
}

const ROWS: readonly Row[] = [
  {
    name: 'a log file deleted with all its versions',
    act: () => erase(log()),
    code: 'log-missing',
    object: log,
    says: /is gone, which its receipt recorded as proven with the stored SHA-256 [0-9a-f]{64}$/,
  },
  {
    name: 'a log file hidden by a delete marker',
    act: () => remove(organization, ARCHIVE, log()),
    code: 'log-missing',
    object: log,
    says: /is gone, which its receipt recorded/,
  },
  {
    name: 'a log file altered',
    act: () => put(log(), body(log()).fill(0, 40, 60)),
    code: 'log-malformed',
    object: log,
    says: /was changed since its receipt: it had the stored SHA-256 [0-9a-f]{64} and has [0-9a-f]{64}$/,
  },
  {
    name: 'a log file overwritten by a version with fewer events',
    act: () => put(log(), gzipSync('{"Records":[]}')),
    code: 'log-hash-mismatch',
    object: log,
    says: /was changed since its receipt/,
  },
  {
    name: 'a log file overwritten by other bytes of the same content',
    act: () => put(log(), gzipSync(gunzipSync(body(log())), { level: 1 })),
    code: 'archive-conflict',
    object: log,
    says: /^it was overwritten after its receipt was written: the content is the same/,
  },
  {
    name: 'a digest in the middle deleted',
    act: () => erase(digest()),
    code: 'digest-missing',
    object: digest,
    says: /is gone, which its receipt recorded/,
  },
  {
    name: 'the newest digest deleted, when the next is not due yet',
    act: () => erase(newest()),
    code: 'digest-missing',
    object: newest,
    says: /is gone, which its receipt recorded/,
  },
  {
    name: 'a digest altered',
    act: () => put(digest(), body(digest()).fill(0, 40, 60)),
    code: 'digest-malformed',
    object: digest,
    says: /was changed since its receipt/,
  },
  {
    name: 'a receipt deleted',
    act: () => erase(receipt()),
    code: 'archive-conflict',
    object: digest,
    says: /its receipt is gone or was never written$/,
  },
  {
    name: 'a receipt altered',
    act: () => put(receipt(), body(receipt()).fill('x', 30, 33)),
    code: 'archive-conflict',
    object: receipt,
    says: /^the receipt is not what was recorded: /,
  },
  {
    name: 'a receipt emptied',
    act: () => put(receipt(), Buffer.from('')),
    code: 'archive-conflict',
    object: receipt,
    says: /^the receipt is not what was recorded: /,
  },
  {
    name: 'a receipt that names another key than its digest',
    act: () => rewriteReceipt(2, ({ digest: told }) => ({ digest: { ...told, fingerprint: '0'.repeat(32) } })),
    code: 'archive-conflict',
    object: receipt,
    says: /its fingerprint is 0{32}, the signed digest says [0-9a-f]{32}$/,
  },
  {
    name: 'a receipt that leaves a log file out',
    act: () =>
      rewriteReceipt(2, ({ logs, counts }) => ({
        logs: logs.slice(1),
        counts: { ...counts, named: counts.named - 1, valid: counts.valid - 1 },
      })),
    code: 'archive-conflict',
    object: receipt,
    says: /its number of log files is 1, the signed digest says 2$/,
  },
  {
    name: 'a receipt that leads to bytes elsewhere in the archive',
    act: () =>
      rewriteReceipt(2, ({ digest: told }) => ({ digest: { ...told, place: `AWSLogs/../orgtrail/pending/x` } })),
    code: 'archive-conflict',
    object: receipt,
    says: /the place of its digest is none that orgtrail writes to$/,
  },
  {
    name: 'a name among the receipts that is none',
    act: () => plant(`${receipt().slice(0, receipt().lastIndexOf('/'))}/readme.txt`, Buffer.from('nothing')),
    code: 'archive-conflict',
    object: () => `${receipt().slice(0, receipt().lastIndexOf('/'))}/readme.txt`,
    says: /^it lies among the receipts and cannot be read as one$/,
  },
  {
    name: 'the kept key deleted',
    act: () => erase(publicKey()),
    code: 'key-unknown',
    object: publicKey,
    says: /its receipt says valid: the kept key orgtrail\/keys\/\S+ is gone or altered$/,
  },
  {
    name: 'every kept key deleted',
    act: () => keysWith(organization, ARCHIVE, 'orgtrail/keys/').forEach(erase),
    code: 'key-unknown',
    object: publicKey,
    says: /its receipt says valid: the kept key orgtrail\/keys\/\S+ is gone or altered$/,
  },
  {
    name: 'the kept key altered',
    act: () =>
      put(
        publicKey(),
        Buffer.from(
          body(publicKey())
            .toString('utf8')
            .replace(/"der": "..../, '"der": "AAAA'),
        ),
      ),
    code: 'key-unknown',
    object: publicKey,
    says: /is gone or altered$/,
  },
  {
    name: 'the kept key made unreadable (cause: text that is no base64 ended the program)',
    act: () =>
      put(
        publicKey(),
        Buffer.from(
          body(publicKey())
            .toString('utf8')
            .replace(/"der": "..../, '"der": "!!!!'),
        ),
      ),
    code: 'key-unknown',
    object: publicKey,
    says: /is gone or altered$/,
  },
  {
    name: 'a stranger’s key kept under the name of the true one',
    act: () => {
      const stored = JSON.parse(body(publicKey()).toString('utf8')) as object;
      put(publicKey(), Buffer.from(JSON.stringify({ ...stored, der: stranger().toString('base64') })));
    },
    code: 'key-unknown',
    object: publicKey,
    says: /is gone or altered$/,
  },
  {
    name: 'the kept key swollen (cause: an object larger than any key ended the run without a report)',
    act: () => put(publicKey(), Buffer.alloc(100_000, ' ')),
    code: 'key-unknown',
    object: publicKey,
    says: /is gone or altered$/,
  },
  {
    name: 'a trail record swollen (cause: as above)',
    act: () => put(keyOf('orgtrail/trails/', -1), Buffer.alloc(5_000_000, ' ')),
    code: 'archive-conflict',
    object: () => keyOf('orgtrail/trails/', -1),
    says: /^the trail record is not what was recorded: it is gone, or too large to be one$/,
  },
  {
    name: 'a kept event altered',
    act: () => plant(event(), Buffer.from('{}')),
    code: 'archive-conflict',
    object: event,
    says: /is not what was recorded$/,
  },
  {
    name: 'a trail record altered',
    act: () => put(keyOf('orgtrail/trails/', -1), Buffer.from('{}')),
    code: 'archive-conflict',
    object: () => keyOf('orgtrail/trails/', -1),
    says: /^the trail record is not what was recorded: /,
  },
  {
    name: 'a log file planted among the proven ones',
    act: () => plant(planted(), gzipSync('{"Records":[]}')),
    code: 'log-unlisted',
    object: planted,
    says: /^it lies among the proven files of the archive, and no digest names it$/,
  },
];

function plant(key: string, bytes: Uint8Array): void {
  organization.cloud.put({
    bucket: ARCHIVE,
    key,
    body: bytes,
    metadata: new Map(),
    contentType: 'x/y',
    contentEncoding: null,
  });
}

function planted(): string {
  return log().replace(/_[^_]{16}\.json\.gz$/, '_Planted0Planted0.json.gz');
}

function stranger(): Buffer {
  return generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'der', type: 'pkcs1' });
}

describe('an archive that nobody touched', () => {
  test.for([
    ['in its bucket', false],
    ['copied', true],
  ] as const)('%s: nothing is found', async ([, dir]) => {
    expect(await found(dir)).toEqual([]);
  });
});

describe.for([
  ['the bucket', false],
  ['a copy', true],
] as const)('damage to the archive, found in %s:', ([, dir]) => {
  test.for(ROWS)('$name', async ({ act, code, object, says, name }) => {
    if (name.startsWith('a log file planted')) organization.configure({ limits: { unlistedGraceHours: 1 } });
    const damaged = object();
    act();
    const findings = await found(dir);
    organization.configure({});
    const named = findings.filter(
      ([one, key, detail]) => one === code && says.test(detail) && (key === damaged || detail.includes(damaged)),
    );
    expect({ findings, named: named.length > 0 }).toEqual({ findings, named: true });
  });
});

describe('what is left of an archive', () => {
  const verify = async (dir: boolean) =>
    archiveHere(organization, dir ? { dir: copyArchive(organization), now: NOW } : { now: NOW });

  test.for([
    ['the bucket', false],
    ['a copy', true],
  ] as const)('the newest end cut with its receipts, in %s: chain-truncated, exit 3', async ([, dir]) => {
    for (const part of ['/CloudTrail-Digest/', 'orgtrail/receipts/']) {
      const keys = keysWith(organization, ARCHIVE, part);
      keys.slice(-4).forEach(erase);
    }
    const { exit, report } = await verify(dir);
    expect({ exit, codes: new Set(report.findings.map(({ code }) => code)) }).toEqual({
      exit: 3,
      codes: new Set(['chain-truncated']),
    });
  });

  test.for([
    ['the bucket', false],
    ['a copy', true],
  ] as const)(
    'digests and receipts all gone, in %s: the trail record says that the chain ought to be there, exit 3',
    async ([, dir]) => {
      for (const part of ['/CloudTrail-Digest/', 'orgtrail/receipts/'])
        keysWith(organization, ARCHIVE, part).forEach(erase);
      const { exit, report } = await verify(dir);
      expect({ exit, codes: report.findings.map(({ code }) => code) }).toEqual({ exit: 3, codes: ['chain-empty'] });
    },
  );

  test.for([
    ['the bucket', false],
    ['a copy', true],
  ] as const)('nothing at all, in %s: exit 4', async ([, dir]) => {
    keysWith(organization, ARCHIVE, '').forEach(erase);
    const { exit, report } = await verify(dir);
    expect({ exit, verdict: report.verdict, chains: report.chains, findings: report.findings }).toEqual({
      exit: 4,
      verdict: 'nothing',
      chains: [],
      findings: [],
    });
  });

  test.for([
    ['the bucket', false],
    ['a copy', true],
  ] as const)(
    'receipts and trail records all gone, in %s: the chain is found by its digests, proven by them, and the loss told',
    async ([, dir]) => {
      for (const part of ['orgtrail/trails/', 'orgtrail/receipts/'])
        keysWith(organization, ARCHIVE, part).forEach(erase);
      const { exit, report } = await verify(dir);
      // In a copy without metadata only the newest one's signature is lost with its receipt: no digest after it names it.
      const digests = dir ? { valid: 5, 'digest-signature-missing': 1 } : { valid: 6 };
      expect({
        exit,
        digests: report.counts.digests,
        conflicts: report.findings.filter(({ code }) => code === 'archive-conflict').length,
      }).toEqual({ exit: 3, digests, conflicts: 6 });
    },
  );
});

describe('whoever may write to the archive and signs with a key of his own', () => {
  /** Puts his key among the kept ones and signs one digest anew, with one log file left out. */
  function resign(): void {
    const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const der = pair.publicKey.export({ format: 'der', type: 'pkcs1' });
    const fingerprint = fingerprintOf(der);
    const published = JSON.parse(body(publicKey()).toString('utf8')) as object;
    plant(
      `orgtrail/keys/us-east-1/${fingerprint}.json`,
      Buffer.from(JSON.stringify({ ...published, fingerprint, der: der.toString('base64') })),
    );
    const key = digest();
    const fields = JSON.parse(gunzipSync(body(key)).toString('utf8')) as Record<string, string | unknown[]>;
    const logFiles = (fields['logFiles'] as unknown[]).slice(1);
    const content = Buffer.from(JSON.stringify({ ...fields, logFiles, digestPublicKeyFingerprint: fingerprint }));
    const place = `${String(fields['digestS3Bucket'])}/${String(fields['digestS3Object'])}`;
    const message = [fields['digestEndTime'], place, hash('sha256', content), fields['previousDigestSignature']].join(
      '\n',
    );
    const signature = sign('sha256', Buffer.from(message), pair.privateKey).toString('hex');
    const metadata = new Map([
      ['signature', signature],
      ['signature-algorithm', 'SHA256withRSA'],
    ]);
    organization.cloud.put({
      bucket: ARCHIVE,
      key,
      body: gzipSync(content),
      metadata,
      contentType: 'x/y',
      contentEncoding: null,
    });
  }

  test('is found by the digest that follows, and by the receipt', async () => {
    resign();
    const findings = await found(false);
    const codes = new Set(findings.map(([code]) => code));
    expect(codes).toEqual(new Set(['link-hash-mismatch', 'archive-conflict']));
    expect(findings.find(([code]) => code === 'archive-conflict')?.[2]).toContain('its fingerprint is');
  });

  test('and in a copy the signature of the receipt is not that of the new bytes', async () => {
    resign();
    const codes = new Set((await found(true)).map(([code]) => code));
    expect(codes).toContain('digest-signature-invalid');
    expect(codes).toContain('link-hash-mismatch');
  });
});
