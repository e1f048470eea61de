/** The one place where the product's words meet the second verifier's. */
import type { Answer, Complaint, Objection, Span } from './question.ts';
import { without } from './spans.ts';

/** What the product says of one chain, in plain values. */
export interface Said {
  /** The id that the second verifier was given for the chain. */
  readonly chain: string;
  readonly verified: readonly Span[];
  /** The same for backfill digests. */
  readonly backfilled: readonly Span[];
  readonly findings: readonly SaidFinding[];
  readonly notes: readonly string[];
}

export interface SaidFinding {
  readonly code: string;
  readonly object: string | null;
  readonly from: number | null;
  readonly to: number | null;
}

/** Which complaints mean the same as a code. */
const MEANS: ReadonlyMap<string, readonly Complaint[]> = new Map<string, readonly Complaint[]>([
  // A jump between two linked digests leaves a time that none covers.
  ['digest-missing', ['digest-absent', 'link-time']],
  ['digest-malformed', ['digest-bytes']],
  ['digest-signature-missing', ['digest-unsigned']],
  // An empty signature is none to the one and a bad one to the other.
  ['digest-signature-invalid', ['digest-signature', 'digest-unsigned']],
  ['key-unknown', ['digest-key']],
  ['key-outside-validity', ['digest-key']],
  ['digest-moved', ['digest-moved']],
  ['digest-identity', ['digest-identity']],
  ['digest-impossible-time', ['digest-times']],
  ['link-hash-mismatch', ['link-broken']],
  ['link-signature-mismatch', ['link-broken']],
  ['time-gap', ['link-time']],
  ['chain-fork', ['link-fork']],
  ['chain-restarted', ['restart', 'digest-absent']],
  ['chain-truncated', ['tail-cut']],
  ['chain-empty', ['no-digest']],
  ['validation-off', ['validation-off']],
  ['logging-stopped', ['logging-off']],
  ['log-missing', ['log-absent']],
  ['log-hash-mismatch', ['log-content']],
  ['log-malformed', ['log-bytes']],
  ['log-foreign', ['log-foreign']],
  ['gzip-header-data', ['header']],
]);

/** Where the two disagree: on what is proven, or on what is wrong with which object or time. */
export function differences(
  { said, unlisted }: { readonly said: readonly Said[]; readonly unlisted: readonly string[] },
  answer: Answer,
): readonly string[] {
  const [files, objections] = [true, false].map((wanted) =>
    answer.objections.filter(({ complaint }) => (complaint === 'log-unlisted') === wanted),
  );
  const chains = said.flatMap((one) => {
    const own = (objections ?? []).filter(({ chain }) => chain === one.chain);
    return [
      ...spanDifferences(`chain ${one.chain}: proven`, one.verified, answer.proven.get(one.chain) ?? []),
      ...spanDifferences(`chain ${one.chain}: backfills`, one.backfilled, answer.backfilled.get(one.chain) ?? []),
      ...wordDifferences(one, own),
    ];
  });
  const planted = (files ?? []).map(({ object }) => object ?? '');
  return [...chains, ...setDifferences('unlisted', unlisted, planted)];
}

/** As times, whatever the pieces: of two digests over one time each verifier may count it to either. */
function spanDifferences(what: string, ours: readonly Span[], theirs: readonly Span[]): readonly string[] {
  return setDifferences(what, without(ours, theirs).map(nameOf), without(theirs, ours).map(nameOf));
}

function setDifferences(what: string, ours: readonly string[], theirs: readonly string[]): readonly string[] {
  const here = ours.filter((one) => !theirs.includes(one));
  const there = theirs.filter((one) => !ours.includes(one));
  return here.length + there.length === 0 ? [] : [`${what}: only here [${here.join()}], only there [${there.join()}]`];
}

function wordDifferences(said: Said, objections: readonly Objection[]): readonly string[] {
  const { findings } = said;
  const unmet = findings.filter((finding) => !objections.some((objection) => isSame(finding, objection)));
  const unsaid = objections.filter(
    (objection) =>
      !findings.some((finding) => isSame(finding, objection)) &&
      !(objection.complaint === 'header' && said.notes.includes('gzip-header-data')),
  );
  return [
    ...unmet.map(({ code, object, ...span }) => `chain ${said.chain}: only here ${code} ${object} ${nameOf(span)}`),
    ...unsaid.map(
      ({ complaint, object, span }) =>
        `chain ${said.chain}: only there ${complaint} ${object} ${nameOf(span ?? { from: null, to: null })}`,
    ),
  ];
}

/** The same thing of the same object, or of times that touch. */
function isSame(finding: SaidFinding, { complaint, object, span }: Objection): boolean {
  if (!(MEANS.get(finding.code) ?? []).includes(complaint)) return false;
  if (finding.object !== null && finding.object === object) return true;
  if (finding.object !== null && object !== null && complaint !== 'digest-absent') return false;
  return span === null || ((finding.from ?? -Infinity) <= span.to && (finding.to ?? Infinity) >= span.from);
}

function nameOf({ from, to }: { readonly from: number | null; readonly to: number | null }): string {
  const time = (at: number | null): string => (at === null ? '…' : new Date(at).toISOString().slice(5, 19));
  return `${time(from)}–${time(to)}`;
}
