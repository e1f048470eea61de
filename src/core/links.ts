/** One digest among its neighbours: its own verdict, its link, the files it names. */
import type { DigestView, Finding, LogView } from './coverage.ts';
import type { Say, Spot } from './finding.ts';
import { isBrokenLink } from './receipt.ts';
import { formatIso, HOUR } from './time.ts';
import { isBlockedCode, type CellState, type FindingCode } from './verdict.ts';

/** The neighbours in time: of any verdict, and proven ones, which alone can contradict. */
export type Surroundings = {
  readonly before: DigestView | null;
  readonly provenBefore: DigestView | null;
  readonly provenAfter: DigestView | null;
  /** Whether recorded calls prove that the chain begins anew with this digest; told by the gap before it. */
  readonly restart: 'proven' | 'unproven' | null;
  /** What its cell is at best, while what precedes it is gone or may still come. */
  readonly own: 'failed' | 'pending' | null;
  /** `restart` of the proven one that follows: a trail that was made anew within the hour may overlap its forerunner. */
  readonly restartAfter: 'proven' | 'unproven' | null;
};

/** For a digest that is judged without its chain. */
export const ALONE: Surroundings = {
  before: null,
  provenBefore: null,
  provenAfter: null,
  restart: null,
  own: null,
  restartAfter: null,
};

/** Where a cell begins. What an unproven digest claims could hide a gap, so it is taken for the usual hour. */
export function startOf(view: DigestView, before: DigestView | null): number {
  if (view.verdict === 'valid' && view.start !== null) return view.start;
  const usual = view.end - HOUR;
  return before !== null && before.end > usual && before.end < view.end ? before.end : usual;
}

/** The state of the digest's own cell, and what is to be said of it. */
export function judgeView(
  view: DigestView,
  around: Surroundings,
  say: Say,
): { readonly state: CellState; readonly findings: readonly Finding[] } {
  const spot = { bucket: view.bucket, key: view.key, from: startOf(view, around.before), to: view.end };
  const findings: Finding[] = [];
  if (view.verdict !== 'valid') findings.push(say(view.verdict, view.detail, spot));
  const link = linkCode(view, around);
  if (link !== null) findings.push(say(link.code, link.detail, spot));
  for (const log of view.logs) {
    if (log.verdict !== 'valid')
      findings.push(say(log.verdict, log.detail, { ...spot, bucket: log.bucket, key: log.key }));
  }
  const state = cellState(view, around, findings);
  const besides = view.logs.flatMap((log) => sourceFinding(log, spot, say));
  return { state, findings: [...findings, ...besides, ...unsigned(view, spot, say)] };
}

/** The content is the signed one and the hour stays proven; the bytes beside it are somebody else's (reliability.md V14). */
function unsigned(view: DigestView, spot: Spot, say: Say): readonly Finding[] {
  const detail = 'its gzip header carries bytes that nobody signed; its content is proven';
  return [view, ...view.logs]
    .filter(({ verdict, notes }) => verdict === 'valid' && notes?.includes('gzip-header-data') === true)
    .map(({ bucket, key }) => say('gzip-header-data', detail, { ...spot, bucket, key }));
}

/** The archive has the proven bytes and the source no more: the hour stays proven, and somebody must look at the source. */
function sourceFinding({ bucket, key, verdict, source }: LogView, spot: Spot, say: Say): readonly Finding[] {
  if (verdict !== 'valid' || source === null || source === undefined || source.code === 'valid') return [];
  return [say(source.code, `${source.detail}; the archive holds the proven bytes`, { ...spot, bucket, key })];
}

/** Both links of a cell must hold: a missing predecessor leaves it unproven, and a successor may speak against it too. */
function cellState(
  view: DigestView,
  { before, provenAfter: after, own, restartAfter }: Surroundings,
  findings: readonly Finding[],
): CellState {
  if (own === 'failed' || findings.some((finding) => !isBlockedCode(finding.code))) return 'failed';
  if (findings.length > 0) return 'blocked';
  if (own === 'pending') return 'pending';
  if (view.link === 'digest-missing' && before !== null) return 'failed';
  if (after === null) return 'verified';
  const disowned = after.previousKey === view.key && isBrokenLink(after.link);
  return disowned || (restartAfter !== 'proven' && overlap(after, view) !== null) ? 'failed' : 'verified';
}

type Fault = { readonly code: FindingCode; readonly detail: string };

/** What is wrong with the way a digest joins the chain; null when nothing is, or when the gap before it tells. */
function linkCode(view: DigestView, { before, provenBefore, restart }: Surroundings): Fault | null {
  const { link, linkDetail } = view;
  if (view.verdict !== 'valid' || link === 'linked') return overlap(view, provenBefore);
  if (link === 'chain-start') return restart === null ? overlap(view, provenBefore) : null;
  if (link !== 'digest-missing') return { code: link, detail: linkDetail };
  if (before === null || before.end < (view.start ?? view.end)) return null;
  return { code: 'digest-missing', detail: linkDetail };
}

function overlap(view: DigestView, before: DigestView | null): Fault | null {
  if (before === null || view.verdict !== 'valid' || before.verdict !== 'valid') return null;
  if (view.start === null || view.start >= before.end) return null;
  if (before.start !== null && before.start >= view.end) return null;
  const fork = view.previousKey !== null && view.previousKey === before.previousKey;
  const other = `s3://${before.bucket}/${before.key}, which ends at ${formatIso(before.end)}`;
  const detail = `it begins at ${formatIso(view.start)} and overlaps ${other}`;
  return fork
    ? { code: 'chain-fork', detail: `${detail}, and both name ${view.previousKey} before them` }
    : { code: 'time-gap', detail: `${detail}; ${namings(view, before)}` };
}

function namings(view: DigestView, before: DigestView): string {
  const named = ({ link, previousKey }: DigestView): string =>
    link === 'chain-start' ? 'no predecessor' : (previousKey ?? 'a digest before it');
  return `it names ${named(view)}, the other ${named(before)}`;
}
