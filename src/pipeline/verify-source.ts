/** `verify --source`: every chain of the member buckets judged where it lies. Nothing is written anywhere. */
import pLimit from 'p-limit';
import { coverBackfill } from '../core/backfill.ts';
import { coverChain, type Coverage, type DigestView, type Expectation, type LogView } from '../core/coverage.ts';
import { folderOf, parseKey, placesOf } from '../core/key.ts';
import type { ListedDigest } from '../core/plan.ts';
import type { ChainResult } from '../core/report.ts';
import type { Chain, ChainKind } from '../core/source.ts';
import { formatDay, HOUR } from '../core/time.ts';
import type { Interval } from '../core/unlisted.ts';
import { isBlockedCode } from '../core/verdict.ts';
import type { AccountSession } from '../ports.ts';
import { judgeLogs, judgeOne, type Bench } from './judge.ts';

export interface Window {
  readonly from: number | null;
  readonly to: number | null;
}

/** Told as each digest is done: numbers since the last call. */
export type OnProgress = (done: { readonly digests: number; readonly logs: number; readonly bytes: number }) => void;

/** What one chain's digests came to, with the files they name (for the unlisted check over the folder). */
export interface ChainVerified {
  readonly chain: Chain;
  readonly results: readonly ChainResult[];
  readonly named: ReadonlySet<string>;
  /** The oldest digest judged is a proven start of the chain: no digest before the window names anything. */
  readonly opens: boolean;
  /** The hours whose digests could not be looked at: what they name nobody knows. */
  readonly unread: readonly Interval[];
}

export interface SourceRun {
  readonly window: Window;
  readonly expected: Expectation;
  readonly concurrency: number;
  /** Told how many digests of a chain are to be judged. */
  readonly onPlan: (digests: number) => void;
  readonly onProgress: OnProgress;
}

/** Judges every digest of one chain in the window, standard and backfill. */
export async function verifyChain(chain: Chain, bench: Bench, run: SourceRun): Promise<ChainVerified> {
  const listed = await digestsIn(chain, bench.session, run.window);
  run.onPlan(listed.length);
  const limit = pLimit(run.concurrency);
  const named = new Set<string>();
  const views = await Promise.all(
    listed.map((digest) =>
      limit(async () => ({ kind: digest.key.kind, view: await viewOf(chain, digest, { bench, run, named }) })),
    ),
  );
  const of = (kind: ChainKind): DigestView[] =>
    views.flatMap((one) => (one.kind === kind && one.view !== null ? [one.view] : []));
  const results = [
    resultOf(chain, 'standard', { views: of('standard'), coverage: coverChain(chain, of('standard'), run.expected) }),
  ];
  const backfill = of('backfill');
  if (backfill.length > 0)
    results.push(
      resultOf(chain, 'backfill', { views: backfill, coverage: coverBackfill(chain, backfill, run.expected) }),
    );
  return {
    chain,
    results,
    named,
    opens: opensChain(of('standard')),
    unread: unreadOf([...of('standard'), ...backfill]),
  };
}

/** What an unproven digest says of its own start is hearsay: the usual hour is taken. */
function unreadOf(views: readonly DigestView[]): readonly Interval[] {
  return views.filter((view) => isBlockedCode(view.verdict)).map(({ end }) => ({ from: end - HOUR, to: end }));
}

function opensChain(views: readonly DigestView[]): boolean {
  const [first, ...rest] = views;
  if (first === undefined) return false;
  const oldest = rest.reduce((old, view) => (view.end < old.end ? view : old), first);
  return oldest.verdict === 'valid' && oldest.link === 'chain-start';
}

/** The chain's digests in the window, as the source lists them. */
export async function digestsIn(
  chain: Chain,
  session: AccountSession,
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

type ViewWork = { readonly bench: Bench; readonly run: SourceRun; readonly named: Set<string> };

/** Null when the digest vanished between listing and reading: its interval then shows as missing. */
async function viewOf(chain: Chain, listed: ListedDigest, { bench, run, named }: ViewWork): Promise<DigestView | null> {
  const judged = await judgeOne(chain, { bucket: listed.bucket, key: listed.rawKey }, bench);
  if (judged === null) return null;
  let bytes = judged.pulled.object.bytes.length;
  const logs = await judgeLogs<LogView>(chain, judged.digest, {
    bench,
    onLog: async (log) => {
      named.add(`${log.named.bucket}/${log.named.key}`);
      bytes += log.object?.bytes.length ?? 0;
      const { code, detail } = log.verified.verdict;
      return { bucket: log.named.bucket, key: log.named.key, verdict: code, detail };
    },
  });
  run.onProgress({ digests: 1, logs: logs.length, bytes });
  const { digest, verdict } = judged.digest;
  return {
    bucket: listed.bucket,
    key: listed.rawKey,
    end: listed.key.end,
    start: digest?.start ?? null,
    verdict: verdict.code,
    detail: verdict.detail,
    link: judged.link.code,
    linkDetail: judged.link.detail,
    previousKey: digest?.previous?.key ?? null,
    logs,
  };
}

function resultOf(
  chain: Chain,
  kind: ChainKind,
  judged: { readonly views: readonly DigestView[]; readonly coverage: Coverage },
): ChainResult {
  const missing = judged.coverage.findings
    .filter((finding) => finding.code === 'digest-missing')
    .map((finding) => finding.code);
  return {
    chain,
    kind,
    coverage: judged.coverage,
    digests: [...judged.views.map((view) => view.verdict), ...missing],
    logs: judged.views.flatMap((view) => view.logs.map((log) => log.verdict)),
  };
}
