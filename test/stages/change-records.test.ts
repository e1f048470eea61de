/** Change records in the archive: begun once, ended once, listed by time, and never believed when altered. */
import { describe, expect, test } from 'vitest';
import { changeRecordKey, changeRecordName, type ChangeNote } from '../../src/core/plan/change-record.ts';
import type { ArchiveStore, NewObject, ObjectRef, StoredObject } from '../../src/ports.ts';
import { keepBegun, keepDone, openChanges, recentChanges } from '../../src/stages/change-records.ts';

const DAY = 24 * 3_600_000;
const AT = Date.UTC(2026, 2, 1, 5, 6, 7);
const place = { bucket: 'archive', prefix: 'p/', owner: '999999999999' };

function note(at: number, change: Partial<ChangeNote> = {}): ChangeNote {
  const ref = { kind: 'bucket-policy', account: place.owner, target: place.bucket } as const;
  return { ref, who: 'somebody', by: 'apply', at, before: null, after: { a: 1 }, reasons: [], breaks: [], ...change };
}

/** An archive in memory, as far as records need one. */
function memory(): { readonly archive: ArchiveStore; readonly objects: Map<string, Uint8Array>; reads: string[] } {
  const objects = new Map<string, Uint8Array>();
  const reads: string[] = [];
  const archive = {
    putIfAbsent: async ({ key }: ObjectRef, { bytes }: NewObject) => {
      if (objects.has(key)) return 'exists' as const;
      objects.set(key, bytes);
      return 'created' as const;
    },
    async *list({ prefix, startAfter = '' }: { prefix: string; startAfter?: string }) {
      for (const key of [...objects.keys()].toSorted())
        if (key.startsWith(prefix) && key > startAfter) yield { key, size: 1, etag: '', lastModified: 0 };
    },
    get: async ({ key }: ObjectRef) => {
      reads.push(key);
      const bytes = objects.get(key);
      return bytes === undefined ? null : ({ bytes } as StoredObject);
    },
  };
  return { archive: archive as unknown as ArchiveStore, objects, reads };
}

describe('changes', () => {
  test('are told in the order of time, with their ends, and those without one apart', async () => {
    const { archive, reads } = memory();
    const shelf = { archive, place };
    const [old, first, second] = [note(AT - 3 * DAY), note(AT, { by: 'reconcile' }), note(AT + 1000)];
    for (const one of [second, old, first]) await keepBegun(one, shelf);
    await keepDone(old, { at: AT, outcome: 'written' }, shelf);
    await keepDone(second, { at: AT + 2000, outcome: 'moved' }, shelf);
    const recent = await recentChanges(shelf, AT - DAY);
    expect(recent.map(({ note: told, end }) => [told, end])).toEqual([
      [first, null],
      [second, { at: AT + 2000, outcome: 'moved' }],
    ]);
    reads.length = 0;
    const open = await openChanges(shelf, AT - 90 * DAY);
    expect(open.map((one) => one.note)).toEqual([first]);
    expect(reads).toHaveLength(1);
  });

  test('that began in the second asked for are told, and none before it', async () => {
    const { archive } = memory();
    const shelf = { archive, place };
    await keepBegun(note(AT), shelf);
    expect(await recentChanges(shelf, AT)).toHaveLength(1);
    expect(await recentChanges(shelf, AT + 1)).toHaveLength(0);
  });

  test('begun twice are one: a lost answer is no second change', async () => {
    const { archive, objects } = memory();
    const shelf = { archive, place };
    await keepBegun(note(AT), shelf);
    await keepBegun(note(AT), shelf);
    expect(objects.size).toBe(1);
  });

  test('end once: the same end again is nothing, another one is somebody else at work', async () => {
    const { archive, objects } = memory();
    const shelf = { archive, place };
    await keepBegun(note(AT), shelf);
    await keepDone(note(AT), { at: AT, outcome: 'written' }, shelf);
    await keepDone(note(AT), { at: AT + 1000, outcome: 'written' }, shelf);
    const other = keepDone(note(AT), { at: AT, outcome: 'not-written' }, shelf);
    await expect(other).rejects.toMatchObject({ code: 'plan-stale' });
    expect((await recentChanges(shelf, AT))[0]?.end).toEqual({ at: AT, outcome: 'written' });
    expect(objects.size).toBe(2);
  });

  test('that were altered end the reading, and name the key', async () => {
    const { archive, objects } = memory();
    const shelf = { archive, place };
    await keepBegun(note(AT), shelf);
    const key = changeRecordKey(place.prefix, changeRecordName(note(AT)), 'begun');
    objects.set(
      key,
      Buffer.from(
        Buffer.from(objects.get(key) ?? [])
          .toString()
          .replace('somebody', 'nobody'),
      ),
    );
    await expect(recentChanges(shelf, AT)).rejects.toMatchObject({ code: 'archive-changed' });
    await expect(openChanges(shelf, AT)).rejects.toThrow(key);
  });
});
