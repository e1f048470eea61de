/** Accounts and chains as the state keeps them in Redis, checked by hand: thousands are read at once (as in board-part.ts). */
import type { AccountView, ChainView } from '../core/snapshot.ts';
import type { Problem } from '../core/source.ts';

export type AccountRecord = Omit<AccountView, 'seenAt'>;
export type ChainRecord = Omit<ChainView, 'lookedAt' | 'cleanAt' | 'provenUntil' | 'verifiedUntil'>;

type Fields = Readonly<Record<string, unknown>>;

const ACCOUNT = /^\d{12}$/;
const MOST_PROBLEMS = 1000;
const COUNTS = ['captured', 'pendingLogs', 'unrecognised', 'found', 'held'] as const;

/** Null for anything that is no account's record. */
export function accountRecord(text: string): AccountRecord | null {
  const fields = fieldsOf(text);
  if (fields === null) return null;
  const { id, name, state, surveyedAt, sources, problems } = fields;
  if (!isAccount(id) || !(name === null || isText(name, 256)) || !isText(state, 32)) return null;
  if (!isTime(surveyedAt) || !isCount(sources) || !Array.isArray(problems) || problems.length > MOST_PROBLEMS)
    return null;
  const told = problems.flatMap((one: unknown) => problemOf(one) ?? []);
  return told.length === problems.length ? { id, name, state, surveyedAt, sources, problems: told } : null;
}

/** Null for anything that is no chain's record. */
export function chainRecord(text: string): ChainRecord | null {
  const fields = fieldsOf(text);
  if (fields === null) return null;
  const { reader, account, region, trailArn, newestDigestEnd } = fields;
  const problem = fields['problem'] === null ? null : problemOf(fields['problem']);
  if (!isAccount(reader) || !isAccount(account) || !isText(region, 64) || !isText(trailArn, 512)) return null;
  if (problem === undefined || !COUNTS.every((name) => fields[name] === undefined || isCount(fields[name])))
    return null;
  if (!(newestDigestEnd === undefined || newestDigestEnd === null || isTime(newestDigestEnd))) return null;
  const [captured, pendingLogs, unrecognised, found, held] = COUNTS.map((name) => countOf(fields[name]));
  const counts = { captured, pendingLogs, unrecognised, newestDigestEnd, found, held };
  return { reader, account, region, trailArn, problem, ...counts };
}

function fieldsOf(text: string): Fields | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : null;
  } catch {
    return null; // no JSON: not ours
  }
}

/** Undefined for what is none. */
function problemOf(value: unknown): Problem | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { code, detail, hint } = value as Fields;
  return isText(code, 64) && isText(detail, 4096) && isText(hint, 4096) ? { code, detail, hint } : undefined;
}

function isAccount(value: unknown): value is string {
  return typeof value === 'string' && ACCOUNT.test(value);
}

function isText(value: unknown, most: number): value is string {
  return typeof value === 'string' && value.length <= most;
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function countOf(value: unknown): number | undefined {
  return isCount(value) ? value : undefined;
}
