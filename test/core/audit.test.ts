/** Audit records: what was asked for is on record before it is done, or it is not done. */
import { hash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { auditName, encodeAudit, type AuditRecord } from '../../src/core/audit.ts';
import { auditKey, parseAuditKey } from '../../src/core/layout-acts.ts';
import { OperatingError } from '../../src/errors.ts';
import { keepAudit } from '../../src/stages/audit.ts';
import { memoryArchive } from '../stages/memory-archive.ts';

const AT = Date.UTC(2026, 2, 1, 5, 6, 7, 89);
const place = { bucket: 'archive', prefix: 'p/', owner: '999999999999' };

function record(change: Partial<AuditRecord> = {}): AuditRecord {
  const who = { by: 'alice', role: 'operator', via: 'password', address: '10.0.0.1' };
  return { at: AT, act: 'accept', ...who, target: 'finding 111122223333/0', reason: 'a known drill', ...change };
}

describe('an audit record', () => {
  test('says who, from where, what and why, in a fixed order', () => {
    expect(JSON.parse(Buffer.from(encodeAudit(record())).toString('utf8'))).toEqual({
      schema: 'orgtrail.audit/1',
      at: '2026-03-01T05:06:07.089Z',
      act: 'accept',
      by: 'alice',
      role: 'operator',
      via: 'password',
      address: '10.0.0.1',
      target: 'finding 111122223333/0',
      reason: 'a known drill',
    });
    const { reason, target, ...rest } = record();
    expect(encodeAudit({ reason, target, ...rest })).toEqual(encodeAudit(record()));
  });

  test('lies under its day, its second, its act and the hash of its bytes', () => {
    const name = auditName(record());
    expect(name).toEqual({
      at: Date.UTC(2026, 2, 1, 5, 6, 7),
      act: 'accept',
      mark: hash('sha256', encodeAudit(record())).slice(0, 16),
    });
    expect(auditKey('p/', name)).toMatch(
      /^p\/orgtrail\/audit\/2026\/03\/01\/20260301T050607Z_accept_[0-9a-f]{16}\.json$/,
    );
    expect(parseAuditKey('p/', auditKey('p/', name))).toEqual(name);
  });

  test.each([
    { at: AT + 1 },
    { by: 'bob' },
    { target: 'x' },
    { reason: null },
    { address: '10.0.0.2' },
    { via: 'oidc' },
  ])('of another %o has another name', (change) => {
    expect(auditName(record(change)).mark).not.toBe(auditName(record()).mark);
  });
});

describe('keeping it', () => {
  test('writes it once; a lost answer that is tried again is the same record', async () => {
    const { archive, objects } = memoryArchive();
    const key = await keepAudit(record(), { archive, place });
    expect(await keepAudit(record(), { archive, place })).toBe(key);
    expect([...objects]).toEqual([[key, encodeAudit(record())]]);
  });

  test('fails where something else lies under its name: an act without its record is not done', async () => {
    const { archive, objects } = memoryArchive();
    objects.set(auditKey('p/', auditName(record())), Buffer.from('{}'));
    await expect(keepAudit(record(), { archive, place })).rejects.toMatchObject({ code: 'archive-changed' });
  });

  test('fails where the archive may not be written, or is gone between writing and reading', async () => {
    const denied = new OperatingError({ code: 'blocked-access', message: 'no', hint: 'add s3:PutObject' });
    const { archive } = memoryArchive();
    const closed = { ...archive, putIfAbsent: () => Promise.reject(denied) };
    await expect(keepAudit(record(), { archive: closed, place })).rejects.toBe(denied);
    const lost = { putIfAbsent: async () => 'exists' as const, get: async () => null };
    await expect(keepAudit(record(), { archive: lost, place })).rejects.toMatchObject({ code: 'archive-changed' });
  });

  test('refuses a record that is too long, and writes nothing', async () => {
    const { archive, objects } = memoryArchive();
    const long = record({ reason: 'x'.repeat(100_000) });
    await expect(keepAudit(long, { archive, place })).rejects.toMatchObject({ code: 'usage' });
    expect(objects.size).toBe(0);
  });
});
