/** What the digests of one chain say of each other. */
import type { Digest, Refused } from './digests.ts';
import type { Complaint, ExpectedChain, Span } from './question.ts';

/** Everything found of one chain, standard or backfill. */
export interface Strand {
  readonly chain: ExpectedChain;
  readonly backfill: boolean;
  /** By start, then end. */
  readonly digests: readonly Digest[];
  readonly refused: readonly Refused[];
}

export interface LinkFact {
  readonly complaint: Complaint;
  /** The digests that are not proven because of it. */
  readonly touches: readonly string[];
  readonly object: string;
  readonly span: Span;
}

/** The predecessor is absent or does not fit, or it has two successors. Whether it is good itself is another matter. */
export function linkFacts(strand: Strand): readonly LinkFact[] {
  const known = new Map([...strand.refused, ...strand.digests].map((digest) => [digest.object, digest]));
  const linked = strand.digests.flatMap((digest) => {
    if (digest.previous === null) return [];
    const previous = known.get(digest.previous.object);
    return previous === undefined ? [unmet(digest, digest.previous.object)] : mismatch(strand, digest, previous);
  });
  return [...linked, ...forks(strand), ...overlaps(strand)];
}

function unmet(digest: Digest, object: string): LinkFact {
  const span = { from: digest.from - 1000, to: digest.from };
  return { complaint: 'digest-absent', touches: [digest.object], object, span };
}

function mismatch({ backfill }: Strand, digest: Digest, previous: Digest | Refused): readonly LinkFact[] {
  const both = { touches: [digest.object, previous.object], object: digest.object };
  const { hash, signature } = digest.previous ?? {};
  if (hash !== previous.hash || signature !== previous.signature || previous.to === null)
    return [{ complaint: 'link-broken', ...both, span: { from: digest.from, to: digest.to } }];
  // Backfill digests follow each other in order of making; their intervals lie where files were left out.
  if (backfill || digest.from === previous.to) return [];
  const span = { from: Math.min(previous.to, digest.from), to: Math.max(previous.to, digest.from) };
  return [{ complaint: 'link-time', ...both, span }];
}

/** Of digests that name one predecessor, at most one is the chain's. */
function forks({ digests }: Strand): readonly LinkFact[] {
  const linked = digests.filter(({ previous }) => previous !== null);
  const successors = Map.groupBy(linked, ({ previous }) => previous?.object);
  return [...successors.values()].flatMap((group) => {
    const [last] = group.toSorted((a, b) => b.to - a.to);
    if (group.length < 2 || last === undefined) return [];
    const touches = group.map(({ object }) => object);
    return [{ complaint: 'link-fork' as const, touches, object: last.object, span: { from: last.from, to: last.to } }];
  });
}

/** Two digests over one time, neither of which names the other: one of them is of another chain. */
function overlaps({ digests, backfill }: Strand): readonly LinkFact[] {
  const inOrder = backfill ? [] : digests.toSorted((a, b) => a.to - b.to);
  return inOrder.flatMap((digest, index) => {
    const before = inOrder[index - 1];
    const pointed = digest.previous?.object ?? null;
    if (before === undefined || digest.from >= before.to || before.object === pointed) return [];
    if (pointed !== null && pointed === before.previous?.object) return [];
    const span = { from: digest.from, to: before.to };
    return [{ complaint: 'link-time' as const, touches: [digest.object, before.object], object: digest.object, span }];
  });
}
