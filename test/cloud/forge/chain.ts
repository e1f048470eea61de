/** A chain: one digest an interval, each naming its predecessor, over stops, moves and backfills (cloudtrail.md 1.5). */
import { makeBackfill } from './backfill.ts';
import { destinationOf, lastSwitch, specsOf, writeNumbered, type ChainState } from './chain-state.ts';
import type { ChainSetup, Delivery, ForgedChain, ForgedHour, HourRequest } from './chain-types.ts';
import { createLogWriter } from './delivery-slots.ts';
import { closeHour, inOrder, logDelivery } from './interval.ts';
import type { ForgedLog, LogSpec } from './log-file.ts';
import {
  deleteTrail,
  recreateTrail,
  restartLogging,
  startMarkers,
  stopLogging,
  stopValidating,
} from './logging-calls.ts';
import { HOUR, MINUTE } from './times.ts';

export function createChain(setup: ChainSetup): ForgedChain {
  const { trail, account, region, keyring, firstDigestStart } = setup;
  const first = {
    bucket: trail.bucket,
    prefix: trail.prefix,
    organization: setup.organization,
    since: firstDigestStart,
  };
  const state: ChainState = {
    setup,
    write: createLogWriter(setup),
    destinations: [first],
    hours: [],
    backfills: [],
    switches: [{ logging: true, at: firstDigestStart }],
    untold: [],
    unprovenSpans: [],
    nextStart: firstDigestStart,
    previous: null,
    previousBackfill: null,
    strays: 0,
  };
  return {
    name: `${trail.arn}|${account}|${region}`,
    trail,
    account,
    region,
    keyring,
    hours: state.hours,
    backfills: state.backfills,
    switches: state.switches,
    unprovenSpans: state.unprovenSpans,
    destinations: state.destinations,
    get destination() {
      return destinationOf(state);
    },
    get nextStart() {
      return state.nextStart;
    },
    get logging() {
      return lastSwitch(state).logging;
    },
    hour: (request = {}) => makeHour(state, request),
    stop: (request = {}) => stopLogging(state, request),
    restart: (at) => restartLogging(state, at),
    remove: (request = {}) => deleteTrail(state, request),
    recreate: (at) => recreateTrail(state, at),
    unvalidate: (request = {}) => stopValidating(state, request),
    move: (bucket, prefix) =>
      void state.destinations.push({ ...destinationOf(state), bucket, prefix, since: state.nextStart }),
    unproven: (request) => withoutDigest(state, request),
    backfill: (request) => makeBackfill(state, request),
    strayLog: (at, spec = {}) => writeStray(state, at, spec),
  };
}

function makeHour(state: ChainState, request: HourRequest): ForgedHour {
  if (!lastSwitch(state).logging) throw new Error('logging is stopped: call restart first');
  const start = state.nextStart;
  const end = start + HOUR;
  const specs = specsOf(request.logs);
  const logs = [
    ...startMarkers(state, { start, end }),
    ...specs.map((spec, index) => writeNumbered(state, { start, end, spec, index })),
  ];
  return closeHour(state, { start, end, logs, withheld: request.withheld ?? 0, delay: request.digestDelay ?? 0 });
}

function writeStray(state: ChainState, at: number, spec: LogSpec): ForgedLog {
  state.strays += 1;
  return state.write({
    to: destinationOf(state),
    start: at,
    end: at + 5 * MINUTE,
    spec,
    label: `stray/${state.strays}`,
    marker: null,
  });
}

function withoutDigest(
  state: ChainState,
  { until, logs }: { until: number; logs: number | readonly LogSpec[] },
): readonly Delivery[] {
  const start = state.nextStart;
  if (until <= start) throw new RangeError('the end must lie after the start of the next interval');
  const files = specsOf(logs).map((spec, index) => writeNumbered(state, { start, end: until, spec, index }));
  state.unprovenSpans.push({ from: start, until });
  state.untold.push({ name: 'UpdateTrail', at: until, parameters: { enableLogFileValidation: true } });
  state.nextStart = until;
  state.previous = null;
  return inOrder(files.map(logDelivery));
}
