/** Rules of ours against each other: a digest outlives the logs that it proves, and two rules do not do one job twice. */
import type { Problem } from '../source.ts';
import { hasSizeFilter } from './lifecycle-advice.ts';
import { accountsText, wishProblem } from './lifecycle-problem.ts';
import type { LifecycleWish } from './wanted.ts';

/** Days until every log of an account is gone; Infinity where some stay. */
type LogLife = (account: string) => number;

/**
 * Refuses an expiry that takes digests before or together with the logs that they prove: such logs could never be
 * verified again. Of `proven` for everybody it is not known whose files it takes, so it is refused whatever the logs do.
 */
export function digestRefusals(rules: readonly LifecycleWish[], accounts: readonly string[]): readonly Problem[] {
  const life = logLife(rules);
  return rules.flatMap((wish) => {
    const days = wish.expireDays;
    if (days === null || (wish.of !== 'digests' && wish.of !== 'proven')) return [];
    if (wish.of === 'proven' && wish.accounts.length === 0)
      return [
        wishProblem('lifecycle-digests-with-logs', wish, [
          'it expires digests together with the logs that they prove',
          'Expire logs by a rule of logs, and digests later by a rule of digests; proven is for transitions.',
        ]),
      ];
    const whose = wish.accounts.length === 0 ? accounts : wish.accounts;
    const early = whose.filter((account) => life(account) >= days);
    return early.length === 0 ? [] : [outlived(wish, early, life)];
  });
}

function outlived(wish: LifecycleWish, early: readonly string[], life: LogLife): Problem {
  const [first = ''] = early;
  const logs = life(first);
  const stay = Number.isFinite(logs) ? `go after ${logs} days` : 'stay';
  return wishProblem('lifecycle-digests-with-logs', wish, [
    `it expires digests after ${wish.expireDays} days, and the logs that they prove ${stay} (${accountsText(early)})`,
    'Let logs go earlier by a rule of logs without a size filter, or keep digests longer: they are small.',
  ]);
}

/** What a size filter leaves out stays, so only rules without one end the life of an account's logs. */
function logLife(rules: readonly LifecycleWish[]): LogLife {
  let everybody = Infinity;
  const single = new Map<string, number>();
  for (const wish of rules) {
    if (wish.expireDays === null || hasSizeFilter(wish) || (wish.of !== 'logs' && wish.of !== 'proven')) continue;
    const { expireDays: days, accounts } = wish;
    if (accounts.length === 0) everybody = Math.min(everybody, days);
    for (const account of accounts) single.set(account, Math.min(single.get(account) ?? Infinity, days));
  }
  return (account) => Math.min(everybody, single.get(account) ?? Infinity);
}

/** Warns where two rules move, or expire, the same files: S3 then takes the earlier expiry and the cheaper class. */
export function overlapAdvice(rules: readonly LifecycleWish[]): readonly Problem[] {
  const seen = new Map<string, string>();
  return rules.flatMap((wish) => {
    const other = keysOf(wish, 'known')
      .map((key) => seen.get(key))
      .find((name) => name !== undefined);
    for (const key of keysOf(wish, 'kept')) if (!seen.has(key)) seen.set(key, wish.name);
    if (other === undefined) return [];
    return [
      wishProblem('lifecycle-overlap', wish, [
        `rule ${other} acts on the same files`,
        'S3 takes the earlier expiry and the cheaper class of the two: make one rule of them if that is not meant.',
      ]),
    ];
  });
}

/** `everybody` meets everyone: it is kept under its own mark, and whoever is named is kept under `anybody` as well. */
function keysOf(wish: LifecycleWish, side: 'known' | 'kept'): readonly string[] {
  const areas = wish.of === 'proven' ? ['logs', 'digests'] : [wish.of];
  const does = [...(wish.expireDays === null ? [] : ['expire']), ...(wish.transitions.length === 0 ? [] : ['move'])];
  const wide = side === 'known' ? ['everybody', 'anybody'] : ['everybody'];
  const named = side === 'known' ? ['everybody', ...wish.accounts] : ['anybody', ...wish.accounts];
  const whose = wish.accounts.length === 0 ? wide : named;
  return areas.flatMap((area) => does.flatMap((action) => whose.map((who) => `${area} ${action} ${who}`)));
}
