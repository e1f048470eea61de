/** Log files in the source that no digest names, folder by folder: the digests of all trails that share one count. */
import type { Finding } from '../core/coverage.ts';
import { hintFor } from '../core/hint.ts';
import { folderOf, LOG_KINDS, parseKey, placesOf, rootOf } from '../core/key.ts';
import type { Chain, Place, Source } from '../core/source.ts';
import { formatDay, formatIso } from '../core/time.ts';
import { isUnlisted, sharedFolder, type Span } from '../core/unlisted.ts';
import type { AccountSession } from '../ports.ts';
import type { ChainVerified } from './cover-chains.ts';

/** One folder of log files with the chains that deliver there. */
export interface LogFolder {
  /** One of them, in whose name the folder is listed. */
  readonly chain: Chain;
  readonly place: Place;
  /** What each of the chains accounts for. */
  readonly spans: readonly (readonly Span[])[];
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
      const spans = sharers.map((one) => one.spans);
      if (spans.every((one) => one.length === 0)) continue;
      folders.push({ chain, place, spans, isNamed: (file) => sharers.some((one) => one.named.has(file)) });
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

/**
 * The files of one folder that ought to have been named by now and are not.
 * @param due now and the time to leave for a later or backfill digest, milliseconds
 */
export async function unlistedIn(
  folder: LogFolder,
  session: AccountSession,
  due: { readonly now: number; readonly grace: number },
): Promise<readonly Unlisted[]> {
  const { chain, place, spans, isNamed } = folder;
  const oldest = Math.min(...spans.flatMap((one) => one.map(({ from }) => from)));
  const { account, region, source } = chain;
  const where = { bucket: place.bucket, owner: source.bucketOwner };
  const root = { ...place, org: source.org };
  const there = await session.objects.folders({ ...where, prefix: `${rootOf(root)}${account}/` });
  const found: Unlisted[] = [];
  for (const kind of LOG_KINDS.filter((one) => there.includes(`${one}/`))) {
    const prefix = folderOf(root, { account, folder: kind, region });
    const startAfter = `${prefix}${formatDay(oldest)}/`;
    for await (const { key: rawKey } of session.objects.list({ ...where, prefix, startAfter })) {
      const key = parseKey(rawKey);
      if (key?.type !== 'log' || !isUnlisted(key, spans, due) || isNamed(`${place.bucket}/${rawKey}`)) continue;
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
