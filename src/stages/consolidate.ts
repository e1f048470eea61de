/**
 * Consolidate: the verified bytes are what is written, at the original key, once. What is there already with the same
 * content is success, with other content a finding; nothing is ever overwritten. What fails goes to quarantine.
 */
import type { NamedLog } from '../core/digest.ts';
import type { Inspection } from '../core/gzip.ts';
import type { Judgement, Verified } from '../core/judge.ts';
import { pendingKey, provenKey, PROMOTED_TAG } from '../core/layout.ts';
import type { LogReceipt } from '../core/receipt.ts';
import type { Place } from '../core/source.ts';
import type { DigestCode, NoteCode } from '../core/verdict.ts';
import type { ArchiveStore, Inspector, ListedObject, StoredObject } from '../ports.ts';

/** Bytes that failed, and why. */
export interface Rejected {
  readonly origin: { readonly bucket: string; readonly key: string };
  readonly verdict: Judgement<string>;
  /** Version, ETag and time are the source's; null for a captured copy, whose source object may be another by now. */
  readonly object: Omit<StoredObject, 'etag' | 'lastModified'> & {
    readonly etag: string | null;
    readonly lastModified: number | null;
  };
  readonly inspection: Inspection;
  readonly expected: string | null;
  readonly via: 'source' | 'pending';
}

export interface ConsolidatePorts {
  readonly archive: ArchiveStore;
  readonly place: Place & { readonly owner: string };
  readonly inspector: Inspector;
  readonly maxBytes: number;
  readonly maxInflated: number;
  /** Keeps bytes that failed with the reason; the archive key of the bytes. */
  readonly keepApart: (rejected: Rejected) => Promise<string>;
}

/** A judged log file (stages/verify). */
export interface JudgedLogFile {
  readonly named: NamedLog;
  readonly verified: Verified;
  readonly via: 'source' | 'pending' | 'archive' | null;
  readonly object: StoredObject | null;
  readonly source: { readonly verified: Verified; readonly object: StoredObject | null } | null;
}

/** Where a digest's bytes came to lie and the verdict after that. */
export interface PlacedDigest {
  readonly verdict: Judgement<DigestCode>;
  readonly place: string | null;
}

const MOST_READINGS = 3;

/** Puts one judged log file in its place and returns its line of the receipt. */
export async function consolidateLog(judged: JudgedLogFile, ports: ConsolidatePorts): Promise<LogReceipt> {
  const { named, verified, object } = judged;
  const { verdict } = verified;
  if (object === null) return line(judged, { verdict, place: null });
  if (verdict.code !== 'valid') {
    const place = judged.via === 'source' ? await keep(named, { verdict, verified, object }, ports) : null;
    return line(judged, { verdict, place });
  }
  await keepSource(judged, ports);
  const key = provenKey(ports.place.prefix, named.key);
  if (judged.via === 'archive') return line(judged, { verdict, place: key });
  const written = await write(key, { object, contentSha256: named.sha256 }, ports);
  if ('conflict' in written) {
    const clash = { code: 'archive-conflict', detail: written.conflict } as const;
    return line(judged, { verdict: clash, place: await keep(named, { verdict: clash, verified, object }, ports) });
  }
  const same = written.stored === null || written.stored === verified.inspection?.storedSha256;
  return line(judged, { verdict, place: key, notes: same ? [] : ['log-recompressed'] });
}

/** What the source holds instead of the captured bytes is evidence: who altered a file may put the right one back. */
async function keepSource({ named, source }: JudgedLogFile, ports: ConsolidatePorts): Promise<void> {
  if (source?.object === null || source?.object === undefined) return;
  const { verified, object } = source;
  await keep(named, { verdict: verified.verdict, verified, object }, ports);
}

type Kept = {
  readonly verdict: Judgement<string>;
  readonly verified: Verified;
  readonly object: StoredObject;
};

function keep(named: NamedLog, { verdict, verified, object }: Kept, ports: ConsolidatePorts): Promise<string> {
  const { inspection } = verified;
  if (inspection === null) throw new Error('bytes are judged by inspecting them');
  const { bucket, key, sha256: expected } = named;
  return ports.keepApart({ origin: { bucket, key }, verdict, object, inspection, expected, via: 'source' });
}

/** Puts a judged digest in its place: a valid one beside its log files, any other in quarantine. */
export async function consolidateDigest(
  digest: {
    readonly bucket: string;
    readonly key: string;
    readonly object: StoredObject;
    readonly inspection: Inspection;
    readonly verdict: Judgement<DigestCode>;
  },
  ports: ConsolidatePorts,
): Promise<PlacedDigest> {
  const { verdict, inspection, object, bucket, key } = digest;
  const apart = (reason: Judgement<string>): Promise<string> =>
    ports.keepApart({
      origin: { bucket, key },
      verdict: reason,
      object,
      inspection,
      expected: null,
      via: 'source',
    });
  if (verdict.code.startsWith('blocked-')) return { verdict, place: null };
  if (verdict.code !== 'valid' || !inspection.ok) return { verdict, place: await apart(verdict) };
  const proven = provenKey(ports.place.prefix, key);
  const written = await write(proven, { object, contentSha256: inspection.contentSha256 }, ports);
  if ('stored' in written) return { verdict, place: proven };
  const replaced = { code: 'digest-replaced', detail: written.conflict } as const;
  return { verdict: replaced, place: await apart(replaced) };
}

type Written = { readonly stored: string | null } | { readonly conflict: string };

/** The hash of the bytes that stand there with this content, null when they are ours; else what stands there instead. */
async function write(
  key: string,
  file: { readonly object: StoredObject; readonly contentSha256: string },
  ports: ConsolidatePorts,
): Promise<Written> {
  const ref = { bucket: ports.place.bucket, key, owner: ports.place.owner };
  if ((await ports.archive.putIfAbsent(ref, file.object)) === 'created') return { stored: null };
  // Read as often as a source before it is called a conflict: a bit that flips on the way is no finding either.
  for (let readings = 0; readings < MOST_READINGS; readings += 1) {
    const there = await ports.archive.get(ref, { maxBytes: ports.maxBytes });
    if (there === null)
      return { conflict: `s3://${ref.bucket}/${key} refuses the write and is not there: it was deleted in between` };
    const inspection = await inspect(there, ports);
    if (inspection.ok && inspection.contentSha256 === file.contentSha256) return { stored: inspection.storedSha256 };
  }
  return { conflict: `s3://${ref.bucket}/${key} holds other bytes` };
}

async function inspect(object: StoredObject, { inspector, maxInflated }: ConsolidatePorts): Promise<Inspection> {
  const [inspection] = await inspector.inspect([object.bytes], { maxInflated, keepContent: false });
  if (inspection === undefined) throw new Error('the inspector returned no result');
  return inspection;
}

/**
 * Lets the captured copy of a proven file expire. Where its size tells that it holds other bytes than were judged it is
 * read first: compressed otherwise it is noted, with another content it is kept as evidence.
 * @param captured the captured copies that exist, by archive key
 */
export async function promote(
  log: LogReceipt,
  captured: ReadonlyMap<string, ListedObject>,
  ports: ConsolidatePorts,
): Promise<LogReceipt> {
  const key = pendingKey(ports.place.prefix, log.origin.bucket, log.origin.key);
  const copy = captured.get(key);
  if (copy === undefined || log.verdict !== 'valid') return log;
  const ref = { bucket: ports.place.bucket, key, owner: ports.place.owner };
  const other = log.via === 'pending' || copy.size === log.size ? null : await otherCopy(log, ref, ports);
  await ports.archive.tag(ref, PROMOTED_TAG);
  if (other !== 'recompressed' || log.notes.includes('log-recompressed')) return log;
  return { ...log, notes: [...log.notes, 'log-recompressed'] };
}

/** Tells why a captured copy is not as long as the bytes that were judged. */
async function otherCopy(
  { origin, expectedSha256 }: LogReceipt,
  ref: { readonly bucket: string; readonly key: string; readonly owner: string },
  ports: ConsolidatePorts,
): Promise<'recompressed' | 'altered' | null> {
  const object = await ports.archive.get(ref, { maxBytes: ports.maxBytes });
  if (object === null) return null;
  const inspection = await inspect(object, ports);
  if (inspection.ok && inspection.contentSha256 === expectedSha256) return 'recompressed';
  const verdict = {
    code: inspection.ok ? 'log-hash-mismatch' : 'log-malformed',
    detail: 'the source held these bytes when they were captured, and the right ones later',
  };
  const { bucket, key } = origin;
  await ports.keepApart({
    origin: { bucket, key },
    verdict,
    object: { ...object, versionId: null, etag: null, lastModified: null },
    inspection,
    expected: expectedSha256,
    via: 'pending',
  });
  return 'altered';
}

function line(
  judged: JudgedLogFile,
  outcome: {
    readonly verdict: Verified['verdict'];
    readonly place: string | null;
    readonly notes?: readonly NoteCode[];
  },
): LogReceipt {
  const { named, verified, object, via, source } = judged;
  const { verdict, place, notes = [] } = outcome;
  const { inspection } = verified;
  return {
    origin: {
      bucket: named.bucket,
      key: named.key,
      versionId: via === 'source' ? (object?.versionId ?? null) : null,
      etag: via === 'source' ? (object?.etag ?? null) : null,
    },
    verdict: verdict.code,
    detail: verdict.detail,
    via,
    place,
    expectedSha256: named.sha256,
    contentSha256: inspection?.ok === true ? inspection.contentSha256 : null,
    storedSha256: inspection?.storedSha256 ?? null,
    size: object?.bytes.length ?? null,
    notes: [...verified.notes, ...notes],
    source: verdict.code === 'valid' && source !== null ? told(source.verified.verdict) : null,
  };
}

function told({ code, detail }: Verified['verdict']): NonNullable<LogReceipt['source']> {
  return { verdict: code, detail };
}
