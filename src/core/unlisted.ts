/** Log files that no digest names (reliability.md V4): the listing minus everything any digest of the folder names. */
import type { DigestView } from './coverage.ts';
import type { Chain } from './source.ts';
import { folderOf, type LogKey } from './key.ts';
import { HOUR, MINUTE } from './time.ts';

/** The folders that chains of one account and region share: log keys do not tell which trail a file belongs to. */
export function sharedFolder(chain: Chain, place: { readonly bucket: string; readonly prefix: string }): string {
  const where = { account: chain.account, folder: 'CloudTrail', region: chain.region } as const;
  return `${place.bucket}/${folderOf({ ...place, org: chain.source.org }, where)}`;
}

/** Epoch milliseconds, `to` exclusive. */
export interface Interval {
  readonly from: number;
  readonly to: number;
}

/** A time for which one chain tells which files there are: proven digests without a hole, or proven silence. */
export interface Span extends Interval {
  /** It begins with a chain's proven start: no digest before it names anything. */
  readonly opens?: boolean;
}

/** A name's minute and a digest's second may disagree: files this close to an end may belong to the digest outside. */
const EDGE = 15 * MINUTE;

/**
 * What one chain accounts for. A hole is not in it, nor an hour whose digest is no proof: the finding is the digest
 * then, and what it would have named nobody knows. Nor is the time while validation was off.
 * @param silent when logging was provably off: CloudTrail delivers nothing then
 */
export function accountedSpans(chain: {
  readonly standard: readonly Pick<DigestView, 'verdict' | 'start' | 'end' | 'link'>[];
  readonly backfill: readonly Pick<DigestView, 'verdict' | 'end'>[];
  readonly silent: readonly Interval[];
}): readonly Span[] {
  const proven = chain.standard.flatMap(({ verdict, start, end, link }): readonly Span[] =>
    verdict === 'valid' && start !== null ? [{ from: start, to: end, opens: link === 'chain-start' }] : [],
  );
  const spans: Span[] = [];
  for (const one of [...proven, ...chain.silent].toSorted((a, b) => a.from - b.from || a.to - b.to)) {
    const last = spans.at(-1);
    if (last !== undefined && one.from <= last.to) spans[spans.length - 1] = { ...last, to: Math.max(last.to, one.to) };
    else if (one.to > one.from) spans.push(one);
  }
  const unread = chain.backfill.filter(({ verdict }) => verdict !== 'valid');
  return unread.reduce<readonly Span[]>((left, { end }) => left.flatMap((span) => cut(span, end)), spans);
}

/** A backfill digest that could not be read may name any file of its hour. */
function cut(span: Span, end: number): readonly Span[] {
  const from = end - HOUR;
  if (end <= span.from || from >= span.to) return [span];
  const parts: readonly Span[] = [
    { ...span, to: from },
    { from: end, to: span.to },
  ];
  return parts.filter((part) => part.to > part.from);
}

/**
 * True when a file that no digest names ought to have been named by now. A file of one trail is named by that trail's
 * digests alone, and its name does not tell whose it is: each chain of the folder must account for its time.
 * @param chains what each of them accounts for
 */
export function isUnlisted(
  { time }: LogKey,
  chains: readonly (readonly Span[])[],
  due: { readonly now: number; readonly grace: number },
): boolean {
  if (time >= due.now - due.grace) return false;
  const answers = new Set(chains.map((spans) => answerOf(spans, time)));
  return answers.has('covered') && !answers.has('unknown');
}

/** `before`: the chain had not begun, so another one's it must be. */
function answerOf(spans: readonly Span[], time: number): 'covered' | 'before' | 'unknown' {
  const [first] = spans;
  if (first?.opens === true && time < first.from - EDGE) return 'before';
  const covers = ({ from, to, opens }: Span): boolean =>
    time > from + (opens === true ? MINUTE : EDGE) && time < to - EDGE;
  return spans.some(covers) ? 'covered' : 'unknown';
}
