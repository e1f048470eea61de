/** Audit: an act that a person asks for is on record in the archive before it is done. Without the record it is not done. */
import { auditName, encodeAudit, type AuditRecord } from '../core/audit.ts';
import { jsonObject } from '../core/json-object.ts';
import { auditKey } from '../core/layout.ts';
import type { Place } from '../core/source.ts';
import { OperatingError } from '../errors.ts';
import type { ArchiveStore } from '../ports.ts';

export interface AuditPorts {
  readonly archive: Pick<ArchiveStore, 'putIfAbsent' | 'get'>;
  readonly place: Place & { readonly owner: string };
}

const MAX_RECORD_BYTES = 64 * 1024;

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
