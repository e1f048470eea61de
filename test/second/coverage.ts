/** Which times of a chain no good digest covers, and why: calls that switched it off, refused digests, or nothing. */
import type { OffSpan } from './calls.ts';
import type { LinkFact, Strand } from './links.ts';
import type { Complaint, Question, Span } from './question.ts';
import { common, slices, union, without } from './spans.ts';

export interface TimeFact {
  readonly complaint: Complaint;
  readonly object: string | null;
  readonly span: Span;
  readonly touches: readonly string[];
}

export interface TimeFacts {
  readonly facts: readonly TimeFact[];
  readonly explained: readonly Span[];
}

const HOUR = 3_600_000;
const MINUTE = 60_000;
/** Between a call and the digest that begins or ends with it. */
const CALL_SLACK = 5 * MINUTE;
/** The final digest covers everything up to its stop: what lies before the stop is not forgiven. */
const STOP_SLACK = MINUTE / 2;
/** A call is told of by a file that comes some minutes later, so its digest may begin after it. */
const LAST_TOLD = 15 * MINUTE;

interface Setting {
  readonly strand: Strand;
  readonly offs: readonly OffSpan[];
  readonly links: readonly LinkFact[];
  readonly question: Question;
}

/** The facts of a standard chain's time, from where it began to the newest digest that is due. */
export function timeFacts(setting: Setting): TimeFacts {
  const { strand, links } = setting;
  const covered = union(strand.digests);
  const begin = beginOf(strand);
  const newest = covered.at(-1)?.to ?? null;
  if (newest === null || begin === null) return { facts: tailFacts(setting, null), explained: [] };
  const holes = without([{ from: begin, to: newest }], covered);
  const skipped = links.filter(({ complaint }) => complaint === 'link-time').map(({ span }) => span);
  // Digests that name each other across a hole are of a chain that did not stop.
  const explained = holes.flatMap((hole) => explainedPart(hole, setting)).flatMap((span) => without([span], skipped));
  const open = without(holes, [...explained, ...skipped, ...refusedSpans(strand.refused)]);
  return {
    facts: [
      ...open.flatMap((span) => slices(span, HOUR)).map((span) => absent(span)),
      ...restarts(setting),
      ...tailFacts(setting, newest),
    ],
    explained,
  };
}

function absent(span: Span): TimeFact {
  return { complaint: 'digest-absent', object: null, span, touches: [] };
}

/** Where the chain's time begins: with its first digest, good or not. Whether it was to write digests before, nothing tells. */
function beginOf({ chain, digests, refused }: Strand): number | null {
  const starts = [...digests.map(({ from }) => from), ...refused.map(({ name }) => name.end - HOUR)];
  return starts.length === 0 ? chain.since : Math.min(...starts);
}

/** A refused digest is complained of by its name; the hour before its end is not missing besides. */
export function refusedSpans(refused: Strand['refused']): readonly Span[] {
  return refused.map(({ name }) => ({ from: name.end - HOUR, to: name.end }));
}

/** The part of a hole that lies between a stop and the start after it; a stop without a start explains no hole. */
function explainedPart(hole: Span, { offs, strand }: Setting): readonly Span[] {
  const closed = offs.filter((off) => off.to < Infinity && isHeldOff(off, hole.from, strand));
  return common(
    [hole],
    closed.map(({ from, to }) => ({ from: from - STOP_SLACK, to: to + CALL_SLACK })),
  );
}

/** A digest that begins after the stop says that a start between them is unknown: the stop explains nothing after it. */
function isHeldOff(off: OffSpan, since: number, { digests }: Strand): boolean {
  const last = digests.findLast(({ to }) => to === since);
  return off.from >= (last?.from ?? since - HOUR) - LAST_TOLD;
}

/** A starting digest begins a chain; a later one needs a stop and a start before it that tell of it. */
function restarts({ strand, offs, question }: Setting): readonly TimeFact[] {
  return strand.digests.flatMap(({ object, previous, from, to }): readonly TimeFact[] => {
    if (previous !== null) return [];
    const ends = [...strand.digests.map((one) => one.to), ...strand.refused.map(({ name }) => name.end)];
    const before = Math.max(...ends.filter((end) => end < to));
    if (before === -Infinity) return [];
    const hole = { from: Math.min(before, from) - CALL_SLACK, to: from + CALL_SLACK };
    const told = offs.some(
      (off) => off.from < hole.to && off.to > hole.from && off.to < to && isHeldOff(off, before, strand),
    );
    if (told) return [];
    // The final digest before the restart would tell of the stop: while it may come, it is what is absent.
    const final = { from: before, to: Math.min(before + HOUR, from) };
    const waits = before < from && final.to > question.now - question.digestGrace;
    const complaint = waits ? 'digest-absent' : 'restart';
    return [{ complaint, object, span: waits ? final : { from, to }, touches: [object] }];
  });
}

/** Silence after the newest digest, or no digest at all, when the grace is over and nothing has switched it off. */
function tailFacts({ strand, offs, question }: Setting, newest: number | null): readonly TimeFact[] {
  const { chain, refused } = strand;
  const begin = newest ?? chain.since;
  if (begin === null || !chain.trail.status.logging || !chain.trail.validation) return [];
  // In the very moment in which the grace ends nothing is late yet.
  const due = { from: begin, to: Math.max(begin, question.now - question.digestGrace - 1) };
  // That validation is on again is known from the trail, since when is not: the time before is nobody's proof.
  const off = offs.filter(({ from, to }) => from <= begin + CALL_SLACK && to >= begin && to < Infinity);
  const open = without([due], [...off, ...refusedSpans(refused)]);
  const hours = open.flatMap((span) => slices(span, HOUR)).filter(({ from, to }) => to - from === HOUR);
  const complaint = newest === null && refused.length === 0 ? 'no-digest' : 'tail-cut';
  return hours.map((span) => ({ complaint, object: null, span, touches: [] }));
}
