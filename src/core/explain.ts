/**
 * Which part of a hole in a chain is explained by calls that were recorded. AWS writes a final digest up to and
 * including a StopLogging (cloudtrail.md 1.5), so only the time from a stop to the next start is explained: a stop long
 * after the last digest that is left means that digests were deleted, and a stop and start made afterwards so that AWS
 * signs a fresh beginning (reliability.md V17).
 */
import type { Chain } from './source.ts';
import { formatIso, HOUR, MINUTE } from './time.ts';
import { distinctChanges, isChangeOf, type TrailChange } from './trail-change.ts';
import type { Interval } from './unlisted.ts';

/** A starting digest may begin so long after its StartLogging: AWS signs that nothing precedes it. */
const CLOCK = 5 * MINUTE;
/**
 * The final digest reaches up to its StopLogging, but for the clocks of both. No more is forgiven: a stop in the first
 * minutes of an interval would explain away that this interval's digest, and its log files, were deleted.
 */
export const STOP_CLOCK = MINUTE / 2;
/** A digest tells of files by delivery, about five minutes after the call: the stop may lie so long before its digest. */
const DELIVERY = 15 * MINUTE;

export interface Explained extends Interval {
  readonly detail: string;
  /** CloudTrail delivered nothing then; while validation alone is off it delivers files that no digest will name. */
  readonly silent: boolean;
}

export interface Explanation {
  /** In order of time, apart from each other. Of zero length for a restart that leaves no hole. Empty: no proof at all. */
  readonly explained: readonly Explained[];
  readonly unexplained: readonly Interval[];
}

/**
 * The changes that bear on one chain, with their effect on it: other trails, accounts and regions explain nothing.
 * Outside the home region a trail that ceases to be multi-region stops too, and starts when it becomes so again.
 */
export function changesOfChain(chain: Chain, changes: readonly TrailChange[]): readonly TrailChange[] {
  const own = distinctChanges(changes.filter((change) => isChangeOf(change, chain.source)));
  return chain.region === chain.source.homeRegion ? own : own.map((change) => awayFromHome(change));
}

/**
 * @param gap from the end of the last digest to the start of the one that begins anew; `to` not after `from`: no hole
 * @param changes of this chain alone (`changesOfChain`)
 * @param around `previousStart`: the start of the last digest, null when unread; `restartEnd`: the end of the new one
 */
export function explainGap(
  gap: Interval,
  changes: readonly TrailChange[],
  around: { readonly previousStart: number | null; readonly restartEnd: number },
): Explanation {
  const earliest = (around.previousStart ?? gap.from - HOUR) - DELIVERY;
  const explained: Explained[] = [];
  for (const off of offTimes(changes)) {
    // A digest after the stop proves that a start is missing from what is known, and one before the start likewise.
    if (off.from < earliest || off.to > around.restartEnd) continue;
    const from = Math.max(off.from - STOP_CLOCK, gap.from, explained.at(-1)?.to ?? gap.from);
    const to = Math.min(off.to + CLOCK, gap.to);
    const silent = off.by.every(({ name }) => name !== 'UpdateTrail');
    const detail = tellChanges(
      off.by,
      changes.filter((one) => isBetween(one, off)),
    );
    if (gap.to <= gap.from) explained.push({ from: gap.to, to: gap.to, detail, silent });
    else if (to > from) explained.push({ from, to, detail, silent });
  }
  if (gap.to <= gap.from) return { explained: explained.slice(0, 1), unexplained: explained.length > 0 ? [] : [gap] };
  return { explained, unexplained: without(gap, explained) };
}

/** `StopLogging at … by … (log file)`, and what else was changed meanwhile: narrowed selectors explain no hole. */
export function tellChanges(by: readonly TrailChange[], meanwhile: readonly TrailChange[] = []): string {
  const told = by.map((one) => {
    const actor = one.actor === null ? '' : ` by ${one.actor}`;
    return `${one.name} at ${formatIso(one.time)}${actor} (${VIA[one.via]})`;
  });
  const also = [...new Set(meanwhile.map((one) => `${one.name} at ${formatIso(one.time)}`))].slice(0, MOST_TOLD);
  return `${told.join(', ')}${also.length === 0 ? '' : `; meanwhile ${also.join(', ')}`}`;
}

const VIA = { log: 'told by a proven log file', history: 'event history', status: 'GetTrailStatus' } as const;
const MOST_TOLD = 5;

function isBetween(change: TrailChange, { from, to }: Interval): boolean {
  return change.effect === 'none' && change.time >= from - HOUR && change.time <= to;
}

type OffTime = Interval & { readonly by: readonly TrailChange[] };

/** When the trail was off, for certain: logging and validation are switched apart. In order of time. */
function offTimes(changes: readonly TrailChange[]): readonly OffTime[] {
  const sorted = changes.toSorted((a, b) => a.time - b.time || order(a) - order(b));
  return [...loggingOff(sorted), ...updatedOff(sorted)].toSorted((a, b) => a.from - b.from || b.to - a.to);
}

/** Of one second the stop comes first, so that a moment is explained and no more; a record tells more than a status. */
function order({ effect, via }: TrailChange): number {
  if (effect === 'stops') return via === 'status' ? 0 : 1;
  return via === 'status' ? 3 : 2;
}

/**
 * A second stop without a start between them says that a start is unknown: only the time from the second one counts.
 * A trail may be deleted while it is stopped, and after CreateTrail it logs from StartLogging on.
 */
function loggingOff(sorted: readonly TrailChange[]): readonly OffTime[] {
  const found: OffTime[] = [];
  let off: TrailChange | null = null;
  let created: TrailChange | null = null;
  const close = (on: TrailChange): void => {
    if (off !== null) found.push({ from: off.time, to: on.time, by: off === on ? [on] : [off, on] });
    off = null;
    created = null;
  };
  for (const change of sorted) {
    if (change.name === 'StartLogging') close(change);
    if (created !== null && change.effect === 'stops' && change.name !== 'UpdateTrail') close(created);
    if (change.name === 'StopLogging') off = change;
    if (change.name === 'DeleteTrail') off ??= change;
    if (change.name === 'CreateTrail') {
      off ??= change;
      created ??= change;
    }
  }
  if (created !== null) close(created);
  return found;
}

/** Validation, or the region, switched off and on again. A trail that is created anew begins as it was asked to be. */
function updatedOff(sorted: readonly TrailChange[]): readonly OffTime[] {
  const found: OffTime[] = [];
  let off: TrailChange | null = null;
  for (const change of sorted) {
    if (change.name !== 'UpdateTrail' && change.name !== 'CreateTrail') continue;
    if (isOff(change)) off = change;
    else if (change.effect === 'starts' && off !== null) {
      found.push({ from: off.time, to: change.time, by: [off, change] });
      off = null;
    }
  }
  return found;
}

function isOff(change: TrailChange): boolean {
  return (
    change.effect === 'stops' || (change.name === 'CreateTrail' && asked(change, 'enableLogFileValidation') !== true)
  );
}

function awayFromHome(change: TrailChange): TrailChange {
  if (change.name !== 'UpdateTrail' && change.name !== 'CreateTrail') return change;
  const everywhere = asked(change, 'isMultiRegionTrail');
  if (change.effect === 'stops' || (everywhere === undefined && change.name === 'UpdateTrail')) return change;
  return { ...change, effect: everywhere === true ? 'starts' : 'stops' };
}

/** A parameter of the call as recorded; undefined when it was not given. */
function asked({ record }: TrailChange, parameter: string): unknown {
  try {
    const event = JSON.parse(record) as { readonly requestParameters?: Readonly<Record<string, unknown>> | null };
    return event.requestParameters?.[parameter];
  } catch {
    return undefined;
  }
}

function without(gap: Interval, explained: readonly Interval[]): readonly Interval[] {
  const left: Interval[] = [];
  let from = gap.from;
  for (const one of explained) {
    if (one.from > from) left.push({ from, to: one.from });
    from = Math.max(from, one.to);
  }
  if (from < gap.to) left.push({ from, to: gap.to });
  return left;
}
