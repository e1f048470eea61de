/**
 * Room for transfers: one bound for the process, and half of it for any one account, so that an account whose bucket
 * stalls cannot hold every socket while its time-outs run.
 */
import pLimit from 'p-limit';
import type { Slot } from './parts.ts';

/** The slot of one account. There are as many limiters as accounts. */
export function openSlots(total: number): (account: string) => Slot {
  const all = pLimit(total);
  const byAccount = new Map<string, Slot>();
  return (account) => {
    const known = byAccount.get(account);
    if (known !== undefined) return known;
    const own = pLimit(Math.max(1, Math.ceil(total / 2)));
    const slot: Slot = (transfer) => own(() => all(transfer));
    byAccount.set(account, slot);
    return slot;
  };
}
