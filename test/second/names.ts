/** Object names, taken apart from the right by hand (reference 1.1, 8.2). */

export interface DigestName {
  readonly is: 'digest';
  readonly prefix: string | null;
  readonly organization: string | null;
  readonly account: string;
  readonly region: string;
  readonly trail: string;
  readonly home: string;
  readonly end: number;
  readonly backfill: boolean;
}

export interface LogName {
  readonly is: 'log';
  readonly prefix: string | null;
  readonly organization: string | null;
  readonly account: string;
  readonly region: string;
  readonly minute: number;
}

const SUFFIX = '.json.gz';
const LOG_FOLDERS = new Set([
  'CloudTrail',
  'CloudTrail-Insight',
  'CloudTrail-NetworkActivity',
  'CloudTrail-Aggregated',
]);

/** What a key says of its object; null for keys that are not CloudTrail's. */
export function nameIn(key: string): DigestName | LogName | null {
  const parts = key.split('/');
  const [file, day, month, year, region, folder, account] = parts.splice(Math.max(0, parts.length - 7)).toReversed();
  if (file === undefined || account === undefined || !isAccount(account) || !isRegion(region ?? '')) return null;
  const organization = isOrganization(parts.at(-1) ?? '') ? (parts.pop() ?? null) : null;
  if (parts.pop() !== 'AWSLogs' || parts.some((part) => part === '' || part === '..')) return null;
  const where = {
    prefix: parts.length === 0 ? null : parts.join('/'),
    organization,
    account,
    region: region ?? '',
  };
  const start = `${account}_${folder ?? ''}_${where.region}_`;
  if (!file.startsWith(start) || !file.endsWith(SUFFIX)) return null;
  const rest = file.slice(start.length, file.length - SUFFIX.length);
  const date = `${year}${month}${day}`;
  if (folder === 'CloudTrail-Digest') return digestIn(where, { rest, date });
  return LOG_FOLDERS.has(folder ?? '') ? logIn(where, { rest, date }) : null;
}

type Where = Pick<DigestName, 'prefix' | 'organization' | 'account' | 'region'>;

function digestIn(where: Where, { rest, date }: { rest: string; date: string }): DigestName | null {
  const backfill = rest.endsWith('_backfill');
  const body = backfill ? rest.slice(0, -'_backfill'.length) : rest;
  const beforeTime = body.lastIndexOf('_');
  const beforeHome = body.lastIndexOf('_', beforeTime - 1);
  if (beforeHome < 1) return null;
  const [trail, home, time] = [
    body.slice(0, beforeHome),
    body.slice(beforeHome + 1, beforeTime),
    body.slice(beforeTime + 1),
  ];
  const end = compactTime(time, 6);
  if (end === null || !isRegion(home) || !isTrail(trail) || !time.startsWith(date)) return null;
  return { is: 'digest', ...where, trail, home, end, backfill };
}

function logIn(where: Where, { rest, date }: { rest: string; date: string }): LogName | null {
  const minute = compactTime(rest.slice(0, 14), 4);
  const unique = rest.charAt(14) === '_' ? rest.slice(15) : rest.slice(14);
  const fit = (unique.length === 15 || unique.length === 16) && only(unique, isAlphanumeric);
  return minute === null || !fit || !rest.startsWith(date) ? null : { is: 'log', ...where, minute };
}

/** `20260501T011352Z` (six digits of time) or `20260501T0113Z` (four). */
function compactTime(text: string, digits: 4 | 6): number | null {
  if (text.length !== 10 + digits || text.charAt(8) !== 'T' || !text.endsWith('Z')) return null;
  const figures = text.slice(0, 8) + text.slice(9, 9 + digits);
  if (!only(figures, isDigit)) return null;
  const iso = [figures.slice(0, 4), figures.slice(4, 6), figures.slice(6, 8)].join('-');
  const clock = [figures.slice(8, 10), figures.slice(10, 12), digits === 6 ? figures.slice(12) : '00'].join(':');
  return secondsTime(`${iso}T${clock}Z`);
}

/** `2026-05-01T01:13:52Z` and nothing else; null for a time that no calendar has. */
export function secondsTime(text: string): number | null {
  const at = text.length === 20 && text.endsWith('Z') ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) || new Date(at).toISOString() !== `${text.slice(0, 19)}.000Z` ? null : at;
}

const isDigit = (letter: string): boolean => letter >= '0' && letter <= '9';
const isLower = (letter: string): boolean => letter >= 'a' && letter <= 'z';
const isAlphanumeric = (letter: string): boolean =>
  isDigit(letter) || isLower(letter) || (letter >= 'A' && letter <= 'Z');
const only = (text: string, fits: (letter: string) => boolean): boolean => text.split('').every(fits);

function isAccount(text: string): boolean {
  return text.length === 12 && only(text, isDigit);
}

function isRegion(text: string): boolean {
  const [first = '', ...rest] = text.split('-');
  const number = rest.pop() ?? '';
  const words = rest.length > 0 && rest.every((word) => word !== '' && only(word, isLower));
  return (
    first.length >= 2 && first.length <= 4 && only(first, isLower) && words && number.length === 1 && isDigit(number)
  );
}

function isOrganization(text: string): boolean {
  const id = text.slice(2);
  return text.startsWith('o-') && id.length >= 10 && id.length <= 32 && only(id, (x) => isDigit(x) || isLower(x));
}

function isTrail(text: string): boolean {
  const fit = only(text, (letter) => isAlphanumeric(letter) || '._-'.includes(letter));
  return text.length >= 3 && text.length <= 128 && fit;
}
