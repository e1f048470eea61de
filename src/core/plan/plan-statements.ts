/** From wanted statements and the policy that is there to one change, or to the reason why there is none. */
import type { Json } from '../json.ts';
import type { Problem } from '../source.ts';
import type { Change, DocumentPlan, DocumentRef, DocumentState } from './document.ts';
import { policyBreaks } from './policy-breaks.ts';
import { type Candidate, firstFitting, type Weighed } from './policy-budget.ts';
import { policyReasons } from './policy-reasons.ts';
import {
  isOurs,
  type PolicyDocument,
  policyBytes,
  readPolicy,
  samePolicy,
  statementName,
  substitutedPrincipals,
  withStatements,
} from './policy.ts';

/** What a policy's plan itself may say; safety has codes of its own. */
export const POLICY_PLAN_CODES = [
  'policy-unreadable',
  'policy-not-understood',
  'policy-absent',
  'policy-too-large',
  'policy-version',
  'policy-empty',
  'policy-principal-gone',
  'policy-organization-untried',
] as const;
export type PolicyPlanCode = (typeof POLICY_PLAN_CODES)[number];

/** What safety says of a step from one document to the next. */
export interface Judgement {
  readonly refusals: readonly Problem[];
  readonly findings: readonly Problem[];
  readonly warnings: readonly Problem[];
}

/** One policy to be held: `candidates` in order, the narrowest first. */
export interface StatementsAim {
  readonly ref: DocumentRef;
  readonly state: DocumentState;
  /** Bytes that AWS takes at most. */
  readonly most: number;
  readonly candidates: readonly Candidate[];
  /** What a person can do when no candidate fits. */
  readonly whenTooLarge: string;
  readonly warnings?: (form: string) => readonly Problem[];
  /** What the new document would do beside what it is meant to. */
  readonly judge?: (after: PolicyDocument, before: PolicyDocument | null) => Judgement;
}

/** The plan for one policy. Foreign statements stay as they are; what cannot be read whole is never overwritten. */
export function planStatements(aim: StatementsAim): DocumentPlan {
  const { ref, state } = aim;
  if (state.state === 'unreadable') return refused(ref, { ...state.problem, code: 'policy-unreadable' });
  const before = state.state === 'present' ? readPolicy(state.value) : null;
  if (before !== null && 'problem' in before) return refused(ref, notUnderstood(ref, before.problem));
  const found = firstFitting(before, aim.candidates, aim.most);
  if (found === null) return refused(ref, oldVersion(ref));
  if (!found.fits) return { ...refused(ref, tooLarge(aim, before, found)), budget: found.budget };
  return planFitting(aim, before, found);
}

function planFitting(aim: StatementsAim, before: PolicyDocument | null, { value, budget }: Weighed): DocumentPlan {
  const { ref, state } = aim;
  const present = state.state === 'present' ? state.value : null;
  const empty = { ref, change: null, refusals: [], findings: [], warnings: [], budget };
  if (value === null) return { ...empty, findings: present === null ? [] : [nothingLeft(ref)] };
  const after = wholePolicy(value);
  const { refusals, findings, warnings } = aim.judge?.(after, before) ?? empty;
  const plan = { ...empty, refusals, findings, warnings: [...(aim.warnings?.(budget.form) ?? []), ...warnings] };
  if (refusals.length > 0 || (present !== null && samePolicy(present, value))) return plan;
  const gone = principalGone(ref, after);
  if (gone !== null) return { ...plan, refusals: [gone] };
  return { ...plan, change: changeOf(ref, { present, before, value, after }) };
}

function changeOf(
  ref: DocumentRef,
  all: {
    readonly present: Json | null;
    readonly before: PolicyDocument | null;
    readonly value: Json;
    readonly after: PolicyDocument;
  },
): Change {
  const { present, before, value, after } = all;
  const reasons = policyReasons(before, after);
  return { ref, before: present, after: value, reasons, breaks: policyBreaks(before, after) };
}

function wholePolicy(value: Json): PolicyDocument {
  const read = readPolicy(value);
  if ('problem' in read) throw new Error(`a policy of our own making ${read.problem}`);
  return read;
}

/** Nothing is written, for this reason. */
export function refused(ref: DocumentRef, refusal: Problem): DocumentPlan {
  return { ref, change: null, refusals: [refusal], findings: [], warnings: [], budget: null };
}

/** The document as people know it. */
function documentName({ kind, target }: DocumentRef): string {
  if (kind === 'key-policy') return `the key policy of ${target}`;
  return kind === 'topic-policy' ? `the policy of topic ${target}` : `the bucket policy of s3://${target}`;
}

function notUnderstood(ref: DocumentRef, problem: string): Problem {
  return {
    code: 'policy-not-understood' satisfies PolicyPlanCode,
    detail: `${documentName(ref)} ${problem}: it is left as it is`,
    hint: 'Mend it by hand, or remove it, and plan again. Only a policy that is read whole is written.',
  };
}

function oldVersion(ref: DocumentRef): Problem {
  return {
    code: 'policy-version' satisfies PolicyPlanCode,
    detail: `${documentName(ref)} is of version 2008-10-17, which takes variables for text, and what is wanted needs them`,
    hint: 'Set its Version to "2012-10-17" by hand; look first whether its other statements hold "${…}", which then becomes a variable.',
  };
}

/** AWS shows the unique id of a principal that was deleted, and takes no policy that names one ("Invalid principal"). */
function principalGone(ref: DocumentRef, after: PolicyDocument): Problem | null {
  const named = after.statements.flatMap((one, index) => {
    const [id] = substitutedPrincipals(one);
    return id === undefined ? [] : [{ id, name: statementName(one, index) }];
  });
  const [first] = named;
  if (first === undefined) return null;
  const more = named.length === 1 ? '' : `, and so do ${named.length - 1} more statements`;
  return {
    code: 'policy-principal-gone' satisfies PolicyPlanCode,
    detail: `${documentName(ref)} would not be taken by AWS: its statement ${first.name} names ${first.id}, a user or role that was deleted${more}`,
    hint: `Take ${first.id} out of statement ${first.name} by hand, or name whoever replaces it: as it stands it reaches nobody.`,
  };
}

function nothingLeft(ref: DocumentRef): Problem {
  return {
    code: 'policy-empty' satisfies PolicyPlanCode,
    detail: `${documentName(ref)} holds statements of orgtrail's alone, and none of them is wanted any more`,
    hint: 'AWS keeps no empty policy: remove it by hand, or put statements of your own there.',
  };
}

function tooLarge(aim: StatementsAim, before: PolicyDocument | null, { budget }: Weighed): Problem {
  const foreign = before === null ? [] : before.statements.filter((one) => !isOurs(one));
  const rest = foreign.length === 0 ? 0 : policyBytes(withStatements(before, []));
  const whose =
    foreign.length === 1
      ? "one statement that is not orgtrail's"
      : `${foreign.length} statements that are not orgtrail's`;
  const theirs = rest === 0 ? '' : `, ${rest} of them for ${whose}`;
  return {
    code: 'policy-too-large' satisfies PolicyPlanCode,
    detail: `${documentName(aim.ref)} would take ${budget.bytes} bytes even in the form "${budget.form}"${theirs}; AWS takes ${budget.most}. It is left as it is`,
    hint: aim.whenTooLarge,
  };
}
