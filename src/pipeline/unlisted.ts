/** Log files in the source that no digest names, folder by folder: the digests of all trails that share one count. */
import type { Finding } from '../core/coverage.ts';
import { hintFor } from '../core/hint.ts';
import { folderOf, LOG_KINDS, parseKey, placesOf, rootOf } from '../core/key.ts';
import type { Chain, Place, Source } from '../core/source.ts';
import { formatDay, formatIso } from '../core/time.ts';
import { isUnlisted, merged, sharedFolder, type Interval, type Span } from '../core/unlisted.ts';
import type { AccountSession } from '../ports.ts';
import type { ChainVerified } from './verify-source.ts';

/** One folder of log files with the chains that deliver there. */
export interface LogFolder {
  /** One of them, in whose name the folder is listed. */
  readonly chain: Chain;
  readonly place: Place;
  readonly span: Span;
  readonly isNamed: (name: string) => boolean;
}

export interface Unlisted {
  readonly chain: Chain;
  readonly finding: Finding;
}

/**
 * The folders whose files can be judged. A file of one trail is named by that trail's digests alone, so a place that a
 * source of `unjudged` delivers to is left out: that source's trouble is told by itself.
 */
export function logFolders(verified: readonly ChainVerified[], unjudged: readonly Source[]): readonly LogFolder[] {
  const apart = new Set(unjudged.flatMap((source) => placesOf(source).map((place) => placeName(place))));
  const seen = new Set<string>();
  const folders: LogFolder[] = [];
  for (const { chain } of verified) {
    for (const { name, place } of foldersOf(chain)) {
      if (seen.has(name) || apart.has(placeName(place))) continue;
      seen.add(name);
      const sharers = verified.filter((other) => foldersOf(other.chain).some((one) => one.name === name));
      const span = spanOf(sharers);
      if (span === null) continue;
      folders.push({ chain, place, span, isNamed: (file) => sharers.some((one) => one.named.has(file)) });
    }
  }
  return folders;
}

function placeName({ bucket, prefix }: Place): string {
  return `${bucket}/${prefix}`;
}

function foldersOf(chain: Chain): readonly { readonly name: string; readonly place: Place }[] {
  return placesOf(chain.source).map((place) => ({ name: sharedFolder(chain, place), place }));
}

/** From the oldest cell to the newest of all chains of a folder; null when they have none. */
function spanOf(sharers: readonly ChainVerified[]): Span | null {
  const cells = sharers.flatMap(({ results, opens }) =>
    results
      .filter((result) => result.kind === 'standard')
      .flatMap((result) =>
        result.coverage.cells.map(({ from, to }): Interval & { opens: boolean } => ({ from, to, opens })),
      ),
  );
  const [first, ...rest] = cells;
  if (first === undefined) return null;
  const oldest = rest.reduce((old, cell) => (cell.from < old.from ? cell : old), first);
  const to = rest.reduce((newest, cell) => Math.max(newest, cell.to), first.to);
  return { ...oldest, to, unread: merged(sharers.flatMap((one) => one.unread)) };
}

/**
 * The files of one folder that ought to have been named by now and are not.
 * @param due now and the time to leave for a later or backfill digest, milliseconds
 */
export async function unlistedIn(
  folder: LogFolder,
  session: AccountSession,
  due: { readonly now: number; readonly grace: number },
): Promise<readonly Unlisted[]> {
  const { chain, place, span, isNamed } = folder;
  const { account, region, source } = chain;
  const where = { bucket: place.bucket, owner: source.bucketOwner };
  const root = { ...place, org: source.org };
  const there = await session.objects.folders({ ...where, prefix: `${rootOf(root)}${account}/` });
  const found: Unlisted[] = [];
  for (const kind of LOG_KINDS.filter((one) => there.includes(`${one}/`))) {
    const prefix = folderOf(root, { account, folder: kind, region });
    const startAfter = `${prefix}${formatDay(span.from)}/`;
    for await (const { key: rawKey } of session.objects.list({ ...where, prefix, startAfter })) {
      const key = parseKey(rawKey);
      if (key?.type !== 'log' || !isUnlisted(key, span, due) || isNamed(`${place.bucket}/${rawKey}`)) continue;
      found.push({ chain, finding: unlisted(chain, { bucket: place.bucket, key: rawKey, time: key.time }) });
    }
  }
  return found;
}

function unlisted(
  chain: Chain,
  file: { readonly bucket: string; readonly key: string; readonly time: number },
): Finding {
  const at = formatIso(file.time);
  const { account, region, source } = chain;
  return {
    code: 'log-unlisted',
    account,
    region,
    trail: source.trail,
    bucket: file.bucket,
    key: file.key,
    from: at,
    to: at,
    detail: 'it lies in the source, and no digest names it',
    hint: hintFor('log-unlisted'),
  };
}
