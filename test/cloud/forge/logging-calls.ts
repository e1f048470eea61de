/** StopLogging and StartLogging: how a chain ends and begins anew (cloudtrail.md 1.5). */
import { destinationOf, lastSwitch, specsOf, writeNumbered, type ChainState } from './chain-state.ts';
import type { ForgedHour, StopRequest } from './chain-types.ts';
import { closeHour } from './interval.ts';
import type { ForgedLog } from './log-file.ts';
import { HOUR, MINUTE, SECOND } from './times.ts';

/** After a restart the first interval holds the log file that tells of StartLogging. */
export function startMarker(state: ChainState, { start, end }: { start: number; end: number }): ForgedLog[] {
  const begun = lastSwitch(state);
  if (begun.told) return [];
  begun.told = true;
  if (!ownsTheCall(state)) return [];
  const marker = { name: 'StartLogging', at: begun.at } as const;
  return [
    state.write({
      to: destinationOf(state),
      start: Math.max(start, begun.at + 3 * SECOND),
      end,
      spec: {},
      label: `start/${start}`,
      marker,
    }),
  ];
}

/** Calls on a trail are events of its owner's account in its home region. */
function ownsTheCall({ setup }: ChainState): boolean {
  return setup.account === setup.trail.account && setup.region === setup.trail.homeRegion;
}

export function stopLogging(state: ChainState, request: StopRequest): ForgedHour {
  if (!lastSwitch(state).logging) throw new Error('logging is stopped already');
  const start = state.nextStart;
  const at = request.at ?? start + 30 * MINUTE;
  const end = request.end ?? start + HOUR;
  if (at < start + MINUTE || end < at + 10 * MINUTE)
    throw new RangeError('StopLogging must lie in the interval, ten minutes or more before its end');
  const logs = [
    ...startMarker(state, { start, end: at }),
    ...specsOf(request.logs).map((spec, index) => writeNumbered(state, { start, end: at, spec, index })),
  ];
  if (ownsTheCall(state)) {
    logs.push(
      state.write({
        to: destinationOf(state),
        start: at + 3 * SECOND,
        end,
        spec: {},
        label: `stop/${start}`,
        marker: { name: 'StopLogging', at },
      }),
    );
  }
  state.switches.push({ logging: false, at, told: true });
  return closeHour(state, { start, end, logs, withheld: 0, delay: 0 });
}

export function restartLogging(state: ChainState, at: number): void {
  const stopped = lastSwitch(state);
  if (stopped.logging) throw new Error('logging is on: call stop first');
  if (at <= stopped.at) throw new RangeError('StartLogging must come after StopLogging');
  state.switches.push({ logging: true, at, told: false });
  state.nextStart = at;
  state.previous = null;
}
