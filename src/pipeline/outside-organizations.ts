/** Accounts that a policy folded to organizations may shut out: they are gathered, and no organization lists them. */
import type { DeliveryForm } from '../core/plan/delivery.ts';
import type { DocumentPlan } from '../core/plan/document.ts';
import type { KnownAccount } from '../stages/discover.ts';

const NAMED = 3;

/**
 * The plan with a warning where delivery rests on organizations alone. That every account is in one of them is what the
 * configuration says; where organizations are listed, it can be compared. A selection may leave a member out of its list.
 * @param accounts everybody who is gathered
 */
export function outsideWarning(
  plan: DocumentPlan,
  accounts: readonly Pick<KnownAccount, 'id' | 'organization'>[],
): DocumentPlan {
  if (plan.budget?.form !== ('organization' satisfies DeliveryForm)) return plan;
  const outside = accounts.filter(({ organization }) => organization === null).map(({ id }) => id);
  if (outside.length === 0 || outside.length === accounts.length) return plan;
  const rest = outside.length - NAMED;
  const named = `${outside.slice(0, NAMED).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
  const warning = {
    code: 'policy-outside-organizations',
    detail: `delivery is let in by organization, and no listed organization holds ${named}: outside of policy.organizationIds their trails cannot deliver`,
    hint: 'See that each of them is a member (aws organizations describe-account), or have their trails deliver to another archive.',
  };
  return { ...plan, warnings: [...plan.warnings, warning] };
}
