/**
 * What the archive proves, read from receipts: their names tell the state, only what is not proven is opened. The source
 * is listed beside them, for receipts cannot tell what it has lost since.
 */
import pLimit from 'p-limit';
import { coverBackfill } from '../core/backfill.ts';
import { coverChain, summary, type Cell, type Coverage, type DigestView, type Expectation } from '../core/coverage.ts';
import { formatKey } from '../core/key.ts';
import type { ReceiptName } from '../core/layout.ts';
import type { Receipt } from '../core/receipt.ts';
import type { KnownReceipt } from '../core/source-now.ts';
import { bySource, type Account, type Chain, type ChainKind, type Problem, type Survey } from '../core/source.ts';
import { HOUR } from '../core/time.ts';
import { worse } from '../core/verdict.ts';
import { withWaiting } from '../core/waiting.ts';
import { isBlocked, OperatingError, problemOf } from '../errors.ts';
import { listReceipts } from '../stages/capture.ts';
import { listChanges } from '../stages/changes.ts';
import { readReceipt } from '../stages/record.ts';
import { listUnlisted } from '../stages/unlisted.ts';
import type { EstateBook } from './estate.ts';
import { archivePlace, type PipelineParts } from './parts.ts';
import { rememberedChains } from './recorded-chains.ts';
import { sourceStatus, type SourceStatus } from './source-status.ts';

/** One chain as its receipts show it. */
export interface ChainStatus {
  readonly chain: Chain;
  readonly receipts: number;
  readonly coverage: Coverage;
  /** Where a proven start begins the chain in the window, epoch milliseconds; null: it began before, or nobody knows. */
  readonly opens: number | null;
  /** Digests that lie in the source and have not been judged. */
  readonly waiting: number;
  /** Why the source could not be looked at now; null when it could. */
  readonly problem: Problem | null;
}

export interface AccountStatus {
  readonly survey: Survey;
  readonly chains: readonly ChainStatus[];
  /** What could not be looked at just now: access, key service, listing. */
  readonly problems: readonly Problem[];
  /** False when a source's chains could not be listed: there may be more than are shown. */
  readonly complete: boolean;
}

export interface StatusWork {
  readonly parts: PipelineParts;
  readonly estate: EstateBook;
  readonly expected: Expectation;
}

/** The status of one account: asks the account for its trails now, and the archive for the receipts. */
export async function accountStatus(survey: Survey, work: StatusWork): Promise<AccountStatus> {
  const problems = [...survey.problems];
  const chains: ChainStatus[] = [];
  const told = new Set<string>();
  let complete = true;
  const guarded = async (attempt: () => Promise<void>): Promise<void> => {
    try {
      await attempt();
    } catch (error) {
      if (!isTold(error)) throw error;
      note(problems, problemOf(error));
      complete = false;
    }
  };
  const add = (chain: Chain, source: SourceStatus | null): Promise<void> =>
    guarded(async () => {
      const status = await chainStatus(chain, work, { source, told });
      chains.push(status);
      if (status.problem !== null) note(problems, status.problem);
    });
  for (const one of bySource(survey))
    await guarded(async () => {
      for (const chain of await work.estate.chains(one))
        await add(chain, work.estate.reachable(chain) ? null : NOTHING_LEFT);
    });
  const [problem = null] = problems;
  if (chains.length === 0 && (problem !== null || isDormant(survey.account)))
    await guarded(async () => {
      const remembered = await rememberedChains(survey.account, work.parts);
      complete = remembered.complete;
      for (const chain of remembered.chains) await add(chain, { ...NOT_LOOKED, problem });
    });
  return { survey, chains, problems, complete };
}

/** An account that is not entered any more: what was proven of it stands, and nobody looks at its buckets. */
export function isDormant({ origin, state }: Pick<Account, 'origin' | 'state'>): boolean {
  return origin === 'history' || state === 'SUSPENDED' || state === 'CLOSED';
}

const NOT_LOOKED: SourceStatus = { findings: [], replaced: [], waiting: [], looked: false, problem: null };
/** The bucket of a trail that is gone, and gone itself: there is nothing to look at, and nothing to wait for. */
const NOTHING_LEFT: SourceStatus = { ...NOT_LOOKED, looked: true };

/** What is told of one account, chain by chain: denied, away, or evidence in the archive that is not what was recorded. */
function isTold(error: unknown): error is OperatingError {
  return isBlocked(error) || (error instanceof OperatingError && TOLD.has(error.code));
}

const TOLD: ReadonlySet<string> = new Set(['identity-mismatch', 'archive-changed']);

function note(problems: Problem[], { code, detail, hint }: Problem): void {
  const known = problems.some((problem) => problem.code === code && problem.detail === detail);
  if (!known) problems.push({ code, detail, hint });
}

/** `source` null: it is looked at; else what is known of it. `told`: unlisted files of folders that trails share. */
type Given = { readonly source: SourceStatus | null; readonly told: Set<string> };

async function chainStatus(chain: Chain, work: StatusWork, given: Given): Promise<ChainStatus> {
  const { parts, expected } = work;
  const ports = { archive: parts.archive, place: archivePlace(parts.config) };
  const names = await listReceipts(chain, expected.from, ports);
  const within = names.filter(({ end }) => isWithin(end, expected));
  const views = await viewsOf(chain, within, work);
  const isValid = (name: KnownReceipt): boolean => views.get(name)?.verdict === 'valid';
  const source = given.source ?? (await sourceStatus(chain, within, { ...work, isValid }));
  const ofKind = (kind: ChainKind): readonly DigestView[] =>
    within.flatMap((name) => (name.kind === kind ? (views.get(name) ?? []) : []));
  const changes = await listChanges(
    chain.source,
    { from: chain.source.gone ? null : since(expected), to: null },
    ports,
  );
  const standard = cover(chain, ofKind('standard'), { source, expected: { ...expected, changes } });
  const backfill = ofKind('backfill');
  // What a backfill digest names belongs to the chain's hours as well: its failure must not hide behind their success.
  const late = backfill.length === 0 ? null : coverBackfill(chain, backfill, expected);
  const unlisted = (await listUnlisted(chain, expected, ports)).filter((file) => isNews(given.told, file));
  const findings = [
    ...standard.findings,
    ...(late?.findings ?? []),
    ...source.findings,
    ...unlisted.map(({ finding }) => finding),
  ];
  const failed = (late?.cells ?? []).filter(({ state }) => state !== 'verified');
  const cells = [
    ...standard.cells,
    ...failed,
    ...unlisted.map(({ time }): Cell => ({ from: time, to: time, state: 'failed' })),
  ];
  const states = [...(late === null ? [] : [late.state]), ...(unlisted.length === 0 ? [] : ['failed' as const])];
  return {
    chain,
    receipts: names.length,
    coverage: { ...standard, cells, findings, state: states.reduce(worse, standard.state) },
    opens: opensAt(ofKind('standard')),
    waiting: source.waiting.length,
    problem: source.problem,
  };
}

/** Trails that share a folder have the same files. */
function isNews(told: Set<string>, { bucket, key }: { readonly bucket: string; readonly key: string }): boolean {
  const name = `${bucket}/${key}`;
  return !told.has(name) && told.add(name).size > 0;
}

/** A call shortly before the window may explain a gap in it. */
function since({ from }: Expectation): number | null {
  return from === null ? null : from - 24 * HOUR;
}

function isWithin(end: number, { from, to }: Expectation): boolean {
  return (from === null || end > from) && (to === null || end - HOUR < to);
}

/** Digests of one time, each proven by itself: whether both name one predecessor, which is a fork, is in the receipts. */
function overlapping(names: readonly KnownReceipt[]): ReadonlySet<KnownReceipt> {
  const standard = names.filter(({ kind }) => kind === 'standard').toSorted((a, b) => a.end - b.end);
  const pairs = standard.map((name, index) => [standard[index - 1], name] as const);
  return new Set(
    pairs.flatMap(([before, name]) =>
      before !== undefined && (name.start ?? name.end) < before.end ? [before, name] : [],
    ),
  );
}

/** Receipts whose name says that all is proven need not be opened. */
async function viewsOf(
  chain: Chain,
  names: readonly KnownReceipt[],
  { parts }: StatusWork,
): Promise<ReadonlyMap<KnownReceipt, DigestView>> {
  const ports = { archive: parts.archive, place: archivePlace(parts.config) };
  const limit = pLimit(parts.config.limits.digestConcurrency);
  const twice = overlapping(names);
  const views = await Promise.all(
    names.map((name) =>
      limit(async () =>
        isProven(name) && !twice.has(name) ? provenView(chain, name) : receiptView(await readReceipt(name, ports)),
      ),
    ),
  );
  return new Map(names.flatMap((name, index) => (views[index] === undefined ? [] : [[name, views[index]] as const])));
}

type Covering = { readonly source: SourceStatus; readonly expected: Expectation };

/**
 * Receipts that end early say that digests are missing or that the collector is behind: only the source tells which.
 * Where it could not be looked at, silence is nobody's fault yet.
 */
function cover(chain: Chain, views: readonly DigestView[], { source, expected }: Covering): Coverage {
  const newest = views.reduce((end, view) => Math.max(end, view.end), Number.NEGATIVE_INFINITY);
  const waiting = !source.looked || source.waiting.some((end) => end > newest);
  const due = Math.min(expected.to ?? expected.now, expected.now - expected.grace - HOUR);
  const judged = coverChain(chain, views, { ...expected, waiting });
  const coverage = withWaiting(judged, { ends: source.waiting, due }, views);
  const replaced = new Set(source.replaced);
  const cells = coverage.cells.map((cell): Cell => {
    if (!source.looked && cell.state === 'late')
      return { ...cell, state: source.problem === null ? 'unknown' : 'blocked' };
    return replaced.has(cell.to) && cell.state === 'verified' ? { ...cell, state: 'failed' } : cell;
  });
  return { ...coverage, cells, ...summary(cells) };
}

/** Where the chain begins, when its oldest digest is a proven start: nothing was due before. */
function opensAt(views: readonly DigestView[]): number | null {
  const [first, ...rest] = views;
  if (first === undefined) return null;
  const oldest = rest.reduce((old, view) => (view.end < old.end ? view : old), first);
  return oldest.verdict === 'valid' && oldest.link === 'chain-start' ? oldest.start : null;
}

function isProven(name: ReceiptName): boolean {
  return name.state === 'linked' || name.state === 'start';
}

/** What a receipt's name alone says of a proven digest. */
export function provenView(chain: Chain, name: ReceiptName): DigestView {
  const { account, region, source } = chain;
  const key = formatKey({
    type: 'digest',
    prefix: source.prefix,
    org: source.org,
    account,
    region,
    trail: name.trail,
    homeRegion: name.homeRegion,
    end: name.end,
    kind: name.kind,
  });
  const link = name.state === 'start' ? 'chain-start' : 'linked';
  return {
    bucket: source.bucket,
    key,
    end: name.end,
    start: name.start,
    verdict: 'valid',
    detail: '',
    link,
    linkDetail: '',
    previousKey: null,
    logs: [],
  };
}

function receiptView(receipt: Receipt): DigestView {
  const { digest, link, logs } = receipt;
  return {
    bucket: digest.origin.bucket,
    key: digest.origin.key,
    end: Date.parse(digest.end),
    start: digest.start === null ? null : Date.parse(digest.start),
    verdict: digest.verdict,
    detail: digest.detail,
    link: link.verdict,
    linkDetail: link.detail,
    previousKey: digest.previous?.key ?? null,
    notes: digest.notes ?? [],
    logs: logs.map((log) => ({
      bucket: log.origin.bucket,
      key: log.origin.key,
      verdict: log.verdict,
      detail: log.detail,
      source: log.source === null ? null : { code: log.source.verdict, detail: log.source.detail },
      notes: log.notes,
    })),
  };
}
