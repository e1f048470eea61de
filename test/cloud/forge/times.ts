/** The three spellings of UTC time in CloudTrail's names and files (cloudtrail.md 1.1, 2.1). Epoch milliseconds in. */

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** `2026-05-01T01:13:52Z` */
export function isoSeconds(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}

/** `20260501T011352Z` */
export function compactSeconds(at: number): string {
  return isoSeconds(at).replaceAll(/[-:]/g, '');
}

/** `20260501T0110Z` */
export function compactMinutes(at: number): string {
  return `${compactSeconds(at).slice(0, 13)}Z`;
}

/** `2026/05/01` */
export function dateFolder(at: number): string {
  return new Date(at).toISOString().slice(0, 10).replaceAll('-', '/');
}

/** The whole step at or before a time. */
export function floorTo(at: number, step: number): number {
  return Math.floor(at / step) * step;
}
