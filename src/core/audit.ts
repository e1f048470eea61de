/**
 * What a person asked for on the pages, on record before it is done: who, from where, what and why. Written once, named
 * by the hash of what it says. Read back for one thing: an apply is done only where its record is in the archive, since
 * whoever writes to Redis can queue one.
 */
import { hash } from 'node:crypto';
import { parseStrictJson } from './json.ts';
import type { AuditAct, AuditName } from './layout-acts.ts';

const AUDIT_SCHEMA = 'orgtrail.audit/1';

export interface AuditRecord {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly act: AuditAct;
  /** The name that the person signed in with, its role on the pages, and how it was known. */
  readonly by: string;
  readonly role: string;
  readonly via: string;
  /** Where the request came from. */
  readonly address: string;
  /** What is acted on: a job, a finding, an account, a plan. */
  readonly target: string;
  readonly reason: string | null;
}

const SECOND_MS = 1000;

/** The record's bytes: indented JSON in a fixed order. */
export function encodeAudit(record: AuditRecord): Uint8Array {
  const { act, by, role, via, address, target, reason } = record;
  const at = new Date(record.at).toISOString();
  const told = { schema: AUDIT_SCHEMA, at, act, by, role, via, address, target, reason };
  return Buffer.from(`${JSON.stringify(told, null, 1)}\n`, 'utf8');
}

/** The name that the record is kept under. */
export function auditName(record: AuditRecord): AuditName {
  const mark = hash('sha256', encodeAudit(record)).slice(0, 16);
  return { at: Math.floor(record.at / SECOND_MS) * SECOND_MS, act: record.act, mark };
}

/** Reads a record back and holds it against its name; null for one that is not what its name is the hash of. */
export function decodeAudit(bytes: Uint8Array, name: AuditName): AuditRecord | null {
  const json = parseStrictJson(bytes);
  if ('problem' in json || json.value === null || typeof json.value !== 'object') return null;
  const fields = new Map(Object.entries(json.value));
  const text = (field: string): string => {
    const value = fields.get(field);
    return typeof value === 'string' ? value : '';
  };
  const { act } = name;
  const [by, role, via, address] = [text('by'), text('role'), text('via'), text('address')];
  const reason = fields.get('reason') === null ? null : text('reason');
  const record = { at: Date.parse(text('at')) || 0, act, by, role, via, address, target: text('target'), reason };
  // Everything is text that is written again as it was, so equal bytes say that nothing was read wrongly.
  const told = auditName(record);
  return told.mark === name.mark && told.at === name.at && Buffer.compare(encodeAudit(record), bytes) === 0
    ? record
    : null;
}
