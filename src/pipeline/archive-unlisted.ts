/** Files in the archive that no digest names: captured ones past their time, those put apart, and planted ones. */
import type { Finding } from '../core/coverage.ts';
import { hintFor } from '../core/hint.ts';
import { folderOf, LOG_KINDS, parseKey, placesOf, rootOf } from '../core/key.ts';
import { pendingKey, quarantineKey } from '../core/layout.ts';
import type { Source } from '../core/source.ts';
import { formatDay, formatIso } from '../core/time.ts';
import { isUnlisted } from '../core/unlisted.ts';
import type { ListedObject, ListRequest, ObjectReader } from '../ports.ts';
import type { Shelf } from './archive-index.ts';
import { sessionOver, type KeptKeys } from './archive-session.ts';
import type { ChainVerified } from './cover-chains.ts';
import { logFolders, unlistedIn, type Unlisted } from './unlisted.ts';

interface UnlistedWork {
  readonly shelf: Shelf;
  readonly keys: KeptKeys;
  /** Now and the time to leave for a later or backfill digest, milliseconds. */
  readonly due: { readonly now: number; readonly grace: number };
}

/** @param unjudged the trails with a chain that could not be judged: what its digests name nobody knows */
export async function archiveUnlisted(
  verified: readonly ChainVerified[],
  unjudged: readonly Source[],
  work: UnlistedWork,
): Promise<readonly Unlisted[]> {
  const found: Unlisted[] = [];
  const session = sessionOver(captured(work.shelf), work.keys);
  for (const folder of logFolders(verified, unjudged)) {
    const unlisted = await unlistedIn(folder, session, work.due);
    const byKey = new Map(unlisted.map((one) => [one.finding.key, one]));
    found.push(...[...byKey.values()].toSorted((a, b) => ((a.finding.key ?? '') < (b.finding.key ?? '') ? -1 : 1)));
  }
  if (unjudged.length > 0) return found;
  for (const sharers of Map.groupBy(verified, folderName).values()) found.push(...(await planted(sharers, work)));
  return found;
}

/** Trails of one account share their folder of proven files, whichever buckets they came from. */
function folderName({ chain }: ChainVerified): string {
  return `${chain.source.org ?? ''}|${chain.account}|${chain.region}`;
}

/** What was captured or put apart, as the source's own listing. */
function captured({ objects, place }: Shelf): ObjectReader {
  const none = (): never => {
    throw new Error('unlisted files are listed, not read');
  };
  const bases = (bucket: string): readonly string[] => [
    pendingKey(place.prefix, bucket, ''),
    quarantineKey(place.prefix, { bucket, key: '' }, 'log-unlisted'),
  ];
  const { bucket, owner } = place;
  return {
    list: async function* (request: ListRequest): AsyncGenerator<ListedObject> {
      for (const base of bases(request.bucket)) {
        const start = request.startAfter === undefined ? {} : { startAfter: `${base}${request.startAfter}` };
        for await (const listed of objects.list({ bucket, owner, prefix: `${base}${request.prefix}`, ...start }))
          yield {
            ...listed,
            key: listed.key.slice(base.length).replace(/(\.json\.gz)\/[a-z]+-[0-9a-f]{16}(?:\.json)?$/, '$1'),
          };
      }
    },
    folders: async (request) => {
      const ask = (base: string): Promise<readonly string[]> =>
        objects.folders({ bucket, owner, prefix: `${base}${request.prefix}` });
      return [...new Set((await Promise.all(bases(request.bucket).map(ask))).flat())];
    },
    get: none,
    head: none,
  };
}

/** Proven files that no digest of any trail of the account and region names. */
async function planted(sharers: readonly ChainVerified[], { shelf, due }: UnlistedWork): Promise<readonly Unlisted[]> {
  const [first] = sharers;
  const spans = sharers.map((one) => one.spans);
  const begins = spans.flatMap((one) => one.map(({ from }) => from));
  if (first === undefined || begins.length === 0) return [];
  const { chain } = first;
  const { account, region, source } = chain;
  const { bucket, prefix, owner } = shelf.place;
  const root = { prefix, org: source.org };
  const names = sharers.flatMap((one) => placesOf(one.chain.source).map((place) => ({ place, named: one.named })));
  const isNamed = (key: string): boolean =>
    names.some(({ place, named }) => named.has(`${place.bucket}/${place.prefix}${key.slice(prefix.length)}`));
  const there = await shelf.objects.folders({ bucket, owner, prefix: `${rootOf(root)}${account}/` });
  const found: Unlisted[] = [];
  for (const kind of LOG_KINDS.filter((one) => there.includes(`${one}/`))) {
    const folder = folderOf(root, { account, folder: kind, region });
    const startAfter = `${folder}${formatDay(begins.reduce((old, one) => Math.min(old, one)))}/`;
    for await (const { key } of shelf.objects.list({ bucket, owner, prefix: folder, startAfter })) {
      const parsed = parseKey(key);
      if (parsed?.type !== 'log' || !isUnlisted(parsed, spans, due) || isNamed(key)) continue;
      const at = formatIso(parsed.time);
      const spot = { account, region, trail: source.trail, bucket, key, from: at, to: at };
      const detail = 'it lies among the proven files of the archive, and no digest names it';
      const finding: Finding = { code: 'log-unlisted', ...spot, detail, hint: hintFor('log-unlisted') };
      found.push({ chain, finding });
    }
  }
  return found;
}
