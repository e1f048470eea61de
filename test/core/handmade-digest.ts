/** One digest made by hand, small enough to change any part of it, and the chain that it belongs to. */
import { hash } from 'node:crypto';
import type { Inspection } from '../../src/core/gzip.ts';
import type { DigestEvidence } from '../../src/core/judge.ts';
import { parseKey, type DigestKey } from '../../src/core/key.ts';
import type { Chain, Source } from '../../src/core/source.ts';

export const SIGNATURE = 'cd'.repeat(256);
export const END = Date.UTC(2026, 4, 1, 1, 13, 52);
export const RAW_KEY =
  'logs/AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/05/01/' +
  '111122223333_CloudTrail-Digest_eu-west-1_main_us-east-1_20260501T011352Z.json.gz';

export const FIELDS = {
  awsAccountId: '111122223333',
  digestStartTime: '2026-05-01T00:13:52Z',
  digestEndTime: '2026-05-01T01:13:52Z',
  digestS3Bucket: 'member-logs',
  digestS3Object: RAW_KEY,
  digestPublicKeyFingerprint: '0123456789abcdef'.repeat(2),
  digestSignatureAlgorithm: 'SHA256withRSA',
  logFiles: [] as unknown[],
  previousDigestS3Bucket: null,
  previousDigestS3Object: null,
  previousDigestHashValue: null,
  previousDigestHashAlgorithm: null,
  previousDigestSignature: null,
};

export const CHAIN: Chain = {
  account: '111122223333',
  region: 'eu-west-1',
  source: {
    bucket: 'member-logs',
    prefix: 'logs/',
    trail: 'main',
    homeRegion: 'us-east-1',
    org: null,
    formerBuckets: [{ bucket: 'former-logs', prefix: '' }],
  } as unknown as Source,
};

/** Bytes that were inflated well, with this content. */
export function inspected(content: string | null, headerData = false): Inspection & { readonly ok: true } {
  const bytes = Buffer.from(content ?? '');
  const hashes = { contentSha256: hash('sha256', bytes), storedSha256: hash('sha256', `${content} stored`) };
  const sizes = { inflatedSize: bytes.length, headerData, changes: [] };
  return { ok: true, ...hashes, ...sizes, content: content === null ? null : bytes };
}

export const UNREADABLE: Inspection = {
  ok: false,
  storedSha256: 'ff',
  tooLarge: false,
  detail: 'gzip CRC-32 does not match',
};

function keyOf(rawKey: string): DigestKey {
  const key = parseKey(rawKey);
  if (key?.type !== 'digest') throw new Error(`no digest key: ${rawKey}`);
  return key;
}

/** The digest as it would have been read, with fields changed. */
export function evidenceOf(change: Readonly<Record<string, unknown>> = {}, rawKey: string = RAW_KEY): DigestEvidence {
  return {
    bucket: 'member-logs',
    key: keyOf(rawKey),
    rawKey,
    inspection: inspected(JSON.stringify({ ...FIELDS, digestS3Object: rawKey, ...change })),
    metadata: new Map([
      ['signature', SIGNATURE],
      ['signature-algorithm', 'SHA256withRSA'],
    ]),
  };
}
