/** Findings: a verdict that a person must see, with its evidence and its next step (design, section 4). */
import { hintFor } from './hint.ts';
import type { Chain } from './source.ts';
import { formatIso } from './time.ts';
import type { FindingCode } from './verdict.ts';

/** A verdict that a person must see, with its evidence and its next step (design, section 4). */
export interface Finding {
  readonly code: FindingCode;
  readonly account: string;
  readonly region: string;
  readonly trail: string;
  readonly bucket: string;
  readonly key: string | null;
  readonly from: string | null;
  readonly to: string | null;
  readonly detail: string;
  readonly hint: string;
}

/** Where and when: without bucket that of the source. Times in epoch milliseconds. */
export type Spot = {
  readonly key?: string | null;
  readonly bucket?: string;
  readonly from?: number | null;
  readonly to?: number | null;
};

/** Makes a finding of one chain. */
export type Say = (code: FindingCode, detail: string, spot: Spot) => Finding;

/** The findings of this chain are said with it. */
export function speaker(chain: Chain): Say {
  const { account, region, source } = chain;
  return (code, detail, spot) => ({
    code,
    account,
    region,
    trail: source.trail,
    bucket: spot.bucket ?? source.bucket,
    key: spot.key ?? null,
    from: isoOf(spot.from),
    to: isoOf(spot.to),
    detail,
    hint: hintFor(code),
  });
}

function isoOf(time: number | null | undefined): string | null {
  return time === null || time === undefined ? null : formatIso(time);
}
