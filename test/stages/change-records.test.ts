/** Change records in the archive: begun once, ended once, listed by time, and never believed when altered. */
import { describe, expect, test } from 'vitest';
import { changeRecordKey, changeRecordName, type ChangeNote } from '../../src/core/plan/change-record.ts';
import { keepBegun, keepDone, openChanges, recentChanges } from '../../src/stages/change-records.ts';
import { memoryArchive } from './memory-archive.ts';

const DAY = 24 * 3_600_000;
const AT = Date.UTC(2026, 2, 1, 5, 6, 7);
const place = { bucket: 'archive', prefix: 'p/', owner: '999999999999' };

function note(at: number, change: Partial<ChangeNote> = {}): ChangeNote {
  const ref = { kind: 'bucket-policy', account: place.owner, target: place.bucket } as const;
  return { ref, who: 'somebody', by: 'apply', at, before: null, after: { a: 1 }, reasons: [], breaks: [], ...change };
}

describe('changes', () => {
  test('are told in the order of time, with their ends, and those without one apart', async () => {
    const { archive, reads } = memoryArchive();
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
    const { archive } = memoryArchive();
    const shelf = { archive, place };
    await keepBegun(note(AT), shelf);
    expect(await recentChanges(shelf, AT)).toHaveLength(1);
    expect(await recentChanges(shelf, AT + 1)).toHaveLength(0);
  });

  test('begun twice are one: a lost answer is no second change', async () => {
    const { archive, objects } = memoryArchive();
    const shelf = { archive, place };
    await keepBegun(note(AT), shelf);
    await keepBegun(note(AT), shelf);
    expect(objects.size).toBe(1);
  });

  test("tried again within the second in which they ended are changes of their own: the second end was taken for a stranger's", async () => {
    const { archive } = memoryArchive();
    const shelf = { archive, place };
    const first = await keepBegun(note(AT), shelf);
    await keepDone(first, { at: AT, outcome: 'not-written' }, shelf);
    const again = await keepBegun(note(AT), shelf);
    await keepDone(again, { at: AT, outcome: 'written' }, shelf);
    const ends = (await recentChanges(shelf, AT)).map(({ note: told, end }) => [told.at, end?.outcome]);
    expect(ends).toEqual([
      [AT, 'not-written'],
      [AT + 1000, 'written'],
    ]);
  });

  test('end once: the same end again is nothing, another one is somebody else at work', async () => {
    const { archive, objects } = memoryArchive();
    const shelf = { archive, place };
    await keepBegun(note(AT), shelf);
    await keepDone(note(AT), { at: AT, outcome: 'written' }, shelf);
    await keepDone(note(AT), { at: AT + 1000, outcome: 'written' }, shelf);
    const other = keepDone(note(AT), { at: AT, outcome: 'not-written' }, shelf);
    await expect(other).rejects.toMatchObject({ code: 'plan-stale' });
    expect((await recentChanges(shelf, AT))[0]?.end).toEqual({ at: AT, outcome: 'written' });
    expect(objects.size).toBe(2);
  });

  test("of ten thousand members' buckets hide neither what was cut off before them nor the archive's own", async () => {
    const { archive, reads } = memoryArchive();
    const shelf = { archive, place };
    const [cutOff, putBack] = [note(AT), note(AT + 1000, { by: 'reconcile' })];
    await keepBegun(cutOff, shelf);
    await keepBegun(putBack, shelf);
    await keepDone(putBack, { at: AT + 1000, outcome: 'written' }, shelf);
    for (let n = 0; n < 5001; n += 1) {
      const ref = { kind: 'member-policy', account: place.owner, target: `member-${n}` } as const;
      const member = note(AT + 2000, { ref });
      await keepBegun(member, shelf);
      await keepDone(member, { at: AT + 3000, outcome: 'written' }, shelf);
    }
    expect((await openChanges(shelf, AT)).map((one) => one.note)).toEqual([cutOff]);
    reads.length = 0;
    expect((await recentChanges(shelf, AT, 'member-policy')).map((one) => one.note)).toEqual([cutOff, putBack]);
    expect(reads).toHaveLength(2);
  });

  test('that were altered end the reading, and name the key', async () => {
    const { archive, objects } = memoryArchive();
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
