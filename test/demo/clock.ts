/** The demo's own time: it starts where it is told and runs faster than ours, so that an hourly digest is not waited for. */
import type { Clock } from '../../src/ports.ts';

const HOUR_MS = 3600_000;

/** `start` in epoch milliseconds; `hourMs` of our time are one hour of the clock. */
export function fastClock(start: number, hourMs: number): Clock {
  const began = performance.now();
  const factor = HOUR_MS / hourMs;
  return { now: () => Math.floor(start + (performance.now() - began) * factor) };
}
