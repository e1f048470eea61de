/** What a chain remembers between two intervals, and how it writes a log file. */
import type { ChainSetup, HourRecord, LoggingSwitch, TrailCall } from './chain-types.ts';
import type { LogWriter } from './delivery-slots.ts';
import type { DigestLink } from './digest-file.ts';
import type { ForgedLog, LogSpec } from './log-file.ts';
import type { Destination } from './object-keys.ts';

export interface ChainState {
  readonly setup: ChainSetup;
  readonly write: LogWriter;
  readonly destinations: (Destination & { readonly since: number })[];
  readonly hours: HourRecord[];
  readonly backfills: HourRecord[];
  readonly switches: LoggingSwitch[];
  /** Calls that the log files of the next interval will tell of. */
  readonly untold: TrailCall[];
  readonly unprovenSpans: { readonly from: number; readonly until: number }[];
  nextStart: number;
  previous: DigestLink | null;
  previousBackfill: DigestLink | null;
  strays: number;
}

export function destinationOf(state: ChainState): Destination {
  const { bucket, prefix, organization } = state.destinations.at(-1) as Destination;
  return { bucket, prefix, organization };
}

export function lastSwitch(state: ChainState): LoggingSwitch {
  return state.switches.at(-1) as LoggingSwitch;
}

export function specsOf(logs: number | readonly LogSpec[] | undefined): readonly LogSpec[] {
  return typeof logs === 'number' ? Array.from({ length: logs }, () => ({})) : (logs ?? []);
}

export function writeNumbered(
  state: ChainState,
  log: { start: number; end: number; spec: LogSpec; index: number },
): ForgedLog {
  return state.write({ ...log, to: destinationOf(state), label: `hour/${log.start}/log/${log.index}`, marker: null });
}
