/** The stretch of a chain that is looked at: a day of UTC as a rule; the newest one where the address names none. */
const DAY = 24 * 60 * 60 * 1000;
/** The server gives no more at once. */
const MOST = 8 * DAY;

/** ISO 8601. */
export interface Window {
  readonly from: string;
  readonly to: string;
}

/** What `?from&to` of an address says; null: the newest day, also for what is no window. */
export function windowOf(from: string | null, to: string | null): Window | null {
  const begin = timeOf(from);
  if (begin === null) return null;
  const end = timeOf(to) ?? begin + DAY;
  if (end <= begin) return null;
  return { from: isoOf(begin), to: isoOf(Math.min(end, begin + MOST)) };
}

/** `2026-11-17` of a time; null: it is none. */
export function dayOf(at: string): string | null {
  const time = timeOf(at);
  return time === null ? null : isoOf(time).slice(0, 10);
}

/** The whole of one day such as `2026-11-17`. */
export function dayWindow(day: string): { readonly from: string; readonly to: string } {
  const begin = Date.parse(`${day}T00:00:00Z`);
  return { from: isoOf(begin), to: isoOf(begin + DAY) };
}

/** The day that far away from this one; null: it has not begun yet. `now`: epoch milliseconds. */
export function dayBeside(day: string, step: -1 | 1, now: number): string | null {
  const begin = Date.parse(`${day}T00:00:00Z`) + step * DAY;
  return begin > now ? null : isoOf(begin).slice(0, 10);
}

function timeOf(text: string | null): number | null {
  const time = text === null || !/^\d{4}-\d\d-\d\d/.test(text) ? Number.NaN : Date.parse(text);
  return Number.isNaN(time) ? null : time;
}

function isoOf(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19)}Z`;
}
