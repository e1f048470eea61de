/** Keys of what people did on the pages: audit records and accepted findings, beside the rest of the archive (layout.ts). */
import { formatCompact, formatDay, parseCompact } from './time.ts';

/** What people may ask for on the pages; each is on record before it is done. */
export const AUDIT_ACTS = ['retry', 'accept', 'preflight', 'apply'] as const;
export type AuditAct = (typeof AUDIT_ACTS)[number];

/** What the key of an audit record says. `mark`: sixteen hex digits of the hash of its bytes. */
export interface AuditName {
  /** Epoch milliseconds, whole seconds. */
  readonly at: number;
  readonly act: AuditAct;
  readonly mark: string;
}

/** The folder of one day's audit records, ending in `/`. */
export function auditFolder(prefix: string, at: number): string {
  return `${prefix}orgtrail/audit/${formatDay(at)}/`;
}

/** The key of one audit record. */
export function auditKey(prefix: string, { at, act, mark }: AuditName): string {
  return `${auditFolder(prefix, at)}${formatCompact(at)}_${act}_${mark}.json`;
}

const AUDIT = /^orgtrail\/audit\/\d{4}\/\d\d\/\d\d\/(\d{8}T\d{6}Z)_([a-z]{1,20})_([0-9a-f]{16})\.json$/;

/** What an audit record's key says; null when it is none of ours. */
export function parseAuditKey(prefix: string, key: string): AuditName | null {
  const match = key.startsWith(prefix) ? AUDIT.exec(key.slice(prefix.length)) : null;
  if (match === null) return null;
  const [, time = '', what = '', mark = ''] = match;
  const at = parseCompact(time);
  const act = AUDIT_ACTS.find((one) => one === what);
  if (at === null || act === undefined) return null;
  return auditKey(prefix, { at, act, mark }) === key ? { at, act, mark } : null;
}

/** What the key of an accepted finding says. `finding`: its `findingId`. */
export interface AcceptedName {
  readonly account: string;
  readonly finding: string;
}

/** The folder of an account's accepted findings, ending in `/`. */
export function acceptedFolder(prefix: string, account: string): string {
  return `${prefix}orgtrail/accepted/${account}/`;
}

/** The key of one accepted finding. */
export function acceptedKey(prefix: string, { account, finding }: AcceptedName): string {
  return `${acceptedFolder(prefix, account)}${finding}.json`;
}

const ACCEPTED = /^orgtrail\/accepted\/(\d{12})\/([0-9a-f]{32})\.json$/;

/** What an accepted finding's key says; null when it is none of ours. */
export function parseAcceptedKey(prefix: string, key: string): AcceptedName | null {
  const match = key.startsWith(prefix) ? ACCEPTED.exec(key.slice(prefix.length)) : null;
  return match === null ? null : { account: match[1] ?? '', finding: match[2] ?? '' };
}
