/** A digest file: the exact fields, string to sign and signature of cloudtrail.md 2.1 and 2.2. */
import { hash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { CloudObject } from '../types.ts';
import type { Signer } from './keyring.ts';
import type { ForgedLog } from './log-file.ts';
import { isoSeconds } from './times.ts';

/** One file that a digest vouches for. */
export interface DigestLogEntry {
  s3Bucket: string;
  s3Object: string;
  hashValue: string;
  hashAlgorithm: string;
  newestEventTime: string;
  oldestEventTime: string;
}

/** The JSON of a digest, in the order in which CloudTrail writes its fields. Mutable: damages edit it. */
export interface DigestFields {
  awsAccountId: string;
  digestStartTime: string;
  digestEndTime: string;
  digestS3Bucket: string;
  digestS3Object: string;
  digestPublicKeyFingerprint: string;
  digestSignatureAlgorithm: string;
  newestEventTime: string | null;
  oldestEventTime: string | null;
  previousDigestS3Bucket: string | null;
  previousDigestS3Object: string | null;
  previousDigestHashValue: string | null;
  previousDigestHashAlgorithm: string | null;
  previousDigestSignature: string | null;
  logFiles: DigestLogEntry[];
}

/** What the next digest says of this one. */
export interface DigestLink {
  readonly bucket: string;
  readonly key: string;
  /** Lower-hex SHA-256 of the inflated digest. */
  readonly hash: string;
  readonly signature: string;
}

/** A digest as delivered. */
export interface ForgedDigest {
  readonly object: CloudObject;
  readonly deliveredAt: number;
  readonly link: DigestLink;
}

export interface DigestRequest {
  readonly account: string;
  readonly start: number;
  readonly end: number;
  readonly bucket: string;
  readonly key: string;
  readonly previous: DigestLink | null;
  readonly logs: readonly ForgedLog[];
  readonly fingerprint: string;
}

/** The fields of a digest; the five `previousDigest*` are null at the start of a chain, the event times in an empty hour. */
export function digestFields(request: DigestRequest): DigestFields {
  const { previous, logs } = request;
  return {
    awsAccountId: request.account,
    digestStartTime: isoSeconds(request.start),
    digestEndTime: isoSeconds(request.end),
    digestS3Bucket: request.bucket,
    digestS3Object: request.key,
    digestPublicKeyFingerprint: request.fingerprint,
    digestSignatureAlgorithm: 'SHA256withRSA',
    newestEventTime:
      logs.length === 0 ? null : isoSeconds(logs.reduce((newest, log) => Math.max(newest, log.newestEvent), -Infinity)),
    oldestEventTime:
      logs.length === 0 ? null : isoSeconds(logs.reduce((oldest, log) => Math.min(oldest, log.oldestEvent), Infinity)),
    previousDigestS3Bucket: previous?.bucket ?? null,
    previousDigestS3Object: previous?.key ?? null,
    previousDigestHashValue: previous?.hash ?? null,
    previousDigestHashAlgorithm: previous === null ? null : 'SHA-256',
    previousDigestSignature: previous?.signature ?? null,
    logFiles: logs.map(entryOf),
  };
}

/** What a digest says of one log file. */
export function entryOf(log: ForgedLog): DigestLogEntry {
  return {
    s3Bucket: log.object.bucket,
    s3Object: log.object.key,
    hashValue: log.contentSha256,
    hashAlgorithm: 'SHA-256',
    newestEventTime: isoSeconds(log.newestEvent),
    oldestEventTime: isoSeconds(log.oldestEvent),
  };
}

/** Compact JSON. One genuine specimen escapes every slash, another does not: both are made. */
export function digestText(fields: unknown, escapeSlashes: boolean): string {
  const text = JSON.stringify(fields);
  return escapeSlashes ? text.replaceAll('/', String.raw`\/`) : text;
}

/** The four lines that are signed; a starting digest ends in the word null. */
function stringToSign(text: string): string {
  const fields = JSON.parse(text) as DigestFields;
  return [
    fields.digestEndTime,
    `${fields.digestS3Bucket}/${fields.digestS3Object}`,
    hash('sha256', Buffer.from(text, 'utf8')),
    fields.previousDigestSignature ?? 'null',
  ].join('\n');
}

/** Signs a digest's text and packs it. `generatedAt` is stated in the metadata of backfill digests only. */
export function sealDigest(
  text: string,
  seal: { readonly at: { bucket: string; key: string }; readonly signer: Signer; readonly generatedAt: number | null },
): {
  object: CloudObject;
  link: DigestLink;
} {
  const signature = seal.signer.sign(stringToSign(text));
  const metadata = new Map([
    ['signature', signature],
    ['signature-algorithm', 'SHA256withRSA'],
  ]);
  if (seal.generatedAt !== null)
    metadata.set('backfill-generation-timestamp', new Date(seal.generatedAt).toISOString());
  const body = new Uint8Array(gzipSync(Buffer.from(text, 'utf8')));
  const { bucket, key } = seal.at;
  return {
    object: { bucket, key, body, metadata, contentType: 'application/json', contentEncoding: 'gzip' },
    link: { bucket, key, hash: hash('sha256', Buffer.from(text, 'utf8')), signature },
  };
}
