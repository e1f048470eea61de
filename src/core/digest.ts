/** A digest file's content (cloudtrail.md 2.1): parsed only after it was hashed, every documented field demanded. */
import { parseStrictJson, type Json } from './json.ts';
import { parseIso } from './time.ts';

/** One log file that a digest names. */
export interface NamedLog {
  readonly bucket: string;
  readonly key: string;
  /** Lower-hex SHA-256 of the inflated bytes. */
  readonly sha256: string;
}

/** What a digest says of its predecessor. */
export interface PreviousDigest {
  readonly bucket: string;
  readonly key: string;
  readonly sha256: string;
  readonly signature: string;
}

export interface Digest {
  readonly account: string;
  /** Epoch milliseconds. */
  readonly start: number;
  readonly end: number;
  /** digestEndTime as written: it is part of the string to sign. */
  readonly endText: string;
  readonly bucket: string;
  readonly key: string;
  readonly fingerprint: string;
  /** Null for a starting digest. */
  readonly previous: PreviousDigest | null;
  readonly logs: readonly NamedLog[];
}

/** More log files than an hour of one chain can hold; a digest that claims more is refused before it costs memory. */
export const MAX_NAMED_LOGS = 100_000;
const HEX64 = /^[0-9a-f]{64}$/;
const MAX_TEXT = 2048;

class Malformed extends Error {}

/** The digest, or what is wrong with it. Never throws on any bytes. */
export function parseDigest(content: Uint8Array): { readonly digest: Digest } | { readonly problem: string } {
  const json = parseStrictJson(content);
  if ('problem' in json) return json;
  try {
    return { digest: readDigest(json.value) };
  } catch (error) {
    if (error instanceof Malformed) return { problem: error.message };
    throw error;
  }
}

/**
 * What CloudTrail signs: end time, location, hash and the predecessor's signature, each verbatim, joined by line feeds.
 * @param contentSha256 lower-hex SHA-256 of the inflated digest
 */
export function stringToSign(digest: Digest, contentSha256: string): string {
  const previous = digest.previous === null ? 'null' : digest.previous.signature;
  return `${digest.endText}\n${digest.bucket}/${digest.key}\n${contentSha256}\n${previous}`;
}

function readDigest(json: Json): Digest {
  const fields = objectOf(json, 'the digest');
  exactly(fields, 'digestSignatureAlgorithm', 'SHA256withRSA');
  const endText = text(fields, 'digestEndTime');
  const logs = fields.get('logFiles');
  if (!Array.isArray(logs)) throw new Malformed('logFiles is no list');
  if (logs.length > MAX_NAMED_LOGS)
    throw new Malformed(`logFiles names ${logs.length} files, more than ${MAX_NAMED_LOGS}`);
  return {
    account: matching(fields, 'awsAccountId', /^\d{12}$/),
    start: time(fields, 'digestStartTime'),
    end: time(fields, 'digestEndTime'),
    endText,
    bucket: text(fields, 'digestS3Bucket'),
    key: text(fields, 'digestS3Object'),
    fingerprint: matching(fields, 'digestPublicKeyFingerprint', /^[0-9a-f]{32}$/),
    previous: readPrevious(fields),
    logs: logs.map((log: Json) => readLog(log)),
  };
}

/** The five previousDigest* fields are all null (starting digest) or all there: a mixture is no digest of AWS's. */
function readPrevious(fields: ReadonlyMap<string, Json>): PreviousDigest | null {
  const names = ['S3Bucket', 'S3Object', 'HashValue', 'HashAlgorithm', 'Signature'].map(
    (part) => `previousDigest${part}`,
  );
  const absent = names.filter((name) => !fields.has(name));
  if (absent.length > 0) throw new Malformed(`${absent.join(', ')} missing`);
  const nulls = names.filter((name) => fields.get(name) === null);
  if (nulls.length === names.length) return null;
  if (nulls.length > 0) throw new Malformed(`${nulls.join(', ')} null beside others that are not`);
  exactly(fields, 'previousDigestHashAlgorithm', 'SHA-256');
  return {
    bucket: text(fields, 'previousDigestS3Bucket'),
    key: text(fields, 'previousDigestS3Object'),
    sha256: matching(fields, 'previousDigestHashValue', HEX64),
    signature: matching(fields, 'previousDigestSignature', /^[0-9a-f]{512,2048}$/),
  };
}

function readLog(json: Json): NamedLog {
  const fields = objectOf(json, 'an entry of logFiles');
  exactly(fields, 'hashAlgorithm', 'SHA-256');
  return {
    bucket: text(fields, 's3Bucket'),
    key: text(fields, 's3Object'),
    sha256: matching(fields, 'hashValue', HEX64),
  };
}

function objectOf(json: Json | undefined, what: string): ReadonlyMap<string, Json> {
  if (json === undefined || json === null || typeof json !== 'object' || Array.isArray(json))
    throw new Malformed(`${what} is no object`);
  const fields = new Map(Object.entries(json));
  // No field of AWS's: a reader that copies fields by assignment would take what is behind it for the digest's own.
  if (fields.has('__proto__')) throw new Malformed(`${what} has a field __proto__`);
  return fields;
}

function text(fields: ReadonlyMap<string, Json>, name: string): string {
  const value = fields.get(name);
  if (typeof value !== 'string' || value === '' || value.length > MAX_TEXT)
    throw new Malformed(`${name} is ${value === undefined ? 'missing' : 'no text of reasonable length'}`);
  return value;
}

function matching(fields: ReadonlyMap<string, Json>, name: string, pattern: RegExp): string {
  const value = fields.get(name);
  if (typeof value !== 'string' || !pattern.test(value)) throw new Malformed(`${name} is not as documented`);
  return value;
}

function exactly(fields: ReadonlyMap<string, Json>, name: string, wanted: string): void {
  if (fields.get(name) !== wanted) throw new Malformed(`${name} is not ${wanted}`);
}

function time(fields: ReadonlyMap<string, Json>, name: string): number {
  const value = parseIso(text(fields, name));
  if (value === null) throw new Malformed(`${name} is no time`);
  return value;
}
