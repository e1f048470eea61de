/** Calls that end a chain or let it begin anew, as the trail's own log tells of them (cloudtrail.md 1.5). */
import { destinationOf, lastSwitch, specsOf, writeNumbered, type ChainState } from './chain-state.ts';
import type { ForgedHour, StopRequest, TrailCall } from './chain-types.ts';
import { closeHour } from './interval.ts';
import type { ForgedLog } from './log-file.ts';
import { HOUR, MINUTE, SECOND } from './times.ts';

/** After a new start the first interval holds a log file for each call that led to it. */
export function startMarkers(state: ChainState, { start, end }: { start: number; end: number }): ForgedLog[] {
  const calls = state.untold.splice(0);
  if (!ownsTheCall(state)) return [];
  return calls.map((call) =>
    state.write({
      to: destinationOf(state),
      start: Math.max(start, call.at + 3 * SECOND),
      end,
      spec: {},
      label: call.name === 'StartLogging' ? `start/${start}` : `${call.name}/${start}`,
      marker: call,
    }),
  );
}

/** Calls on a trail are events of its owner's account in its home region. */
function ownsTheCall({ setup }: ChainState): boolean {
  return setup.account === setup.trail.account && setup.region === setup.trail.homeRegion;
}

export function stopLogging(state: ChainState, request: StopRequest): ForgedHour {
  const { at, hour } = lastHour(state, request, 'StopLogging');
  state.switches.push({ logging: false, at });
  return hour;
}

export function deleteTrail(state: ChainState, request: StopRequest): ForgedHour {
  const { at, hour } = lastHour(state, request, 'DeleteTrail');
  state.switches.push({ logging: false, at });
  return hour;
}

/** Validation is switched off; `withoutDigest` makes what is delivered meanwhile. */
export function stopValidating(state: ChainState, request: StopRequest): ForgedHour {
  return lastHour(state, request, 'UpdateTrail').hour;
}

/** The final interval, whose last log file tells of the call (home region, own account). */
function lastHour(
  state: ChainState,
  request: StopRequest,
  name: TrailCall['name'],
): { readonly at: number; readonly hour: ForgedHour } {
  if (!lastSwitch(state).logging) throw new Error('logging is stopped already');
  const start = state.nextStart;
  const at = request.at ?? start + 30 * MINUTE;
  const end = request.end ?? start + HOUR;
  if (at < start + MINUTE || end < at + 10 * MINUTE)
    throw new RangeError(`${name} must lie in the interval, ten minutes or more before its end`);
  const logs = [
    ...startMarkers(state, { start, end: at }),
    ...specsOf(request.logs).map((spec, index) => writeNumbered(state, { start, end: at, spec, index })),
  ];
  if (ownsTheCall(state)) {
    logs.push(
      state.write({
        to: destinationOf(state),
        start: at + 3 * SECOND,
        end,
        spec: {},
        label: name === 'StopLogging' ? `stop/${start}` : `last/${name}/${start}`,
        marker: { name, at, ...(name === 'UpdateTrail' ? { parameters: { enableLogFileValidation: false } } : {}) },
      }),
    );
  }
  return { at, hour: closeHour(state, { start, end, logs, withheld: 0, delay: 0 }) };
}

export function restartLogging(state: ChainState, at: number): void {
  beginAnew(state, at, [{ name: 'StartLogging', at }]);
  state.switches.push({ logging: true, at });
}

/** CreateTrail with the old name, and StartLogging a second later. */
export function recreateTrail(state: ChainState, at: number): void {
  const { bucket, prefix } = destinationOf(state);
  const parameters = {
    s3BucketName: bucket,
    ...(prefix === null ? {} : { s3KeyPrefix: prefix }),
    isMultiRegionTrail: state.setup.trail.multiRegion,
    enableLogFileValidation: true,
  };
  const created: TrailCall = { name: 'CreateTrail', at: at - SECOND, parameters };
  beginAnew(state, at, [created, { name: 'StartLogging', at }]);
  state.switches.push({ logging: true, at, anew: true });
}

function beginAnew(state: ChainState, at: number, calls: readonly TrailCall[]): void {
  const stopped = lastSwitch(state);
  if (stopped.logging) throw new Error('logging is on: call stop first');
  if (at <= stopped.at) throw new RangeError('StartLogging must come after StopLogging');
  state.untold.push(...calls);
  state.nextStart = at;
  state.previous = null;
}
