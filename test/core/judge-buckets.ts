/**
 * A verifier over buckets in memory: what stages/verify and the pipeline do with the core, without S3, queue or
 * archive, so that thousands of worlds can be judged in seconds. Nothing is remembered from one call to the next.
 */
import { coverChain, type Coverage, type DigestView, type LogView } from '../../src/core/coverage.ts';
import type { Digest, NamedLog } from '../../src/core/digest.ts';
import { inspectGzip, type Inspection } from '../../src/core/gzip.ts';
import {
  isOwnDigest,
  isWithinSource,
  judgeLink,
  judgeLog,
  judgeSignature,
  namedOnce,
  notesOn,
  readClaims,
  withoutBytes,
  type Judgement,
  type Verified,
} from '../../src/core/judge.ts';
import { folderOf, LOG_KINDS, parseKey, placesOf, type DigestKey } from '../../src/core/key.ts';
import type { PublicKeyRecord } from '../../src/core/publickey.ts';
import type { Chain } from '../../src/core/source.ts';
import { HOUR } from '../../src/core/time.ts';
import { distinctChanges, type TrailChange } from '../../src/core/trail-change.ts';
import { accountedSpans, isUnlisted, sharedFolder, type Span } from '../../src/core/unlisted.ts';
import type { DigestCode, LinkCode, NoteCode } from '../../src/core/verdict.ts';
import { findObject, type Buckets } from '../cloud/forge/buckets.ts';
import type { CloudObject } from '../cloud/types.ts';

/** What can be seen at `now`, epoch milliseconds. `from` and `to` as in Expectation; absent: everything, up to now. */
export interface Evidence {
  readonly buckets: Buckets;
  readonly keys: readonly PublicKeyRecord[];
  readonly now: number;
  readonly from?: number;
  readonly to?: number;
  /** Calls on trails that are known beside those in proven log files: event history, kept changes. */
  readonly changes?: readonly TrailChange[];
}

export type Counts = ReadonlyMap<string, number>;

export interface JudgedChain {
  readonly chain: Chain;
  readonly views: readonly DigestView[];
  readonly backfillViews: readonly DigestView[];
  readonly coverage: Coverage;
  /** One for each backfill digest: they have no cadence, so each stands for itself. */
  readonly backfills: readonly Coverage[];
  /** `bucket/key` of every log file that a valid digest names. */
  readonly named: ReadonlySet<string>;
  readonly notes: ReadonlySet<NoteCode>;
  /** How often each verdict was given. */
  readonly digests: Counts;
  readonly logs: Counts;
}

/** After this time a digest is late. */
export const GRACE = 2 * HOUR;
const KEY_SLACK = 2 * HOUR;
const MAX_INFLATED = 64 * 1024 * 1024;

/** Judges every digest of these chains that the buckets hold, standard and backfill, and covers each with what all tell. */
export function judgeChains(evidence: Evidence, chains: readonly Chain[]): readonly JudgedChain[] {
  const read = chains.map((chain) => readChain(evidence, chain));
  const changes = distinctChanges([...(evidence.changes ?? []), ...read.flatMap((one) => one.changes)]);
  return read.map((one) => coverRead({ ...evidence, changes }, one));
}

/** One chain by itself: a StopLogging that another chain's log files tell of is not heard. */
export function judgeChain(evidence: Evidence, chain: Chain): JudgedChain {
  const [judged] = judgeChains(evidence, [chain]);
  if (judged === undefined) throw new Error('one chain in, one out');
  return judged;
}

type Read = {
  readonly chain: Chain;
  readonly listed: readonly { readonly listed: Listed; readonly view: DigestView }[];
  readonly notes: ReadonlySet<NoteCode>;
  readonly changes: readonly TrailChange[];
};

function readChain(evidence: Evidence, chain: Chain): Read {
  const bench: Bench = { evidence, chain, notes: new Set(), changes: [] };
  const listed = digestsOf(evidence, chain).map((one) => ({ listed: one, view: viewOf(one, bench) }));
  return { chain, listed, notes: bench.notes, changes: bench.changes };
}

function coverRead(evidence: Evidence, { chain, listed: read, notes }: Read): JudgedChain {
  const views = read.filter(({ listed }) => listed.key.kind === 'standard').map(({ view }) => view);
  const backfills = read.filter(({ listed }) => listed.key.kind === 'backfill').map(({ view }) => view);
  const { from = null, to = null, now, changes = [] } = evidence;
  return {
    chain,
    views,
    backfillViews: backfills,
    coverage: coverChain(chain, views, { from, to, now, grace: GRACE, changes }),
    backfills: backfills.map((view) => coverAlone(chain, view, now)),
    named: new Set(read.flatMap(({ view }) => view.logs.map((log) => `${log.bucket}/${log.key}`))),
    notes,
    digests: countOf(read.map(({ view }) => view.verdict)),
    logs: countOf(read.flatMap(({ view }) => view.logs.map((log) => log.verdict))),
  };
}

function coverAlone(chain: Chain, view: DigestView, now: number): Coverage {
  const source = { ...chain.source, validation: true, status: null, narrowed: null, gone: false };
  return coverChain({ ...chain, source }, [view], { from: view.start, to: view.end, now, grace: GRACE });
}

function countOf(codes: readonly string[]): Counts {
  const counts = new Map<string, number>();
  for (const code of codes) counts.set(code, (counts.get(code) ?? 0) + 1);
  return counts;
}

interface Listed {
  readonly key: DigestKey;
  readonly object: CloudObject;
}

/** The digests of the chain in every place it may lie in, as a listing of the folder shows them. */
function digestsOf({ buckets }: Evidence, { account, region, source }: Chain): readonly Listed[] {
  return placesOf(source).flatMap((place) => {
    const folder = folderOf({ ...place, org: source.org }, { account, folder: 'CloudTrail-Digest', region });
    return [...(buckets.get(place.bucket)?.values() ?? [])].flatMap((object) => {
      const key = object.key.startsWith(folder) ? parseKey(object.key) : null;
      const own = key?.type === 'digest' && key.trail === source.trail && key.homeRegion === source.homeRegion;
      return own ? [{ key, object }] : [];
    });
  });
}

interface Bench {
  readonly evidence: Evidence;
  readonly chain: Chain;
  readonly notes: Set<NoteCode>;
  readonly changes: TrailChange[];
}

function viewOf({ key, object }: Listed, bench: Bench): DigestView {
  const inspection = inspect(object);
  if (inspection.ok && inspection.headerData) bench.notes.add('gzip-header-data');
  const { verdict, digest } = judgeDigest({ key, object, inspection }, bench);
  const valid = verdict.code === 'valid' ? digest : null;
  const link: Judgement<LinkCode> =
    valid === null ? { code: 'digest-missing', detail: 'not judged' } : linkOf(valid, key.kind, bench);
  return {
    bucket: object.bucket,
    key: object.key,
    end: key.end,
    start: digest?.start ?? null,
    verdict: verdict.code,
    detail: verdict.detail,
    link: link.code,
    linkDetail: link.detail,
    previousKey: digest?.previous?.key ?? null,
    notes: notesOn(inspection),
    logs: valid === null ? [] : logsOf(valid, bench),
  };
}

type Judged = { readonly verdict: Judgement<DigestCode>; readonly digest: Digest | null };

function judgeDigest(read: Listed & { readonly inspection: Inspection }, { evidence, chain }: Bench): Judged {
  const { key, object, inspection } = read;
  const where = { bucket: object.bucket, rawKey: object.key, key, inspection, metadata: object.metadata };
  const claims = readClaims(where, chain, evidence.now);
  if ('refused' in claims) return { verdict: claims.refused, digest: claims.digest };
  const { digest } = claims.claimed;
  const known = evidence.keys.find((one) => one.region === chain.region && one.fingerprint === digest.fingerprint);
  return { verdict: judgeSignature(claims.claimed, known ?? null, KEY_SLACK), digest };
}

function linkOf(digest: Digest, kind: DigestKey['kind'], { evidence, chain }: Bench): Judgement<LinkCode> {
  if (digest.previous === null) return judgeLink(digest, null, kind);
  if (!isOwnDigest(chain, digest.previous)) return { code: 'blocked-access', detail: 'outside the configured places' };
  const object = findObject(evidence.buckets, digest.previous);
  const predecessor = object === undefined ? null : { inspection: inspect(object), metadata: object.metadata };
  return judgeLink(digest, predecessor, kind);
}

function logsOf(digest: Digest, bench: Bench): readonly LogView[] {
  const { logs, twice, contradicted } = namedOnce(digest);
  if (twice.size > 0) bench.notes.add('log-listed-twice');
  return logs.map((named) => {
    const { bucket, key } = named;
    if (contradicted.has(`${bucket}/${key}`))
      return { bucket, key, verdict: 'log-hash-mismatch', detail: 'two hashes' };
    const { verdict, notes } = judgeNamed(named, bench);
    return { bucket, key, verdict: verdict.code, detail: verdict.detail, notes };
  });
}

function judgeNamed(named: NamedLog, { evidence, chain, notes, changes }: Bench): Pick<Verified, 'verdict' | 'notes'> {
  if (!isWithinSource(chain, named)) return withoutBytes({ code: 'log-foreign', detail: 'not fetched' });
  const object = findObject(evidence.buckets, named);
  if (object === undefined) return withoutBytes({ code: 'log-missing', detail: 'not there' });
  const options = { maxInflated: MAX_INFLATED, keepContent: false, trailChanges: true };
  const verified = judgeLog(named, inspectGzip(object.body, options));
  const { inspection, verdict } = verified;
  if (verdict.code === 'valid' && inspection?.ok === true) changes.push(...inspection.changes);
  for (const note of verified.notes) notes.add(note);
  return verified;
}

function inspect(object: CloudObject): Inspection {
  return inspectGzip(object.body, { maxInflated: MAX_INFLATED, keepContent: true });
}

/**
 * Log files that no digest names, over all chains that share a folder: only where every one of them has valid
 * digests, since log keys do not tell which trail they belong to. `bucket/key` of each.
 */
export function unlistedLogs({ buckets, now }: Evidence, judged: readonly JudgedChain[]): readonly string[] {
  const folders = new Map<string, JudgedChain[]>();
  for (const one of judged) {
    for (const place of placesOf(one.chain.source)) {
      const folder = sharedFolder(one.chain, place);
      folders.set(folder, [...(folders.get(folder) ?? []), one]);
    }
  }
  return [...buckets].flatMap(([bucket, objects]) =>
    [...objects.keys()]
      .filter((rawKey) => {
        const key = parseKey(rawKey);
        if (key?.type !== 'log' || !LOG_KINDS.includes(key.kind)) return false;
        const folder = `${bucket}/${folderOf(key, { account: key.account, folder: 'CloudTrail', region: key.region })}`;
        const sharers = folders.get(folder) ?? [];
        if (sharers.length === 0 || sharers.some((one) => one.named.has(`${bucket}/${rawKey}`))) return false;
        return isUnlisted(key, sharers.map(spansOf), { now, grace: GRACE });
      })
      .map((rawKey) => `${bucket}/${rawKey}`),
  );
}

function spansOf({ views, backfillViews, coverage: { silent } }: JudgedChain): readonly Span[] {
  return accountedSpans({ standard: views, backfill: backfillViews, silent });
}

/** Every code that is said of these chains: findings, unlisted files and notes. */
export function codesOf(evidence: Evidence, judged: readonly JudgedChain[]): ReadonlySet<string> {
  const coverages = judged.flatMap(({ coverage, backfills }) => [coverage, ...backfills]);
  const codes = coverages.flatMap(({ findings }) => findings.map(({ code }) => code as string));
  const notes = judged.flatMap((one) => [...one.notes]);
  return new Set([...codes, ...notes, ...(unlistedLogs(evidence, judged).length > 0 ? ['log-unlisted'] : [])]);
}
