/** Audit: an act that a person asks for is on record in the archive before it is done. Without the record it is not done. */
import { auditName, decodeAudit, encodeAudit, type AuditRecord } from '../core/audit.ts';
import { jsonObject } from '../core/json-object.ts';
import { auditFolder, auditKey, parseAuditKey, type AuditName } from '../core/layout-acts.ts';
import type { Place } from '../core/source.ts';
import { OperatingError } from '../errors.ts';
import type { ArchiveStore, ObjectReader } from '../ports.ts';

export interface AuditPorts {
  readonly archive: Pick<ArchiveStore, 'putIfAbsent' | 'get'>;
  readonly place: Place & { readonly owner: string };
}

const MAX_RECORD_BYTES = 64 * 1024;
const DAY_MS = 24 * 3600_000;
/** Records of applies that are read at most, the newest first: people do not ask for more in a day. */
const MOST_READ = 50;

/**
 * Writes the record, or throws: then the act must not be done. `usage` for one that is too long, `archive-changed` where
 * something else lies under its name, and whatever keeps the archive from being written.
 * @returns the archive key of the record
 */
export async function keepAudit(record: AuditRecord, { archive, place }: AuditPorts): Promise<string> {
  const bytes = encodeAudit(record);
  if (bytes.length > MAX_RECORD_BYTES)
    throw new OperatingError({
      code: 'usage',
      message: `what would be recorded of the ${record.act} is ${bytes.length} bytes long, more than ${MAX_RECORD_BYTES}`,
      hint: 'give a shorter reason',
    });
  const key = auditKey(place.prefix, auditName(record));
  const ref = { bucket: place.bucket, key, owner: place.owner };
  if ((await archive.putIfAbsent(ref, jsonObject(bytes))) === 'created') return key;
  // A lost answer, written again; or somebody put other bytes where the record would lie.
  const there = await archive.get(ref, { maxBytes: MAX_RECORD_BYTES });
  if (there !== null && Buffer.compare(there.bytes, bytes) === 0) return key;
  throw new OperatingError({
    code: 'archive-changed',
    message: `s3://${place.bucket}/${key} holds something else than the record of this ${record.act}, which was not done`,
    hint: 'find out who else writes below orgtrail/audit/ in the archive, and ask again',
  });
}

/**
 * The newest record of the last day that asks for this plan to be applied; null: nobody is on record for it.
 * @param now epoch milliseconds
 */
export async function recordedApply(
  plan: string,
  now: number,
  shelf: { readonly archive: ObjectReader; readonly place: AuditPorts['place'] },
): Promise<AuditRecord | null> {
  const { archive, place } = shelf;
  for (const name of (await appliesSince(now - DAY_MS, now, shelf)).slice(0, MOST_READ)) {
    const ref = { bucket: place.bucket, key: auditKey(place.prefix, name), owner: place.owner };
    const object = await archive.get(ref, { maxBytes: MAX_RECORD_BYTES });
    const record = object === null ? null : decodeAudit(object.bytes, name);
    if (record?.target === plan) return record;
  }
  return null;
}

async function appliesSince(
  since: number,
  now: number,
  { archive, place }: Parameters<typeof recordedApply>[2],
): Promise<readonly AuditName[]> {
  const found: AuditName[] = [];
  for (const prefix of new Set([since, now].map((time) => auditFolder(place.prefix, time)))) {
    for await (const { key } of archive.list({ bucket: place.bucket, owner: place.owner, prefix })) {
      const name = parseAuditKey(place.prefix, key);
      if (name?.act === 'apply' && name.at >= since && name.at <= now + DAY_MS) found.push(name);
    }
  }
  return found.toSorted((a, b) => b.at - a.at);
}
