/**
 * What the archive proves of one chain, read from receipts: their names tell the state, only what is not proven is opened.
 * The source is listed beside them, for receipts cannot tell what it has lost since.
 */
import { coverBackfill } from '../core/backfill.ts';
import { coverChain, summary, type Cell, type Coverage, type DigestView, type Expectation } from '../core/coverage.ts';
import type { KnownReceipt } from '../core/source-now.ts';
import type { Chain, ChainKind, Problem } from '../core/source.ts';
import { HOUR } from '../core/time.ts';
import { worse } from '../core/verdict.ts';
import { withWaiting } from '../core/waiting.ts';
import { listReceipts } from '../stages/capture.ts';
import { listChanges } from '../stages/changes.ts';
import { listUnlisted } from '../stages/unlisted.ts';
import type { EstateBook } from './estate.ts';
import { archivePlace, type PipelineParts } from './parts.ts';
import { viewsOf } from './receipt-views.ts';
import { sourceStatus, type SourceStatus } from './source-status.ts';

/** One chain as its receipts show it. */
export interface ChainStatus {
  readonly chain: Chain;
  readonly receipts: number;
  /** End of the newest digest with a receipt, epoch milliseconds; null: there is none in the window. */
  readonly lastDigest: number | null;
  readonly kinds: readonly ChainKind[];
  readonly coverage: Coverage;
  /** Where a proven start begins the chain in the window, epoch milliseconds; null: it began before, or nobody knows. */
  readonly opens: number | null;
  /** Digests that lie in the source and have not been judged. */
  readonly waiting: number;
  /** Why the source could not be looked at now; null when it could. */
  readonly problem: Problem | null;
}

export interface ChainWork {
  readonly parts: PipelineParts;
  readonly estate: EstateBook;
  readonly expected: Expectation;
}

/** Nobody tried. */
export const NOT_LOOKED: SourceStatus = { findings: [], replaced: [], waiting: [], looked: false, problem: null };
/** The bucket of a trail that is gone, and gone itself: there is nothing to look at, and nothing to wait for. */
export const NOTHING_LEFT: SourceStatus = { ...NOT_LOOKED, looked: true };

/** `source` null: it is looked at; else what is known of it. `told`: unlisted files of folders that trails share. */
export type ChainGiven = { readonly source: SourceStatus | null; readonly told: Set<string> };

/** Throws OperatingError where the archive itself does not say what it proves. */
export async function chainStatus(chain: Chain, work: ChainWork, given: ChainGiven): Promise<ChainStatus> {
  const { parts, expected } = work;
  const ports = { archive: parts.archive, place: archivePlace(parts.config) };
  const names = await listReceipts(chain, expected.from, ports);
  const within = names.filter(({ end }) => isWithin(end, expected));
  const views = await viewsOf(chain, within, parts);
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
    lastDigest: names.reduce<number | null>((newest, { end }) => Math.max(end, newest ?? end), null),
    kinds: [...new Set(names.map(({ kind }) => kind))].toSorted(),
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
