/**
 * Unlisted files: captured, past the grace, in time for which the digests of every trail of the folder account, and
 * named by none of them. They are put in quarantine; a later or backfill digest releases them (reliability.md V4).
 */
import type { Finding } from '../core/coverage.ts';
import { speaker } from '../core/finding.ts';
import { folderOf, LOG_KINDS, parseKey, placesOf } from '../core/key.ts';
import type { Chain, Place, Problem, Source } from '../core/source.ts';
import { isUnlisted } from '../core/unlisted.ts';
import { namedNear, receiptNames, spansOf, type Named } from './unlisted-named.ts';
import {
  unlistedEntries,
  walkCaptured,
  type ArchiveShelf,
  type CapturedFile,
  type UnlistedPorts,
  type Walk,
} from './unlisted-walk.ts';

const DETAIL = 'the digests of its time are proven, and none names it';

/** What one look at a chain's captured files came to. */
export interface UnlistedFound {
  /** Files that no digest names, found now or before, and not released. */
  readonly unlisted: number;
  /** Why some could not be judged; null when all could. */
  readonly problem: Problem | null;
}

/**
 * Looks through a chain's captured files, puts those that no digest names in quarantine, and releases those that one
 * names by now.
 * @param sources every trail that delivers for the same reader: some may share the folder
 */
export async function settleUnlisted(
  chain: Chain,
  sources: readonly Source[],
  ports: UnlistedPorts,
): Promise<UnlistedFound> {
  let unlisted = 0;
  let problem: Problem | null = null;
  for (const place of placesOf(chain.source)) {
    const walk = await walkCaptured(chain, place, ports);
    const found = await settlePlace(chain, { walk, sharers: sharersOf(chain, place, sources) }, ports);
    unlisted += found.unlisted;
    problem ??= found.problem;
  }
  return { unlisted, problem };
}

/** The trails that deliver this account's files of this region to the place. One that is gone delivers nothing new. */
function sharersOf(chain: Chain, place: Place, sources: readonly Source[]): readonly Source[] {
  const { source: own, region } = chain;
  const others = sources.filter(
    (one) =>
      one.trailArn !== own.trailArn &&
      !one.gone &&
      one.org === own.org &&
      (one.multiRegion || one.homeRegion === region) &&
      placesOf(one).some(({ bucket, prefix }) => bucket === place.bucket && prefix === place.prefix),
  );
  return [own, ...others];
}

type Folder = { readonly walk: Walk; readonly sharers: readonly Source[] };

async function settlePlace(chain: Chain, { walk, sharers }: Folder, ports: UnlistedPorts): Promise<UnlistedFound> {
  const known = walk.unproven.filter((file) => file.entries.some(({ state }) => state !== 'released'));
  const due = { now: ports.now, grace: ports.grace };
  const open = walk.unproven.filter((file) => file.entries.length === 0);
  // Files of a trail without validation are named by no digest, and nothing tells them from a planted one.
  const judged = sharers.every(({ validation }) => validation) ? open : [];
  if (judged.length + walk.proven.length === 0) return { unlisted: known.length, problem: null };
  const names = await receiptNames(chain, ports);
  const hoped = sharers.map((source) => spansOf(source, names, () => true));
  const likely = judged.filter((file) => isUnlisted(keyOf(file), hoped, due));
  const sought = [...likely, ...walk.proven].map((file) => ({ name: nameOf(file), time: file.time }));
  const named = await namedNear(sought, { names, sharers }, ports);
  const unlisted = likely.filter(
    (file) => named.by.get(nameOf(file)) === null && isUnlisted(keyOf(file), named.spans, due),
  );
  await Promise.all(unlisted.map((file) => ports.slot(() => putApart(file, ports))));
  for (const file of walk.proven) await releaseNamed(file, named, ports);
  return { unlisted: known.length + unlisted.length, problem: named.problem };
}

function nameOf({ bucket, key }: CapturedFile): string {
  return `${bucket}/${key}`;
}

function keyOf({ key }: CapturedFile) {
  const parsed = parseKey(key);
  if (parsed?.type !== 'log') throw new Error('a captured file is known by its key');
  return parsed;
}

async function putApart(file: CapturedFile, ports: UnlistedPorts): Promise<void> {
  ports.signal.throwIfAborted();
  const { archive, place, inspector, maxBytes, maxInflated } = ports;
  const { bucket, key } = file;
  const object = await archive.get({ bucket: place.bucket, key: file.copy, owner: place.owner }, { maxBytes });
  if (object === null) return;
  const [inspection] = await inspector.inspect([object.bytes], { maxInflated, keepContent: false });
  if (inspection === undefined) throw new Error('the inspector returned no result');
  await ports.keepApart({
    origin: { bucket, key },
    verdict: { code: 'log-unlisted', detail: DETAIL },
    object: { ...object, versionId: null, etag: null, lastModified: null },
    inspection,
    expected: null,
    via: 'pending',
  });
}

/** A digest's job that ran while the file was put apart did not see the entry. */
async function releaseNamed(file: CapturedFile, named: Named, ports: UnlistedPorts): Promise<void> {
  const by = named.by.get(nameOf(file));
  if (by === null || by === undefined || !by.proven) return;
  const { digest, logs } = by.receipt;
  const line = logs.find(({ origin }) => origin.bucket === file.bucket && origin.key === file.key);
  const proof = {
    digest: { bucket: digest.origin.bucket, key: digest.origin.key, end: digest.end },
    contentSha256: line?.contentSha256 ?? null,
  };
  for (const { name, state } of file.entries) if (state !== 'released') await ports.release(name, proof);
}

/** An unlisted file that no digest has named since. An accepted one is still unlisted: somebody has seen it. */
export interface UnlistedEntry {
  readonly bucket: string;
  readonly key: string;
  /** The minute in its name, epoch ms. */
  readonly time: number;
  readonly state: 'open' | 'accepted';
  /** When it was put in quarantine, epoch ms by the archive's clock. */
  readonly since: number;
  readonly finding: Finding;
}

/**
 * The unlisted files of a chain's folders as quarantine has them, oldest first; trails that share a folder have the same.
 * @param window epoch milliseconds of the files' own minutes; null for no bound
 */
export async function listUnlisted(
  chain: Chain,
  window: { readonly from: number | null; readonly to: number | null },
  shelf: ArchiveShelf,
): Promise<readonly UnlistedEntry[]> {
  const { account, region, source } = chain;
  const found: UnlistedEntry[] = [];
  for (const place of placesOf(source)) {
    for (const kind of LOG_KINDS) {
      const folder = folderOf({ ...place, org: source.org }, { account, folder: kind, region });
      for (const [key, entries] of await unlistedEntries({ bucket: place.bucket, folder }, shelf)) {
        const parsed = parseKey(key);
        const entry = entries.find(({ state }) => state !== 'released');
        if (parsed?.type !== 'log' || entry === undefined || entry.state === 'released') continue;
        const { time } = parsed;
        if (time < (window.from ?? time) || time > (window.to ?? time)) continue;
        const { state, since } = entry;
        const file = { bucket: place.bucket, key, time };
        found.push({ ...file, state, since, finding: findingOf(chain, { ...file, state }) });
      }
    }
  }
  return found.toSorted((a, b) => a.time - b.time || (a.key < b.key ? -1 : 1));
}

function findingOf(
  chain: Chain,
  file: { readonly bucket: string; readonly key: string; readonly time: number; readonly state: 'open' | 'accepted' },
): Finding {
  const { bucket, key, time } = file;
  const detail = `${DETAIL}; it is in quarantine${file.state === 'accepted' ? ', and somebody has accepted it' : ''}`;
  return speaker(chain)('log-unlisted', detail, { bucket, key, from: time, to: time });
}
