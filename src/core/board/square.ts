/** What lies behind one square of the map: the files of the digests that reach into its time, and what is not proven. */
import { countLogs, type Counts, type LogReceipt, type Receipt } from '../receipt.ts';

/** Something that is not proven, or was proven from a copy while the source holds other bytes. */
export interface SquareFault {
  /** What is wrong; for a file that was proven from a copy, what is wrong with the one in the source. */
  readonly code: string;
  readonly proven: boolean;
  readonly region: string;
  /** The object's key. */
  readonly key: string;
}

export interface SquareFacts {
  /** Of every digest whole: the square's state is that of the worst of them, wherever in it that lies. */
  readonly files: Counts;
  /** In the order of the receipts; what speaks against a digest stands before what speaks against its files. */
  readonly faults: readonly SquareFault[];
}

/** @param receipts of the digests that reach into the square's time */
export function squareFacts(receipts: readonly Receipt[]): SquareFacts {
  return {
    files: countLogs(receipts.flatMap(({ logs }) => logs)),
    faults: receipts.flatMap((receipt) => [...digestFaults(receipt), ...receipt.logs.flatMap(logFaults(receipt))]),
  };
}

function digestFaults({ digest, link, chain: { region } }: Receipt): readonly SquareFault[] {
  const { key } = digest.origin;
  if (digest.verdict !== 'valid') return [{ code: digest.verdict, proven: false, region, key }];
  if (link.verdict === 'linked' || link.verdict === 'chain-start') return [];
  return [{ code: link.verdict, proven: false, region, key }];
}

function logFaults({ chain: { region } }: Receipt): (log: LogReceipt) => readonly SquareFault[] {
  return ({ origin: { key }, verdict, source }) => {
    if (verdict !== 'valid') return [{ code: verdict, proven: false, region, key }];
    return source === null ? [] : [{ code: source.verdict, proven: true, region, key }];
  };
}
