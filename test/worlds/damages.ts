/** Every way of damaging that the forge knows, each to be done once to a world, at a random spot. */
import type { Random } from '../cloud/forge/random.ts';
import * as digests from '../cloud/forge/damage/digests.ts';
import * as logs from '../cloud/forge/damage/logs.ts';
import type { Damage, Scene, Spot, Truth } from '../cloud/forge/damage/scene.ts';
import * as metadata from '../cloud/forge/damage/signature-metadata.ts';
import * as chains from '../cloud/forge/damage/signed-chains.ts';
import * as contents from '../cloud/forge/damage/signed-contents.ts';
import { TAMPERINGS } from '../cloud/forge/damage/tampering.ts';
import type { ForgedChain } from '../cloud/forge/chain-types.ts';

/** Where a damage strikes and what it may draw on. */
export interface Strike {
  readonly scene: Scene;
  readonly spot: Spot;
  readonly random: Random;
  readonly now: number;
  /** The other chains of the world. */
  readonly others: readonly ForgedChain[];
}

export interface NamedDamage {
  readonly name: string;
  /**
   * `anywhere`: seen at once. `settled`: seen when later intervals are due, so the newest are left alone.
   * `calm`: like that, and only where no time is without digests, since it is seen by what digests do not name.
   */
  readonly reach: 'anywhere' | 'settled' | 'calm';
  /** How often in comparison; the costly ones seldom. */
  readonly weight: number;
  /** Throws a RangeError where the spot has nothing to damage. */
  strike(strike: Strike): Truth;
}

const USUAL = 10;
const COSTLY = 1;
const SWOLLEN = 100_000;
const FOREIGN = ['account', 'bucket', 'region', 'folder'] as const;
const FIELDS = ['extra', 'name', 'comment'] as const;

function simple(name: string, damage: Damage): NamedDamage {
  const strike: NamedDamage['strike'] = ({ scene, spot }) => {
    const truth = damage(scene, spot);
    // Beside a pause that the logs tell of, the restart is proven, and the hours deleted behind it are what is missing.
    const more = damage === chains.restartHidingDeletion ? (['digest-missing'] as const) : [];
    return { ...truth, expected: [...truth.expected, ...more] };
  };
  return { name, reach: reachOf(damage), weight: USUAL, strike };
}

/** What is gone is missed when it is due; what no digest names, when all of them are there. */
function reachOf(damage: Damage): NamedDamage['reach'] {
  if (damage === logs.plantLog || damage === contents.replaceDigest) return 'calm';
  return SETTLED.has(damage) ? 'settled' : 'anywhere';
}

const SETTLED: ReadonlySet<Damage> = new Set<Damage>([
  digests.deleteDigest,
  digests.deleteTwoDigests,
  chains.restartHidingDeletion,
  chains.skipDigests,
]);

/** Damages that take more than a spot, and bombs, which take long. */
const SPECIAL: ReadonlySet<string> = new Set([
  'hideDataInLogHeader',
  'hideDataInDigestHeader',
  'replaceLogByBomb',
  'replaceDigestByBomb',
  'deleteDigests',
  'moveDigest',
  'replayForeignDigest',
  'listForeignLog',
  'swellDigest',
  'plantFutureDigest',
]);

/** Damages to the way a digest joins its predecessor: a starting digest has none. */
const JOINTS: ReadonlySet<unknown> = new Set([
  chains.forkChain,
  chains.restartForNoReason,
  contents.gapBeforeDigest,
  contents.overlapWithPrevious,
]);

function notAtStart(damage: Damage): Damage {
  return (scene, spot) => {
    if (spot === undefined || scene.chain.hours[spot.hour]?.starting !== false) throw new RangeError('no joint there');
    return damage(scene, spot);
  };
}

const PLAIN: readonly NamedDamage[] = [metadata, logs, digests, contents, chains].flatMap((module) =>
  Object.entries(module)
    .filter(([name]) => !SPECIAL.has(name))
    // A loader may list a module's exports in any order, and a seed must mean the same damage everywhere.
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, damage]) => simple(name, JOINTS.has(damage) ? notAtStart(damage as Damage) : (damage as Damage))),
);

const PUBLISHED: readonly NamedDamage[] = TAMPERINGS.map(({ id, name, apply }) => simple(`${id} ${name}`, apply));

const HIDDEN: readonly NamedDamage[] = FIELDS.flatMap((field) => [
  simple(`log header ${field}`, logs.hideDataInLogHeader(field)),
  simple(`digest header ${field}`, digests.hideDataInDigestHeader(field)),
]);

const DRAWN: readonly NamedDamage[] = [
  { ...simple('log bomb', logs.replaceLogByBomb), weight: COSTLY },
  { ...simple('digest bomb', digests.replaceDigestByBomb), weight: COSTLY },
  { ...simple('swollen digest', contents.swellDigest(SWOLLEN)), weight: COSTLY },
  ...FOREIGN.map((place): NamedDamage => ({
    ...simple(`foreign ${place}`, digests.deleteDigest),
    reach: 'anywhere',
    strike: ({ scene, spot }) => contents.listForeignLog(scene, { place, spot }),
  })),
  {
    ...simple('run of digests deleted', digests.deleteDigest),
    strike: ({ scene, spot, random }) => {
      const to = Math.min(spot.hour + random.int(0, 3), scene.chain.hours.length - 4);
      return digests.deleteDigests(scene, { from: spot.hour, to, keepLogs: random.float() < 0.5 });
    },
  },
  {
    ...simple('digest moved out of sight', digests.deleteDigest),
    strike: ({ scene, spot: { hour } }) => {
      const key = scene.chain.hours[hour]?.digest.key ?? '';
      return { ...digests.moveDigest(scene, { hour, to: { bucket: 'elsewhere', key } }), expected: ['digest-missing'] };
    },
  },
  {
    ...simple("another chain's digest", digests.deleteDigest),
    reach: 'anywhere',
    strike: ({ scene, spot: { hour }, random, others }) => {
      if (others.length === 0) throw new RangeError('the world has no other chain');
      const foreign = random.pick(random.pick(others).hours);
      return digests.replayForeignDigest(scene, { hour, foreign });
    },
  },
  {
    ...simple('digest of the future', digests.deleteDigest),
    reach: 'anywhere',
    strike: ({ scene, now }) => chains.plantFutureDigest(scene, now),
  },
];

export const DAMAGES: readonly NamedDamage[] = [...PUBLISHED, ...PLAIN, ...HIDDEN, ...DRAWN];

/** One of them, by weight. */
export function drawDamage(random: Random): NamedDamage {
  const total = DAMAGES.reduce((sum, { weight }) => sum + weight, 0);
  let at = random.int(0, total - 1);
  for (const damage of DAMAGES) {
    at -= damage.weight;
    if (at < 0) return damage;
  }
  throw new Error('weights do not add up');
}
