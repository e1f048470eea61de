/** Verify: bytes and keys in, verdicts out. What could not be read becomes a blocked verdict, never a valid or missing one. */
import type { Digest, NamedLog } from '../core/digest.ts';
import type { Inspection } from '../core/gzip.ts';
import type { DigestKey } from '../core/key.ts';
import {
  isOwnDigest,
  isWithinSource,
  judgeLink,
  judgeLog,
  judgeSignature,
  readClaims,
  withoutBytes,
  type Judgement,
  type Verified,
} from '../core/judge.ts';
import type { PublicKeyRecord } from '../core/publickey.ts';
import type { Chain } from '../core/source.ts';
import { isBlockedCode, type DigestCode, type LinkCode } from '../core/verdict.ts';
import { isBlocked, OperatingError } from '../errors.ts';
import type { Inspector, StoredObject } from '../ports.ts';

/** Finds a region's key by fingerprint; null when nobody knows it; throws `blocked-keys` when nobody could be asked. */
export type KeyFinder = (question: {
  readonly chain: Chain;
  readonly fingerprint: string;
  readonly at: number;
}) => Promise<PublicKeyRecord | null>;

export interface VerifyPorts {
  readonly inspector: Inspector;
  readonly findKey: KeyFinder;
  readonly maxInflated: number;
  /** Milliseconds of slack at key rotation. */
  readonly keySlack: number;
  readonly now: number;
}

/** A digest as pulled (stages/pull). */
export interface DigestBytes {
  readonly chain: Chain;
  readonly bucket: string;
  readonly rawKey: string;
  readonly key: DigestKey;
  readonly object: StoredObject;
}

/** One place to read a file from (stages/pull). */
export interface Reading {
  readonly via: 'source' | 'pending' | 'archive';
  readonly read: () => Promise<StoredObject | null>;
}

/**
 * How often bytes that fail are read before the verdict stands: right length and wrong bytes may be the way here
 * (reliability.md row 53), and a flipped bit on the wire must not end as a finding about the member's evidence.
 */
export const MOST_READINGS = 3;

export interface JudgedDigest {
  readonly verdict: Judgement<DigestCode>;
  /** The content where it could be read; its claims bind only when the verdict is valid. */
  readonly digest: Digest | null;
  readonly inspection: Inspection;
}

export interface JudgedLog {
  readonly named: NamedLog;
  readonly verified: Verified;
  readonly via: Reading['via'] | null;
  /** The bytes that were judged, to be consolidated or quarantined. */
  readonly object: StoredObject | null;
  /** What the source holds instead when the bytes were proven from a copy; null when they came from the source. */
  readonly source: { readonly verified: Verified; readonly object: StoredObject | null } | null;
}

/** The digest's own verdict: content, identity, times, signature. */
export async function verifyDigest(pulled: DigestBytes, ports: VerifyPorts): Promise<JudgedDigest> {
  const { chain, bucket, rawKey, key, object } = pulled;
  const inspection = await inspect(object, ports, true);
  const read = readClaims({ bucket, rawKey, key, inspection, metadata: object.metadata }, chain, ports.now);
  if ('refused' in read) return { verdict: read.refused, digest: read.digest, inspection };
  const { claimed } = read;
  const { digest } = claimed;
  try {
    const found = await ports.findKey({ chain, fingerprint: digest.fingerprint, at: claimed.signedAt });
    return { verdict: judgeSignature(claimed, found, ports.keySlack), digest, inspection };
  } catch (error) {
    if (!isBlocked(error)) throw error;
    return { verdict: { code: error.code, detail: error.message }, digest, inspection };
  }
}

/** The link verdict of a digest that reads well. The predecessor is looked for only where the chain may lie. */
export async function verifyLink(
  judged: { readonly chain: Chain; readonly digest: Digest; readonly kind: DigestKey['kind'] },
  places: readonly Reading[],
  ports: VerifyPorts,
): Promise<Judgement<LinkCode>> {
  const { chain, digest, kind } = judged;
  if (digest.previous === null) return judgeLink(digest, null, kind);
  if (!isOwnDigest(chain, digest.previous)) {
    const detail = `the chain leads to s3://${digest.previous.bucket}/${digest.previous.key}, which is no configured place of this trail: add it to formerBuckets`;
    return { code: 'blocked-access', detail };
  }
  let last: Judgement<LinkCode> = judgeLink(digest, null, kind);
  for (const place of places) {
    const link = await readUntil(place, async (object) => {
      if (object instanceof OperatingError) return { code: blockedCode(object), detail: object.message, final: true };
      const found = { inspection: await inspect(object, ports, true), metadata: object.metadata };
      const judgement = judgeLink(digest, found, kind);
      return { ...judgement, final: judgement.code === 'linked' };
    });
    if (link !== null) last = { code: link.code, detail: link.detail };
    if (link?.code === 'linked') break;
  }
  return last;
}

/** Reads and judges one place until the judgement is final or has been made often enough; null when nothing is there. */
async function readUntil<Result extends { readonly final: boolean }>(
  place: Reading,
  judge: (object: StoredObject | OperatingError) => Promise<Result>,
): Promise<Result | null> {
  let last: Result | null = null;
  for (let readings = 0; readings < MOST_READINGS; readings += 1) {
    const object = await attempt(place);
    if (object === null) return last;
    last = await judge(object);
    if (last.final) return last;
  }
  return last;
}

/**
 * The verdict on one named log file: the first place whose bytes match the signed hash settles it. A file that was
 * altered or deleted in the member bucket after its capture is proven from the capture.
 */
export async function verifyLog(
  chain: Chain,
  named: NamedLog,
  work: { readonly places: readonly Reading[]; readonly ports: VerifyPorts },
): Promise<JudgedLog> {
  if (!isWithinSource(chain, named))
    return unread(named, {
      code: 'log-foreign',
      detail: `s3://${named.bucket}/${named.key} lies outside this chain's source`,
    });
  let worst = unread(named, { code: 'log-missing', detail: 'it is not in the source' });
  let source: JudgedLog['source'] = null;
  for (const [index, place] of work.places.entries()) {
    const judged = await readUntil(place, async (object) => {
      const log = await judgePlace(named, { place, object }, work.ports);
      return { ...log, final: log.object === null || log.verified.verdict.code === 'valid' };
    });
    if (judged?.verified.verdict.code === 'valid') return { ...judged, source };
    // What the source says is the finding; the other places can only heal it, or leave open whether they could.
    const open = worst.verified.verdict.code === 'log-missing' && isBlockedCode(judged?.verified.verdict.code ?? '');
    if (judged !== null && (index === 0 || open)) worst = judged;
    if (place.via === 'source') source = { verified: worst.verified, object: worst.object };
  }
  return worst;
}

/** A log file of which no bytes were read. */
function unread(named: NamedLog, verdict: Parameters<typeof withoutBytes>[0]): JudgedLog {
  return { named, verified: withoutBytes(verdict), via: null, object: null, source: null };
}

async function judgePlace(
  named: NamedLog,
  found: { readonly place: Reading; readonly object: StoredObject | OperatingError },
  ports: VerifyPorts,
): Promise<JudgedLog> {
  const { place, object } = found;
  if (object instanceof OperatingError) {
    const code = object.code === 'object-too-large' ? 'log-malformed' : blockedCode(object);
    return unread(named, { code, detail: object.message });
  }
  const verified = judgeLog(named, await inspect(object, ports, false));
  return { named, verified, via: place.via, object, source: null };
}

/** Reads one place. Operating errors that may heal by another attempt of the whole job are thrown on. */
async function attempt(place: Reading): Promise<StoredObject | OperatingError | null> {
  try {
    return await place.read();
  } catch (error) {
    if (isBlocked(error) || (error instanceof OperatingError && error.code === 'object-too-large')) return error;
    throw error;
  }
}

function blockedCode(
  error: OperatingError,
): 'blocked-unreachable' | Extract<OperatingError['code'], `blocked-${string}`> {
  return isBlocked(error) ? error.code : 'blocked-unreachable';
}

async function inspect(object: StoredObject, ports: VerifyPorts, keepContent: boolean): Promise<Inspection> {
  const options = { maxInflated: ports.maxInflated, keepContent, trailChanges: !keepContent };
  const [inspection] = await ports.inspector.inspect([object.bytes], options);
  if (inspection === undefined) throw new Error('the inspector returned no result');
  return inspection;
}
