/**
 * A few of the random worlds of `npm run worlds`, the same in every run: no false alarm in whatever happens in life, no
 * damage that is not told of.
 */
import { expect, test } from 'vitest';
import type { ForgedChain } from '../cloud/forge/chain-types.ts';
import { DAMAGES } from './damages.ts';
import { planOf } from './plan.ts';
import { damagedTrial, healthyTrial, type Trial } from './trial.ts';

const WORLDS = 300;
const FIRST_SEED = 1000;
const seeds = Array.from({ length: WORLDS }, (_, index) => FIRST_SEED + index);

/** The failures of each world, with what it takes to see them again. */
function failuresOf(trials: readonly Trial[]): readonly unknown[] {
  return trials
    .filter(({ failures }) => failures.length > 0)
    .map(({ kind, seed, plan, damage, failures }) => ({ kind, seed, damage: damage?.name, failures, plan }));
}

test(`${WORLDS} healthy worlds: nothing is found, and the second verifier agrees`, { timeout: 240_000 }, () => {
  const trials = seeds.map((seed) => healthyTrial(seed));
  expect(failuresOf(trials)).toEqual([]);
  const met = metIn(trials);
  console.info(`met in ${WORLDS} healthy worlds: ${JSON.stringify(met)}`);
  expect(Object.entries(met).filter(([, count]) => count === 0)).toEqual([]);
});

const INCIDENTS = [
  'backfill',
  'late-digest',
  'move',
  'opt-in',
  'pause',
  'quiet',
  'recreate',
  'validation-off',
] as const;

/** How much of what may happen has happened: a world that nothing happens in proves little. */
function metIn(trials: readonly Trial[]): Readonly<Record<string, number>> {
  const judged = trials.flatMap(({ look }) => look.judged);
  const sum = (count: (one: (typeof judged)[number]) => number): number =>
    judged.reduce((all, one) => all + count(one), 0);
  const incidents = trials.flatMap(({ plan }) => plan.incidents);
  return {
    ...Object.fromEntries(INCIDENTS.map((type) => [type, incidents.filter((one) => one.type === type).length])),
    chains: judged.length,
    digests: sum(({ views }) => views.length),
    logs: sum(({ named }) => named.size),
    restarts: sum(({ views }) => views.filter(({ link }) => link === 'chain-start').length - 1),
    backfilled: sum(({ backfills }) => backfills.length),
    moved: sum(({ chain }) => chain.source.formerBuckets.length),
    organization: judged.filter(({ chain }) => chain.source.org !== null).length,
    rotations: trials.filter(({ world }) => world.chains.some(rotates)).length,
  };
}

/** True when the chain's digests were signed with more than one key. */
function rotates({ keyring, region, hours }: ForgedChain): boolean {
  return new Set(hours.map(({ deliveredAt }) => keyring.signerAt(region, deliveredAt).fingerprint)).size > 1;
}

test(`${WORLDS} worlds with one damage: none is clean, and the second verifier agrees`, { timeout: 240_000 }, () => {
  const trials = seeds.map((seed) => damagedTrial(seed));
  expect(failuresOf(trials)).toEqual([]);
  const done = new Set(trials.map(({ damage }) => damage?.name));
  expect(done.size).toBeGreaterThan(DAMAGES.length / 2);
});

test('a world comes again from its seed', () => {
  expect(planOf(7)).toEqual(planOf(7));
  expect(planOf(7)).not.toEqual(planOf(8));
  const [once, again] = [damagedTrial(7), damagedTrial(7)];
  expect(JSON.stringify([again.plan, again.damage, again.look.findings])).toBe(
    JSON.stringify([once.plan, once.damage, once.look.findings]),
  );
});

test('every published manipulation, and every other damage of the forge, may be drawn', () => {
  const names = DAMAGES.map(({ name }) => name);
  for (let id = 1; id <= 25; id += 1) expect(names.some((name) => name.startsWith(`V${id} `))).toBe(true);
  expect(new Set(names).size).toBe(names.length);
  expect(names.length).toBeGreaterThan(100);
});
