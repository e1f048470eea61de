/**
 * One account's receipts, name by name in the order of their keys: what of it is not proven, and a few of them spread
 * over its time. Nothing but the receipts of one moment is held, however many there are.
 */
import { newestReceipts, type ReceiptName, type ReceiptState } from '../layout.ts';
import { HOUR } from '../time.ts';

/** Time of one chain for which no receipt speaks, between two that do or before the first. Epoch milliseconds. */
export interface ReceiptGap {
  readonly region: string;
  readonly trail: string;
  readonly homeRegion: string;
  readonly from: number;
  readonly to: number;
}

export interface Walked {
  /** Digests that have a receipt. */
  readonly digests: number;
  /** The first whose digest, log files or link are not proven; null: none up to the horizon. */
  readonly unproven: ReceiptName | null;
  /** Up to the horizon; the first thousand. */
  readonly gaps: readonly ReceiptGap[];
  /** The first gap beyond those, which nobody looks into; null: there are no more. */
  readonly gapBeyond: ReceiptGap | null;
  /** Evenly spread over the order of the keys. */
  readonly sample: readonly ReceiptName[];
}

const PROVEN: ReadonlySet<ReceiptState> = new Set(['linked', 'start', 'defended']);
const MOST_GAPS = 1000; // a stop of logging leaves one in every region

/** Digest, log files and link are proven, as the name says. */
export function isProvenReceipt({ state }: Pick<ReceiptName, 'state'>): boolean {
  return PROVEN.has(state);
}

export interface ReceiptWalk {
  /** The next name, in the order of the keys. */
  add(name: ReceiptName): void;
  end(): Walked;
}

/** @param bounds `horizon`: digests that end later are not judged, null judges none; `sample`: so many names are kept */
export function walkReceipts(bounds: { readonly horizon: number | null; readonly sample: number }): ReceiptWalk {
  const spread = evenly<ReceiptName>(bounds.sample);
  const gaps: ReceiptGap[] = [];
  let [chain, digests]: [string, number] = ['', 0];
  let unproven: ReceiptName | null = null;
  let gapBeyond: ReceiptGap | null = null;
  let moment: ReceiptName[] = [];
  const ends = new Map<string, number>();
  const settle = (): void => {
    for (const name of newestReceipts(moment)) {
      digests += 1;
      spread.add(name);
      if (bounds.horizon === null) continue;
      if (name.end <= bounds.horizon && !isProvenReceipt(name)) unproven ??= name;
      // What is not proven says of its times what somebody wrote there: it fills none.
      const gap = name.kind === 'standard' && isProvenReceipt(name) ? gapBefore(name, ends) : null;
      if (gap === null || gap.from >= bounds.horizon) continue;
      if (gaps.length < MOST_GAPS) gaps.push(gap);
      else gapBeyond ??= gap;
    }
    moment = [];
  };
  return {
    add: (name) => {
      const here = `${name.region}/${name.trail}/${name.kind}`;
      if (here !== chain || name.end !== moment[0]?.end) settle();
      if (here !== chain) ends.clear();
      chain = here;
      moment.push(name);
    },
    end: () => {
      settle();
      return { digests, unproven, gaps, gapBeyond, sample: spread.kept() };
    },
  };
}

/** Trails of one name and another home region have their receipts in the same folder: each is a chain of its own. */
function gapBefore(name: ReceiptName, ends: Map<string, number>): ReceiptGap | null {
  const { region, trail, homeRegion, start, end, state } = name;
  const until = ends.get(homeRegion);
  ends.set(homeRegion, Math.max(until ?? end, end));
  const began = start ?? end;
  // A linked digest follows another one: where that has no receipt, somebody removed it, or it was never collected.
  const from = until ?? (state === 'linked' ? began - HOUR : began);
  return began <= from ? null : { region, trail, homeRegion, from, to: began };
}

/** Keeps about so many of a list of unknown length, evenly spread: each time it is full, every other one goes. */
function evenly<Item>(most: number): { add(item: Item): void; kept(): readonly Item[] } {
  let kept: Item[] = [];
  let [stride, seen] = [1, 0];
  return {
    add: (item) => {
      if (most > 0 && seen % stride === 0) kept.push(item);
      seen += 1;
      if (kept.length <= most) return;
      kept = kept.filter((_, index) => index % 2 === 0);
      stride *= 2;
    },
    kept: () => kept,
  };
}
