/** What has to be known before a lifecycle rule is planned: the bucket's state, what is proven, and what is put apart. */
import pLimit from 'p-limit';
import { quarantineRoot, type ReceiptName } from '../core/layout.ts';
import { isProvenArea } from '../core/plan/lifecycle-areas.ts';
import { estimateLifecycle, type LifecycleEstimate } from '../core/plan/lifecycle-estimate.ts';
import type { LifecycleFacts, LifecyclePlan } from '../core/plan/lifecycle-facts.ts';
import { sampleReceipts } from '../core/plan/lifecycle-sample.ts';
import { planLifecycle } from '../core/plan/lifecycle.ts';
import type { DocumentKind, DocumentState } from '../core/plan/document.ts';
import type { LifecycleWish, WantedLifecycle } from '../core/plan/wanted.ts';
import type { Receipt } from '../core/receipt.ts';
import type { Problem } from '../core/source.ts';
import { HOUR } from '../core/time.ts';
import { OperatingError } from '../errors.ts';
import { listEntries, quarantinedVerdicts } from '../stages/quarantine.ts';
import { readReceipt } from '../stages/record.ts';
import { archivePlace, type PipelineParts } from './parts.ts';
import { surveyReceipts, type ReceiptSurvey } from './receipt-survey.ts';

/** What is asked of a plan besides the configuration. */
export interface LifecycleWork {
  readonly parts: PipelineParts;
  /** Every account that was listed. */
  readonly accounts: readonly string[];
  readonly states: ReadonlyMap<DocumentKind, DocumentState>;
  /** False: receipts are not read to say what the rules will touch. */
  readonly estimate: boolean;
  readonly signal: AbortSignal;
  readonly onStep: (text: string) => void;
}

export interface PlannedLifecycle {
  readonly plan: LifecyclePlan;
  readonly estimate: LifecycleEstimate | null;
}

/** A rule is held back some days before it would act: a finding takes time to be looked at. */
const MARGIN_DAYS = 8;
const DAY = 24 * HOUR;
const MOST_SAMPLED = 500;

/** Gathers the facts and plans. Only names are listed; receipts are opened for the estimate alone. */
export async function lifecyclePlan(wanted: WantedLifecycle, work: LifecycleWork): Promise<PlannedLifecycle> {
  const { parts, states, accounts } = work;
  const now = parts.clock.now();
  const survey = await surveyReceipts(parts, {
    horizon: (account) => horizonOf(account, wanted.rules, now),
    sample: work.estimate ? MOST_SAMPLED : 0,
    signal: work.signal,
    onStep: work.onStep,
  });
  const estimate = work.estimate ? await estimated(wanted, survey, work) : null;
  const unread: DocumentState = { state: 'absent' };
  const facts: LifecycleFacts = {
    state: states.get('lifecycle') ?? unread,
    versioning: states.get('versioning') ?? unread,
    objectLock: states.get('object-lock') ?? unread,
    unproven: survey.unproven,
    unprovenUnknown: survey.unknown,
    openQuarantine: removesQuarantine(wanted) ? await openQuarantine(work) : null,
    accounts: [...new Set([...accounts, ...survey.accounts])].toSorted(),
    organizations: survey.organizations,
    ...(estimate === null ? {} : { estimate }),
  };
  return { plan: planLifecycle(wanted, facts), estimate };
}

/** Up to here an account's digests have to be proven; null when no rule removes anything of it. */
function horizonOf(account: string, rules: readonly LifecycleWish[], now: number): number | null {
  const days = rules
    .filter(({ of, accounts }) => isProvenArea(of) && (accounts.length === 0 || accounts.includes(account)))
    .flatMap(({ expireDays, noncurrentDays }) => [expireDays, noncurrentDays])
    .filter((one) => one !== null);
  return days.length === 0 ? null : now - Math.max(0, Math.min(...days) - MARGIN_DAYS) * DAY;
}

function removesQuarantine({ rules }: WantedLifecycle): boolean {
  return rules.some(
    ({ of, expireDays, noncurrentDays }) => of === 'quarantine' && (expireDays !== null || noncurrentDays !== null),
  );
}

/** The first entry that nobody has looked at and no digest has proven, with how many there are; null: there is none. */
async function openQuarantine({ parts, signal }: LifecycleWork): Promise<Problem | null> {
  const shelf = { archive: parts.archive, place: archivePlace(parts.config) };
  const most = parts.config.limits.maxListedObjects;
  let [open, listed, first] = [0, 0, ''];
  try {
    for (const verdict of await quarantinedVerdicts(shelf)) {
      const folder = `${quarantineRoot(shelf.place.prefix)}${verdict}/`;
      for await (const entry of listEntries({ folder }, shelf)) {
        signal.throwIfAborted();
        listed += entry.parts.size;
        if (listed > most) return quarantineProblem(`there are more than ${most} objects in quarantine`);
        if (entry.state !== 'open') continue;
        open += 1;
        if (first === '') first = `${verdict} of s3://${entry.name.bucket}/${entry.name.key}`;
      }
    }
  } catch (error) {
    if (!(error instanceof OperatingError)) throw error;
    return quarantineProblem(`quarantine could not be listed: ${error.message}`);
  }
  return open === 0 ? null : quarantineProblem(`${open} in quarantine that nobody has looked at, such as ${first}`);
}

function quarantineProblem(detail: string): Problem {
  return { code: 'lifecycle-withheld', detail, hint: 'look at orgtrail quarantine list, and accept what may go' };
}

/** Receipts that cannot be read are left out: the estimate says of how many it was made. */
async function estimated(
  wanted: WantedLifecycle,
  survey: ReceiptSurvey,
  work: LifecycleWork,
): Promise<LifecycleEstimate> {
  const { parts, onStep } = work;
  const limit = pLimit(parts.config.limits.digestConcurrency);
  if (survey.sample.length > 0) onStep(`${survey.sample.length} receipts are read for the estimate`);
  const read = await Promise.all(survey.sample.map((name) => limit(() => readOne(name, work))));
  const found = new Map<string, Receipt[]>();
  for (const receipt of read) {
    if (receipt === null) continue;
    const { account } = receipt.chain;
    found.set(account, [...(found.get(account) ?? []), receipt]);
  }
  const now = parts.clock.now();
  const samples = [...survey.digests].map(([account, listed]) =>
    sampleReceipts(account, found.get(account) ?? [], { listed, now }),
  );
  return estimateLifecycle(wanted, samples);
}

async function readOne(name: ReceiptName, { parts, signal }: LifecycleWork): Promise<Receipt | null> {
  signal.throwIfAborted();
  try {
    return await readReceipt(name, { archive: parts.archive, place: archivePlace(parts.config) });
  } catch (error) {
    if (error instanceof OperatingError) return null;
    throw error;
  }
}
