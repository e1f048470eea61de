/** When log files are delivered: names carry a multiple of five minutes, and the object appears seconds after it. */
import type { ChainSetup, TrailCall } from './chain-types.ts';
import { writeLog, type ForgedLog, type LogSpec } from './log-file.ts';
import type { Destination } from './object-keys.ts';
import { loggingRecord } from './records.ts';
import { MINUTE, SECOND, floorTo } from './times.ts';

const STEP = 5 * MINUTE;

/** A log file that shall be delivered in [start, end). */
interface WantedLog {
  readonly to: Destination;
  readonly start: number;
  readonly end: number;
  readonly spec: LogSpec;
  /** Distinguishes this file's random stream from all others of the chain. */
  readonly label: string;
  /** Puts the record of this call first. */
  readonly marker: TrailCall | null;
}

export type LogWriter = (wanted: WantedLog) => ForgedLog;

export function createLogWriter(setup: ChainSetup): LogWriter {
  const { account, region, cast, genuine, cheap } = setup;
  const origin = { account, region };
  return ({ to, start, end, spec, label, marker }) => {
    const random = setup.random.fork(label);
    const slots = slotsIn(start, end);
    const minute = marker === null ? random.pick(slots) : (slots[0] ?? start);
    const deliveredAt = Math.max(start, Math.min(minute + random.int(5, 90) * SECOND, end - SECOND));
    const context = { origin, random, genuine, cast };
    const told =
      marker === null
        ? null
        : { at: marker.at, record: loggingRecord(context, { ...marker, trailArn: setup.trail.arn }) };
    return writeLog({ to, origin, spec, minute, deliveredAt, random, genuine, cheap, cast, marker: told });
  };
}

/** The five-minute marks in [start, end); in a shorter interval the mark before it. */
function slotsIn(start: number, end: number): readonly number[] {
  const slots: number[] = [];
  for (let slot = floorTo(start + STEP - 1, STEP); slot < end; slot += STEP) slots.push(slot);
  return slots.length > 0 ? slots : [floorTo(start, STEP)];
}
