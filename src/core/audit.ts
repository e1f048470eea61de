/**
 * What a person asked for on the pages, on record before it is done: who, from where, what and why. Written once, named
 * by the hash of what it says, and never read back to decide anything.
 */
import { hash } from 'node:crypto';
import type { AuditAct, AuditName } from './layout.ts';

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
