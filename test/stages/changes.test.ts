/** Kept changes: written once, read back in a window, and believed only under their own name. */
import { describe, expect, test } from 'vitest';
import { changeKey, parseChangeKey } from '../../src/core/layout.ts';
import { changeOf, type TrailChange } from '../../src/core/trail-change.ts';
import { keepChanges, listChanges } from '../../src/stages/changes.ts';
import { memoryArchive } from './memory-archive.ts';

const ACCOUNT = '111111111111';
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const START = Date.parse('2026-03-01T00:05:07Z');
const source = {
  trailArn: `arn:aws:cloudtrail:us-east-1:${ACCOUNT}:trail/main`,
  reader: ACCOUNT,
  homeRegion: 'us-east-1',
};
const place = { bucket: 'archive', prefix: 'p/', owner: '999999999999' };

function change(name: string, time: number, id: string): TrailChange {
  const event = {
    eventTime: `${new Date(time).toISOString().slice(0, 19)}Z`,
    eventSource: 'cloudtrail.amazonaws.com',
    eventName: name,
    awsRegion: 'us-east-1',
    recipientAccountId: ACCOUNT,
    eventID: id,
    requestParameters: { name: 'main' },
  };
  const read = changeOf(JSON.stringify(event), 'history');
  if (read === null) throw new Error('no change');
  return read;
}

const [stop, start, old] = [
  change('StopLogging', START, 'a1'),
  change('StartLogging', START + 5 * HOUR, 'b2'),
  change('DeleteTrail', START - 40 * DAY, 'c3'),
];
const all = { from: null, to: null };

describe('the key of a kept change', () => {
  test('says what it was made from, and nothing else is one', () => {
    const key = changeKey('p/', stop);
    expect(key).toBe(`p/orgtrail/trail-changes/${ACCOUNT}/us-east-1/2026/03/01/20260301T000507Z_StopLogging_a1.json`);
    const { account, region, time, name, eventId } = stop;
    expect(parseChangeKey('p/', key)).toEqual({ account, region, time, name, eventId });
    for (const other of [key.slice(1), `${key}x`, key.replace('2026/03/01', '2026/03/02'), key.replace('a1', 'a/1')])
      expect(parseChangeKey('p/', other)).toBeNull();
    expect(parseChangeKey('', key)).toBeNull();
  });
});

describe('changes', () => {
  test('are kept once each, whoever tells of them, and none without a record', async () => {
    const { archive, objects } = memoryArchive();
    const status: TrailChange = { ...stop, via: 'status', record: '', eventId: '' };
    expect(await keepChanges([stop, { ...stop, via: 'log' }, status], { archive, place })).toBe(1);
    expect(await keepChanges([stop, start], { archive, place })).toBe(1);
    expect([...objects.keys()]).toEqual([changeKey('p/', stop), changeKey('p/', start)]);
    expect(Buffer.from(objects.get(changeKey('p/', stop)) ?? []).toString()).toBe(`${stop.record}\n`);
  });
  test('are read back in order of time, within the window', async () => {
    const { archive } = memoryArchive();
    await keepChanges([start, stop, old], { archive, place });
    const names = async (from: number | null, to: number | null): Promise<readonly string[]> =>
      (await listChanges(source, { from, to }, { archive, place })).map(({ name }) => name);
    expect(await names(null, null)).toEqual(['DeleteTrail', 'StopLogging', 'StartLogging']);
    expect(await names(START, null)).toEqual(['StopLogging', 'StartLogging']);
    expect(await names(START + 1000, null)).toEqual(['StartLogging']);
    expect(await names(null, START)).toEqual(['DeleteTrail', 'StopLogging']);
    const [first] = await listChanges(source, { from: START, to: null }, { archive, place });
    expect(first).toEqual({ ...stop, via: 'log' });
  });
  test('of another account or region are not these', async () => {
    const { archive } = memoryArchive();
    await keepChanges([stop], { archive, place });
    const elsewhere = { ...source, homeRegion: 'eu-west-1' };
    expect(await listChanges(elsewhere, all, { archive, place })).toEqual([]);
    const other = { ...source, trailArn: 'arn:aws:cloudtrail:us-east-1:222222222222:trail/main' };
    expect(await listChanges(other, all, { archive, place })).toEqual([]);
  });
  test.each([
    ['another event', () => start.record],
    ['no event', () => 'junk'],
    ['a call that failed', () => stop.record.replace('{', '{"errorCode":"AccessDenied",')],
  ])('under a name with %s in it are an archive that was changed', async (_what, text) => {
    const { archive, objects } = memoryArchive();
    objects.set(changeKey('p/', stop), Buffer.from(text()));
    await expect(listChanges(source, all, { archive, place })).rejects.toThrow('is not what was recorded');
  });
});
