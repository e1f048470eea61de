/** Pull: a digest, its predecessor and the log files it names, as bytes with their metadata. Nothing is judged here. */
import type { NamedLog, PreviousDigest } from '../core/digest.ts';
import { parseKey, type DigestKey } from '../core/key.ts';
import { pendingKey, provenKey } from '../core/layout.ts';
import type { Chain, Place } from '../core/source.ts';
import type { ArchiveStore, ObjectReader, StoredObject } from '../ports.ts';

export interface PullPorts {
  readonly objects: ObjectReader;
  /** Where captured and proven copies may be found when the source has lost a file; null: judge the source alone. */
  readonly fallback: { readonly archive: ArchiveStore; readonly place: Place & { readonly owner: string } } | null;
  readonly maxBytes: number;
}

/** A digest's bytes with where they were read. */
export interface PulledDigest {
  readonly chain: Chain;
  readonly bucket: string;
  readonly rawKey: string;
  readonly key: DigestKey;
  readonly object: StoredObject;
}

/** One place where a file's bytes may lie, not yet asked. */
export interface Candidate {
  readonly via: 'source' | 'pending' | 'archive';
  /** Null when the file is not there. Throws OperatingError when it could not be looked at. */
  readonly read: () => Promise<StoredObject | null>;
}

/** The digest, or null when it is gone. */
export async function pullDigest(
  chain: Chain,
  where: { readonly bucket: string; readonly key: string },
  ports: PullPorts,
): Promise<PulledDigest | null> {
  const key = parseKey(where.key);
  if (key?.type !== 'digest') throw new Error(`not a digest key: ${JSON.stringify(where.key)}`);
  const ref = { bucket: where.bucket, key: where.key, owner: chain.source.bucketOwner };
  const object = await ports.objects.get(ref, { maxBytes: ports.maxBytes });
  return object === null ? null : { chain, bucket: where.bucket, rawKey: where.key, key, object };
}

/** The places of the predecessor: the source first, then the archive's copy, which still proves the link. */
export function pullPredecessor(chain: Chain, previous: PreviousDigest, ports: PullPorts): readonly Candidate[] {
  return candidates(chain, previous, ports).filter((one) => one.via !== 'pending');
}

/** The places of a named log file, in the order in which they are asked: source, capture, archive. */
export function pullLog(chain: Chain, named: NamedLog, ports: PullPorts): readonly Candidate[] {
  return candidates(chain, named, ports);
}

/** None for a key outside the grammar, whoever signed it: it names no place, neither in the source nor in the archive. */
function candidates(
  chain: Chain,
  file: { readonly bucket: string; readonly key: string },
  ports: PullPorts,
): readonly Candidate[] {
  const { objects, fallback, maxBytes } = ports;
  if (parseKey(file.key) === null) return [];
  const source: Candidate = {
    via: 'source',
    read: () => objects.get({ bucket: file.bucket, key: file.key, owner: chain.source.bucketOwner }, { maxBytes }),
  };
  if (fallback === null) return [source];
  const { archive, place } = fallback;
  const kept = (via: 'pending' | 'archive', key: string): Candidate => ({
    via,
    read: () => archive.get({ bucket: place.bucket, key, owner: place.owner }, { maxBytes }),
  });
  return [
    source,
    kept('pending', pendingKey(place.prefix, file.bucket, file.key)),
    kept('archive', provenKey(place.prefix, file.key)),
  ];
}
