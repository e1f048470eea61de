/** What S3 asks of one rule by itself: whole days, sizes, classes in order and long enough in each. */
import type { Problem } from '../source.ts';
import { CLASSES } from './lifecycle-classes.ts';
import { wishProblem } from './lifecycle-problem.ts';
import type { LifecycleWish } from './wanted.ts';

const MOST_DAYS = 2_147_483_647; // S3's integer
const MOST_BYTES = 1_099_511_627_776_000; // what S3 takes in a size filter

type Move = LifecycleWish['transitions'][number];

/** Why S3 or the archive's own rules do not allow the wish as it is written; empty when they do. */
export function checkWish(wish: LifecycleWish): readonly Problem[] {
  const faults = [...dayFaults(wish), ...sizeFaults(wish)];
  // Orders of days that are no days say nothing more.
  return faults.length > 0 ? faults : [...areaFaults(wish), ...classFaults(wish), ...orderFaults(wish)];
}

function dayFaults(wish: LifecycleWish): readonly Problem[] {
  const { expireDays, noncurrentDays, abortUploadsDays } = wish;
  const limits: readonly (readonly [string, number | null, number])[] = [
    ['expireDays', expireDays, 1],
    ['noncurrentDays', noncurrentDays, 1],
    ['abortUploadsDays', abortUploadsDays, 1],
    ...wish.transitions.map((move) => [`transitions to ${move.class}`, move.days, 0] as const),
  ];
  return limits
    .filter(([, days, least]) => days !== null && !isWhole(days, least, MOST_DAYS))
    .map(([what, days, least]) =>
      wishProblem('lifecycle-days', wish, [
        `${what} says ${days} days`,
        `S3 counts whole days and acts at midnight UTC: set a whole number of at least ${least}.`,
      ]),
    );
}

function sizeFaults(wish: LifecycleWish): readonly Problem[] {
  const { largerThanBytes: larger, smallerThanBytes: smaller } = wish;
  const bad =
    (larger !== null && !isWhole(larger, 0, MOST_BYTES)) ||
    (smaller !== null && !isWhole(smaller, 1, MOST_BYTES)) ||
    (larger !== null && smaller !== null && smaller <= larger);
  if (!bad) return [];
  const said = `larger than ${larger ?? 'any'} and smaller than ${smaller ?? 'any'} bytes`;
  return [
    wishProblem('lifecycle-sizes', wish, [
      `no object is ${said}`,
      'Give whole bytes, and a smallerThanBytes above largerThanBytes.',
    ]),
  ];
}

function isWhole(value: number, least: number, most: number): boolean {
  return Number.isSafeInteger(value) && value >= least && value <= most;
}

function areaFaults(wish: LifecycleWish): readonly Problem[] {
  const faults: Problem[] = [];
  const { of, transitions, expireDays, noncurrentDays, abortUploadsDays } = wish;
  if (transitions.length === 0 && [expireDays, noncurrentDays, abortUploadsDays].every((days) => days === null))
    faults.push(
      wishProblem('lifecycle-empty', wish, [
        'it does nothing, and S3 takes no rule without an action',
        'Give it transitions, expireDays, noncurrentDays or abortUploadsDays, or leave it out.',
      ]),
    );
  if ((of === 'pending' || of === 'quarantine') && wish.accounts.length > 0)
    faults.push(
      wishProblem('lifecycle-area-accounts', wish, [
        'it names accounts, and keys there begin with the source bucket, so that no prefix means one account',
        'Leave accounts empty: the rule then holds for everybody.',
      ]),
    );
  if (of === 'receipts' && (expireDays !== null || noncurrentDays !== null))
    faults.push(
      wishProblem('lifecycle-receipts-kept', wish, [
        'it removes receipts, and without its receipt nothing counts as proven',
        'Leave out expireDays and noncurrentDays: receipts may move, and never go.',
      ]),
    );
  return faults;
}

function classFaults(wish: LifecycleWish): readonly Problem[] {
  const classes = wish.transitions.map((move) => move.class);
  const twice = new Set(classes.filter((one, index) => classes.indexOf(one) !== index));
  const early = wish.transitions.filter((move) => move.days < CLASSES[move.class].earliest);
  return [
    ...[...twice].map((one) =>
      wishProblem('lifecycle-class-twice', wish, [
        `it moves to ${one} twice`,
        'S3 takes each class once in a rule: keep one of the two transitions.',
      ]),
    ),
    ...early.map((move) =>
      wishProblem('lifecycle-too-soon', wish, [
        `it moves to ${move.class} after ${move.days} days`,
        `S3 moves nothing to ${move.class} before ${CLASSES[move.class].earliest} days: set at least that.`,
      ]),
    ),
  ];
}

function orderFaults(wish: LifecycleWish): readonly Problem[] {
  const moves = wish.transitions.toSorted((a, b) => a.days - b.days);
  const faults = moves.flatMap((move, index) => {
    const before = moves[index - 1];
    return before === undefined || before.class === move.class ? [] : stepFaults(wish, before, move);
  });
  const last = moves.at(-1);
  if (last === undefined || wish.expireDays === null || wish.expireDays > last.days) return faults;
  const text = `it removes objects after ${wish.expireDays} days and moves them to ${last.class} after ${last.days}`;
  const hint = `Set expireDays above ${last.days}, or leave the transition out.`;
  return [...faults, wishProblem('lifecycle-expiry-before-move', wish, [text, hint])];
}

function stepFaults(wish: LifecycleWish, from: Move, to: Move): readonly Problem[] {
  if (!CLASSES[from.class].onTo.includes(to.class)) {
    const next = CLASSES[from.class].onTo.join(', ');
    return [
      wishProblem('lifecycle-class-order', wish, [
        `it moves from ${from.class} (${from.days} days) to ${to.class} (${to.days} days)`,
        `S3 moves only downwards: from ${from.class} ${next === '' ? 'nowhere' : `to ${next}`}.`,
      ]),
    ];
  }
  const least = from.days + Math.max(1, CLASSES[from.class].leastDays);
  if (to.days >= least) return [];
  return [
    wishProblem('lifecycle-minimum-stay', wish, [
      `it moves to ${from.class} after ${from.days} days and on to ${to.class} after ${to.days}`,
      `One rule may not move on within the class's minimum of ${CLASSES[from.class].leastDays} days: set ${to.class} to ${least} days at least.`,
    ]),
  ];
}
