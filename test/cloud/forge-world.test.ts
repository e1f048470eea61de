import { gunzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { judge } from './forge/judge.ts';
import { putObjects } from './forge/buckets.ts';
import type { Incident } from './forge/incidents.ts';
import { DAY, HOUR, MINUTE } from './forge/times.ts';
import { forgeWorld, type World, type WorldBucket, type WorldDelivery, type WorldOptions } from './forge/world.ts';

const START = Date.parse('2026-02-28T22:00:00Z');

const newWorld = (options: Partial<WorldOptions> = {}): World =>
  forgeWorld({ seed: 'world', start: START, hours: 5, cheap: true, logsPerHour: [0, 3], ...options });
const namesOf = (world: World, t: number): string[] =>
  [...world.deliverUntil(t)].map(({ object, deliveredAt }) => `${deliveredAt} ${object.key}`);

/** What the judge says of every chain of the world after everything has been delivered. */
function verdicts(world: World): string[] {
  const buckets = putObjects(
    new Map(),
    [...world.deliverAll()].map(({ object }) => object),
  );
  return world.chains.flatMap((chain) => {
    const keys = world.publicKeys(chain.region, START - 60 * DAY, START + 60 * DAY);
    const starts = chain.hours.filter(({ starting }) => starting).map(({ start }) => start);
    const { account, region, trail, name, hours } = chain;
    const organization = trail.organization ? world.organizationId : null;
    return [
      ...judge({
        buckets,
        account,
        region,
        trail: trail.name,
        organization,
        keys,
        newest: hours.at(-1)?.end ?? 0,
        starts,
      }),
    ].map((code) => `${name} ${code}`);
  });
}

test('an organization with its accounts, trails, buckets and chains', () => {
  const world = newWorld({ accounts: 6, organizationTrail: true });
  expect(world.accounts).toHaveLength(6);
  expect(world.accounts.every(({ id }) => /^\d{12}$/.test(id))).toBe(true);
  expect(world.accounts[1]?.id.startsWith('0')).toBe(true);
  expect(new Set(world.accounts.map(({ id }) => id)).size).toBe(6);
  expect(world.trails.filter(({ organization }) => organization).map(({ account }) => account)).toEqual([
    world.management,
  ]);
  // Six multi-region trails and one over the organization (two regions each), two single-region ones.
  expect(world.chains).toHaveLength(6 * 2 + 6 * 2 + 2);
  const ownerOf = (bucket: WorldBucket): readonly [string, string] => [bucket.name, bucket.owner];
  expect(new Map(world.buckets.map(ownerOf)).get(world.trails[0]?.bucket ?? '')).toBe(world.management);
  expect(new Set(world.chains.map(({ name }) => name)).size).toBe(world.chains.length);
  expect(new Set(world.chains.map(({ nextStart }) => nextStart % HOUR)).size).toBeGreaterThan(20);
});

test('deliveries come in order of time, each once, however the time is cut', () => {
  const whole = [...newWorld().deliverAll()].map(({ object, deliveredAt }) => `${deliveredAt} ${object.key}`);
  const world = newWorld();
  const pieces: string[] = [];
  for (let t = START; t <= START + 9 * HOUR; t += 7 * MINUTE) pieces.push(...namesOf(world, t));
  expect(pieces).toEqual(whole);
  expect(new Set(whole).size).toBe(whole.length);
  expect(whole).toEqual(whole.toSorted());
  expect(namesOf(world, START + 30 * DAY)).toEqual([]);
});

test('nothing is delivered before its time, and who stops early finds the rest', () => {
  const world = newWorld({ logsPerHour: 3 });
  for (const delivery of world.deliverUntil(START + 3 * HOUR)) if (delivery.deliveredAt > START + 2 * HOUR) break;
  const rest: readonly WorldDelivery[] = [...world.deliverUntil(START + 3 * HOUR)];
  expect(rest.length).toBeGreaterThan(0);
  expect(rest.every(({ deliveredAt }) => deliveredAt > START + 2 * HOUR && deliveredAt <= START + 3 * HOUR)).toBe(true);
});

test('a world without hours goes on as long as its clock does', () => {
  const world = forgeWorld({
    seed: 'live',
    start: START,
    cheap: true,
    accounts: 1,
    regions: ['us-east-1'],
    logsPerHour: 1,
  });
  const digests = [...world.deliverUntil(START + 3 * DAY)].filter(({ what }) => what === 'digest');
  expect(digests.length).toBeGreaterThanOrEqual(70);
  expect(() => [...world.deliverAll()]).toThrow('without end');
});

test('the same seed makes the same world, byte for byte', () => {
  const bytes = (world: World): string[] =>
    [...world.deliverAll()].map(
      ({ object }) =>
        `${object.key} ${Buffer.from(object.body).toString('base64')} ${object.metadata.get('signature')}`,
    );
  expect(bytes(newWorld())).toEqual(bytes(newWorld()));
});

const INCIDENTS: readonly Incident[] = [
  { type: 'pause', hour: 1, hours: 2, trail: 0 },
  { type: 'move', hour: 2, bucket: 'moved-to', prefix: 'elsewhere', trail: 1 },
  { type: 'backfill', hour: 1, logs: 2, generatedAfter: 9 * DAY, trail: 2 },
  { type: 'late-digest', hour: 2, delay: 6 * HOUR, trail: 3 },
  { type: 'quiet', hour: 4 },
];

describe('incidents', () => {
  test('leave worlds sound, but for files that another trail or a backfill digest names: the judge reads one chain', () => {
    expect(verdicts(newWorld({ incidents: INCIDENTS })).filter((verdict) => !verdict.endsWith('log-unlisted'))).toEqual(
      [],
    );
    expect(verdicts(newWorld({ incidents: INCIDENTS.filter(({ type }) => type !== 'backfill'), accounts: 2 }))).toEqual(
      [],
    );
  });

  test('deliver a backfill digest days later, and with it every file is named', () => {
    const world = newWorld({ incidents: INCIDENTS });
    const all = [...world.deliverAll()];
    const backfills = all.filter(({ what }) => what === 'backfill-digest');
    expect(backfills).toHaveLength(2);
    expect(backfills.every(({ deliveredAt }) => deliveredAt > START + 9 * DAY)).toBe(true);
    const named = all
      .filter(({ what }) => what !== 'log')
      .flatMap(
        ({ object }) =>
          (
            JSON.parse(gunzipSync(object.body).toString('utf8')) as {
              logFiles: { s3Bucket: string; s3Object: string }[];
            }
          ).logFiles,
      );
    expect(named.map(({ s3Bucket, s3Object }) => `${s3Bucket}/${s3Object}`).toSorted()).toEqual(
      all
        .filter(({ what }) => what === 'log')
        .map(({ object }) => `${object.bucket}/${object.key}`)
        .toSorted(),
    );
  });

  test('show in the status of trails at that time', () => {
    const world = newWorld({ incidents: [...INCIDENTS, { type: 'validation-off', hour: 1, hours: 2, trail: 3 }] });
    for (const _ of world.deliverUntil(START + 3 * HOUR)) continue;
    const [paused, moved, , unproven] = world.trailsAt(START + 3 * HOUR);
    expect(paused?.status).toMatchObject({ logging: false });
    expect(paused?.status.stoppedLogging).toBeGreaterThan(START + HOUR);
    expect([moved?.bucket, moved?.prefix, moved?.status.logging]).toEqual(['moved-to', 'elsewhere', true]);
    expect(unproven?.validation).toBe(false);
    for (const _ of world.deliverAll()) continue;
    const [resumed] = world.trailsAt(START + 30 * DAY);
    expect(resumed?.status.logging).toBe(true);
    expect(resumed?.status.startedLogging).toBeGreaterThan(resumed?.status.stoppedLogging ?? Infinity);
    expect(resumed?.status.latestDigestDelivery).toBeGreaterThan(START + 4 * HOUR);
    expect(world.buckets.map(({ name }) => name)).toContain('moved-to');
  });

  test('can be added while the world runs', () => {
    const world = newWorld({ accounts: 1 });
    for (const _ of world.deliverUntil(START + 2 * HOUR)) continue;
    world.happen({ type: 'move', hour: 3, bucket: 'later', prefix: null });
    expect([...world.deliverAll()].some(({ object }) => object.bucket === 'later')).toBe(true);
  });
});

test('random healthy worlds give the judge nothing to say', () => {
  const incident = fc
    .record({ hour: fc.integer({ min: 0, max: 4 }), trail: fc.integer({ min: 0, max: 2 }) })
    .chain((at) =>
      fc
        .oneof(
          fc.record({ type: fc.constant('pause' as const), hours: fc.integer({ min: 1, max: 4 }) }),
          fc.record({
            type: fc.constant('move' as const),
            bucket: fc.constantFrom('b-one', 'b-two'),
            prefix: fc.constantFrom(null, 'p', 'p/q'),
          }),
          fc.record({
            type: fc.constant('late-digest' as const),
            delay: fc.integer({ min: 0, max: 40 }).map((hours) => hours * HOUR),
          }),
          fc.constant({ type: 'quiet' as const }),
        )
        .map((what): Incident => ({ ...at, ...what })),
    );
  fc.assert(
    fc.property(
      fc.string(),
      fc.array(incident, { maxLength: 6 }),
      fc.boolean(),
      (seed, incidents, organizationTrail) => {
        expect(verdicts(newWorld({ seed, incidents, organizationTrail, accounts: 2, regions: ['us-east-1'] }))).toEqual(
          [],
        );
      },
    ),
    { numRuns: 25 },
  );
});
