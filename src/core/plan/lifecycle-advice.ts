/** What a rule does that its writer may not expect: S3 takes it, and it costs or achieves something else. */
import type { Problem } from '../source.ts';
import { CLASSES, MINIMUM_BYTES } from './lifecycle-classes.ts';
import type { LifecycleEstimate } from './lifecycle-estimate.ts';
import { wishProblem } from './lifecycle-problem.ts';
import type { LifecycleWish, WantedLifecycle } from './wanted.ts';

/** `estimate`: null where nothing was counted; then no number is named. */
export function adviseWish(
  wish: LifecycleWish,
  minimumSize: WantedLifecycle['minimumSize'],
  estimate: LifecycleEstimate | null,
): readonly Problem[] {
  return [
    ...shortStay(wish),
    ...smallObjects(wish, minimumSize, estimate),
    ...overhead(wish, minimumSize),
    ...billedSize(wish),
    ...archived(wish),
  ];
}

/** A size filter of the rule's own takes the place of the bucket's default minimum. */
export function hasSizeFilter(wish: LifecycleWish): boolean {
  return wish.largerThanBytes !== null || wish.smallerThanBytes !== null;
}

function shortStay(wish: LifecycleWish): readonly Problem[] {
  const last = wish.transitions.toSorted((a, b) => a.days - b.days).at(-1);
  if (last === undefined || wish.expireDays === null) return [];
  const least = last.days + CLASSES[last.class].leastDays;
  if (wish.expireDays >= least) return [];
  const text = `objects go after ${wish.expireDays} days and are billed as ${last.class} until day ${least}`;
  const hint = `Set expireDays to ${least} or more, or leave the move to ${last.class} out.`;
  return [wishProblem('lifecycle-short-stay', wish, [text, hint])];
}

function smallObjects(
  wish: LifecycleWish,
  minimumSize: WantedLifecycle['minimumSize'],
  estimate: LifecycleEstimate | null,
): readonly Problem[] {
  if (wish.transitions.length === 0 || hasSizeFilter(wish)) return [];
  const warm = wish.transitions.filter((move) => !CLASSES[move.class].archive).map((move) => move.class);
  if (minimumSize === 'varies' && warm.length === 0) return [];
  const where = minimumSize === 'varies' ? ` to ${warm.join(', ')}` : '';
  const steps = (estimate?.steps ?? []).filter((step) => step.rule === wish.name && step.into !== 'expired');
  const small = steps.reduce((sum, step) => sum + step.heldBack, 0);
  const all = steps.reduce((sum, step) => sum + step.heldBack + step.objects, 0);
  const counted = all === 0 ? '' : `: of about ${all} objects of that age ${small} stay where they are`;
  return [
    wishProblem('lifecycle-small-objects', wish, [
      `objects below 128 KB do not move${where}, and nearly all of CloudTrail's are${counted}`,
      `Give largerThanBytes or smallerThanBytes to override S3's default for this rule${minimumSize === 'varies' ? '' : ', or set lifecycle.minimumSize: varies for GLACIER and DEEP_ARCHIVE'}.`,
    ]),
  ];
}

function overhead(wish: LifecycleWish, minimumSize: WantedLifecycle['minimumSize']): readonly Problem[] {
  const archives = wish.transitions.filter((move) => CLASSES[move.class].archive).map((move) => move.class);
  if (archives.length === 0 || !(hasSizeFilter(wish) ? takesSmall(wish) : minimumSize === 'varies')) return [];
  return [
    wishProblem('lifecycle-overhead', wish, [
      `${archives.join(' and ')} adds 40 KB to each object (32 KB in the class, 8 KB in STANDARD), more than a small log file has`,
      'Move only what is larger (largerThanBytes), or compare the cost line first.',
    ]),
  ];
}

function billedSize(wish: LifecycleWish): readonly Problem[] {
  const classes = wish.transitions.filter((move) => CLASSES[move.class].leastBytes > 0).map((move) => move.class);
  if (classes.length === 0 || !hasSizeFilter(wish) || !takesSmall(wish)) return [];
  return [
    wishProblem('lifecycle-billed-size', wish, [
      `each object below 128 KB is billed as 128 KB in ${classes.join(' and ')}`,
      `Set largerThanBytes: ${MINIMUM_BYTES - 1}, or compare the cost line first.`,
    ]),
  ];
}

function takesSmall(wish: LifecycleWish): boolean {
  return (wish.largerThanBytes ?? 0) < MINIMUM_BYTES - 1;
}

/** Reliability row 158: what lies in an archive class cannot be verified again without a restore. */
function archived(wish: LifecycleWish): readonly Problem[] {
  const first = wish.transitions.toSorted((a, b) => a.days - b.days).find((move) => CLASSES[move.class].archive);
  if (first === undefined || wish.of === 'pending') return [];
  const what = wish.of === 'receipts' ? 'receipts, which status, collect and verify read,' : 'objects';
  return [
    wishProblem('lifecycle-archived', wish, [
      `${what} older than ${first.days} days lie in ${first.class}: verify --archive answers blocked-archived for them`,
      'Restore them before verifying, ask verify --archive for younger days with --from, or choose GLACIER_IR.',
    ]),
  ];
}
