/** Copying log files at first sight: everything that lies in the source and is neither archived nor about to be proven. */
import { folderOf, LOG_KINDS, parseKey, placesOf, rootOf, type Folder, type LogKind } from '../core/key.ts';
import { pendingKey, PROMOTED_TAG, provenKey } from '../core/layout.ts';
import { aboutToBeProven, missingFrom } from '../core/work-list.ts';
import type { Chain, Place, Problem } from '../core/source.ts';
import { HOUR } from '../core/time.ts';
import { OperatingError } from '../errors.ts';
import type { ListedObject, ObjectRef } from '../ports.ts';
import { below, count, type CapturePorts, type Counter } from './capture-listing.ts';

/** A digest lies there about an hour and a half after the first log file that it names. */
const FRESH = 3 * HOUR;

/** Copies in flight of one sweep; the slots bound the transfers themselves. */
const COPIES = 64;

type LogQuestion = {
  readonly since: number | null;
  readonly covered: (time: number) => boolean;
  readonly counter: Counter;
};

/**
 * Files of the last hours are captured whatever lies there: whoever could put a junk digest before each sweep would
 * otherwise keep them from being captured, and delete them before their real digest comes.
 */
export function settledBy(digests: Parameters<typeof aboutToBeProven>[0], now: number): (time: number) => boolean {
  const covered = aboutToBeProven(digests);
  return (time) => time < now - FRESH && covered(time);
}

/** Captures what the question leaves open; one file that may not be read keeps no other from being captured. */
export async function captureLogs(
  chain: Chain,
  question: LogQuestion,
  ports: CapturePorts,
): Promise<{ captured: number; pendingLogs: number; problem: Problem | null }> {
  const { counter } = question;
  let pendingLogs = 0;
  const refusals: OperatingError[] = [];
  for (const source of placesOf(chain.source)) {
    for (const kind of await kindsAt(chain, source, ports)) {
      const folder = folderOf(
        { ...source, org: chain.source.org },
        { account: chain.account, folder: kind, region: chain.region },
      );
      const copies = new Set<Promise<void>>();
      for await (const { log, pending } of unproven({ chain, source, folder }, question, ports)) {
        ports.signal.throwIfAborted();
        pendingLogs += 1;
        if (pending) continue;
        if (copies.size >= COPIES) await Promise.race(copies);
        const copy = ports
          .slot(() => captureOne(chain, { bucket: source.bucket, log }, ports))
          .then(
            (done) => tell(counter, done, ports),
            (error: unknown) => void refusals.push(refusal(error)),
          )
          .finally(() => copies.delete(copy));
        copies.add(copy);
      }
      await Promise.all(copies);
    }
  }
  return { captured: counter.captured, pendingLogs, problem: problemOf(refusals) };
}

function tell(counter: Counter, done: boolean, { onProgress }: CapturePorts): void {
  if (done) counter.captured += 1;
  onProgress?.(counter);
}

/** One file that may not be read, or is too large to be one, must not keep the others from being captured. */
function refusal(error: unknown): OperatingError {
  if (error instanceof OperatingError) return error;
  throw error;
}

/** What may heal by itself is thrown, so that the sweep is tried again; what does not is told beside what was found. */
function problemOf(refusals: readonly OperatingError[]): Problem | null {
  const passing = refusals.find((error) => error.retryable);
  if (passing !== undefined) throw passing;
  const [first] = refusals;
  return first === undefined ? null : { code: first.code, detail: first.message, hint: first.hint };
}

/** The kinds of log files that are really there: one listing instead of one a kind. */
async function kindsAt(chain: Chain, place: Place, ports: CapturePorts): Promise<readonly LogKind[]> {
  const prefix = `${rootOf({ ...place, org: chain.source.org })}${chain.account}/`;
  const folders = new Set(
    await ports.objects.folders({ bucket: place.bucket, owner: chain.source.bucketOwner, prefix }),
  );
  return LOG_KINDS.filter((kind) => folders.has(`${kind satisfies Folder}/`));
}

type Where = { readonly chain: Chain; readonly source: Place; readonly folder: string };

/** Log files in the source that are neither archived nor about to be; `pending` tells those that are captured already. */
async function* unproven(
  where: Where,
  question: LogQuestion,
  ports: CapturePorts,
): AsyncGenerator<{ log: ListedObject; pending: boolean }> {
  const { chain, source, folder } = where;
  const { archive, place } = ports;
  const listed = recognised(
    ports.objects.list(below(source.bucket, chain.source.bucketOwner, { folder, since: question.since })),
    question,
    ports,
  );
  const proven = `${place.prefix}${folder.slice(source.prefix.length)}`;
  const held = pendingKey(place.prefix, source.bucket, folder);
  const inArchive = relative(
    archive.list(below(place.bucket, place.owner, { folder: proven, since: question.since })),
    proven,
  );
  const inPending = relative(
    archive.list(below(place.bucket, place.owner, { folder: held, since: question.since })),
    held,
  );
  const keyOf = (log: ListedObject): string => log.key.slice(folder.length);
  const captured = new Set<string>();
  const notArchived = missingFrom(listed, [inArchive], keyOf);
  for await (const log of missingFrom(tee(notArchived, captured, keyOf), [inPending], keyOf)) {
    captured.delete(keyOf(log));
    yield { log, pending: false };
  }
  for (const key of captured)
    yield { log: { key: `${folder}${key}`, size: 0, etag: '', lastModified: 0 }, pending: true };
}

/** Remembers what passed: what is not yielded again behind the next merge is captured already. Pending files are few. */
async function* tee(
  logs: AsyncIterable<ListedObject>,
  passed: Set<string>,
  keyOf: (log: ListedObject) => string,
): AsyncGenerator<ListedObject> {
  for await (const log of logs) {
    passed.add(keyOf(log));
    yield log;
  }
}

async function* recognised(
  objects: AsyncIterable<ListedObject>,
  { covered, counter }: LogQuestion,
  ports: CapturePorts,
): AsyncGenerator<ListedObject> {
  for await (const object of objects) {
    count(counter, ports, object.key);
    const key = parseKey(object.key);
    if (key?.type !== 'log') counter.unrecognised += 1;
    else if (!covered(key.time)) yield object;
  }
}

async function* relative(objects: AsyncIterable<ListedObject>, folder: string): AsyncGenerator<string> {
  for await (const { key } of objects) yield key.slice(folder.length);
}

/** False when the file is gone between listing and reading: a digest that names it will say so. */
async function captureOne(
  chain: Chain,
  file: { readonly bucket: string; readonly log: ListedObject },
  ports: CapturePorts,
): Promise<boolean> {
  const { objects, archive, place, maxBytes } = ports;
  const object = await objects.get(
    { bucket: file.bucket, key: file.log.key, owner: chain.source.bucketOwner },
    { maxBytes },
  );
  if (object === null) return false;
  const ref = { bucket: place.bucket, key: pendingKey(place.prefix, file.bucket, file.log.key), owner: place.owner };
  if ((await archive.putIfAbsent(ref, object)) !== 'created') return false;
  await letExpire(file.log.key, object.bytes.length, { ref, archive, place });
  return true;
}

/**
 * A digest's job writes the archive first and looks for captured copies afterwards, a capture the other way round: one of
 * the two sees the other, and no copy is left without the tag that lets it expire.
 */
async function letExpire(
  key: string,
  size: number,
  { ref, archive, place }: Pick<CapturePorts, 'archive' | 'place'> & { readonly ref: ObjectRef },
): Promise<void> {
  const proven = await archive.head({ bucket: place.bucket, key: provenKey(place.prefix, key), owner: place.owner });
  if (proven?.size === size) await archive.tag(ref, PROMOTED_TAG);
}
