/** The plan: accounts and documents as they are now, held against the wanted state. Nothing is written. */
import { wantedLifecycle } from '../config/wanted.ts';
import type { Json } from '../core/json.ts';
import { DOCUMENT_KINDS, type DocumentPlan } from '../core/plan/document.ts';
import type { LifecycleEstimate } from '../core/plan/lifecycle-estimate.ts';
import type { Problem } from '../core/source.ts';
import type { KnownAccount } from '../stages/discover.ts';
import { callerWarning } from './caller-warning.ts';
import { memberEntries, type MemberEntries } from './document-store.ts';
import { openEstate } from './estate.ts';
import { interruptedChanges, type InterruptedChange } from './interrupted.ts';
import { outsideWarning } from './outside-organizations.ts';
import type { PipelineParts } from './parts.ts';
import { archivePlans, heldDocuments, holdsAnything, readStates, type States } from './plan-documents.ts';
import { lifecyclePlan, type PlannedLifecycle } from './plan-lifecycle.ts';
import { memberPlans } from './plan-members.ts';
import { isDormant } from './status.ts';

export interface PlanOptions {
  /** The ARN that AWS knows the caller by; null where it does not say. */
  readonly caller: string | null;
  readonly signal: AbortSignal;
  readonly onStep: (text: string) => void;
  /** False: no receipts are read to say what lifecycle rules will touch. */
  readonly estimate?: boolean;
}

export interface ArchivePlan {
  /** In the order in which they are written. */
  readonly documents: readonly DocumentPlan[];
  /** How many accounts are gathered. */
  readonly accounts: number;
  /** Every account that is known, for whoever goes on with them. */
  readonly known: readonly KnownAccount[];
  /** What could not be looked at: accounts that could not be listed or entered, records that are not what they were. */
  readonly problems: readonly Problem[];
  /** Changes of before that were cut off. */
  readonly interrupted: readonly InterruptedChange[];
  readonly estimate: LifecycleEstimate | null;
  /** False: the configuration holds neither policy nor posture nor lifecycle. */
  readonly configured: boolean;
  readonly members: MemberEntries;
}

/** Throws OperatingError where the archive itself cannot be reached. */
export async function makePlan(parts: PipelineParts, options: PlanOptions): Promise<ArchivePlan> {
  const { config } = parts;
  const { signal, onStep } = options;
  const estate = openEstate(parts, false);
  const listed = await estate.accounts();
  const staying = listed.accounts.filter((account) => !hasLeft(account));
  const gathered = staying.map(({ id }) => id);
  const members = memberEntries(listed.accounts, parts);
  const empty = { accounts: gathered.length, known: listed.accounts, members };
  if (!holdsAnything(config))
    return { ...empty, documents: [], problems: listed.problems, interrupted: [], estimate: null, configured: false };
  onStep(`${gathered.length} accounts; documents are read`);
  const states = await readStates(heldDocuments(config), parts);
  const archive = archivePlans(config, gathered, states).map((plan) => heldBack(plan, listed.problems, config.policy));
  const ids = listed.accounts.map(({ id }) => id);
  const lifecycle = await plannedLifecycle(plannedStates(states, archive), ids, { ...options, parts });
  const own = await memberPlans(listed.accounts, { parts, estate, members, signal, onStep });
  const interrupted = await interruptedChanges(parts, members);
  const documents = [...archive, ...(lifecycle === null ? [] : [lifecycle.plan]), ...own.documents];
  return {
    ...empty,
    documents: inOrder(documents).map((plan) => outsideWarning(callerWarning(plan, options.caller), staying)),
    problems: [...listed.problems, ...own.problems, ...interrupted.problems],
    interrupted: interrupted.changes,
    estimate: lifecycle?.estimate ?? null,
    configured: true,
  };
}

/** In no organization any more, or closed for good: nothing of it is delivered. A suspended account still delivers. */
export function hasLeft({ origin, state }: Pick<KnownAccount, 'origin' | 'state'>): boolean {
  return isDormant({ origin, state }) && state !== 'SUSPENDED';
}

async function plannedLifecycle(
  states: States,
  accounts: readonly string[],
  { parts, estimate = true, signal, onStep }: PlanOptions & { readonly parts: PipelineParts },
): Promise<PlannedLifecycle | null> {
  const wanted = wantedLifecycle(parts.config);
  if (wanted === null) return null;
  return lifecyclePlan(wanted, { parts, accounts, states, estimate, signal, onStep });
}

/** The states as they will be when lifecycle is written, which comes last: versioning may be switched on just before. */
function plannedStates(states: States, plans: readonly DocumentPlan[]): States {
  const planned = plans.flatMap(({ ref, change, refusals }) =>
    change === null || change.after === null || refusals.length > 0
      ? []
      : [[ref.kind, { state: 'present', value: over(change.before, change.after) }] as const],
  );
  return new Map([...states, ...planned]);
}

/** What is not written stays, such as MFADelete. */
function over(before: Json | null, after: Json): Json {
  const isObject = (json: Json | null): json is { readonly [name: string]: Json } =>
    json !== null && typeof json === 'object' && !Array.isArray(json);
  return isObject(before) && isObject(after) ? { ...before, ...after } : after;
}

const BY_ACCOUNTS: ReadonlySet<string> = new Set(['bucket-policy', 'key-policy', 'topic-policy']);

/** A list that could not be read whole names fewer accounts than there are: their delivery would stop by this plan. */
function heldBack(
  plan: DocumentPlan,
  problems: readonly Problem[],
  policy: PipelineParts['config']['policy'],
): DocumentPlan {
  const [first] = problems;
  const listed = BY_ACCOUNTS.has(plan.ref.kind) && (policy?.delivery.everyAccount ?? null) !== null;
  if (first === undefined || !listed || plan.change === null) return plan;
  const detail = `the list of accounts is not whole (${first.detail}): accounts that are not listed would lose their delivery`;
  return {
    ...plan,
    change: null,
    refusals: [...plan.refusals, { code: 'policy-accounts-unknown', detail, hint: first.hint }],
  };
}

function inOrder(documents: readonly DocumentPlan[]): readonly DocumentPlan[] {
  return documents.toSorted((a, b) => DOCUMENT_KINDS.indexOf(a.ref.kind) - DOCUMENT_KINDS.indexOf(b.ref.kind));
}
