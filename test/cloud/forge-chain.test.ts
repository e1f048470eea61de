import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { CloudObject } from './types.ts';
import { createForge } from './forge/forge.ts';
import type { ForgedLog } from './forge/log-file.ts';
import { DAY, HOUR, MINUTE } from './forge/times.ts';
import { trailAt } from './forge/trail-status.ts';

const START = Date.parse('2026-05-01T00:13:52Z');

type Fields = Record<string, string | null> & { logFiles: Record<string, string>[] };

const jsonOf = (object: CloudObject): unknown => JSON.parse(gunzipSync(object.body).toString('utf8'));
const fieldsOf = (object: CloudObject): Fields => jsonOf(object) as Fields;
interface Event {
  readonly eventName: string;
  readonly eventTime: string;
  readonly eventSource: string;
  readonly readOnly: boolean;
  readonly requestParameters: unknown;
}
const eventsOf = (object: CloudObject): readonly Event[] => (jsonOf(object) as { Records: Event[] }).Records;

function newChain(region = 'us-east-1') {
  const forge = createForge({ seed: 'chain', cheap: true });
  const trail = forge.trail({ account: '111122223333', homeRegion: 'us-east-1', bucket: 'old-bucket', prefix: 'old' });
  return { forge, trail, chain: forge.chain({ trail, region, firstDigestStart: START }) };
}

describe('StopLogging and StartLogging', () => {
  test('end the chain with a last digest over a log that tells of the call, and begin a new one', () => {
    const { chain, trail } = newChain();
    chain.hour({ logs: 1 });
    const last = chain.stop({ logs: 2 });
    expect(last.logs).toHaveLength(3);
    const stop = last.logs
      .flatMap(({ object }) => eventsOf(object))
      .find(({ eventName }) => eventName === 'StopLogging');
    expect(stop).toMatchObject({
      eventTime: new Date(START + 90 * MINUTE).toISOString().replace('.000', ''),
      requestParameters: { name: trail.arn },
    });
    expect(fieldsOf(last.digest.object).logFiles.map((log) => log['s3Object'])).toEqual(
      last.logs.map(({ object }) => object.key),
    );
    expect(chain.logging).toBe(false);
    expect(() => chain.hour()).toThrow('restart');
    const begin = last.end + 3 * HOUR + 17_000;
    chain.restart(begin);
    const first = chain.hour({ logs: 1 });
    expect(fieldsOf(first.digest.object)).toMatchObject({
      previousDigestSignature: null,
      previousDigestS3Object: null,
      digestStartTime: new Date(begin).toISOString().replace('.000', ''),
    });
    expect(first.logs.flatMap(({ object }) => eventsOf(object)).map(({ eventName }) => eventName)).toContain(
      'StartLogging',
    );
    expect(
      chain
        .hour({ logs: 1 })
        .logs.flatMap(({ object }) => eventsOf(object))
        .map(({ eventName }) => eventName),
    ).not.toContain('StartLogging');
    expect(chain.switches.map(({ logging, at }) => [logging, at])).toEqual([
      [true, START],
      [false, START + 90 * MINUTE],
      [true, begin],
    ]);
  });

  test('are events of the home region only', () => {
    const { chain } = newChain('eu-west-1');
    expect(chain.stop({ logs: 1 }).logs).toHaveLength(1);
  });

  test('may cut the last interval short, but not before the call can be logged', () => {
    const { chain } = newChain();
    expect(() => chain.stop({ at: START + 30 * MINUTE, end: START + 35 * MINUTE })).toThrow(RangeError);
    const { start, end, digest } = chain.stop({ at: START + 10 * MINUTE, end: START + 25 * MINUTE });
    expect(end - start).toBe(25 * MINUTE);
    expect(digest.object.key).toMatch(/_20260501T003852Z\.json\.gz$/);
    expect(() => chain.stop()).toThrow('already');
    expect(() => chain.restart(START)).toThrow(RangeError);
  });
});

test('a moved trail delivers to the new place and points back into the old one', () => {
  const { chain } = newChain();
  const before = chain.hour({ logs: 1 });
  chain.move('new-bucket', null);
  const after = chain.hour({ logs: 1 });
  expect(fieldsOf(after.digest.object)).toMatchObject({
    digestS3Bucket: 'new-bucket',
    previousDigestS3Bucket: 'old-bucket',
    previousDigestS3Object: before.digest.object.key,
    previousDigestSignature: before.digest.object.metadata.get('signature'),
    digestStartTime: fieldsOf(before.digest.object)['digestEndTime'],
  });
  expect(before.digest.object.key.startsWith('old/AWSLogs/')).toBe(true);
  expect(
    [after.digest.object, ...after.logs.map(({ object }) => object)].every(
      ({ bucket, key }) => bucket === 'new-bucket' && key.startsWith('AWSLogs/'),
    ),
  ).toBe(true);
});

describe('backfill digests', () => {
  test('list the withheld files, signed with the key of their generation time, in a chain of their own', () => {
    const { forge, chain } = newChain();
    const hour = chain.hour({ logs: 3, withheld: 1 });
    const next = chain.hour({ logs: 2, withheld: 2 });
    const generatedAt = hour.end + 25 * DAY;
    const backfill = chain.backfill({ start: hour.start, end: hour.end, logs: hour.withheld, generatedAt });
    const second = chain.backfill({
      start: next.start,
      end: next.end,
      logs: next.withheld,
      generatedAt: generatedAt + HOUR,
    });
    const fields = fieldsOf(backfill.digest.object);
    expect(fieldsOf(hour.digest.object).logFiles).toHaveLength(2);
    expect(fields.logFiles.map((log) => log['s3Object'])).toEqual(hour.withheld.map(({ object }) => object.key));
    expect(backfill.digest.object.key).toBe(hour.digest.object.key.replace('Z.json.gz', 'Z_backfill.json.gz'));
    expect(backfill.digest.object.metadata.get('backfill-generation-timestamp')).toBe(
      new Date(generatedAt).toISOString(),
    );
    const newest = forge.publicKeys('us-east-1', generatedAt, generatedAt).at(-1);
    expect(fields['digestPublicKeyFingerprint']).toBe(newest?.fingerprint);
    expect(fields['digestPublicKeyFingerprint']).not.toBe(fieldsOf(hour.digest.object)['digestPublicKeyFingerprint']);
    expect([fields['previousDigestSignature'], fieldsOf(second.digest.object)['previousDigestS3Object']]).toEqual([
      null,
      backfill.digest.object.key,
    ]);
    expect(chain.hour().starting).toBe(false);
  });

  test('deliver files of their own when told how many, and begin anew when told so', () => {
    const { chain } = newChain();
    const { start, end } = chain.hour({ logs: 1 });
    const made = chain.backfill({ start, end, logs: 2, generatedAt: end + DAY });
    const again = chain.backfill({
      start: start + HOUR,
      end: end + HOUR,
      logs: 0,
      generatedAt: end + DAY,
      starting: true,
    });
    expect(made.deliveries.map(({ what }) => what)).toEqual(['log', 'log', 'backfill-digest']);
    expect(fieldsOf(again.digest.object)['previousDigestS3Object']).toBeNull();
    expect(chain.backfills).toHaveLength(2);
  });
});

test('a late digest comes late and is otherwise the same', () => {
  const [late, usual] = [newChain().chain.hour({ logs: 2, digestDelay: 5 * HOUR }), newChain().chain.hour({ logs: 2 })];
  expect(late.digest.deliveredAt - usual.digest.deliveredAt).toBe(5 * HOUR);
  expect(late.digest.link).toEqual(usual.digest.link);
});

test('while validation is off there are log files and no digests, and then a starting digest', () => {
  const { chain } = newChain();
  chain.hour({ logs: 1 });
  const loose = chain.unproven({ until: START + 4 * HOUR, logs: 5 });
  expect(loose.map(({ what }) => what)).toEqual(['log', 'log', 'log', 'log', 'log']);
  const next = chain.hour({ logs: 1 });
  expect([next.start, next.starting]).toEqual([START + 4 * HOUR, true]);
  expect(chain.unprovenSpans).toEqual([{ from: START + HOUR, until: START + 4 * HOUR }]);
  expect(() => chain.unproven({ until: START, logs: 0 })).toThrow(RangeError);
});

describe('calls that the logs tell of', () => {
  const callsIn = (logs: readonly ForgedLog[]): readonly unknown[] =>
    logs
      .flatMap(({ object }) => eventsOf(object))
      .filter(({ eventSource, readOnly }) => eventSource === 'cloudtrail.amazonaws.com' && !readOnly)
      .map(({ eventName, requestParameters }) => [eventName, requestParameters]);

  test('validation off and on again', () => {
    const { chain, trail } = newChain();
    const last = chain.unvalidate({ logs: 1 });
    chain.unproven({ until: START + 4 * HOUR, logs: 1 });
    expect(callsIn(last.logs)).toEqual([['UpdateTrail', { name: trail.arn, enableLogFileValidation: false }]]);
    const next = chain.hour({ logs: 1 });
    expect(callsIn(next.logs)).toEqual([['UpdateTrail', { name: trail.arn, enableLogFileValidation: true }]]);
    expect(chain.logging).toBe(true);
  });

  test('a trail deleted and made anew, whose status knows nothing of the old one', () => {
    const { chain, trail } = newChain();
    const last = chain.remove({ logs: 1 });
    expect(callsIn(last.logs)).toEqual([['DeleteTrail', { name: trail.arn }]]);
    chain.recreate(last.end + 5 * MINUTE);
    const next = chain.hour({ logs: 1 });
    expect(next.starting).toBe(true);
    expect(callsIn(next.logs)).toEqual([
      ['CreateTrail', expect.objectContaining({ name: trail.arn, enableLogFileValidation: true })],
      ['StartLogging', { name: trail.arn }],
    ]);
    const { status } = trailAt(trail, { chains: [chain], t: next.end });
    expect([status.startedLogging, status.stoppedLogging]).toEqual([last.end + 5 * MINUTE, null]);
  });
});

test('a trail made anew under the same name is another chain in the same folder', () => {
  const { forge, trail, chain } = newChain();
  const anew = forge.chain({ trail, firstDigestStart: START + 30 * MINUTE });
  const [one, other] = [chain.hour({ logs: 1 }), anew.hour({ logs: 1 })];
  expect(other.starting).toBe(true);
  expect(other.logs[0]?.object.key).not.toBe(one.logs[0]?.object.key);
  expect(other.digest.object.key.slice(0, -24)).toBe(one.digest.object.key.slice(0, -24));
  expect(() => forge.chain({ trail, firstDigestStart: START + 1 })).toThrow(RangeError);
});
