/** A part of an account's coverage as it is kept in Redis: a tuple, checked by hand, for thousands are read at once. */
import { DAYS_SHOWN, HOURS_SHOWN, type CoverPart, type Squares } from '../core/board/cover.ts';
import { letterOf, LETTERS_ONLY, stateOf } from '../core/board/letters.ts';
import type { Problem } from '../core/source.ts';

/** Another shape is another number: what an older program wrote is unreadable, and computed anew. */
const SHAPE = 1;
const MAX_TEXT = 32_768;
const FIELD = /^(\d{12}):(\d{12})$/;

export function encodePart(part: CoverPart): string {
  const { problem, hours, days } = part;
  const told = problem === null ? null : [short(problem.code, 64), short(problem.detail), short(problem.hint)];
  return JSON.stringify([
    SHAPE,
    short(part.name, 256),
    short(part.organizationState, 32),
    part.at,
    part.fullAt,
    letterOf(part.state),
    part.reason === null ? null : short(part.reason, 256),
    told,
    part.verifiedUntil,
    part.lastDigest,
    [part.chains, part.receipts, part.waiting, part.open, part.accepted],
    [hours.from, hours.letters.slice(-HOURS_SHOWN)],
    [days.from, days.letters.slice(-DAYS_SHOWN)],
  ]);
}

/** What is longer than it may be is cut: the reader would refuse the whole record. */
export function short(text: string, most = 4096): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}

/** Null for anything that `encodePart` did not write. @param field `account:reader` */
export function decodePart(field: string, text: string): CoverPart | null {
  const [, account, reader] = FIELD.exec(field) ?? [];
  if (account === undefined || reader === undefined || text.length > MAX_TEXT) return null;
  const values = parsed(text);
  if (values === null || values.length !== 13 || values[0] !== SHAPE) return null;
  const [, name, organizationState, at, fullAt, letter, reason, told, verifiedUntil, lastDigest, counts, ...rows] =
    values;
  const state = typeof letter === 'string' ? stateOf(letter) : null;
  const problem = told === null ? null : problemOf(told);
  const [hours, days] = [squaresOf(rows[0], HOURS_SHOWN), squaresOf(rows[1], DAYS_SHOWN)];
  const isWhole =
    isText(name, 256) && isText(organizationState, 32) && isTime(at) && isTimeOrNull(fullAt) && isCounts(counts);
  const isTimed = isTimeOrNull(verifiedUntil) && isTimeOrNull(lastDigest) && (reason === null || isText(reason, 256));
  if (!isWhole || !isTimed || state === null || problem === undefined || hours === null || days === null) return null;
  const [chains, receipts, waiting, open, accepted] = counts;
  const about = { account, reader, name, organizationState, at, fullAt, state, reason, problem };
  return { ...about, verifiedUntil, lastDigest, chains, receipts, waiting, open, accepted, hours, days };
}

function parsed(text: string): readonly unknown[] | null {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : null;
  } catch {
    return null; // no JSON: not ours
  }
}

/** Undefined for what is none. */
function problemOf(value: unknown): Problem | undefined {
  if (!Array.isArray(value) || value.length !== 3) return undefined;
  const [code, detail, hint] = value as readonly unknown[];
  return isText(code, 64) && isText(detail) && isText(hint) ? { code, detail, hint } : undefined;
}

function squaresOf(value: unknown, most: number): Squares | null {
  if (!Array.isArray(value) || value.length !== 2) return null;
  const [from, letters] = value as readonly unknown[];
  return isTime(from) && isText(letters, most) && LETTERS_ONLY.test(letters) ? { from, letters } : null;
}

/** Whatever is summed over all accounts stays a whole number. */
export const MOST_COUNT = 1_000_000_000;

function isCounts(value: unknown): value is readonly [number, number, number, number, number] {
  return Array.isArray(value) && value.length === 5 && value.every((one) => isTime(one) && one <= MOST_COUNT);
}

function isText(value: unknown, most = 4096): value is string {
  return typeof value === 'string' && value.length <= most;
}

/** The last moment that a Date can hold. */
const LAST_TIME = 8_640_000_000_000_000;

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= LAST_TIME;
}

function isTimeOrNull(value: unknown): value is number | null {
  return value === null || isTime(value);
}
