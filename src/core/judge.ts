/**
 * The verdicts on one digest, its link and the log files it names. Pure: bytes and keys in, verdict out; bad evidence
 * never throws. The order follows cloudtrail.md 8; each check names the attack it stops.
 */
import {
  MAX_NAMED_LOGS,
  parseDigest,
  stringToSign,
  type Digest,
  type NamedLog,
  type PreviousDigest,
} from './digest.ts';
import type { Inspection } from './gzip.ts';
import { parseKey, placesOf, type DigestKey } from './key.ts';
import { loadPublicKey, signatureHolds, type PublicKeyRecord } from './publickey.ts';
import type { Chain } from './source.ts';
import { HOUR, parseIso } from './time.ts';
import type { DigestCode, LinkCode, LogCode, NoteCode } from './verdict.ts';

declare const judged: unique symbol;

/** A verdict with the reason in words; `valid` has an empty detail. */
export interface Judgement<Code extends string> {
  readonly code: Code;
  readonly detail: string;
}

/** A digest as read: where, its bytes inspected with the content kept, its user metadata. */
export interface DigestEvidence {
  readonly bucket: string;
  readonly key: DigestKey;
  readonly rawKey: string;
  readonly inspection: Inspection;
  readonly metadata: ReadonlyMap<string, string>;
}

/** A digest that reads well and claims to be this chain's; its signature is still to be judged. */
export interface ClaimedDigest {
  readonly digest: Digest;
  readonly contentSha256: string;
  readonly signature: string;
  /** When it was signed: the digest's end, for backfill digests the generation time. Epoch milliseconds. */
  readonly signedAt: number;
}

/** Bytes with the verdict on them. Only this file makes them, and only they can be consolidated. */
export interface Verified {
  readonly [judged]: true;
  readonly verdict: Judgement<LogCode>;
  readonly notes: readonly NoteCode[];
  readonly inspection: Inspection | null;
}

const SIGNATURE = /^(?:[0-9a-f]{512}|[0-9a-f]{768}|[0-9a-f]{1024})$/;
/** No digest covers much more than an hour; one that claims to would end a walk early (reliability.md V21). */
const MAX_SPAN = 25 * HOUR;
const FUTURE_SLACK = HOUR;
const CLOUDTRAIL_BORN = Date.UTC(2013, 10, 1);

/**
 * Reads a digest and holds its claims against where it was found and whose chain it should be in.
 * @param now epoch milliseconds, against digests dated in the future
 */
export function readClaims(
  evidence: DigestEvidence,
  chain: Chain,
  now: number,
): { readonly claimed: ClaimedDigest } | { readonly refused: Judgement<DigestCode>; readonly digest: Digest | null } {
  const { inspection } = evidence;
  if (!inspection.ok) return { refused: { code: 'digest-malformed', detail: inspection.detail }, digest: null };
  if (inspection.content === null) throw new Error('a digest is judged with its content kept');
  const parsed = parseDigest(inspection.content);
  if ('problem' in parsed) return { refused: { code: 'digest-malformed', detail: parsed.problem }, digest: null };
  const { digest } = parsed;
  const refused =
    checkLocation(digest, evidence) ??
    checkIdentity(digest, evidence.key, chain) ??
    checkTimes(digest, now) ??
    checkMetadata(evidence);
  if (refused !== null) return { refused, digest };
  const signature = evidence.metadata.get('signature') ?? '';
  return {
    claimed: { digest, contentSha256: inspection.contentSha256, signature, signedAt: signedAt(evidence, digest) },
  };
}

/** A digest copied from elsewhere keeps its signature; only the signed location tells that it was moved. */
function checkLocation(digest: Digest, evidence: DigestEvidence): Judgement<DigestCode> | null {
  if (digest.bucket === evidence.bucket && digest.key === evidence.rawKey) return null;
  return { code: 'digest-moved', detail: `it says that it lies at s3://${digest.bucket}/${digest.key}` };
}

/** A validly signed digest of another account, region, trail or hour is no proof for this one (V20, V22). */
function checkIdentity(digest: Digest, key: DigestKey, chain: Chain): Judgement<DigestCode> | null {
  const { source } = chain;
  const claims: readonly (readonly [string, string | number | null, string | number | null])[] = [
    ['account in the content', digest.account, chain.account],
    ['account in the key', key.account, chain.account],
    ['region in the key', key.region, chain.region],
    ['organization in the key', key.org, source.org],
    ['trail in the key', key.trail, source.trail],
    ['home region in the key', key.homeRegion, source.homeRegion],
    ['end time in the key', key.end, digest.end],
  ];
  const wrong = claims.find(([, found, wanted]) => found !== wanted);
  if (wrong === undefined) return null;
  return { code: 'digest-identity', detail: `${wrong[0]} is ${wrong[1]}, expected ${wrong[2]}` };
}

function checkTimes(digest: Digest, now: number): Judgement<DigestCode> | null {
  const { start, end } = digest;
  const detail =
    end <= start
      ? 'it ends before it starts'
      : end - start > MAX_SPAN
        ? 'it covers more than 25 hours'
        : start < CLOUDTRAIL_BORN
          ? 'it starts before CloudTrail existed'
          : end > now + FUTURE_SLACK
            ? 'it ends in the future'
            : null;
  return detail === null ? null : { code: 'digest-impossible-time', detail };
}

function checkMetadata({ metadata, key }: DigestEvidence): Judgement<DigestCode> | null {
  const signature = metadata.get('signature');
  const algorithm = metadata.get('signature-algorithm');
  if (signature === undefined || algorithm === undefined)
    return { code: 'digest-signature-missing', detail: 'the object carries no signature metadata' };
  if (algorithm !== 'SHA256withRSA')
    return { code: 'digest-signature-invalid', detail: `the metadata names the algorithm ${algorithm.slice(0, 40)}` };
  if (!SIGNATURE.test(signature))
    return { code: 'digest-signature-invalid', detail: 'the signature is no lower-case hex of an RSA key length' };
  if (key.kind === 'backfill' && generationTime(metadata) === null)
    return { code: 'digest-malformed', detail: 'a backfill digest without backfill-generation-timestamp' };
  return null;
}

function signedAt(evidence: DigestEvidence, digest: Digest): number {
  return evidence.key.kind === 'backfill' ? (generationTime(evidence.metadata) ?? digest.end) : digest.end;
}

function generationTime(metadata: ReadonlyMap<string, string>): number | null {
  return parseIso((metadata.get('backfill-generation-timestamp') ?? '').replace(/\.\d{1,9}Z$/, 'Z'));
}

/**
 * The signature, by the key with the digest's fingerprint.
 * @param key null when neither the region's key service nor the kept keys know the fingerprint
 * @param slack milliseconds by which the signing time may lie outside the key's validity (rotation: cloudtrail.md 2.2)
 */
export function judgeSignature(
  claimed: ClaimedDigest,
  key: PublicKeyRecord | null,
  slack: number,
): Judgement<DigestCode> {
  const { digest, contentSha256, signature, signedAt: at } = claimed;
  if (key === null)
    return { code: 'key-unknown', detail: `no public key of the region has the fingerprint ${digest.fingerprint}` };
  const loaded = loadPublicKey(key.der);
  if (loaded === null) return { code: 'key-unknown', detail: `the key ${digest.fingerprint} is no RSA key` };
  if (!signatureHolds(loaded, stringToSign(digest, contentSha256), Buffer.from(signature, 'hex')))
    return { code: 'digest-signature-invalid', detail: `the signature does not match the key ${digest.fingerprint}` };
  if (at < key.validFrom - slack || at > key.validTo + slack)
    return { code: 'key-outside-validity', detail: `the key ${digest.fingerprint} was not in use at that time` };
  return { code: 'valid', detail: '' };
}

/** The predecessor as found where the digest says it lies. */
export interface Predecessor {
  readonly inspection: Inspection;
  readonly metadata: ReadonlyMap<string, string>;
}

/**
 * The link to the predecessor: both its hash and its signature must be those that this digest states. AWS's own
 * verifier compares neither (V15, V16, V18).
 * @param predecessor null when it is neither in the source nor in the archive
 */
export function judgeLink(
  digest: Digest,
  predecessor: Predecessor | null,
  kind: DigestKey['kind'],
): Judgement<LinkCode> {
  const { previous } = digest;
  if (previous === null) return { code: 'chain-start', detail: '' };
  if (predecessor === null)
    return { code: 'digest-missing', detail: `the digest before it is gone: s3://${previous.bucket}/${previous.key}` };
  const { inspection, metadata } = predecessor;
  if (!inspection.ok)
    return { code: 'link-hash-mismatch', detail: `the digest before it cannot be read: ${inspection.detail}` };
  if (inspection.contentSha256 !== previous.sha256)
    return {
      code: 'link-hash-mismatch',
      detail: `the digest before it has the hash ${inspection.contentSha256}, not ${previous.sha256}`,
    };
  if (metadata.get('signature') !== previous.signature)
    return {
      code: 'link-signature-mismatch',
      detail: 'the digest before it carries another signature than this one states',
    };
  return kind === 'backfill' ? { code: 'linked', detail: '' } : judgeTiling(digest, inspection.content);
}

function judgeTiling(digest: Digest, content: Uint8Array | null): Judgement<LinkCode> {
  const parsed = content === null ? null : parseDigest(content);
  if (parsed === null || 'problem' in parsed)
    return { code: 'link-hash-mismatch', detail: 'the digest before it cannot be read' };
  if (parsed.digest.end === digest.start) return { code: 'linked', detail: '' };
  const what = parsed.digest.end < digest.start ? 'a gap' : 'an overlap';
  return {
    code: 'time-gap',
    detail: `${what} of ${Math.abs(digest.start - parsed.digest.end) / 1000} s between it and the digest before it`,
  };
}

/** Whether a named log file or predecessor lies where this chain may read: anything else is refused before any request (SSRF by data, V19). */
export function isWithinSource(chain: Chain, file: { readonly bucket: string; readonly key: string }): boolean {
  const key = parseKey(file.key);
  if (key === null || key.account !== chain.account || key.region !== chain.region || key.org !== chain.source.org)
    return false;
  return placesOf(chain.source).some((place) => place.bucket === file.bucket && place.prefix === key.prefix);
}

/** Whether a predecessor pointer stays inside the configured places of this chain. */
export function isOwnDigest(chain: Chain, previous: PreviousDigest): boolean {
  const key = parseKey(previous.key);
  return (
    key?.type === 'digest' &&
    key.trail === chain.source.trail &&
    key.homeRegion === chain.source.homeRegion &&
    isWithinSource(chain, previous)
  );
}

/** The verdict on the bytes of a named log file. */
export function judgeLog(named: NamedLog, inspection: Inspection): Verified {
  if (!inspection.ok) return sealed({ code: 'log-malformed', detail: inspection.detail }, inspection);
  if (inspection.contentSha256 !== named.sha256)
    return sealed(
      {
        code: 'log-hash-mismatch',
        detail: `its content has the hash ${inspection.contentSha256}, the digest says ${named.sha256}`,
      },
      inspection,
    );
  return sealed({ code: 'valid', detail: '' }, inspection);
}

/** The verdict on a named log file of which there are no bytes. */
export function withoutBytes(verdict: Judgement<Exclude<LogCode, 'valid'>>): Verified {
  return sealed(verdict, null);
}

function sealed(verdict: Judgement<LogCode>, inspection: Inspection | null): Verified {
  return { verdict, notes: notesOn(inspection), inspection } as Verified;
}

/** What is to be noted of bytes, whatever their verdict: a gzip header with data in it carries what nobody signed (V14). */
export function notesOn(inspection: Inspection | null): readonly NoteCode[] {
  return inspection?.ok === true && inspection.headerData ? ['gzip-header-data'] : [];
}

/** The log files a digest names, each once. Named twice with one hash is a note; with two hashes the digest contradicts itself. */
export function namedOnce(digest: Digest): {
  readonly logs: readonly NamedLog[];
  readonly twice: ReadonlySet<string>;
  readonly contradicted: ReadonlySet<string>;
} {
  if (digest.logs.length > MAX_NAMED_LOGS) throw new Error('a digest is parsed before it is judged');
  const logs = new Map<string, NamedLog>();
  const twice = new Set<string>();
  const contradicted = new Set<string>();
  for (const log of digest.logs) {
    const name = `${log.bucket}/${log.key}`;
    const known = logs.get(name);
    if (known === undefined) logs.set(name, log);
    else (known.sha256 === log.sha256 ? twice : contradicted).add(name);
  }
  return { logs: [...logs.values()], twice, contradicted };
}
