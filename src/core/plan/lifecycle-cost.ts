/** What the rules cost and save by the configured prices. No price, no cost: nothing is guessed. */
import { CLASSES } from './lifecycle-classes.ts';
import type { LifecycleEstimate, StepEstimate } from './lifecycle-estimate.ts';
import type { Prices } from './wanted.ts';

const GB = 1e9; // what storage is billed in
const BILLED_BY = 1000; // transitions

/** Money in `currency`. `monthly` is negative where the rules save. */
export interface CostLine {
  readonly currency: string;
  /** What the transitions cost, once; null where no price that is needed is there. */
  readonly once: number | null;
  /** How the cost of storage changes, each month; null likewise. */
  readonly monthly: number | null;
  /** Prices that are needed and not there, as keys of lifecycle.prices: their steps are not in the sums. */
  readonly missing: readonly string[];
  readonly text: string;
}

type PriceOf = (table: 'storage' | 'transition', name: string) => number | null;

/**
 * The cost line of an estimate; null without prices. Everything is taken to lie in STANDARD now, and fees for
 * early deletion, monitoring (INTELLIGENT_TIERING) and later restores are not in it.
 */
export function costLine(estimate: LifecycleEstimate, prices: Prices | null): CostLine | null {
  if (prices === null) return null;
  const missing = new Set<string>();
  const price: PriceOf = (table, name) => {
    const value = Object.hasOwn(prices[table], name) ? prices[table][name] : undefined;
    if (value === undefined) missing.add(`${table}.${name}`);
    return value ?? null;
  };
  const touched = estimate.steps.filter((step) => step.objects > 0);
  const once = sumOf(touched.filter((step) => step.into !== 'expired').map((step) => onceOf(step, price)));
  const monthly = sumOf(touched.map((step) => monthlyOf(step, price)));
  const line = { currency: prices.currency, once, monthly, missing: [...missing].toSorted() };
  return { ...line, text: lineText(line, estimate) };
}

/** Null where every part is unknown; the known parts otherwise. */
function sumOf(parts: readonly (number | null)[]): number | null {
  const known = parts.filter((part) => part !== null);
  return known.length === 0 && parts.length > 0 ? null : known.reduce((sum, part) => sum + part, 0);
}

function onceOf({ into, objects }: StepEstimate, price: PriceOf): number | null {
  const thousand = price('transition', into);
  return thousand === null ? null : (objects / BILLED_BY) * thousand;
}

function monthlyOf({ into, objects, bytes, bytesOf128 }: StepEstimate, price: PriceOf): number | null {
  const standard = price('storage', 'STANDARD');
  if (into === 'expired') return standard === null ? null : -(bytes / GB) * standard;
  const { leastBytes, overhead } = CLASSES[into];
  const within = price('storage', into);
  if (standard === null || within === null) return null;
  const billed = (leastBytes > 0 ? bytesOf128 : bytes) + objects * overhead.within;
  return (billed / GB) * within + ((objects * overhead.standard - bytes) / GB) * standard;
}

function lineText(line: Omit<CostLine, 'text'>, estimate: LifecycleEstimate): string {
  const { currency, once, monthly, missing } = line;
  const money = (value: number): string => `${Math.abs(value).toFixed(2)} ${currency}`;
  const parts = [
    once === null ? 'no figure for the transitions' : `${money(once)} once for the transitions`,
    monthly === null
      ? 'no figure for the storage'
      : `${money(monthly)} ${monthly <= 0 ? 'less' : 'more'} for storage each month`,
  ];
  const guessed = estimate.steps.reduce((sum, step) => sum + step.extrapolated, 0);
  const notes = [
    ...(guessed === 0 ? [] : [`${guessed} objects are extrapolated`]),
    ...(missing.length === 0 ? [] : [`without ${missing.join(', ')}: no such price in lifecycle.prices`]),
    ...(estimate.unknown.length === 0 ? [] : ['without what could not be counted']),
  ];
  return `about ${parts.join(', ')}${notes.length === 0 ? '' : ` (${notes.join('; ')})`}`;
}
