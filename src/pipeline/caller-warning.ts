/** Whether who applies a bucket policy could apply the next one: being locked out by one's own change is told before. */
import { parseArn } from '../config/arn.ts';
import { decide } from '../core/plan/decision.ts';
import type { DocumentPlan } from '../core/plan/document.ts';
import { isOurs, readPolicy } from '../core/plan/policy.ts';
import type { Problem } from '../core/source.ts';

/** The plan with a warning where the policy, once written, denies the caller its next writing; other kinds as they are. */
export function callerWarning(plan: DocumentPlan, caller: string | null): DocumentPlan {
  const { ref, change } = plan;
  if (ref.kind !== 'bucket-policy' || change === null || change.after === null || caller === null) return plan;
  const policy = readPolicy(change.after);
  const arn = parseArn(caller);
  if ('problem' in policy || arn === null) return plan;
  // What others' statements deny was so before, and naming the caller among the administrators would not mend it.
  const ours = { ...policy, statements: policy.statements.filter(isOurs) };
  const { effect } = decide(ours, {
    principal: { kind: 'aws', arn: caller, account: arn.account },
    action: 's3:PutBucketPolicy',
    resource: `arn:${arn.partition}:s3:::${ref.target}`,
    context: new Map([
      ['aws:principalarn', principalOf(caller, JSON.stringify(ours.statements))],
      ['aws:principalaccount', arn.account],
      ['aws:principalisawsservice', 'false'],
      ['aws:securetransport', 'true'],
    ]),
  });
  // An allow may stand in the caller's own policies: only a deny is one whatever these say.
  return effect === 'deny' ? { ...plan, warnings: [...plan.warnings, lockedOut(caller)] } : plan;
}

/**
 * `aws:PrincipalArn` of a session is its role's ARN with the path, which the session does not tell. An account has one
 * role of a name, whatever its path, so a role of that name in our statements is the caller's.
 */
function principalOf(caller: string, statements: string): string {
  const session = /^arn:([a-z-]+):sts::(\d{12}):assumed-role\/([^/]+)\/.+$/.exec(caller);
  if (session === null) return caller;
  const [, partition = '', account = '', role = ''] = session;
  const roles = `arn:${partition}:iam::${account}:role/`;
  const named = statements.split('"').find((text) => text.startsWith(roles) && text.endsWith(`/${role}`));
  return named ?? `${roles}${role}`;
}

function lockedOut(caller: string): Problem {
  return {
    code: 'policy-caller-denied',
    detail: `with this policy ${caller} may change no setting of the bucket any more, and apply nothing`,
    hint: 'name its role (or user) in policy.administrators where it is to go on applying',
  };
}
