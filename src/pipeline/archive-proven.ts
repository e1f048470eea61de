/** Between a digest's view and what is remembered of it. */
import type { DigestView } from '../core/coverage.ts';
import { parseKey } from '../core/key.ts';
import type { TrailChange } from '../core/trail-change.ts';
import type { ProvenDigest, Stood, StoodLog } from '../core/verified-memory.ts';
import type { ListedObject } from '../ports.ts';
import type { Reading, Served } from './archive-reader.ts';

/** What may be remembered of a digest; null unless every part of it is proven from an object that was read. */
export function provenDigest(
  view: DigestView,
  known: {
    readonly reading: Reading;
    readonly changes: readonly TrailChange[];
    /** Its receipt and its public key. */
    readonly rests: readonly ListedObject[];
  },
): ProvenDigest | null {
  const { verdict, link, start, bucket, key, previousKey, notes = [] } = view;
  if (verdict !== 'valid' || start === null || (link !== 'linked' && link !== 'chain-start')) return null;
  if (notes.length > 0) return null; // there is more to be said of it each time
  const stood = new Map([...known.reading.served].map(([name, served]) => [name, stoodAt(served)]));
  const logs = view.logs.map((log): StoodLog | null => {
    const at = stood.get(`${log.bucket}/${log.key}`) ?? null;
    const clean = log.verdict === 'valid' && (log.source ?? null) === null && (log.notes ?? []).length === 0;
    return clean && at !== null ? { ...at, bucket: log.bucket, key: log.key } : null;
  });
  const whole = logs.filter((log) => log !== null);
  // The digest itself and the one before it are what was read beside the log files.
  const digests = [...stood].filter(([name]) => parseKey(name.slice(name.indexOf('/') + 1))?.type === 'digest');
  const objects = digests.map(([, at]) => at).filter((at) => at !== null);
  if (whole.length !== logs.length || objects.length !== digests.length) return null;
  const rests = [...objects, ...known.rests.map((one) => stoodAs(one.key, one))];
  return {
    bucket,
    key,
    start,
    link,
    previousKey,
    rests,
    logs: whole,
    changes: known.changes.map(({ record }) => record),
  };
}

/** The view of a digest that was proven before. */
export function viewOfProven({ bucket, key, start, link, previousKey, logs }: ProvenDigest): DigestView {
  const parsed = parseKey(key);
  if (parsed?.type !== 'digest') throw new Error('what is remembered was checked when it was read');
  return {
    bucket,
    key,
    end: parsed.end,
    start,
    verdict: 'valid',
    detail: '',
    link,
    linkDetail: '',
    previousKey,
    logs: logs.map((log) => ({ bucket: log.bucket, key: log.key, verdict: 'valid', detail: '' })),
  };
}

function stoodAt({ archiveKey, object }: Served): Stood | null {
  return object === null ? null : stoodAs(archiveKey, object);
}

function stoodAs(key: string, { etag, size, lastModified }: Omit<Stood, 'key'>): Stood {
  return { key, etag, size, lastModified };
}
