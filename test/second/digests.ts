/** One digest object: taken at its word where bytes, signature, place and times hold, refused with a reason where not. */
import { createHash } from 'node:crypto';
import type { CloudObject, CloudPublicKey } from '../cloud/types.ts';
import { memberIn } from './member.ts';
import { secondsTime, type DigestName } from './names.ts';
import type { Question, Refusal, Span } from './question.ts';
import { hasItsFingerprint, isSignedBy } from './seal.ts';
import { readJson, type Value } from './strict-json.ts';

/** A log file as a digest names it. */
export interface Named {
  /** `bucket/key` */
  readonly object: string;
  readonly hash: string;
}

export interface Pointer {
  readonly object: string;
  readonly hash: string;
  readonly signature: string;
}

export interface Digest extends Span {
  readonly object: string;
  readonly name: DigestName;
  readonly previous: Pointer | null;
  readonly hash: string;
  readonly signature: string;
  readonly logs: readonly Named[];
  readonly headerData: boolean;
}

/** A digest that proves nothing. What is readable of it tells whether the next one means it. */
export interface Refused {
  readonly object: string;
  readonly name: DigestName;
  readonly refusal: Refusal;
  readonly hash: string | null;
  readonly signature: string;
  /** The end it claims; null when it cannot be read. */
  readonly to: number | null;
}

const HOUR = 3_600_000;
const ROTATION_SLACK = 2 * HOUR;
const LONGEST = 25 * HOUR;
const CLOCK_SLACK = HOUR / 12;
/** More than an hour can bring: a reader must stay within its memory. */
const MOST_LOGS = 50_000;
const HASH = /^[0-9a-f]{64}$/;
const TEXTS = [
  'awsAccountId',
  'digestStartTime',
  'digestEndTime',
  'digestS3Bucket',
  'digestS3Object',
  'digestPublicKeyFingerprint',
  'digestSignatureAlgorithm',
];
const PREVIOUS = ['S3Bucket', 'S3Object', 'HashValue', 'HashAlgorithm', 'Signature'].map(
  (end) => `previousDigest${end}`,
);
const ENTRY = ['s3Bucket', 's3Object', 'hashValue', 'hashAlgorithm', 'newestEventTime', 'oldestEventTime'];

export function readDigest(object: CloudObject, name: DigestName, question: Question): Digest | Refused {
  const member = memberIn(object.body, question.maxInflated);
  const hash = member === null ? null : createHash('sha256').update(member.content).digest('hex');
  const fields = member === null ? null : fieldsIn(readJson(member.content));
  const signature = object.metadata.get('signature') ?? '';
  const seen = { object: `${object.bucket}/${object.key}`, name, signature };
  if (member === null || hash === null || fields === null) return { ...seen, refusal: 'bytes', hash, to: null };
  const { from, to } = spanIn(fields);
  const refusal = whyRefuse({ object, name, fields, hash }, question);
  if (refusal !== null) return { ...seen, refusal, hash, to };
  return {
    ...seen,
    from,
    to,
    previous: pointerIn(fields),
    hash,
    logs: fields.logs,
    headerData: member.headerData,
  };
}

interface Fields {
  readonly text: ReadonlyMap<string, string | null>;
  readonly logs: readonly Named[];
}

/** Every documented field with its type, all five `previousDigest…` or none. */
function fieldsIn(value: Value | undefined): Fields | null {
  if (!(value instanceof Map)) return null;
  const fields = value as ReadonlyMap<string, Value>;
  const nullable = [...PREVIOUS, 'newestEventTime', 'oldestEventTime'];
  const present = TEXTS.every((key) => typeof fields.get(key) === 'string');
  const fit = nullable.every((key) => fields.get(key) === null || typeof fields.get(key) === 'string');
  const linked = new Set(PREVIOUS.map((key) => fields.get(key) === null)).size === 1;
  const logs = logsIn(fields.get('logFiles'));
  if (!present || !fit || !linked || logs === null) return null;
  const text = new Map([...TEXTS, ...nullable].map((key) => [key, (fields.get(key) ?? null) as string | null]));
  const times = ['digestStartTime', 'digestEndTime'].every((key) => secondsTime(text.get(key) ?? '') !== null);
  const previousHash = text.get('previousDigestHashValue') ?? null;
  const algorithms =
    text.get('digestSignatureAlgorithm') === 'SHA256withRSA' &&
    (previousHash === null || (text.get('previousDigestHashAlgorithm') === 'SHA-256' && HASH.test(previousHash)));
  return times && algorithms ? { text, logs } : null;
}

function logsIn(value: Value | undefined): readonly Named[] | null {
  if (!Array.isArray(value) || value.length > MOST_LOGS) return null;
  const logs = new Map<string, string>();
  for (const item of value as readonly Value[]) {
    if (!(item instanceof Map)) return null;
    const [bucket, key, hash, algorithm, ...times] = ENTRY.map((field) =>
      (item as ReadonlyMap<string, Value>).get(field),
    );
    if (typeof bucket !== 'string' || typeof key !== 'string' || typeof hash !== 'string') return null;
    if (!HASH.test(hash) || algorithm !== 'SHA-256' || times.some((time) => typeof time !== 'string')) return null;
    const object = `${bucket}/${key}`;
    // Two hashes for one file: no content can be what the digest says.
    logs.set(object, (logs.get(object) ?? hash) === hash ? hash : 'contradicted');
  }
  return [...logs].map(([object, hash]) => ({ object, hash }));
}

interface Candidate {
  readonly object: CloudObject;
  readonly name: DigestName;
  readonly fields: Fields;
  readonly hash: string;
}

function whyRefuse({ object, name, fields, hash }: Candidate, question: Question): Refusal | null {
  const { text } = fields;
  const signature = object.metadata.get('signature') ?? '';
  const algorithm = object.metadata.get('signature-algorithm') ?? '';
  if (signature === '' || algorithm === '') return 'unsigned';
  const place = `${text.get('digestS3Bucket')}/${text.get('digestS3Object')}`;
  if (place !== `${object.bucket}/${object.key}`) return 'moved';
  const span = spanIn(fields);
  if (text.get('awsAccountId') !== name.account || span.to !== name.end) return 'identity';
  const impossible = span.from >= span.to || span.to - span.from > LONGEST || span.to > question.now + CLOCK_SLACK;
  if (impossible) return 'times';
  const message = [text.get('digestEndTime'), place, hash, text.get('previousDigestSignature') ?? 'null'].join('\n');
  const key = question.keys.find(
    (one) => one.region === name.region && one.fingerprint === text.get('digestPublicKeyFingerprint'),
  );
  if (key === undefined || !hasItsFingerprint(key)) return 'key';
  const wellFormed = algorithm === 'SHA256withRSA' && /^[0-9a-f]{512}$/.test(signature);
  if (!wellFormed || !isSignedBy(key, message, Buffer.from(signature, 'hex'))) return 'signature';
  const signing = name.backfill ? generationSpan(object) : { from: span.to, to: span.to + ROTATION_SLACK };
  return wasValid(key, signing) ? null : 'key';
}

/** A backfill digest is signed when it is generated, which its metadata tells, not at its interval's end. */
function generationSpan({ metadata }: CloudObject): Span | null {
  const at = Date.parse(metadata.get('backfill-generation-timestamp') ?? '');
  return Number.isNaN(at) ? null : { from: at - HOUR, to: at + HOUR };
}

/** Signing comes after the interval's end, so a key may stand on either side of it. */
function wasValid(key: CloudPublicKey, span: Span | null): boolean {
  return span !== null && key.validFrom <= span.to && key.validTo >= span.from - ROTATION_SLACK;
}

function spanIn({ text }: Fields): Span {
  const timeOf = (key: string): number => secondsTime(text.get(key) ?? '') ?? Number.NaN;
  return { from: timeOf('digestStartTime'), to: timeOf('digestEndTime') };
}

function pointerIn({ text }: Fields): Pointer | null {
  const signature = text.get('previousDigestSignature') ?? null;
  if (signature === null) return null;
  return {
    object: `${text.get('previousDigestS3Bucket')}/${text.get('previousDigestS3Object')}`,
    hash: text.get('previousDigestHashValue') ?? '',
    signature,
  };
}
