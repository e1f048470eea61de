/** Which records of a log file tell of a change of a trail, and of whose. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inspectGzip } from '../../src/core/gzip.ts';
import {
  changeOf,
  changesIn,
  distinctChanges,
  isChangeOf,
  statusChanges,
  type TrailChange,
} from '../../src/core/trail-change.ts';
import { gzipSync } from 'node:zlib';
import { createForge } from '../cloud/forge/forge.ts';
import { trailAt } from '../cloud/forge/trail-status.ts';
import { chainOf, START } from './forged-chain.ts';
import { recordAt } from './trail-changes.ts';

const forge = createForge({ seed: 'changes', cheap: true });
const trail = forge.trail({ account: '111122223333', homeRegion: 'eu-west-1', bucket: 'logs', name: 'main' });
const forged = forge.chain({ trail, firstDigestStart: START });
const chain = chainOf(forged, trailAt(trail, { chains: [forged], t: START }));
const { source } = chain;

const call = { name: 'StopLogging', time: START };
const contentOf = (...records: readonly object[]): Uint8Array => Buffer.from(JSON.stringify({ Records: records }));
const changed = (record: object): TrailChange | null => changeOf(JSON.stringify(record), 'log');

describe('a record', () => {
  test('of each call has its effect', () => {
    const effectOf = (name: string, parameters?: object): string | undefined =>
      changed(recordAt(chain, { name, time: START, ...(parameters === undefined ? {} : { parameters }) }))?.effect;
    expect([effectOf('StopLogging'), effectOf('StartLogging')]).toEqual(['stops', 'starts']);
    expect([effectOf('DeleteTrail'), effectOf('CreateTrail')]).toEqual(['stops', 'starts']);
    expect(effectOf('UpdateTrail', { enableLogFileValidation: false })).toBe('stops');
    expect(effectOf('UpdateTrail', { enableLogFileValidation: true })).toBe('starts');
    expect(effectOf('UpdateTrail', { s3BucketName: 'other' })).toBe('either');
    expect(effectOf('PutEventSelectors')).toBe('none');
    expect(effectOf('GetTrailStatus')).toBeUndefined();
  });
  test('is kept as it is, with its time, place, id and caller', () => {
    const record = recordAt(chain, call);
    expect(changed(record)).toEqual({
      name: 'StopLogging',
      time: START,
      account: '111122223333',
      region: 'eu-west-1',
      trail: source.trailArn,
      eventId: record['eventID'],
      effect: 'stops',
      actor: 'arn:aws:iam::111122223333:user/alice',
      via: 'log',
      record: JSON.stringify(record),
    });
  });
  test.each([
    ['a call that failed: anybody can make one', { errorCode: 'AccessDenied' }],
    ['of another service', { eventSource: 'logs.amazonaws.com' }],
    ['without a trail', { requestParameters: null }],
    ['with a list for parameters', { requestParameters: [] }],
    ['with a number for a name', { requestParameters: { name: 7 } }],
    ['of no account', { recipientAccountId: undefined }],
    ['of no region', { awsRegion: '../../etc' }],
    ['with an id that is no name of an object', { eventID: '../x' }],
    ['of an impossible time', { eventTime: '2026-02-30T00:00:00Z' }],
  ])('%s is none', (_what, parts) => {
    expect(changed(recordAt(chain, call))).not.toBeNull();
    expect(changed(recordAt(chain, call, parts))).toBeNull();
  });
  test.each(['', '7', 'null', '[]', '{', '{"eventName":"StopLogging"}'])('%j is none', (text) => {
    expect(changeOf(text, 'history')).toBeNull();
  });
});

describe('the source that a change belongs to', () => {
  const of = (parts: Readonly<Record<string, unknown>>): boolean => {
    const change = changed(recordAt(chain, call, parts));
    return change !== null && isChangeOf(change, source);
  };
  test('is told by name or ARN', () => {
    expect(of({})).toBe(true);
    expect(of({ requestParameters: { name: 'main' } })).toBe(true);
  });
  test.each([
    ['name', { requestParameters: { name: 'main2' } }],
    ['ARN', { requestParameters: { name: 'arn:aws:cloudtrail:eu-west-1:444455556666:trail/main' } }],
    ['account', { recipientAccountId: '444455556666' }],
    ['region', { awsRegion: 'us-east-1' }],
  ])('another %s is another trail', (_what, parts) => {
    expect(of(parts)).toBe(false);
  });
  test("an organization trail's is its owner's, whoever's events the chain holds", () => {
    const change = changed(recordAt(chain, call));
    expect(change !== null && isChangeOf(change, { ...source, reader: '444455556666' })).toBe(true);
  });
});

describe('a log file', () => {
  const stop = recordAt(chain, call);
  const other = recordAt(chain, { name: 'GetTrailStatus', time: START });

  test('tells of the changes among its records, in their order', () => {
    const start = recordAt(chain, { name: 'StartLogging', time: START + 1000 });
    expect(changesIn(contentOf(other, stop, other, start)).map(({ name }) => name)).toEqual([
      'StopLogging',
      'StartLogging',
    ]);
    expect(changesIn(contentOf(other))).toEqual([]);
  });
  test('does not tell of one that is only quoted within another record', () => {
    const quoted = { ...other, requestParameters: { query: JSON.stringify(stop), nested: stop } };
    expect(changesIn(contentOf(quoted))).toEqual([]);
  });
  test('hands on no more than a thousand', () => {
    expect(changesIn(contentOf(...Array.from({ length: 1500 }, () => stop)))).toHaveLength(1000);
  });
  test('of any other form tells of nothing, and throws nothing', () => {
    const text = JSON.stringify(stop);
    for (const content of [
      text,
      `[${text}]`,
      `{"Records":${text}}`,
      `{"Records":[${text}`,
      `{"Records":[null,7,"x"]}${text}`,
    ])
      expect(changesIn(Buffer.from(content))).toEqual([]);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.nat(2000), (bytes, at) => {
        const whole = Buffer.from(contentOf(stop, other));
        Buffer.from(bytes).copy(whole, at % whole.length);
        expect(Array.isArray(changesIn(whole))).toBe(true);
      }),
    );
  });
  test('is searched when asked for, and not else', () => {
    const stored = gzipSync(contentOf(stop));
    const ask = (trailChanges?: boolean): number | undefined => {
      const options = {
        maxInflated: 10_000,
        keepContent: false,
        ...(trailChanges === undefined ? {} : { trailChanges }),
      };
      const inspection = inspectGzip(stored, options);
      return inspection.ok ? inspection.changes.length : undefined;
    };
    expect([ask(), ask(false), ask(true)]).toEqual([0, 0, 1]);
  });
});

test('one event told by a log file and by the history is one change, and all are in order of time', () => {
  const late = changed(recordAt(chain, { name: 'StartLogging', time: START + 5000 }));
  const early = changed(recordAt(chain, call));
  if (late === null || early === null) throw new Error('no changes');
  const twice: TrailChange = { ...early, via: 'history' };
  expect(distinctChanges([late, early, twice])).toEqual([early, late]);
});

test('GetTrailStatus tells of the latest start and stop', () => {
  const status = {
    logging: true,
    latestDigestDelivery: null,
    latestDigestError: null,
    startedLogging: START + 9000,
    stoppedLogging: START,
  };
  const told = statusChanges({ ...source, status });
  expect(told.map(({ name, time, via }) => [name, time, via])).toEqual([
    ['StopLogging', START, 'status'],
    ['StartLogging', START + 9000, 'status'],
  ]);
  expect(told.every((one) => isChangeOf(one, source))).toBe(true);
  expect(statusChanges({ ...source, status: null })).toEqual([]);
});
