/** Sets of time as sorted, disjoint spans. */
import type { Span } from './question.ts';

/** The same times, sorted and without overlap. Empty spans vanish. */
export function union(spans: readonly Span[]): readonly Span[] {
  const out: { from: number; to: number }[] = [];
  for (const { from, to } of spans.filter((span) => span.from < span.to).toSorted((a, b) => a.from - b.from)) {
    const last = out.at(-1);
    if (last !== undefined && from <= last.to) last.to = Math.max(last.to, to);
    else out.push({ from, to });
  }
  return out;
}

/** The times of `whole` that are in none of `parts`. */
export function without(whole: readonly Span[], parts: readonly Span[]): readonly Span[] {
  let left = union(whole);
  for (const part of union(parts))
    left = left.flatMap(({ from, to }) =>
      [
        { from, to: Math.min(to, part.from) },
        { from: Math.max(from, part.to), to },
      ].filter((span) => span.from < span.to),
    );
  return left;
}

/** The times that are in both. */
export function common(these: readonly Span[], those: readonly Span[]): readonly Span[] {
  return without(these, without(these, those));
}

/** The span in pieces of at most `step` milliseconds, counted from its start. */
export function slices(span: Span, step: number): readonly Span[] {
  const out: Span[] = [];
  for (let from = span.from; from < span.to; from += step) out.push({ from, to: Math.min(span.to, from + step) });
  return out;
}
