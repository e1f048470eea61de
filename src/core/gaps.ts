/** The time between two neighbouring digests that neither of them covers: missing, or explained by recorded calls. */
import type { Cell, DigestView, Expectation, Finding } from './coverage.ts';
import { explainGap, tellChanges, type Explained } from './explain.ts';
import type { Say } from './finding.ts';
import { startOf } from './links.ts';
import { formatIso, HOUR } from './time.ts';
import type { TrailChange } from './trail-change.ts';
import type { Interval } from './unlisted.ts';

/** More missing hours than this in one gap are reported as one finding that names the whole span. */
const MAX_GAP_FINDINGS = 24 * 366;

export interface Gap {
  readonly cells: readonly Cell[];
  readonly findings: readonly Finding[];
  readonly silent: readonly Interval[];
  /** Whether recorded calls prove that the chain began anew here; null when the digest begins no chain. */
  readonly restart: 'proven' | 'unproven' | null;
  /** What the digest's own cell is at best, while what precedes it is gone or may still come; null: nothing is open. */
  readonly own: 'failed' | 'pending' | null;
}

export const NO_GAP: Gap = { cells: [], findings: [], silent: [], restart: null, own: null };

/** True while the digest of an interval that ends then may still come: AWS delivers late, and out of order. */
export function mayCome(end: number, { now, grace }: Expectation): boolean {
  return end > now - grace;
}

type Neighbours = { readonly before: DigestView; readonly view: DigestView };
type Known = { readonly expected: Expectation; readonly changes: readonly TrailChange[] };
type Hole = Neighbours & { readonly hole: Interval; readonly explained: readonly Explained[] };

/**
 * One restart is one story: without any proof a `chain-restarted`; with proof each hour that the recorded calls leave
 * unexplained is a `digest-missing` of its own, for counting ten deleted digests as one hides nine hours.
 */
export function judgeGap(neighbours: Neighbours, known: Known, say: Say): Gap {
  const { before, view } = neighbours;
  const hole = { from: before.end, to: startOf(view, before) };
  const restarts = view.verdict === 'valid' && view.link === 'chain-start';
  if (!restarts && hole.to <= hole.from) return NO_GAP;
  const around = {
    previousStart: before.verdict === 'valid' ? before.start : null,
    restartEnd: restarts ? view.end : hole.to,
  };
  // A digest that names an older one across the hole belongs to a chain that did not stop.
  const { explained, unexplained } = explainGap(hole, view.link === 'time-gap' ? [] : known.changes, around);
  const one: Hole = { ...neighbours, hole, explained };
  if (restarts && explained.length === 0) return unprovenRestart(one, known, say);
  const restart = restarts ? 'proven' : null;
  return hole.to > hole.from ? { ...holeOf(one, { unexplained, known }, say), restart } : { ...NO_GAP, restart };
}

/** One finding over the whole hole, unless the final digest before it, which would tell of the stop, may still come. */
function unprovenRestart({ before, view, hole }: Hole, { expected, changes }: Known, say: Say): Gap {
  const open = hole.to > hole.from;
  const [first] = open ? intervals(hole) : [];
  if (first !== undefined && mayCome(first.to, expected))
    return { ...NO_GAP, cells: [{ ...hole, state: 'pending' }], restart: 'unproven', own: 'pending' };
  const detail = `${joint({ before, view })} names no predecessor, and no recorded call proves that the trail was off between them${heard(changes, hole)}${unaskedOf(expected)}`;
  const when = open ? hole : { from: startOf(view, before), to: view.end };
  const finding = say('chain-restarted', detail, { bucket: view.bucket, key: view.key, ...when });
  const cells: readonly Cell[] = open ? [{ ...hole, state: 'failed' }] : [];
  return { ...NO_GAP, cells, findings: [finding], restart: 'unproven', own: 'failed' };
}

type Rest = { readonly unexplained: readonly Interval[]; readonly known: Known };

/** What calls explain, what is missing, and what may still come. */
function holeOf(one: Hole, { unexplained, known }: Rest, say: Say): Gap {
  const parts = unexplained.flatMap((rest) => intervals(rest));
  const missing = parts.filter(({ to }) => !mayCome(to, known.expected));
  const waiting = parts.filter(({ to }) => mayCome(to, known.expected));
  const cellsOf = (hours: readonly Interval[], state: Cell['state']): readonly Cell[] =>
    hours.map(({ from, to }) => ({ from, to, state }));
  const cells = [
    ...cellsOf(one.explained, 'gap-explained'),
    ...cellsOf(missing, 'failed'),
    ...cellsOf(waiting, 'pending'),
  ];
  return {
    cells: cells.toSorted((a, b) => a.from - b.from),
    findings: parts.length === 0 ? lostBehind(one, say) : missing.map((hour) => missingHour(one, hour, say)),
    silent: one.explained.filter(({ silent }) => silent).map(({ from, to }) => ({ from, to })),
    restart: null,
    own: missing.length === 0 && waiting.length > 0 ? 'pending' : null,
  };
}

function missingHour(one: Hole, hour: Interval, say: Say): Finding {
  const told = one.explained.map(({ detail }) => detail).join('; ');
  const proof = told === '' ? '' : `; explained is only: ${told}`;
  return say('digest-missing', `no digest is there for this interval: ${joint(one)} ${naming(one.view)}${proof}`, hour);
}

/** The calls explain the whole hole, but not that the digest which this one names is gone. */
function lostBehind({ view }: Hole, say: Say): readonly Finding[] {
  if (view.verdict !== 'valid' || view.link !== 'digest-missing') return [];
  return [say('digest-missing', view.linkDetail, { bucket: view.bucket, key: view.key, to: startOf(view, null) })];
}

/** Both sides of the hole. */
function joint({ before, view }: Neighbours): string {
  const start = formatIso(startOf(view, before));
  return `${nameOf(before)} ends at ${formatIso(before.end)}, and ${nameOf(view)} begins at ${start} and`;
}

function nameOf({ bucket, key }: DigestView): string {
  return `s3://${bucket}/${key}`;
}

/** A receipt whose name proves all of it is not opened: what it names is not known here. */
function naming({ verdict, previousKey, link }: DigestView): string {
  if (verdict !== 'valid') return 'is not valid itself';
  if (link === 'chain-start') return 'names no predecessor';
  return `names ${previousKey ?? 'a digest'} before it`;
}

/** Calls around the hole that prove nothing of it: somebody who looks for the cause begins with them. */
function heard(changes: readonly TrailChange[], { from, to }: Interval): string {
  const near = changes.filter(({ time }) => time >= from - HOUR && time <= Math.max(from, to) + HOUR).slice(0, 5);
  return near.length === 0 ? '' : `; recorded were ${tellChanges(near)}`;
}

function unaskedOf({ unasked }: Expectation): string {
  return unasked === null || unasked === undefined ? '' : `; ${unasked}`;
}

/** Hour by hour. */
function intervals({ from, to }: Interval): readonly Interval[] {
  const count = Math.max(1, Math.round((to - from) / HOUR));
  if (count > MAX_GAP_FINDINGS) return [{ from, to }];
  return Array.from({ length: count }, (_, index) => ({
    from: from + index * HOUR,
    to: index === count - 1 ? to : from + (index + 1) * HOUR,
  }));
}
