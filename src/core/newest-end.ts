/** The newest end of a chain, where nothing that comes after tells that something is missing (reliability.md V1, V2). */
import type { Cell, DigestView, Expectation, Finding, Part } from './coverage.ts';
import { explainGap, STOP_CLOCK, tellChanges } from './explain.ts';
import type { Say } from './finding.ts';
import type { Chain } from './source.ts';
import { formatIso, HOUR } from './time.ts';
import type { TrailChange } from './trail-change.ts';
import type { Interval } from './unlisted.ts';
import type { CellState } from './verdict.ts';

interface End {
  /** Null: there is no digest. */
  readonly newest: DigestView | null;
  readonly expected: Expectation;
  /** Of this chain alone. */
  readonly changes: readonly TrailChange[];
}

/**
 * AWS writes a digest every hour, empty ones too, so silence past the grace is a finding, unless the trail was
 * switched off or deleted, which is another. What is not due yet is `pending`.
 */
export function judgeNewestEnd(chain: Chain, end: End, say: Say): EndPart {
  const { source } = chain;
  const parts: EndPart[] = [narrowed(chain, end, say)];
  if (source.gone) parts.push(deleted(chain, end, say));
  else if (!source.validation) parts.push(unvalidated(chain, end, say));
  else parts.push(stopped(chain, end, say) ?? running(chain, end, say));
  return {
    cells: parts.flatMap((part) => part.cells),
    findings: parts.flatMap((part) => part.findings),
    silent: parts.flatMap((part) => part.silent ?? []),
  };
}

/** `silent`: since when CloudTrail delivers nothing. */
type EndPart = Part & { readonly silent?: readonly Interval[] };

const NOTHING: Part = { cells: [], findings: [] };

/** Up to here a digest must be there: it covers an hour and may take the grace to arrive. */
function dueOf({ until }: Chain, { expected }: End): number {
  const { to, now, grace } = expected;
  // A region that was switched off within the hour wrote no digest over it.
  return Math.min(to ?? now, now - grace - HOUR, (until ?? Number.POSITIVE_INFINITY) - HOUR);
}

function horizonOf({ until }: Chain, { expected: { to, now } }: End): number {
  return Math.min(to ?? now, now, until ?? Number.POSITIVE_INFINITY);
}

/** Proof of integrity is no proof of scope: what is not selected leaves no trace (reliability.md row 120). */
function narrowed(chain: Chain, end: End, say: Say): Part {
  const { narrowed: change } = chain.source;
  if (change === null || !isWithin(change.at, chain, end)) return NOTHING;
  return one('unverifiable', say('selectors-narrowed', change.detail, { from: change.at, to: null }), change.at);
}

function isWithin(time: number, chain: Chain, end: End): boolean {
  return time <= horizonOf(chain, end) && (end.expected.from === null || time >= end.expected.from);
}

function unvalidated(chain: Chain, end: End, say: Say): Part {
  const from = end.newest?.end ?? null;
  const detail = 'the trail writes no digests, so its log files cannot be proven';
  return one('unverifiable', say('validation-off', detail, { from, to: null }), from ?? dueOf(chain, end));
}

/** A trail that is no longer described: its chain ends with the recorded DeleteTrail, or it was cut. */
function deleted(chain: Chain, end: End, say: Say): EndPart {
  const call = end.changes.findLast(({ name, time }) => name === 'DeleteTrail' && time <= end.expected.now);
  if (call === undefined) {
    const why = 'the trail is no longer described, and no recorded DeleteTrail says since when';
    return runningOr(chain, end, { say, why });
  }
  const told = isWithin(call.time, chain, end)
    ? [
        say('logging-stopped', `the trail was deleted at ${formatIso(call.time)}: ${tellChanges([call])}`, {
          from: call.time,
          to: null,
        }),
      ]
    : [];
  return endedAt(chain, end, { at: call.time, told, say });
}

/** Null when the trail runs, or ran at the end of the window. */
function stopped(chain: Chain, end: End, say: Say): EndPart | null {
  const { status } = chain.source;
  if (status === null || status.logging) return null;
  const newest = end.newest?.end ?? null;
  const at = status.stoppedLogging ?? newest ?? dueOf(chain, end);
  if (at > horizonOf(chain, end)) return null;
  const told = [say('logging-stopped', 'the trail is switched off', { from: at, to: null })];
  return endedAt(chain, end, { at, told, say });
}

type Ending = { readonly at: number; readonly told: readonly Finding[]; readonly say: Say };

/** The final digest covers everything up to and including the call (cloudtrail.md 1.5): one that ends before it is not the last. */
function endedAt(chain: Chain, end: End, { at, told, say }: Ending): EndPart {
  const { newest, expected } = end;
  const mark: EndPart = {
    silent: [{ from: at, to: horizonOf(chain, end) }],
    cells: [{ from: at, to: at, state: told.length > 0 ? 'unverifiable' : 'gap-explained' }],
    findings: told,
  };
  const begins = beginsOf(chain, end);
  const covered = newest === null ? begins === null || begins >= at : newest.end >= at - STOP_CLOCK;
  // Digests of another window are nobody's question here.
  if (covered || (expected.from !== null && at <= expected.from)) return mark;
  const from = newest?.end ?? begins ?? at;
  if (expected.now < at + HOUR + expected.grace)
    return { cells: [{ from, to: at, state: 'pending' }, ...mark.cells], findings: told };
  if (expected.waiting === true) return { cells: [{ from, to: at, state: 'late' }, ...mark.cells], findings: told };
  const code = newest === null ? 'chain-empty' : 'chain-truncated';
  const detail = `${newestOf(newest)}, and the trail was on until ${formatIso(at)}: AWS writes a final digest up to that time`;
  return {
    cells: [{ from, to: at, state: 'failed' }, ...mark.cells],
    findings: [say(code, detail, { from, to: at }), ...told],
  };
}

function running(chain: Chain, end: End, say: Say): Part {
  return runningOr(chain, end, { say, why: null });
}

/** @param why what else speaks for an end that was cut */
function runningOr(chain: Chain, end: End, { say, why }: { readonly say: Say; readonly why: string | null }): Part {
  const { newest, expected } = end;
  const due = dueOf(chain, end);
  const { status } = chain.source;
  // Digests that lie in the source and have no receipt yet: the collector is behind, which is no fault of the chain.
  if (expected.waiting === true && (newest === null || newest.end < due)) {
    const from = newest?.end ?? status?.startedLogging ?? due;
    return {
      cells: [{ from: Math.min(from, due), to: due, state: 'late' }, ...pending(chain, end, due)],
      findings: [],
    };
  }
  if (newest === null) return emptyChain(chain, end, { say, why });
  if (newest.end >= due) return { cells: pending(chain, end, newest.end), findings: [] };
  const again = startedAgain(end, { newest, started: status?.startedLogging ?? null, due });
  if (again !== null) return { cells: [again, ...pending(chain, end, again.to)], findings: [] };
  const delivered = status?.latestDigestDelivery ?? null;
  const known = delivered !== null && delivered > newest.end + 1.5 * HOUR;
  const reason = known
    ? `AWS says that it delivered a digest at ${formatIso(delivered)}`
    : (why ?? `the next was due at ${formatIso(newest.end + HOUR)}`);
  const finding = say('chain-truncated', `${newestOf(newest)}, and ${reason}`, { from: newest.end, to: due });
  const state = known || why !== null || expected.to !== null ? 'failed' : 'late';
  return { cells: [{ from: newest.end, to: due, state }, ...pending(chain, end, due)], findings: [finding] };
}

/** The trail was provably off until a moment ago, so that the first digest since then is not due. */
function startedAgain(
  { expected, changes }: End,
  { newest, started, due }: { readonly newest: DigestView; readonly started: number | null; readonly due: number },
): Cell | null {
  if (started === null || started < due || started <= newest.end || newest.verdict !== 'valid') return null;
  const gap = { from: newest.end, to: started };
  const { unexplained } = explainGap(gap, changes, { previousStart: newest.start, restartEnd: expected.now });
  return unexplained.length > 0 ? null : { ...gap, state: 'gap-explained' };
}

/** What is not due yet. */
function pending(chain: Chain, end: End, from: number): Part['cells'] {
  const to = horizonOf(chain, end);
  return to > from ? [{ from, to, state: 'pending' }] : [];
}

function newestOf(newest: DigestView | null): string {
  if (newest === null) return 'no digest is there';
  return `the newest digest s3://${newest.bucket}/${newest.key} ends at ${formatIso(newest.end)}`;
}

/** Since when digests are expected: logging, the window or the region's opt-in, whichever comes last; null when unknown. */
function beginsOf({ source, since }: Chain, { expected }: End): number | null {
  const known = [source.status?.startedLogging, expected.from, since].filter((time) => typeof time === 'number');
  return known.length === 0 ? null : Math.max(...known);
}

function emptyChain(chain: Chain, end: End, { say, why }: { readonly say: Say; readonly why: string | null }): Part {
  const { expected } = end;
  // The region was switched off before the window: nothing was due within it, and nothing is to be known of it.
  if (chain.until !== undefined && expected.from !== null && chain.until <= expected.from) return NOTHING;
  const due = dueOf(chain, end);
  const begins = beginsOf(chain, end);
  // Logging, or the window itself, begins so late that no digest is due yet: nothing is known, and nothing is missing.
  if (begins !== null && begins >= due)
    return { cells: [{ from: begins, to: Math.max(begins, expected.now), state: 'unknown' }], findings: [] };
  const from = begins ?? due;
  const detail = why === null ? 'validation is on, and no digest is there' : `no digest is there, and ${why}`;
  const finding = say('chain-empty', detail, { from: begins, to: due });
  return { cells: [{ from, to: due, state: 'failed' }, ...pending(chain, end, due)], findings: [finding] };
}

function one(state: CellState, finding: Finding, at: number): Part {
  return { cells: [{ from: at, to: at, state }], findings: [finding] };
}
