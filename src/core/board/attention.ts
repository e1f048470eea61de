/** Whom an account needs: somebody who looks, or nobody, since nobody can do anything there any more. Pure. */
import type { CellState } from '../verdict.ts';
import type { AccountStanding } from './standing.ts';

const NEEDY: ReadonlySet<CellState> = new Set(['failed', 'blocked', 'late', 'stale', 'unknown', 'unverifiable']);

/** True for states that do not mend by themselves. */
export function isNeedy(state: CellState): boolean {
  return NEEDY.has(state);
}

/** States that findings make: where every finding was accepted, somebody has looked. */
const FOUND: ReadonlySet<CellState> = new Set(['failed', 'unverifiable']);

/** What is not given is not known, and then speaks for nobody's absence. */
export type Attention = Pick<AccountStanding, 'open' | 'state'> &
  Partial<Pick<AccountStanding, 'accepted' | 'fresh' | 'organizationState' | 'problem'>>;

/**
 * Somebody ought to look: a finding that nobody accepted, or a state that does not mend by itself. An hour that failed
 * stays failed, and its account needs nobody once all that was found of it is accepted.
 */
export function needsYou(account: Attention): boolean {
  return (account.open > 0 || needsYouFor(account)) && setAside(account) === null;
}

/** The state itself needs somebody, whatever else is found of the account: what alerts name as `account_state`. */
export function isNeedyState(account: Attention): boolean {
  return isNeedy(account.state) && needsYou(account);
}

function needsYouFor({ state, accepted = 0 }: Attention): boolean {
  return isNeedy(state) && !(FOUND.has(state) && accepted > 0);
}

/** States of Organizations in which nobody may enter an account, nor bring it back by a permission. */
const OUT_OF_REACH: ReadonlyMap<string, 'suspended' | 'closed'> = new Map([
  ['SUSPENDED', 'suspended'],
  ['CLOSED', 'closed'],
]);

/**
 * AWS refuses AssumeRole there and removes the account after 90 days, so that its unknown hours are nobody's task; they
 * stay unknown. It is told apart only where nothing else is: whoever suspends an account to hide it leaves its open
 * findings, its failed hours and what was blocked before, and those go on needing somebody. One that was not computed
 * lately may hold them. PENDING_CLOSURE is none of these: it is still entered.
 */
export function setAside(account: Attention): 'suspended' | 'closed' | null {
  const { open, state, fresh = false, organizationState = '', problem } = account;
  if (open > 0 || state !== 'unknown' || !fresh || problem !== null) return null;
  return OUT_OF_REACH.get(organizationState) ?? null;
}

/** Nothing is delivered by it any more, or looked at. */
export function isOutOfReach({ organizationState }: Pick<AccountStanding, 'organizationState'>): boolean {
  return OUT_OF_REACH.has(organizationState);
}
