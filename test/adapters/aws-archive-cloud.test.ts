import { afterEach, describe, expect, test, vi } from 'vitest';
import type { NewObject } from '../../src/ports.ts';
import { PAYER } from '../cloud/identity/estate.ts';
import { ARCHIVE, openCloud } from './aws-cloud.ts';
import { failure } from './raw-s3.ts';

const REF = { bucket: ARCHIVE, key: 'AWSLogs/222222222222/x.json.gz', owner: PAYER };

function object(text: string): NewObject {
  return {
    bytes: Buffer.from(text),
    contentType: 'application/json',
    contentEncoding: 'gzip',
    metadata: new Map([['signature', 'ab']]),
  };
}

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('the archive', () => {
  test('keeps what was written first, with all that belongs to it', async () => {
    await using estate = await openCloud();
    expect(await estate.archive.putIfAbsent(REF, object('one'))).toBe('created');
    expect(await estate.archive.putIfAbsent(REF, object('two'))).toBe('exists');
    const stored = await estate.archive.get(REF, { maxBytes: 10 });
    expect(stored).toMatchObject({
      size: 3,
      contentType: 'application/json',
      contentEncoding: 'gzip',
      metadata: new Map([['signature', 'ab']]),
    });
    expect(Buffer.from(stored?.bytes ?? []).toString()).toBe('one');
    const writes = estate.cloud.requests.entries.filter((entry) => entry.mutating);
    expect(writes).toHaveLength(2);
    expect(writes.map((entry) => [entry.condition, entry.expectedOwner])).toEqual(
      writes.map(() => [expect.stringMatching(/if-none-match/i), PAYER]),
    );
  });

  test.each(['done-but-500', 'conflict-409'] as const)('holds exactly one object after %s', async (kind) => {
    await using estate = await openCloud();
    estate.cloud.faults.add({ match: { operation: 'PutObject' }, fault: { kind }, times: 1 });
    expect(await estate.archive.putIfAbsent(REF, object('one'))).toBe(kind === 'done-but-500' ? 'exists' : 'created');
    expect((await estate.archive.get(REF, { maxBytes: 10 }))?.size).toBe(3);
  });

  test('takes one of two writers, whatever the order', async () => {
    await using estate = await openCloud();
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, (_, index) => estate.archive.putIfAbsent(REF, object(String(index)))),
    );
    expect(outcomes.filter((outcome) => outcome === 'created')).toHaveLength(1);
  });

  test('tags, tells its posture, and passes the probe twice', async () => {
    await using estate = await openCloud();
    await estate.archive.putIfAbsent(REF, object('one'));
    await estate.archive.tag(REF, new Map([['orgtrail', 'promoted']]));
    expect(estate.cloud.requests.entries.at(-1)).toMatchObject({
      operation: 'PutObjectTagging',
      status: 200,
      expectedOwner: PAYER,
    });
    expect(await estate.archive.posture(ARCHIVE, PAYER)).toEqual({
      versioning: true,
      objectLock: true,
      encrypted: true,
      publicAccessBlocked: true,
    });
    await estate.archive.probeConditionalWrites(ARCHIVE, PAYER, '');
    await estate.archive.probeConditionalWrites(ARCHIVE, PAYER, '');
  });

  test('is not written into when it belongs to somebody else', async () => {
    await using estate = await openCloud();
    const error = await failure(estate.archive.putIfAbsent({ ...REF, owner: '999999999999' }, object('one')));
    expect(error).toMatchObject({ code: 'blocked-access' });
    expect(error.hint).toContain('belongs to account 999999999999');
    expect(await failure(estate.archive.tag({ ...REF, key: 'orgtrail/nothing' }, new Map([['a', 'b']])))).toMatchObject(
      { code: 'blocked-access' },
    );
  });
});
