/** Digests of one chain made by hand, hour after hour, and what is said of them in words that are short to compare. */
import type { Cell, DigestView, Expectation, Finding } from '../../src/core/coverage.ts';
import { speaker } from '../../src/core/finding.ts';
import type { Chain, Source, TrailStatus } from '../../src/core/source.ts';
import { HOUR } from '../../src/core/time.ts';
import { OWNER, sourceOf } from './trail-source.ts';

export const START = Date.UTC(2026, 4, 1);
export const GRACE = 2 * HOUR;
/** The time so many hours after the start. */
export const at = (hours: number): number => START + hours * HOUR;

export const STATUS: TrailStatus = {
  logging: true,
  latestDigestDelivery: null,
  latestDigestError: null,
  startedLogging: null,
  stoppedLogging: null,
};

/** The trail runs, and nothing else is known of it. */
export function chainWith(source: Partial<Source> = {}, rest: Partial<Chain> = {}): Chain {
  return { account: OWNER, region: 'us-east-1', source: sourceOf({ status: STATUS, ...source }), ...rest };
}

export const say = speaker(chainWith());

/** The proven digest that ends so many hours after the start, and names the one an hour before. */
export function view(hours: number, parts: Partial<DigestView> = {}): DigestView {
  return {
    bucket: 'logs',
    key: `d${hours}`,
    end: at(hours),
    start: at(hours - 1),
    verdict: 'valid',
    detail: '',
    link: 'linked',
    linkDetail: '',
    previousKey: `d${hours - 1}`,
    logs: [],
    ...parts,
  };
}

/** All that may be asked for, long after everything was due. */
export function expecting(parts: Partial<Expectation> = {}): Expectation {
  return { from: null, to: null, now: at(100), grace: GRACE, ...parts };
}

const hourOf = (time: number): string => String(Math.round(((time - START) / HOUR) * 100) / 100);
const isoHour = (iso: string | null): string => (iso === null ? '…' : hourOf(Date.parse(iso)));

/** `verified 0-1`, in hours after the start. */
export const cellsOf = (cells: readonly Cell[]): readonly string[] =>
  cells.map(({ state, from, to }) => `${state} ${hourOf(from)}-${hourOf(to)}`);

/** `digest-missing 1-2 logs/d3`; `…` and `-` for what is not told. */
export const codesOf = (findings: readonly Finding[]): readonly string[] =>
  findings.map(({ code, from, to, bucket, key }) => `${code} ${isoHour(from)}-${isoHour(to)} ${bucket}/${key ?? '-'}`);

export const detailsOf = (findings: readonly Finding[]): readonly string[] => findings.map(({ detail }) => detail);
