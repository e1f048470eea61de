/** How points and lengths of time are written. Epoch milliseconds. */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const DAY_PARTS = new Intl.DateTimeFormat('en-GB', {
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  timeZone: 'UTC',
});
const OWN_ZONE = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'long' });

/** `2026-11-18 14:05:00 UTC`; seconds only where they say something. */
export function inUtc(time: number): string {
  const iso = new Date(time).toISOString();
  const clock = iso.slice(11, time % MINUTE === 0 ? 16 : 19);
  return `${iso.slice(0, 10)} ${clock} UTC`;
}

/** The same moment as the viewer's clock has it, with the name of the zone. */
export function inViewersZone(time: number): string {
  return OWN_ZONE.format(time);
}

/** `Tue 17` */
export function dayName(time: number): string {
  const parts = new Map(DAY_PARTS.formatToParts(time).map((part) => [part.type, part.value]));
  return `${parts.get('weekday') ?? ''} ${parts.get('day') ?? ''}`;
}

/** `17 Nov` */
export function dayAndMonth(time: number): string {
  const parts = new Map(DAY_PARTS.formatToParts(time).map((part) => [part.type, part.value]));
  return `${parts.get('day') ?? ''} ${parts.get('month') ?? ''}`;
}

/** `03:14`, in UTC. */
export function clockOf(time: number): string {
  return new Date(time).toISOString().slice(11, 16);
}

/** `14:05` within the last 20 hours, `Tue 03:14` within the last six days, `17 Nov 03:14` before: UTC, as short as it can be. */
export function shortUtc(time: number, now: number): string {
  const age = now - time;
  if (age < 20 * HOUR && age > -HOUR) return clockOf(time);
  if (age < 6 * DAY && age > 0) return `${dayName(time).split(' ')[0] ?? ''} ${clockOf(time)}`;
  return `${dayAndMonth(time)} ${clockOf(time)}`;
}

/** `3 s`, `4 min`, `2 h 10 min`, `3 d 4 h`. */
export function lengthOf(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / SECOND));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  const days = Math.floor(hours / 24);
  return hours % 24 === 0 ? `${days} d` : `${days} d ${hours % 24} h`;
}

/** `3 s ago`, `in 4 min`. */
export function ago(time: number, now: number): string {
  return time > now + SECOND ? `in ${lengthOf(time - now)}` : `${lengthOf(now - time)} ago`;
}
