/**
 * No false alarm: random worlds in which nothing was tampered with, with everything that happens in life (pauses,
 * moves, late digests, backfills, key rotation, organization trails, two trails in one folder).
 */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { putObjects } from '../cloud/forge/buckets.ts';
import { createForge } from '../cloud/forge/forge.ts';
import type { Incident } from '../cloud/forge/incidents.ts';
import { DAY, HOUR, MINUTE } from '../cloud/forge/times.ts';
import { forgeWorld, type World } from '../cloud/forge/world.ts';
import { chainOf } from './forged-chain.ts';
import { codesOf, GRACE, judgeChain, type Evidence, type JudgedChain } from './judge-buckets.ts';

const WORLDS = 300;
const FIRST = Date.parse('2025-11-03T00:00:00Z');
const REGIONS = ['us-east-1', 'eu-west-1', 'ap-southeast-2', 'us-gov-west-1', 'cn-northwest-1', 'eusc-de-east-1'];

interface Plan {
  readonly seed: number;
  readonly day: number;
  /** Begins two hours before the first region's next signing key. */
  readonly rotating: boolean;
  readonly hours: number;
  readonly accounts: number;
  readonly regions: readonly string[];
  readonly organizationTrail: boolean;
  readonly escapeSlashes: boolean;
  readonly incidents: readonly Incident[];
}

/** Incidents early enough that what they delay has come, and what they stop goes on, before the world ends. */
function incidentsOf(hours: number): fc.Arbitrary<readonly Incident[]> {
  const scope = fc.record({ hour: fc.nat(hours - 5), trail: fc.nat(2) });
  const kinds: readonly fc.Arbitrary<Incident>[] = [
    fc
      .record({ scope, hours: fc.integer({ min: 1, max: 2 }) })
      .map((one) => ({ type: 'pause', ...one.scope, hours: one.hours })),
    fc
      .record({ scope, hours: fc.integer({ min: 1, max: 2 }) })
      .map((one) => ({ type: 'validation-off', ...one.scope, hours: one.hours })),
    fc
      .record({ scope, to: fc.constantFrom('moved-to', 'moved-on'), prefix: fc.constantFrom(null, 'new/prefix') })
      .map((one) => ({ type: 'move', ...one.scope, bucket: one.to, prefix: one.prefix })),
    fc
      .record({ scope, delay: fc.integer({ min: 1, max: 170 }) })
      .map((one) => ({ type: 'late-digest', ...one.scope, delay: one.delay * MINUTE })),
    fc
      .record({ scope, logs: fc.integer({ min: 1, max: 2 }), after: fc.integer({ min: 40, max: 160 }) })
      .map((one) => ({ type: 'backfill', ...one.scope, logs: one.logs, generatedAfter: one.after * MINUTE })),
    scope.map((one) => ({ type: 'quiet', ...one })),
  ];
  return fc.array(fc.oneof(...kinds), { maxLength: 3 });
}

const plans: fc.Arbitrary<Plan> = fc.integer({ min: 5, max: 7 }).chain((hours) =>
  fc.record({
    seed: fc.nat(),
    day: fc.nat(300),
    rotating: fc.boolean(),
    hours: fc.constant(hours),
    accounts: fc.constantFrom(1, 1, 1, 2, 3),
    regions: fc.uniqueArray(fc.constantFrom(...REGIONS), { minLength: 1, maxLength: 2 }),
    organizationTrail: fc.boolean(),
    escapeSlashes: fc.boolean(),
    incidents: incidentsOf(hours),
  }),
);

interface Seen {
  readonly world: World;
  readonly judged: readonly JudgedChain[];
  readonly codes: ReadonlySet<string>;
}

function startOf({ seed, day, rotating, regions }: Plan): number {
  const start = FIRST + day * DAY + (seed % 86_400) * 1000;
  if (!rotating) return start;
  const keys = createForge({ seed }).publicKeys(regions[0] ?? '', start, start + 30 * DAY);
  return Math.min(...keys.map(({ validFrom }) => validFrom).filter((from) => from > start)) - 2 * HOUR;
}

/** Everything that has been delivered an hour after the last interval ended, judged. */
function judgeWorld(plan: Plan): Seen {
  const start = startOf(plan);
  const world = forgeWorld({ ...plan, start, cheap: true, logsPerHour: [0, 2] });
  const now = start + (plan.hours + 2) * HOUR;
  const buckets = putObjects(
    new Map(),
    [...world.deliverUntil(now)].map(({ object }) => object),
  );
  const keys = plan.regions.flatMap((region) => world.publicKeys(region, start - 60 * DAY, now + DAY));
  const evidence: Evidence = { buckets, keys, now };
  const trails = new Map(world.trailsAt(now).map((trail) => [trail.arn, trail]));
  const judged = world.chains.map((chain) =>
    judgeChain(evidence, chainOf(chain, trails.get(chain.trail.arn) ?? chain.trail)),
  );
  return { world, judged, codes: codesOf(evidence, judged) };
}

/**
 * Until restarts are held against the StopLogging and StartLogging events of the log files, every restart is told,
 * an honest one too: `chain-restarted`, and nothing else.
 */
function expectSound({ world, judged, codes }: Seen): void {
  const restarts = world.chains.map((chain) => chain.hours.filter(({ starting }) => starting).length - 1);
  expect([...codes]).toEqual(restarts.some((count) => count > 0) ? ['chain-restarted'] : []);
  for (const [index, { coverage, backfills }] of judged.entries()) {
    const chain = world.chains[index];
    const red = coverage.cells.filter(({ state }) => state !== 'verified');
    expect(red).toHaveLength(2 * (restarts[index] ?? 0));
    expect(coverage.cells.length - red.length).toBe((chain?.hours.length ?? 0) - (restarts[index] ?? 0));
    expect(backfills.map(({ state }) => state)).toEqual((chain?.backfills ?? []).map(() => 'verified'));
  }
}

test(`${WORLDS} random healthy worlds: nothing is found, but for restarts`, { timeout: 120_000 }, () => {
  const met = { chains: 0, digests: 0, logs: 0, restarts: 0, backfills: 0, moves: 0, organization: 0, rotations: 0 };
  fc.assert(
    fc.property(plans, (plan) => {
      const seen = judgeWorld(plan);
      expectSound(seen);
      for (const { views, backfills, chain, named } of seen.judged) {
        met.chains += 1;
        met.digests += views.length;
        met.logs += named.size;
        met.backfills += backfills.length;
        met.restarts += views.filter(({ link }) => link === 'chain-start').length - 1;
        met.moves += chain.source.formerBuckets.length;
        met.organization += chain.source.org === null ? 0 : 1;
      }
      met.rotations += seen.world.chains.some((chain) => rotates(seen.world, chain.region, chain.hours)) ? 1 : 0;
    }),
    { numRuns: WORLDS, endOnFailure: true },
  );
  console.info(`met in ${WORLDS} healthy worlds: ${JSON.stringify(met)}`);
  expect(Object.values(met).every((count) => count > 0)).toBe(true);
  expect(GRACE).toBe(2 * HOUR);
});

/** True when the digests of these intervals were signed with more than one key. */
function rotates(world: World, region: string, hours: readonly { readonly deliveredAt: number }[]): boolean {
  const keyring = world.chains.find((chain) => chain.region === region)?.keyring;
  return new Set(hours.map(({ deliveredAt }) => keyring?.signerAt(region, deliveredAt).fingerprint)).size > 1;
}
