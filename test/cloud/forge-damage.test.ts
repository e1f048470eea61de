import { describe, expect, test } from 'vitest';
import { judge } from './forge/judge.ts';
import { findObject, objectAt, putObjects } from './forge/buckets.ts';
import type { ForgedChain } from './forge/chain-types.ts';
import * as digests from './forge/damage/digests.ts';
import * as logs from './forge/damage/logs.ts';
import type { Damage, Scene, Truth } from './forge/damage/scene.ts';
import * as metadata from './forge/damage/signature-metadata.ts';
import * as chains from './forge/damage/signed-chains.ts';
import * as contents from './forge/damage/signed-contents.ts';
import { TAMPERINGS } from './forge/damage/tampering.ts';
import { createForge, type Forge } from './forge/forge.ts';
import { DAY } from './forge/times.ts';

const START = Date.parse('2026-05-01T00:13:52Z');

interface Stage extends Scene {
  readonly forge: Forge;
  readonly chain: ForgedChain;
}

function newStage(): Stage {
  const forge = createForge({ seed: 'damage', cheap: true });
  const trail = forge.trail({
    account: '111122223333',
    homeRegion: 'eu-west-1',
    bucket: 'member-logs',
    prefix: 'logs',
    name: 'audit_trail.v2',
  });
  const chain = forge.chain({ trail, firstDigestStart: START });
  const buckets = putObjects(
    new Map(),
    Array.from({ length: 12 }, () => chain.hour({ logs: 2 })).flatMap(({ deliveries }) =>
      deliveries.map(({ object }) => object),
    ),
  );
  return { forge, chain, buckets };
}

function judged({ forge, chain, buckets }: Stage): ReadonlySet<string> {
  const newest = chain.hours.at(-1)?.end ?? 0;
  const keys = forge.publicKeys(chain.region, START - 90 * DAY, newest + 7_200_000);
  return judge({
    buckets,
    account: chain.account,
    region: chain.region,
    trail: chain.trail.name,
    organization: null,
    keys,
    newest,
    starts: [START],
  });
}

/** Applies the damage; what the judge finds must be among what the truth expects, and nothing where it expects nothing. */
function expectDamage(damage: (stage: Stage) => Truth): void {
  const stage = newStage();
  const truth = damage(stage);
  const found = [...judged(stage)];
  expect(found.filter((code) => !(truth.expected as readonly string[]).includes(code))).toEqual([]);
  expect(found.length > 0, `found ${found.join()}, expected ${truth.expected.join()}`).toBe(truth.expected.length > 0);
  expect(truth.chain).toBe(stage.chain.name);
  expect(truth.kind).not.toBe('');
  expect(truth.objects.length).toBeGreaterThan(0);
}

test('an undamaged chain gives the judge nothing to say', () => {
  expect([...judged(newStage())]).toEqual([]);
});

describe('the 25 published manipulations', () => {
  test('are numbered V1 to V25', () => {
    expect(TAMPERINGS.map(({ id }) => id)).toEqual(Array.from({ length: 25 }, (_, index) => `V${index + 1}`));
  });
  test.each(TAMPERINGS)('$id $name', ({ apply }) => expectDamage(apply));
});

const SIMPLE: readonly (readonly [string, Damage])[] = [
  ...Object.entries(metadata),
  ...Object.entries(logs).filter(([name]) => !['hideDataInLogHeader', 'replaceLogByBomb'].includes(name)),
  ...Object.entries(digests).filter(
    ([name]) =>
      !['hideDataInDigestHeader', 'deleteDigests', 'moveDigest', 'replayForeignDigest', 'replaceDigestByBomb'].includes(
        name,
      ),
  ),
  ...Object.entries(contents).filter(([name]) => !['listForeignLog', 'swellDigest'].includes(name)),
  ...Object.entries(chains).filter(([name]) => !['plantFutureDigest'].includes(name)),
] as const as readonly (readonly [string, Damage])[];

describe('every damage has the one effect that its truth names', () => {
  test.each(SIMPLE)('%s', (_name, damage) => expectDamage(damage));
  test.each(['extra', 'name', 'comment'] as const)('data in the gzip %s field of a log', (field) =>
    expectDamage(logs.hideDataInLogHeader(field)),
  );
  test.each(['extra', 'name', 'comment'] as const)('data in the gzip %s field of a digest', (field) =>
    expectDamage(digests.hideDataInDigestHeader(field)),
  );
  test.each(['account', 'bucket', 'region', 'folder'] as const)('a log of another %s', (place) =>
    expectDamage((stage) => contents.listForeignLog(stage, { place })),
  );
  test('a digest of 20,000 log files', () => {
    expectDamage(contents.swellDigest(20_000));
  });
  test('bombs', () => {
    expectDamage(logs.replaceLogByBomb);
    expectDamage(digests.replaceDigestByBomb);
  });
  test('digests deleted while their logs stay', () => {
    const stage = newStage();
    const truth = digests.deleteDigests(stage, { from: 4, to: 5, keepLogs: true });
    expect([...judged(stage)]).toEqual(['digest-missing']);
    expect(truth.intervals).toEqual(
      [4, 5].map((hour) => ({ start: START + hour * 3_600_000, end: START + (hour + 1) * 3_600_000 })),
    );
    expect(stage.chain.hours[4]?.logs.every((log) => findObject(stage.buckets, log) !== undefined)).toBe(true);
  });
  test('a digest moved to another bucket leaves a hole and a stranger', () => {
    const stage = newStage();
    const from = stage.chain.hours[3]?.digest ?? { bucket: '', key: '' };
    const truth = digests.moveDigest(stage, { hour: 3, to: { bucket: 'elsewhere', key: from.key } });
    expect(truth.expected).toEqual(['digest-moved']);
    expect([...judged(stage)].toSorted()).toEqual(['digest-missing', 'digest-moved']);
    expect(findObject(stage.buckets, from)).toBeUndefined();
  });
  test("another chain's digest in this place", () => {
    const stage = newStage();
    const other = stage.forge.chain({ trail: stage.chain.trail, account: '444455556666', firstDigestStart: START });
    putObjects(
      stage.buckets,
      other.hour({ logs: 1 }).deliveries.map(({ object }) => object),
    );
    const foreign = other.hours[0];
    if (foreign === undefined) throw new Error('no hour');
    digests.replayForeignDigest(stage, { hour: 6, foreign });
    expect([...judged(stage)]).toEqual(['digest-moved']);
  });
  test('a digest of next year', () => {
    const stage = newStage();
    const truth = chains.plantFutureDigest(stage, START + DAY);
    const [planted] = truth.objects;
    expect(planted?.key).toContain('/2027/05/01/');
    expect(() => chains.plantFutureDigest(stage, START + 800 * DAY)).toThrow('too long ago');
  });
});

test('a damage touches only the objects that its truth names, and the digests linked after them', () => {
  const [before, after] = [newStage(), newStage()];
  const truth = contents.otherAccountInside(after, { hour: 8 });
  const changed = [...(after.buckets.get('member-logs') ?? [])].filter(
    ([key, { body }]) => !Buffer.from(body).equals(objectAt(before.buckets, { bucket: 'member-logs', key }).body),
  );
  expect(truth.objects).toEqual([after.chain.hours[8]?.digest]);
  expect(changed.map(([key]) => key).toSorted()).toEqual(after.chain.hours.slice(8).map(({ digest }) => digest.key));
});

test('a spot chooses the hour and the log, negative numbers from the end, and nothing is hit beside the chain', () => {
  const stage = newStage();
  const last = stage.chain.hours.at(-1)?.logs[1];
  expect(logs.deleteLog(stage, { hour: -1, log: 1 }).objects).toEqual([last]);
  expect(() => logs.deleteLog(stage, { hour: -1, log: 1 })).toThrow('no object');
  expect(() => logs.deleteLog(stage, { hour: 12 })).toThrow(RangeError);
  expect(() => contents.wrongPreviousHash(stage, { hour: 0 })).toThrow('starting digest');
});
