/** Changes of trails at their edges: what is too large, what is nearly a record, whose change it is, and their order. */
import { describe, expect, test } from 'vitest';
import type { Source, TrailStatus } from '../../src/core/source.ts';
import {
  changeOf,
  changesIn,
  distinctChanges,
  ownerOf,
  statusChanges,
  type TrailChange,
} from '../../src/core/trail-change.ts';
import { CHAIN } from './handmade-digest.ts';
import { recordAt } from './trail-changes.ts';

const TIME = Date.UTC(2026, 4, 1);
const MIB = 2 ** 20;
const ARN = 'arn:aws:cloudtrail:us-east-1:111122223333:trail/main';
const SOURCE: Source = { ...CHAIN.source, reader: '111122223333', trailArn: ARN };
const record = (parts: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> =>
  recordAt({ source: SOURCE }, { name: 'StopLogging', time: TIME }, parts);
const read = (parts: Readonly<Record<string, unknown>>): TrailChange | null =>
  changeOf(JSON.stringify(record(parts)), 'log');
const told = (parts: Readonly<Record<string, unknown>>): TrailChange => {
  const change = read(parts);
  if (change === null) throw new Error('no change');
  return change;
};

describe('a log file', () => {
  test('tells of its changes as from a log, whatever stands beside them', () => {
    const found = changesIn(
      Buffer.from(JSON.stringify({ Records: [null, record(), 7, [], record({ eventName: 'X' })] })),
    );
    expect(found.map(({ name, via }) => [name, via])).toEqual([['StopLogging', 'log']]);
  });
  test('that is no file of records tells of none', () => {
    const text = JSON.stringify(record());
    for (const content of [
      text,
      `[${text}]`,
      `{"Records":${text}}`,
      `{"records":[${text}]}`,
      `{"Records":[${text}]`,
      'null',
    ])
      expect(changesIn(Buffer.from(content))).toEqual([]);
  });
  test('of 64 MiB is searched, a larger one is none that CloudTrail wrote', () => {
    const bytes = Buffer.alloc(64 * MIB + 1, ' ');
    bytes.write(JSON.stringify({ Records: [record()] }));
    expect(changesIn(bytes.subarray(0, 64 * MIB))).toHaveLength(1);
    expect(changesIn(bytes)).toEqual([]);
  });
  test('hands on a thousand changes at most', () => {
    const content = (count: number): Uint8Array =>
      Buffer.from(JSON.stringify({ Records: Array.from({ length: count }, () => record()) }));
    expect(changesIn(content(1000))).toHaveLength(1000);
    expect(changesIn(content(1001))).toHaveLength(1000);
  });
});

describe('a record is held to its fields from their first to their last character', () => {
  test.each([
    ['recipientAccountId', '111122223333', ['1111222233334', '11112222333', '111122223333\n', 'x111122223333']],
    [
      'awsRegion',
      'us-gov-west-1',
      ['us-gov-west-12', '1us-gov-west-1', 'us-gov-west-1x', 'us-1', 'US-EAST-1', '/us-east-1'],
    ],
    ['eventID', 'a-9Z', ['', 'a/b', 'ab/', '/ab', 'a'.repeat(65), 'a\n']],
  ])('%s', (field, good, others) => {
    expect(read({ [field]: good })).not.toBeNull();
    expect(others.filter((other) => read({ [field]: other }) !== null)).toEqual([]);
  });
  test('an id has 64 characters at most', () => expect(read({ eventID: 'a'.repeat(64) })).not.toBeNull());
});

describe('the caller', () => {
  const actor = (userIdentity: unknown): string | null => told({ userIdentity }).actor;
  test('is named by ARN, service, principal or kind, whichever is there first', () => {
    const all = { type: 'T', principalId: 'P', invokedBy: 'I', arn: 'A' };
    expect(actor(all)).toBe('A');
    expect(actor({ ...all, arn: '' })).toBe('I');
    expect(actor({ ...all, arn: null, invokedBy: 7 })).toBe('P');
    expect(actor({ type: 'T' })).toBe('T');
  });
  test('is nobody where nothing names one', () => {
    for (const identity of [undefined, null, 'x', 7, [], ['x'], {}, { arn: 7 }, { arn: '', type: '' }])
      expect(actor(identity)).toBeNull();
  });
  test('is named in 200 characters', () => expect(actor({ arn: 'x'.repeat(5000) })).toHaveLength(200));
});

test('a trail belongs to the account in its ARN, or to its reader where that names none', () => {
  expect(ownerOf({ trailArn: ARN.replace('111122223333', '999988887777'), reader: '1' })).toBe('999988887777');
  for (const trailArn of ['', 'x', 'a:b:c:d:e', 'a:b:c:d:1111222233334', 'a:b:c:d:x111122223333'])
    expect(ownerOf({ trailArn, reader: '1' })).toBe('1');
});

describe('what GetTrailStatus tells', () => {
  const changes = (status: Partial<TrailStatus> | null): readonly TrailChange[] =>
    statusChanges({ ...SOURCE, status: status as TrailStatus | null });
  test('is the latest stop and start, each where it is known', () => {
    const common = {
      account: '111122223333',
      region: 'us-east-1',
      trail: ARN,
      eventId: '',
      actor: null,
      via: 'status',
      record: '',
    };
    expect(changes({ stoppedLogging: TIME, startedLogging: TIME + 1 })).toEqual([
      { name: 'StopLogging', time: TIME, effect: 'stops', ...common },
      { name: 'StartLogging', time: TIME + 1, effect: 'starts', ...common },
    ]);
    expect(changes({ stoppedLogging: null, startedLogging: TIME }).map(({ name }) => name)).toEqual(['StartLogging']);
    expect(changes({ stoppedLogging: null, startedLogging: null })).toEqual([]);
    expect(changes(null)).toEqual([]);
  });
});

describe('changes from several tellers', () => {
  test('are one where the event is one, the first teller’s', () => {
    const [one, same] = [told({ eventID: 'a' }), { ...told({ eventID: 'a' }), via: 'history' as const }];
    expect(distinctChanges([one, same])).toEqual([one]);
  });
  test('are in order of time, and of their ids within one second', () => {
    const at = (time: number, eventId: string): TrailChange => ({ ...told({ eventID: eventId }), time });
    const wanted = [at(TIME, 'c'), at(TIME + 1, 'a'), at(TIME + 1, 'b'), at(TIME + 1, 'd')];
    expect(distinctChanges(wanted)).toEqual(wanted);
    expect(distinctChanges(wanted.toReversed())).toEqual(wanted);
  });
  test('of a status have no id: trail, call and time tell them apart', () => {
    const [stop, start] = statusChanges({
      ...SOURCE,
      status: { stoppedLogging: TIME, startedLogging: TIME } as TrailStatus,
    });
    if (stop === undefined || start === undefined) throw new Error('no changes');
    const others = [stop, start, { ...stop, time: TIME + 1 }, { ...stop, trail: 'other' }];
    expect(distinctChanges([...others, ...others])).toHaveLength(4);
  });
});
