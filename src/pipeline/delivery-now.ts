/** Whether CloudTrail can deliver straight into the archive as its policy is now: what it cannot deliver is lost. */
import { wantedPolicy } from '../config/wanted.ts';
import { decide } from '../core/plan/decision.ts';
import type { DocumentRef } from '../core/plan/document.ts';
import { readPolicy, statementName, type PolicyDocument } from '../core/plan/policy.ts';
import { deliveryNeeds, type Need } from '../core/plan/safety-needs.ts';
import type { Problem } from '../core/source.ts';
import { nameOf } from './drift-problems.ts';
import type { PipelineParts } from './parts.ts';

const NO_POLICY: PolicyDocument = { version: '2012-10-17', id: null, statements: [] };
const HINT =
  'every hour without it is lost: `orgtrail plan` says what differs, `orgtrail apply` mends it; a statement of others that denies it has to be changed by hand';

/**
 * Only what is certain; what may not be read is told by the plan.
 * @param accounts the ids of everybody who is gathered
 */
export async function deliveryStopped(accounts: readonly string[], parts: PipelineParts): Promise<Problem | null> {
  const wanted = wantedPolicy(parts.config, accounts);
  if (wanted === null || wanted.delivery.length === 0) return null;
  const ref: DocumentRef = { kind: 'bucket-policy', account: wanted.owner, target: wanted.bucket };
  const state = await parts.documents.own.read(ref);
  if (state.state === 'unreadable') return null;
  const policy = state.state === 'absent' ? NO_POLICY : readPolicy(state.value);
  if ('problem' in policy) return null;
  const stopped = wanted.delivery.flatMap((trail) =>
    stoppage(policy, deliveryNeeds(wanted, trail)).map((how) => ({ trail, how })),
  );
  const [first] = stopped;
  if (first === undefined) return null;
  const whose = `${first.trail.arn}${stopped.length === 1 ? '' : ` and ${stopped.length - 1} more trails`}`;
  const detail = `${nameOf({ ref })} keeps CloudTrail from delivering ${whose}: ${first.how}`;
  return { code: 'drift-delivery-stopped', detail, hint: HINT };
}

/** The first call of a delivery that is refused for certain, as a clause; empty when there is none. */
function stoppage(policy: PolicyDocument, needs: readonly Need[]): readonly string[] {
  for (const { request } of needs) {
    const { effect, index } = decide(policy, request);
    const call = `${request.action} on ${request.resource}`;
    if (effect === 'none') return [`no statement allows ${call}`];
    const statement = index === null ? undefined : policy.statements[index];
    if (effect === 'deny' && statement !== undefined && index !== null)
      return [`statement ${statementName(statement, index)} denies ${call}`];
  }
  return [];
}
