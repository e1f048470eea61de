/** CloudTrail's times, read strictly: `new Date` would turn 30 February into 2 March and accept 24:00:00. */

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
/** Clocks of two machines may differ by this much, in milliseconds; a time further to come was told by nobody of ours. */
export const CLOCKS_MS = 5 * 60_000;

const ISO = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)Z$/;
const COMPACT = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)?Z$/;

/** `YYYY-MM-DDTHH:MM:SSZ` to epoch milliseconds; null for anything else, impossible dates included. */
export function parseIso(text: string): number | null {
  return fromParts(ISO.exec(text));
}

/** `YYYYMMDDTHHmm[SS]Z` to epoch milliseconds; null for anything else, impossible dates included. */
export function parseCompact(text: string): number | null {
  return fromParts(COMPACT.exec(text));
}

/** Epoch milliseconds to `YYYY-MM-DDTHH:MM:SSZ`. */
export function formatIso(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19)}Z`;
}

/** Epoch milliseconds to `YYYYMMDDTHHMMSSZ`. */
export function formatCompact(time: number): string {
  return formatIso(time).replaceAll(/[-:]/g, '');
}

/** Epoch milliseconds to the folder `YYYY/MM/DD`. */
export function formatDay(time: number): string {
  return new Date(time).toISOString().slice(0, 10).replaceAll('-', '/');
}

function fromParts(match: RegExpExecArray | null): number | null {
  if (match === null) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1)
    .map((part) => Number(part ?? 0));
  const time = Date.UTC(year, month - 1, day, hour, minute, second);
  const digits = match.slice(1).join('').padEnd(14, '0');
  return formatCompact(time).replaceAll(/[TZ]/g, '') === digits ? time : null;
}
