/**
 * How many objects and bytes each rule touches, from receipts. What was not read is extrapolated from what was (of the
 * account itself, or of everybody where none of its receipts was read), and said to be; what receipts do not speak of is
 * unknown, never nothing.
 */
import { isProvenArea } from './lifecycle-areas.ts';
import { CLASSES, MINIMUM_BYTES } from './lifecycle-classes.ts';
import type { ReceiptSample, SampledFiles } from './lifecycle-sample.ts';
import type { LifecycleArea, LifecycleWish, StorageClass, WantedLifecycle } from './wanted.ts';

/** One step of one rule for one account: what is old enough for it, and for no later step, today. */
export interface StepEstimate {
  readonly rule: string;
  readonly of: LifecycleArea;
  readonly account: string;
  readonly into: StorageClass | 'expired';
  readonly days: number;
  readonly objects: number;
  readonly bytes: number;
  /** The bytes, each object counted as 128 KB at least. */
  readonly bytesOf128: number;
  /** How many of `objects` were not read but extrapolated. */
  readonly extrapolated: number;
  /** Old enough, and too small to be moved. */
  readonly heldBack: number;
}

/** What could not be estimated. `account` null: for nobody. */
export interface UnknownEstimate {
  readonly rule: string;
  readonly account: string | null;
  readonly why: string;
}

export interface LifecycleEstimate {
  readonly steps: readonly StepEstimate[];
  readonly unknown: readonly UnknownEstimate[];
}

/** All accounts of one step of a rule together. */
export type StepTotal = Omit<StepEstimate, 'account'> & { readonly accounts: number };

interface Step {
  readonly into: StorageClass | 'expired';
  readonly days: number;
}

/** Estimates every rule of the wish list; `samples` holds one entry for each account whose files lie in the archive. */
export function estimateLifecycle(wanted: WantedLifecycle, samples: readonly ReceiptSample[]): LifecycleEstimate {
  const everybody = { read: sumOf(samples, (one) => one.read), files: samples.flatMap((one) => one.files) };
  const known = new Map(samples.map((one) => [one.account, one.read > 0 ? one : { ...one, ...everybody }]));
  const own = new Set(samples.filter((one) => one.read > 0).map((one) => one.account));
  const steps: StepEstimate[] = [];
  const unknown: UnknownEstimate[] = [];
  for (const wish of wanted.rules) {
    const { name: rule, of, accounts } = wish;
    if (!isProvenArea(of)) {
      unknown.push({ rule, account: null, why: `receipts do not count what lies in ${of}` });
      continue;
    }
    for (const account of accounts.length === 0 ? known.keys() : accounts) {
      const sample = known.get(account);
      if (sample === undefined) unknown.push({ rule, account, why: 'no receipts of it are listed' });
      else if (sample.read === 0 && sample.listed > 0) unknown.push({ rule, account, why: 'no receipt was read' });
      else steps.push(...stepsOf(wish, sample, { minimumSize: wanted.minimumSize, own: own.has(account) }));
    }
  }
  return { steps, unknown };
}

function stepsOf(wish: LifecycleWish, sample: ReceiptSample, how: How): readonly StepEstimate[] {
  const steps: readonly Step[] = [
    ...wish.transitions.map((move) => ({ into: move.class, days: move.days })),
    ...(wish.expireDays === null ? [] : [{ into: 'expired' as const, days: wish.expireDays }]),
  ].toSorted((a, b) => a.days - b.days);
  const files = sample.files.filter((cell) => isOf(wish, cell) && passesFilter(wish, cell));
  return steps.map((step, index) => {
    const next = steps[index + 1]?.days ?? Infinity;
    const due = files.filter(({ ageDays }) => ageDays >= step.days && ageDays < next);
    return totalOf(wish, { sample, step, due }, how);
  });
}

/** `own`: the files were read in receipts of the account itself. */
interface How {
  readonly minimumSize: WantedLifecycle['minimumSize'];
  readonly own: boolean;
}

function totalOf(
  { name: rule, of, largerThanBytes, smallerThanBytes }: LifecycleWish,
  { sample, step, due }: { readonly sample: ReceiptSample; readonly step: Step; readonly due: readonly SampledFiles[] },
  { minimumSize, own }: How,
): StepEstimate {
  const filtered = largerThanBytes !== null || smallerThanBytes !== null;
  const smallToo = step.into === 'expired' || filtered || (minimumSize === 'varies' && CLASSES[step.into].archive);
  const moving = due.filter((cell) => smallToo || averageOf(cell) >= MINIMUM_BYTES);
  const share = sample.read === 0 ? 1 : sample.listed / sample.read;
  const counted = sumOf(moving, (cell) => cell.objects);
  const objects = Math.round(counted * share);
  return {
    rule,
    of,
    account: sample.account,
    ...step,
    objects,
    bytes: Math.round(sumOf(moving, (cell) => cell.bytes) * share),
    bytesOf128: Math.round(sumOf(moving, (cell) => Math.max(cell.bytes, cell.objects * MINIMUM_BYTES)) * share),
    extrapolated: own ? objects - counted : objects,
    heldBack: Math.round(sumOf(due, (cell) => cell.objects) * share) - objects,
  };
}

function sumOf<Item>(items: readonly Item[], one: (item: Item) => number): number {
  return items.reduce((total, item) => total + one(item), 0);
}

function isOf({ of }: LifecycleWish, { kind }: SampledFiles): boolean {
  return of === 'proven' || (of === 'logs') === (kind === 'log');
}

/** By the average of its size class: a bound within a class is met as a whole. */
function passesFilter({ largerThanBytes, smallerThanBytes }: LifecycleWish, cell: SampledFiles): boolean {
  const size = averageOf(cell);
  return size > (largerThanBytes ?? -1) && size < (smallerThanBytes ?? Infinity);
}

function averageOf({ objects, bytes }: SampledFiles): number {
  return objects === 0 ? 0 : bytes / objects;
}

/** The accounts of each step summed up, in the order of the rules. */
export function estimateTotals({ steps }: LifecycleEstimate): readonly StepTotal[] {
  const totals = new Map<string, StepTotal>();
  for (const { account: _account, ...step } of steps) {
    const key = `${step.rule} ${step.into} ${step.days}`;
    const sum = totals.get(key);
    totals.set(key, sum === undefined ? { ...step, accounts: 1 } : added(sum, step));
  }
  return [...totals.values()];
}

function added(sum: StepTotal, step: Omit<StepEstimate, 'account'>): StepTotal {
  return {
    ...sum,
    accounts: sum.accounts + 1,
    objects: sum.objects + step.objects,
    bytes: sum.bytes + step.bytes,
    bytesOf128: sum.bytesOf128 + step.bytesOf128,
    extrapolated: sum.extrapolated + step.extrapolated,
    heldBack: sum.heldBack + step.heldBack,
  };
}
