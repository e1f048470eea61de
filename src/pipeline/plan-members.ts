/** Members' buckets whose policy is to let the reader in: found by discovery, planned one by one. */
import pLimit from 'p-limit';
import { partitionOf } from '../core/partition.ts';
import type { DocumentPlan, DocumentRef } from '../core/plan/document.ts';
import { planMemberPolicy } from '../core/plan/plan-policy.ts';
import type { WantedMember } from '../core/plan/wanted.ts';
import type { Problem, Survey } from '../core/source.ts';
import { OperatingError, problemOf } from '../errors.ts';
import type { KnownAccount } from '../stages/discover.ts';
import { storeOf, type MemberEntries } from './document-store.ts';
import type { EstateBook } from './estate.ts';
import type { PipelineParts } from './parts.ts';
import { isDormant } from './status.ts';

export interface MemberWork {
  readonly parts: PipelineParts;
  readonly estate: EstateBook;
  readonly members: MemberEntries;
  readonly signal: AbortSignal;
  readonly onStep: (text: string) => void;
}

export interface MemberPlans {
  readonly documents: readonly DocumentPlan[];
  readonly problems: readonly Problem[];
}

/** One plan for each trail bucket that its own account owns. An account in trouble is told, and holds up no other. */
export async function memberPlans(accounts: readonly KnownAccount[], work: MemberWork): Promise<MemberPlans> {
  const { policy, limits } = work.parts.config;
  if (policy === null || policy.members === null) return { documents: [], problems: [] };
  const limit = pLimit(limits.accountConcurrency);
  const entered = accounts.filter((account) => !isDormant(account));
  let done = 0;
  const all = await Promise.all(
    entered.map((account) =>
      limit(async () => {
        work.signal.throwIfAborted();
        const plans = await plansOf(account, work, policy.writer);
        done += 1;
        work.onStep(`buckets of ${done} of ${entered.length} members read`);
        return plans;
      }),
    ),
  );
  return { documents: all.flatMap((one) => one.documents), problems: all.flatMap((one) => one.problems) };
}

async function plansOf(account: KnownAccount, work: MemberWork, reader: string): Promise<MemberPlans> {
  const survey = await work.estate.survey(account);
  const documents: DocumentPlan[] = [];
  const problems: Problem[] = [...survey.problems];
  for (const [bucket, prefixes] of bucketsOf(survey, work.parts.config.archive.bucket)) {
    const ref: DocumentRef = { kind: 'member-policy', account: account.id, target: bucket };
    const [prefix = '', ...others] = prefixes;
    if (others.length > 0) {
      documents.push(planless(ref, manyPrefixes(ref, prefixes)));
      continue;
    }
    const partition = partitionOf(work.parts.config.aws.region);
    const wanted = { partition, account: account.id, bucket, prefix, reader };
    try {
      documents.push(await planOf(wanted, ref, work));
    } catch (error) {
      if (!(error instanceof OperatingError)) throw error;
      problems.push(problemOf(error));
    }
  }
  return { documents, problems };
}

async function planOf(wanted: WantedMember, ref: DocumentRef, work: MemberWork): Promise<DocumentPlan> {
  const store = await storeOf(ref, work.parts, work.members);
  return planMemberPolicy(wanted, await store.read(ref));
}

/**
 * Buckets that the account itself owns, with the prefixes of its trails in them. Never the archive, into which trails
 * may deliver: its policy has a plan of its own, and a member's statements in the place of ours would stop delivery.
 */
function bucketsOf({ account, sources }: Survey, archive: string): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const { bucket, prefix, bucketOwner, gone } of sources) {
    if (bucketOwner !== account.id || gone || bucket === archive) continue;
    const prefixes = found.get(bucket) ?? [];
    if (!prefixes.includes(prefix)) found.set(bucket, [...prefixes, prefix].toSorted());
  }
  return found;
}

function planless(ref: DocumentRef, finding: Problem): DocumentPlan {
  return { ref, change: null, refusals: [], findings: [finding], warnings: [], budget: null };
}

/** Two plans of one document would undo each other. */
function manyPrefixes({ account, target }: DocumentRef, prefixes: readonly string[]): Problem {
  const told = prefixes.map((prefix) => JSON.stringify(prefix)).join(', ');
  return {
    code: 'policy-member-prefixes',
    detail: `trails of account ${account} deliver into ${target} under the prefixes ${told}: its policy is left as it is`,
    hint: 'give these trails one prefix, or write the statements of orgtrail config member-role into the policy yourself',
  };
}
