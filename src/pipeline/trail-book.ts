/**
 * What is remembered of trails over surveys: each look is joined with the newest record, and recorded when it showed
 * something else. So chains ought to exist because a trail, a region or a receipt was seen once, not because a bucket
 * still holds something.
 */
import { rootOf } from '../core/key.ts';
import type { Chain, Place, Problem, Source, Survey } from '../core/source.ts';
import { afterListing, afterLook, afterLoss, recordedChains, sameSighting } from '../core/trail-memory.ts';
import { trailRecordName, type TrailRecord } from '../core/trail-record.ts';
import { OperatingError, problemOf } from '../errors.ts';
import type { ObjectReader } from '../ports.ts';
import type { Look } from '../stages/discover.ts';
import { keepTrailRecord, newestRecord, newestRecords, type KnownTrails, type TrailPorts } from '../stages/trails.ts';
import { isWellFormed, shownChains } from './chains.ts';
import { archivePlace, type PipelineParts } from './parts.ts';
import { lostTrails, receiptChains } from './trail-receipts.ts';

export interface TrailBook {
  /** The survey with what is remembered of each trail, and with the trails that are gone. */
  remember(look: Look, objects: ObjectReader): Promise<Survey>;
  /** The chains that a source ought to have. Lists its buckets, unless the trail is gone. */
  chains(source: Source, objects: ObjectReader): Promise<readonly Chain[]>;
  /** False for the buckets of a trail that is gone, when they could not be read either: there is nothing to sweep. */
  reachable(source: Source): boolean;
  /** True for a chain that is one of the source's, by its regions or by its record. */
  knows(source: Source, chain: Pick<Chain, 'account' | 'region'>): boolean;
}

/** How one trail is remembered. `kept` false: its record is damaged or another reader's, so none is written. */
type Memory = { readonly record: TrailRecord; readonly kept: boolean };

interface Book {
  readonly ports: TrailPorts;
  readonly now: () => number;
  readonly memory: (source: Source) => Memory | null;
  /** Remembers what came after, and writes it when it says something else than before. */
  readonly settle: (before: TrailRecord | null, after: TrailRecord, kept: boolean) => Promise<TrailRecord>;
  readonly reach: (source: Source, reachable: boolean) => void;
  /** Accounts whose receipts tell of no trail that is gone: members of an organization trail are not asked about again. */
  readonly scanned: Set<string>;
}

/** The book of one process. `write` false: nothing is written to the archive (verify, status). */
export function openTrailBook({ archive, clock, config }: PipelineParts, write: boolean): TrailBook {
  const place = archivePlace(config);
  const memories = new Map<string, Memory>();
  const shut = new Set<string>();
  const idOf = ({ reader, trailArn }: Source): string => `${reader} ${trailArn}`;
  const book: Book = {
    ports: { archive, place, read: new Map() },
    now: () => clock.now(),
    memory: (source) => memories.get(idOf(source)) ?? null,
    settle: async (before, after, kept) => {
      const same = before !== null && sameSighting(before, after);
      const record = same ? before : after;
      if (write && kept && !same) await keepTrailRecord(record, { archive, place });
      memories.set(idOf(record.source), { record, kept });
      return record;
    },
    scanned: new Set(),
    reach: (source, reachable) => void (reachable ? shut.delete(idOf(source)) : shut.add(idOf(source))),
  };
  return {
    remember: (look, objects) => remember(look, objects, book),
    chains: (source, objects) => chainsOf(source, objects, book),
    reachable: (source) => !(source.gone && shut.has(idOf(source))),
    knows: (source, { account, region }) => {
      if (!isWellFormed(account, region)) return false;
      if (source.regionsFrom !== 'configured' || source.regions?.includes(region) === true) return true;
      return book.memory(source)?.record.regions.some((one) => one.region === region) === true;
    },
  };
}

async function remember(look: Look, objects: ObjectReader, book: Book): Promise<Survey> {
  const { described, wanted, ...survey } = look;
  if (described === null) return survey;
  const known = await newestRecords(survey.account.id, book.now(), book.ports);
  const problems = [...survey.problems, ...known.damaged.map(({ error }) => problemOf(error))];
  const unknowns = [...survey.unknowns];
  const gone = (await lost({ look, known }, book)).filter(({ trailArn }) => wanted === null || wanted.has(trailArn));
  const sources: Source[] = [];
  for (const source of survey.sources) {
    if (gone.some(({ trailArn }) => trailArn === source.trailArn)) continue;
    sources.push(described.has(source.trailArn) ? await joined(source, known, book) : source);
  }
  const reachable: Source[] = [];
  for (const source of [...sources, ...gone])
    reachable.push(await withinReach(source, { look, objects, unknowns }, book));
  return { ...survey, sources: reachable, problems, unknowns };
}

/** The trails that are recorded, or have receipts where nothing is recorded yet, and are not described any more. */
async function lost({ look, known }: { look: Look; known: KnownTrails }, book: Book): Promise<readonly Source[]> {
  const { account, described } = look;
  const sources: Source[] = [];
  for (const record of known.records) {
    if (described?.has(record.source.trailArn) === true || record.source.reader !== account.id) continue;
    sources.push((await book.settle(record, afterLoss(record, book.now()), true)).source);
  }
  if (known.records.length > 0 || known.damaged.length > 0 || book.scanned.has(account.id)) return sources;
  for (const { source, regions } of await lostTrails(account.id, described ?? new Set(), book.ports)) {
    const found = afterListing(afterLook(null, source, book.now()), new Map([[account.id, regions]]), book.now());
    sources.push((await book.settle(null, found, true)).source);
  }
  if (sources.length === 0) book.scanned.add(account.id);
  return sources;
}

async function joined(source: Source, known: KnownTrails, book: Book): Promise<Source> {
  const { before, kept } = await recordBefore(source, known, book);
  const { source: recorded } = await book.settle(before, afterLook(before, source, book.now()), kept);
  const { narrowed, formerBuckets } = recorded;
  return { ...source, narrowed, formerBuckets, regions: source.regions ?? recorded.regions };
}

type Before = { readonly before: TrailRecord | null; readonly kept: boolean };

/** A damaged record is written over by nobody: a newer one beside it would hide the damage. */
async function recordBefore(source: Source, known: KnownTrails, book: Book): Promise<Before> {
  const name = trailRecordName(afterLook(null, source, book.now()));
  if (known.damaged.some((one) => one.homeRegion === name.homeRegion && one.trail === name.trail))
    return { before: null, kept: false };
  const own = name.account === source.reader;
  const before = own
    ? known.records.find((one) => one.source.trailArn === source.trailArn)
    : await newestRecord(name, book.now(), book.ports);
  return { before: before ?? null, kept: !before || before.source.reader === source.reader };
}

type Reach = { readonly look: Look; readonly objects: ObjectReader; readonly unknowns: Problem[] };

/**
 * Former places that AWS itself described are looked into as long as they can be read: a bucket that was given up, or
 * taken away, must not block what the trail delivers now. What was lost with it shows as missing digests.
 */
async function withinReach(source: Source, { look, objects, unknowns }: Reach, book: Book): Promise<Source> {
  const configured = look.sources.find(({ trailArn }) => trailArn === source.trailArn)?.formerBuckets ?? [];
  const own = (place: Place): boolean =>
    configured.some((one) => one.bucket === place.bucket && one.prefix === place.prefix);
  const former: Place[] = [];
  for (const place of source.formerBuckets) {
    const problem = own(place) ? null : await unreadable({ ...source, ...place }, objects);
    if (problem === null) former.push(place);
    else unknowns.push(problem);
  }
  if (source.gone) {
    const problem = await unreadable(source, objects);
    book.reach(source, problem === null);
    if (problem !== null) unknowns.push(problem);
  }
  return { ...source, formerBuckets: former };
}

async function unreadable(source: Source, objects: ObjectReader): Promise<Problem | null> {
  const { bucket, bucketOwner: owner } = source;
  try {
    await objects.folders({ bucket, owner, prefix: rootOf(source) });
    return null;
  } catch (error) {
    if (!(error instanceof OperatingError)) throw error;
    const why = source.gone ? 'the trail is gone' : 'the trail delivers elsewhere now';
    return { ...problemOf(error), detail: `${source.trailArn}: ${why}, and what it left: ${error.message}` };
  }
}

async function chainsOf(source: Source, objects: ObjectReader, book: Book): Promise<readonly Chain[]> {
  const { record, kept } = book.memory(source) ?? { record: afterLook(null, source, book.now()), kept: false };
  const settled = source.gone || (source.org === null && source.regionsFrom === 'configured');
  if (settled) return recordedChains(record, source);
  const shown = new Map(await shownChains(source, objects));
  if (!record.listed)
    for (const [account, regions] of await receiptChains(source, book.ports))
      shown.set(account, [...new Set([...(shown.get(account) ?? []), ...regions])].toSorted());
  return recordedChains(await book.settle(record, afterListing(record, shown, book.now()), kept), source);
}
