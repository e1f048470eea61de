/**
 * Consolidate: the verified bytes are what is written, at the original key, once. What is there already with the same
 * content is success, with other content a finding; nothing is ever overwritten. What fails goes to quarantine.
 */
import type { NamedLog } from '../core/digest.ts';
import type { Inspection } from '../core/gzip.ts';
import type { Judgement, Verified } from '../core/judge.ts';
import { pendingKey, provenKey, quarantineKey } from '../core/layout.ts';
import type { LogReceipt } from '../core/receipt.ts';
import type { Place } from '../core/source.ts';
import type { DigestCode, NoteCode } from '../core/verdict.ts';
import type { ArchiveStore, Inspector, NewObject, StoredObject } from '../ports.ts';

export interface ConsolidatePorts {
  readonly archive: ArchiveStore;
  readonly place: Place & { readonly owner: string };
  readonly inspector: Inspector;
  readonly maxBytes: number;
  readonly maxInflated: number;
  /** The captured copies that exist, as archive keys: those that are proven get the tag that lets them expire. */
  readonly pending: ReadonlySet<string>;
}

/** A judged log file (stages/verify). */
export interface JudgedLogFile {
  readonly named: NamedLog;
  readonly verified: Verified;
  readonly via: 'source' | 'pending' | 'archive' | null;
  readonly object: StoredObject | null;
}

/** Where a digest's bytes came to lie and the verdict after that. */
export interface PlacedDigest {
  readonly verdict: Judgement<DigestCode>;
  readonly place: string | null;
}

const MOST_READINGS = 3;
const PROMOTED = new Map([['orgtrail', 'promoted']]);

/** Puts one judged log file in its place and returns its line of the receipt. */
export async function consolidateLog(judged: JudgedLogFile, ports: ConsolidatePorts): Promise<LogReceipt> {
  const { named, verified, object } = judged;
  const { verdict } = verified;
  if (object === null) return line(judged, verdict, null);
  if (verdict.code !== 'valid') {
    if (judged.via === 'source')
      return line(judged, verdict, await quarantine(named, rejected(judged, verdict, object), ports));
    return line(judged, verdict, null);
  }
  const key = provenKey(ports.place.prefix, named.key);
  if (judged.via !== 'archive') {
    const conflict = await write(key, { object, contentSha256: named.sha256 }, ports);
    if (conflict !== null) {
      const clash = { code: 'archive-conflict', detail: conflict } as const;
      return line(judged, clash, await quarantine(named, rejected(judged, clash, object), ports));
    }
  }
  await promote(named, ports);
  return line(judged, verdict, key);
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
  const { verdict, inspection, object } = digest;
  const file: Rejected = { verdict, object, inspection, expected: null };
  if (verdict.code.startsWith('blocked-')) return { verdict, place: null };
  if (verdict.code === 'valid' && inspection.ok) {
    const key = provenKey(ports.place.prefix, digest.key);
    const conflict = await write(key, { object, contentSha256: inspection.contentSha256 }, ports);
    if (conflict === null) return { verdict, place: key };
    const replaced = { code: 'digest-replaced', detail: conflict } as const;
    return { verdict: replaced, place: await quarantine(digest, { ...file, verdict: replaced }, ports) };
  }
  return { verdict, place: await quarantine(digest, file, ports) };
}

/** Null when the content is in place; otherwise what stands there instead. */
async function write(
  key: string,
  file: { readonly object: NewObject; readonly contentSha256: string },
  ports: ConsolidatePorts,
): Promise<string | null> {
  const ref = { bucket: ports.place.bucket, key, owner: ports.place.owner };
  if ((await ports.archive.putIfAbsent(ref, file.object)) === 'created') return null;
  // Read as often as a source before it is called a conflict: a bit that flips on the way is no finding either.
  for (let readings = 0; readings < MOST_READINGS; readings += 1) {
    const there = await ports.archive.get(ref, { maxBytes: ports.maxBytes });
    if (there === null)
      return `s3://${ref.bucket}/${key} refuses the write and is not there: it was deleted in between`;
    const { maxInflated } = ports;
    const [inspection] = await ports.inspector.inspect([there.bytes], { maxInflated, keepContent: false });
    if (inspection?.ok === true && inspection.contentSha256 === file.contentSha256) return null;
  }
  return `s3://${ref.bucket}/${key} holds other bytes`;
}

async function promote(named: NamedLog, { archive, place, pending }: ConsolidatePorts): Promise<void> {
  const key = pendingKey(place.prefix, named.bucket, named.key);
  if (pending.has(key)) await archive.tag({ bucket: place.bucket, key, owner: place.owner }, PROMOTED);
}

type Rejected = {
  readonly verdict: Judgement<string>;
  readonly object: StoredObject;
  readonly inspection: Inspection;
  readonly expected: string | null;
};

function rejected(judged: JudgedLogFile, verdict: Verified['verdict'], object: StoredObject): Rejected {
  const { inspection } = judged.verified;
  if (inspection === null) throw new Error('bytes are judged by inspecting them');
  return { verdict, object, inspection, expected: judged.named.sha256 };
}

/**
 * Keeps the bytes as received and a note beside them. Both are named by the bytes' own hash: two different contents
 * never meet in one name, whatever ETag and version the source claims for them.
 */
async function quarantine(
  origin: { readonly bucket: string; readonly key: string },
  { object, verdict, expected, inspection }: Rejected,
  ports: ConsolidatePorts,
): Promise<string> {
  const folder = quarantineKey(ports.place.prefix, origin, verdict.code);
  const { storedSha256 } = inspection;
  const bytesKey = `${folder}/bytes-${storedSha256.slice(0, 16)}`;
  const at = (key: string) => ({ bucket: ports.place.bucket, key, owner: ports.place.owner });
  await ports.archive.putIfAbsent(at(bytesKey), object);
  const note = {
    schema: 'orgtrail.quarantine/1',
    verdict: verdict.code,
    detail: verdict.detail,
    origin: { bucket: origin.bucket, key: origin.key, versionId: object.versionId, etag: object.etag },
    expectedSha256: expected,
    contentSha256: inspection.ok ? inspection.contentSha256 : null,
    storedSha256,
    size: object.bytes.length,
    metadata: Object.fromEntries(object.metadata),
    bytes: bytesKey,
  };
  const bytes = new TextEncoder().encode(`${JSON.stringify(note, null, 1)}\n`);
  await ports.archive.putIfAbsent(at(`${folder}/note-${storedSha256.slice(0, 16)}.json`), {
    bytes,
    contentType: 'application/json',
    contentEncoding: null,
    metadata: new Map(),
  });
  return bytesKey;
}

function line(judged: JudgedLogFile, verdict: Verified['verdict'], place: string | null): LogReceipt {
  const { named, verified, object, via } = judged;
  const { inspection } = verified;
  const notes: readonly NoteCode[] = verified.notes;
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
    notes,
  };
}
