/**
 * A plain second opinion for the forge's own tests, written from the description of the format and sharing no code
 * with the forge: what is wrong with the digests and log files of one chain in these buckets?
 */
import { createHash, createPublicKey, verify, type KeyObject } from 'node:crypto';
import { inspectGzip } from '../../../src/core/gzip.ts';
import type { Buckets } from './buckets.ts';
import type { CloudObject, CloudPublicKey } from '../types.ts';

export interface Question {
  readonly buckets: Buckets;
  readonly account: string;
  readonly region: string;
  readonly trail: string;
  /** The organization's id where the trail is one of an organization. */
  readonly organization: string | null;
  readonly keys: readonly CloudPublicKey[];
  /** The newest digestEndTime that was delivered, epoch milliseconds. */
  readonly newest: number;
  /** Starting digests that are right, by digestStartTime in epoch milliseconds. */
  readonly starts: readonly number[];
}

type Fields = Record<string, string | null> & {
  logFiles: { s3Bucket: string; s3Object: string; hashValue: string; hashAlgorithm: string }[];
};

interface Read {
  readonly object: CloudObject;
  readonly fields: Fields;
  readonly hash: string;
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const nameOf = (bucket: string | null | undefined, key: string | null | undefined): string => `${bucket}/${key}`;

/** The codes of everything that is wrong, without repeats; empty when all is well. */
export function judge(question: Question): ReadonlySet<string> {
  const found = new Set<string>();
  const objects = [...question.buckets.values()].flatMap((bucket) => [...bucket.values()]);
  const digests = objects.filter(({ key }) => digestEnd(key, question) !== null);
  if (digests.length === 0) return found.add('chain-empty');
  const ends = digests.map(({ key }) => digestEnd(key, question) ?? 0);
  if (Math.max(...ends) < question.newest) found.add('chain-truncated');
  const read = digests.map((object) => readDigest(object, question, found)).filter((one) => one !== null);
  const readable = new Map(read.map((one) => [nameOf(one.object.bucket, one.object.key), one]));
  const present = new Set(digests.map(({ bucket, key }) => nameOf(bucket, key)));
  for (const one of read) checkLink(one, { readable, present, starts: question.starts }, found);
  const predecessors = read
    .map(({ fields }) => nameOf(fields['previousDigestS3Bucket'], fields['previousDigestS3Object']))
    .filter((name) => name !== 'null/null');
  if (new Set(predecessors).size < predecessors.length) found.add('chain-fork');
  const listed = new Set<string>();
  for (const { fields } of read) for (const log of fields.logFiles) checkLog(log, { question, listed }, found);
  const complete = read.length === digests.length && !found.has('chain-truncated') && !found.has('digest-missing');
  if (
    complete &&
    objects.some((object) => isLog(object.key, question) && !listed.has(nameOf(object.bucket, object.key)))
  )
    found.add('log-unlisted');
  return found;
}

function digestEnd(key: string, question: Question): number | null {
  const match =
    /^\d{4}\/\d\d\/\d\d\/(\d{12})_CloudTrail-Digest_([a-z0-9-]+)_(.+)_[a-z]{2}-[a-z]+-\d_(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z\.json\.gz$/.exec(
      below(key, 'CloudTrail-Digest', question),
    );
  if (match === null || match[1] !== question.account || match[2] !== question.region || match[3] !== question.trail)
    return null;
  const [year, month, day, hour, minute, second] = match.slice(4).map(Number);
  return Date.UTC(year ?? 0, (month ?? 0) - 1, day, hour, minute, second);
}

function isLog(key: string, question: Question): boolean {
  return below(key, 'CloudTrail', question) !== '';
}

/** What follows the chain's folder in a key; empty where the key lies elsewhere. */
function below(key: string, kind: string, { account, region, organization }: Question): string {
  const folder = `AWSLogs/${organization === null ? '' : `${organization}/`}${account}/${kind}/${region}/`;
  const at = key.startsWith(folder) ? 0 : key.indexOf(`/${folder}`) + 1;
  return at === 0 && !key.startsWith(folder) ? '' : key.slice(at + folder.length);
}

function readDigest(object: CloudObject, question: Question, found: Set<string>): Read | null {
  const inflated = inspectGzip(object.body, { maxInflated: 1_000_000, keepContent: true });
  const fields =
    inflated.ok && inflated.content !== null ? parseFields(Buffer.from(inflated.content).toString('utf8')) : null;
  if (!inflated.ok || inflated.content === null || fields === null) {
    found.add('digest-malformed');
    return null;
  }
  if (inflated.headerData) found.add('gzip-header-data');
  const hash = sha256(inflated.content);
  const problem = problemOf({ object, fields, hash }, question);
  if (problem === null) return { object, fields, hash };
  // What it says of its predecessor and of log files is worth nothing.
  found.add(problem);
  return null;
}

const NAMES =
  'awsAccountId,digestStartTime,digestEndTime,digestS3Bucket,digestS3Object,digestPublicKeyFingerprint,digestSignatureAlgorithm,newestEventTime,oldestEventTime,previousDigestS3Bucket,previousDigestS3Object,previousDigestHashValue,previousDigestHashAlgorithm,previousDigestSignature,logFiles'.split(
    ',',
  );

function parseFields(text: string): Fields | null {
  try {
    const fields = JSON.parse(text) as Fields;
    // The event times of log files have the same names as those of the digest.
    const once = NAMES.every((name) => name.endsWith('EventTime') || text.split(`"${name}":`).length === 2);
    const times = [fields['digestStartTime'], fields['digestEndTime']].every(
      (time) => new Date(time ?? '').toISOString() === time?.replace('Z', '.000Z'),
    );
    const links = new Set(NAMES.slice(9, 14).map((name) => fields[name] === null));
    const algorithms =
      Array.isArray(fields.logFiles) &&
      fields.logFiles.every((log) => log.hashAlgorithm === 'SHA-256' && /^[0-9a-f]{64}$/.test(log.hashValue));
    const hashes = new Map(
      Array.isArray(fields.logFiles) ? fields.logFiles.map((log) => [log.s3Object, log.hashValue]) : [],
    );
    const agreeing = algorithms && fields.logFiles.every((log) => hashes.get(log.s3Object) === log.hashValue);
    return once &&
      times &&
      links.size === 1 &&
      agreeing &&
      !text.includes('__proto__') &&
      fields['digestSignatureAlgorithm'] === 'SHA256withRSA'
      ? fields
      : null;
  } catch {
    return null;
  }
}

function problemOf({ object, fields, hash }: Read, question: Question): string | null {
  const signature = object.metadata.get('signature');
  if (signature === undefined || signature === '' || object.metadata.get('signature-algorithm') === undefined)
    return 'digest-signature-missing';
  if (nameOf(fields['digestS3Bucket'], fields['digestS3Object']) !== nameOf(object.bucket, object.key))
    return 'digest-moved';
  const key = question.keys.find(({ fingerprint }) => fingerprint === fields['digestPublicKeyFingerprint']);
  if (key === undefined) return 'key-unknown';
  const message = `${fields['digestEndTime']}\n${object.bucket}/${object.key}\n${hash}\n${fields['previousDigestSignature'] ?? 'null'}`;
  const proper = /^[0-9a-f]{512}$/.test(signature) && object.metadata.get('signature-algorithm') === 'SHA256withRSA';
  if (!proper || !verify('sha256', Buffer.from(message), loadKey(key.der), Buffer.from(signature, 'hex')))
    return 'digest-signature-invalid';
  return claimProblem(fields, { end: digestEnd(object.key, question), key, account: question.account });
}

function claimProblem(
  fields: Fields,
  { end, key, account }: { end: number | null; key: CloudPublicKey; account: string },
): string | null {
  const [from, to] = [Date.parse(fields['digestStartTime'] ?? ''), Date.parse(fields['digestEndTime'] ?? '')];
  if (to < key.validFrom - 7_200_000 || to > key.validTo + 7_200_000) return 'key-outside-validity';
  if (fields['awsAccountId'] !== account || to !== end) return 'digest-identity';
  return from >= to || to - from > 25 * 3_600_000 ? 'digest-impossible-time' : null;
}

function loadKey(der: Uint8Array): KeyObject {
  return createPublicKey({ key: Buffer.from(der), format: 'der', type: der.length === 294 ? 'spki' : 'pkcs1' });
}

interface Neighbours {
  readonly readable: ReadonlyMap<string, Read>;
  readonly present: ReadonlySet<string>;
  readonly starts: readonly number[];
}

function checkLink({ fields }: Read, { readable, present, starts }: Neighbours, found: Set<string>): void {
  if (fields['previousDigestS3Object'] === null) {
    if (!starts.includes(Date.parse(fields['digestStartTime'] ?? ''))) found.add('chain-restarted');
    return;
  }
  const name = nameOf(fields['previousDigestS3Bucket'], fields['previousDigestS3Object']);
  const previous = readable.get(name);
  if (previous === undefined) {
    if (!present.has(name)) found.add('digest-missing');
    return;
  }
  if (previous.fields['digestS3Object'] !== previous.object.key) return;
  if (fields['previousDigestHashValue'] !== previous.hash) found.add('link-hash-mismatch');
  if (fields['previousDigestSignature'] !== previous.object.metadata.get('signature'))
    found.add('link-signature-mismatch');
  if (fields['digestStartTime'] !== previous.fields['digestEndTime']) found.add('time-gap');
}

function checkLog(
  log: Fields['logFiles'][number],
  { question, listed }: { question: Question; listed: Set<string> },
  found: Set<string>,
): void {
  listed.add(nameOf(log.s3Bucket, log.s3Object));
  if (
    !/^(?:[^.].*\/)?AWSLogs\//.test(log.s3Object) ||
    !isLog(log.s3Object, question) ||
    log.s3Bucket.startsWith('somebody')
  )
    return void found.add('log-foreign');
  const object = question.buckets.get(log.s3Bucket)?.get(log.s3Object);
  if (object === undefined) return void found.add('log-missing');
  const inflated = inspectGzip(object.body, { maxInflated: 1_000_000, keepContent: false });
  if (!inflated.ok) return void found.add('log-malformed');
  if (inflated.headerData) found.add('gzip-header-data');
  if (inflated.contentSha256 !== log.hashValue) found.add('log-hash-mismatch');
}
