/**
 * A second verifier, written from the description of CloudTrail's formats alone: one pass over all objects that
 * states plain facts, and a sum of them. It shares no code with the product and knows none of its words.
 */
import type { CloudObject } from '../cloud/types.ts';
import { offSpans, switchesIn, type OffSpan, type Switch } from './calls.ts';
import { timeFacts } from './coverage.ts';
import { readDigest, type Digest } from './digests.ts';
import { linkFacts, type Strand } from './links.ts';
import { complaintOf, createReader, isIn, mayName, type ContentReader } from './logs.ts';
import { nameIn, type DigestName } from './names.ts';
import type { Answer, Complaint, ExpectedChain, Objection, Question, Span } from './question.ts';
import { unlistedFacts } from './unlisted.ts';

export function secondOpinion(question: Question): Answer {
  const objects = new Map(question.objects.map((object) => [`${object.bucket}/${object.key}`, object]));
  const read = createReader(objects, question);
  const named = question.objects.flatMap((object): readonly NamedDigest[] => {
    const name = nameIn(object.key);
    return name?.is === 'digest' ? [{ object, name }] : [];
  });
  const strands = question.chains.flatMap((chain) => strandsOf(chain, named, question));
  const switches = strands.flatMap((strand) => provenSwitches(strand, read));
  const offs = new Map(question.chains.map(({ id, trail }) => [id, offSpans(trail, switches)]));
  const judged = strands.map((strand) =>
    judgeStrand(strand, { question, read, offs: offs.get(strand.chain.id) ?? [] }),
  );
  const listed = new Set(
    strands.flatMap(({ digests }) => digests.flatMap(({ logs }) => logs.map(({ object }) => object))),
  );
  const unlisted = unlistedFacts({ question, strands, listed, offs });
  const spansOf = (which: 'proven' | 'explained', backfill: boolean): ReadonlyMap<string, readonly Span[]> =>
    new Map(
      judged.filter(({ strand }) => strand.backfill === backfill).map((one) => [one.strand.chain.id, one[which]]),
    );
  return {
    proven: spansOf('proven', false),
    backfilled: spansOf('proven', true),
    explained: spansOf('explained', false),
    objections: [
      ...judged.flatMap(({ objections }) => objections),
      ...unlisted,
      ...question.chains.flatMap(scopeFacts),
    ],
  };
}

interface NamedDigest {
  readonly object: CloudObject;
  readonly name: DigestName;
}

/** A chain's standard and backfill digests, read; they are looked for by their names, in the chain's own places. */
function strandsOf(chain: ExpectedChain, all: readonly NamedDigest[], question: Question): readonly Strand[] {
  const own = all.filter(
    ({ object, name }) => isOf(chain, name) && isIn(chain, name, `${object.bucket}/${object.key}`),
  );
  return [false, true].map((backfill) => {
    const read = own
      .filter(({ name }) => name.backfill === backfill)
      .map(({ object, name }) => readDigest(object, name, question));
    return {
      chain,
      backfill,
      digests: read.filter((one) => 'from' in one).toSorted((a, b) => a.from - b.from || a.to - b.to),
      refused: read.filter((one) => 'refusal' in one),
    };
  });
}

function isOf({ trail }: ExpectedChain, name: DigestName): boolean {
  return name.trail === trail.name && name.home === trail.homeRegion;
}

/** Calls are believed from files that a good digest names and that hold what it says: planted ones explain nothing. */
function provenSwitches({ chain, digests }: Strand, read: ContentReader): readonly Switch[] {
  return digests
    .flatMap(({ logs }) => logs)
    .filter((named) => complaintOf(named, chain, read) === null)
    .flatMap(({ object }) => switchesIn(read(object)?.bytes ?? new Uint8Array()));
}

interface Ground {
  readonly question: Question;
  readonly read: ContentReader;
  readonly offs: readonly OffSpan[];
}

interface Judged {
  readonly strand: Strand;
  readonly proven: readonly Span[];
  readonly explained: readonly Span[];
  readonly objections: readonly Objection[];
}

interface Fact {
  readonly complaint: Complaint;
  readonly object: string | null;
  readonly span: Span | null;
  readonly touches: readonly string[];
}

function judgeStrand(strand: Strand, { question, read, offs }: Ground): Judged {
  const links = linkFacts(strand);
  const times = strand.backfill ? { facts: [], explained: [] } : timeFacts({ strand, offs, links, question });
  const refused = strand.refused.map(({ object, name, refusal }): Fact => ({
    complaint: `digest-${refusal}`,
    object,
    span: { from: name.end - 3_600_000, to: name.end },
    touches: [],
  }));
  const facts: readonly Fact[] = [
    ...refused,
    ...links,
    ...times.facts,
    ...strand.digests.flatMap((digest) => fileFacts(digest, strand.chain, read)),
  ];
  const touched = new Set(facts.flatMap(({ touches }) => touches));
  return {
    strand,
    proven: strand.digests.filter(({ object }) => !touched.has(object)).map(({ from, to }) => ({ from, to })),
    explained: times.explained,
    objections: facts
      .filter((fact) => !mayStillCome(fact, question))
      .map(({ complaint, object, span }) => ({
        chain: strand.chain.id,
        backfill: strand.backfill,
        complaint,
        object,
        span,
      })),
  };
}

/** Digests come out of order: until its grace is over, an absent one is no complaint, and nothing is proven by it. */
function mayStillCome({ complaint, span }: Fact, { now, digestGrace }: Question): boolean {
  return complaint === 'digest-absent' && span !== null && span.to > now - digestGrace;
}

/** What is wrong with the files that a good digest names, and what hides in gzip headers. */
function fileFacts(digest: Digest, chain: ExpectedChain, read: ContentReader): readonly Fact[] {
  const { from, to, object, logs } = digest;
  const span = { from, to };
  const header = (one: string): Fact => ({ complaint: 'header', object: one, span, touches: [] });
  return [
    ...(digest.headerData ? [header(object)] : []),
    ...logs.flatMap((named): Fact[] => {
      const complaint = complaintOf(named, chain, read);
      if (complaint !== null) return [{ complaint, object: named.object, span, touches: [object] }];
      return mayName(chain, named.object) && read(named.object)?.headerData === true ? [header(named.object)] : [];
    }),
  ];
}

/** Proof of integrity is none of scope: a trail that is off now is told of at once. */
function scopeFacts({ id, trail }: ExpectedChain): readonly Objection[] {
  const fact = { chain: id, backfill: false, object: null, span: null };
  return [
    ...(trail.status.logging ? [] : [{ ...fact, complaint: 'logging-off' as const }]),
    ...(trail.validation ? [] : [{ ...fact, complaint: 'validation-off' as const }]),
  ];
}
