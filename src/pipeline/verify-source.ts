/**
 * One chain judged digest by digest, from whatever its session reads: member buckets (`verify --source`), or the
 * archive. Nothing is written, and nothing is said of completeness yet: that takes all chains of an account
 * (pipeline/cover-chains), since a StopLogging is told by the log files of the trail's home region alone.
 */
import pLimit from 'p-limit';
import type { DigestView, Expectation } from '../core/coverage.ts';
import { folderOf, parseKey, placesOf } from '../core/key.ts';
import type { ListedDigest } from '../core/work-list.ts';
import type { Chain } from '../core/source.ts';
import { formatDay, HOUR } from '../core/time.ts';
import type { TrailChange } from '../core/trail-change.ts';
import type { AccountSession } from '../ports.ts';
import { judgeOne, type Bench } from './judge.ts';
import { viewOf } from './view.ts';

export interface Window {
  readonly from: number | null;
  readonly to: number | null;
}

/** Told as each digest is done: numbers since the last call. */
export type OnProgress = (done: { readonly digests: number; readonly logs: number; readonly bytes: number }) => void;

export interface SourceRun {
  readonly window: Window;
  readonly expected: Expectation;
  readonly concurrency: number;
  /** Told how many digests of a chain are to be judged. */
  readonly onPlan: (digests: number) => void;
  readonly onProgress: OnProgress;
}

/** What judging found in one chain, before anything is said of its completeness. */
export interface ChainJudged {
  readonly chain: Chain;
  readonly standard: readonly DigestView[];
  readonly backfill: readonly DigestView[];
  /** `bucket/key` of every log file that a valid digest names. */
  readonly named: ReadonlySet<string>;
  /** The changes of trails, of any trail, that its proven log files tell of. */
  readonly changes: readonly TrailChange[];
}

/** Judges every digest of one chain in the window, standard and backfill. */
export async function judgeChain(chain: Chain, bench: Bench, run: SourceRun): Promise<ChainJudged> {
  const listed = await digestsIn(chain, bench.session, run.window);
  run.onPlan(listed.length);
  const limit = pLimit(run.concurrency);
  const found: Found = { named: new Set(), changes: [] };
  const views = await Promise.all(
    listed.map((digest) =>
      limit(async () => ({ kind: digest.key.kind, view: await lookAt(chain, digest, { bench, run, found }) })),
    ),
  );
  const of = (kind: 'standard' | 'backfill'): readonly DigestView[] =>
    views.flatMap((one) => (one.kind === kind && one.view !== null ? [one.view] : []));
  return { chain, standard: of('standard'), backfill: of('backfill'), ...found };
}

/** The chain's digests in the window, as the source lists them. */
async function digestsIn(
  chain: Chain,
  session: Pick<AccountSession, 'objects'>,
  window: Window,
): Promise<readonly ListedDigest[]> {
  const { account, region, source } = chain;
  const found: ListedDigest[] = [];
  for (const place of placesOf(source)) {
    const prefix = folderOf({ ...place, org: source.org }, { account, folder: 'CloudTrail-Digest', region });
    const start = window.from === null ? {} : { startAfter: `${prefix}${formatDay(window.from)}/` };
    for await (const { key: rawKey } of session.objects.list({
      bucket: place.bucket,
      owner: source.bucketOwner,
      prefix,
      ...start,
    })) {
      const key = parseKey(rawKey);
      if (key?.type !== 'digest' || key.trail !== source.trail || key.homeRegion !== source.homeRegion) continue;
      if (window.to !== null && key.end - HOUR >= window.to) continue;
      if (window.from === null || key.end > window.from) found.push({ bucket: place.bucket, rawKey, key });
    }
  }
  return found;
}

type Found = { readonly named: Set<string>; readonly changes: TrailChange[] };
type ViewWork = { readonly bench: Bench; readonly run: SourceRun; readonly found: Found };

/** Null when the digest vanished between listing and reading: its interval then shows as missing. */
async function lookAt(chain: Chain, listed: ListedDigest, { bench, run, found }: ViewWork): Promise<DigestView | null> {
  const judged = await judgeOne(chain, { bucket: listed.bucket, key: listed.rawKey }, bench);
  if (judged === null) return null;
  const { view, named, changes, bytes } = await viewOf(chain, { listed, judged }, bench);
  for (const name of named) found.named.add(name);
  found.changes.push(...changes);
  run.onProgress({ digests: 1, logs: view.logs.length, bytes });
  return view;
}
