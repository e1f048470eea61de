/** Log files that lie in a trail's folder and that no digest names (reference 8.9). */
import type { OffSpan } from './calls.ts';
import { refusedSpans } from './coverage.ts';
import type { Strand } from './links.ts';
import { isIn, logNameOf } from './logs.ts';
import type { Objection, Question, Span } from './question.ts';
import { without } from './spans.ts';

/** A name's minute and the time of delivery, by which digests count, may lie so far apart. */
const APART = 15 * 60_000;

interface Setting {
  readonly question: Question;
  readonly strands: readonly Strand[];
  /** `bucket/key` of every log file that a good digest names. */
  readonly listed: ReadonlySet<string>;
  readonly offs: ReadonlyMap<string, readonly OffSpan[]>;
}

/**
 * A file is reported where every chain that delivers into its folder has a good digest over the time of its name, so
 * that none can name it any more; what a refused or absent digest would have named is that digest's matter.
 */
export function unlistedFacts({ question, strands, listed, offs }: Setting): readonly Objection[] {
  const standard = strands.filter(({ backfill }) => !backfill);
  return question.objects.flatMap(({ bucket, key }): readonly Objection[] => {
    const object = `${bucket}/${key}`;
    const name = listed.has(object) ? null : logNameOf(object);
    if (name === null || name.minute + question.unlistedGrace > question.now) return [];
    const sharing = standard.filter(({ chain }) => isIn(chain, name, object));
    const span = { from: name.minute - APART, to: name.minute + APART };
    const standings = new Set(sharing.map((strand) => standing(strand, span, offs)));
    const [first] = sharing;
    if (standings.has('open') || !standings.has('settled') || first === undefined) return [];
    return [{ chain: first.chain.id, backfill: false, complaint: 'log-unlisted', object, span }];
  });
}

/** Of this chain: `settled` when it can name no file of that time any more, `before` when it had not begun. */
function standing(
  { chain, digests, refused }: Strand,
  span: Span,
  offs: Setting['offs'],
): 'settled' | 'before' | 'open' {
  const [first] = digests;
  const begins = first?.previous === null && !refused.some(({ name }) => name.end <= first.from);
  if (begins && first.from > span.to) return 'before';
  // The last files before a stop are still delivered, and its final digest names them.
  const stopped = (offs.get(chain.id) ?? [])
    .filter(({ validationOnly }) => !validationOnly)
    .map(({ from, to }) => ({ from: from + APART, to }));
  // Before a starting digest there is none that could name it.
  const starts = digests
    .filter(({ previous }) => previous === null)
    .map(({ from }) => ({ from: from - APART, to: from }))
    .filter(({ to }) => to < span.to - APART);
  const settled = without([...digests, ...stopped, ...starts], refusedSpans(refused));
  return without([span], settled).length === 0 ? 'settled' : 'open';
}
