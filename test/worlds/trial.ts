/** One world put to the test: a healthy one, of which nothing may be said, or one with a single damage. */
import type { Finding } from '../../src/core/coverage.ts';
import { NOTE_CODES } from '../../src/core/verdict.ts';
import { putObjects, type Buckets } from '../cloud/forge/buckets.ts';
import type { HourRecord } from '../cloud/forge/chain-types.ts';
import type { Truth } from '../cloud/forge/damage/scene.ts';
import { createRandom, type Random } from '../cloud/forge/random.ts';
import { MINUTE } from '../cloud/forge/times.ts';
import type { World, WorldDelivery } from '../cloud/forge/world.ts';
import { GRACE } from '../core/judge-buckets.ts';
import type { Span } from '../second/question.ts';
import { drawDamage, type NamedDamage } from './damages.ts';
import { lookAt, type Look, type Sight } from './look.ts';
import { endOf, planOf, UNTOLD_DELAY, worldOf, type WorldPlan } from './plan.ts';

export type Kind = 'healthy' | 'damaged';

/** What came of one world. `failures` in words, empty when all is as it should be. */
export interface Trial {
  readonly kind: Kind;
  readonly seed: number;
  readonly plan: WorldPlan;
  readonly world: World;
  readonly look: Look;
  /** What was done, and where; null in healthy worlds. */
  readonly damage: { readonly name: string; readonly truth: Truth } | null;
  readonly failures: readonly string[];
}

/** By then every digest is due and every file past its grace, but for the newest three hours. */
const AFTER_ALL = 45 * MINUTE;
/** Intervals at the newest end whose absence is not due yet. */
const UNDUE = 3;
/** In every so many worlds everything arrives in another order. */
const MIXED_EVERY = 4;
const NOTES: ReadonlySet<string> = new Set(NOTE_CODES);

interface Scene {
  readonly plan: WorldPlan;
  readonly world: World;
  readonly sight: Sight;
}

/** The healthy world of a seed, delivered to its end. */
export function healthyScene(seed: number): Scene & { readonly deliveries: readonly WorldDelivery[] } {
  const plan = planOf(seed);
  const world = worldOf(plan);
  const now = endOf(plan);
  const deliveries = [...world.deliverUntil(now)];
  const sight = { world, now, regions: plan.regions, buckets: bucketsOf(deliveries) };
  return { plan, world, sight, deliveries };
}

export function healthyTrial(seed: number): Trial {
  const { plan, world, sight, deliveries } = healthyScene(seed);
  const random = createRandom(`moments/${seed}`);
  const look = lookAt(sight);
  const early = earlyFailures({ plan, world, random }, deliveries);
  const failures = [...soundFailures(look), ...truthFailures(world, look), ...early];
  if (seed % MIXED_EVERY === 0) {
    const mixed = lookAt({ ...sight, buckets: bucketsOf(shuffled(deliveries, random)) });
    if (!isSameLook(look, mixed)) failures.push('another order of arrival ends in another judgement');
  }
  return { kind: 'healthy', seed, plan, world, look, damage: null, failures };
}

function bucketsOf(deliveries: readonly WorldDelivery[]): Buckets {
  return putObjects(
    new Map(),
    deliveries.map(({ object }) => object),
  );
}

function shuffled<T>(items: readonly T[], random: Random): readonly T[] {
  return items
    .map((item) => ({ item, at: random.float() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

/** Nothing is found, by either. */
function soundFailures({ judged, findings, unlisted, answer, disagreements }: Look): string[] {
  return [
    ...judged.flatMap(({ notes }) => [...notes].map((note) => `note ${note}`)),
    ...findings.map(({ code, key, from, to, detail }) => `finding ${code} ${key} ${from} ${to}: ${detail}`),
    ...unlisted.map((object) => `finding log-unlisted ${object}`),
    ...disagreements,
    ...answer.objections.map(({ complaint, object }) => `objection ${complaint} ${object}`),
  ];
}

/** Every interval that the forge made is green, and none besides; every hole between two chains is explained. */
function truthFailures(world: World, { judged, said }: Look): readonly string[] {
  return world.chains.flatMap(({ hours, backfills, name }, index) => {
    const { verified = [], backfilled = [] } = said[index] ?? {};
    const explained = (judged[index]?.coverage.cells ?? []).filter(({ state }) => state === 'gap-explained');
    const failures = [
      ...(verified.length === hours.length ? [] : [`${verified.length} of ${hours.length} intervals are green`]),
      ...(backfilled.length === backfills.length ? [] : [`${backfilled.length} of ${backfills.length} backfills`]),
      ...(textOf(explained) === textOf(holesIn(hours)) ? [] : [`explained: ${textOf(explained)}`]),
    ];
    return failures.map((failure) => `chain ${index} ${name}: ${failure}`);
  });
}

const textOf = (spans: readonly Span[]): string => spans.map(({ from, to }) => `${from}-${to}`).join(' ');

/** From the end of each final digest to the start of the next chain. */
function holesIn(hours: readonly HourRecord[]): readonly Span[] {
  return hours.flatMap(({ start, starting }, index) => {
    const before = hours[index - 1];
    return starting && before !== undefined && start > before.end ? [{ from: before.end, to: start }] : [];
  });
}

interface Setting {
  readonly plan: WorldPlan;
  readonly world: World;
  readonly random: Random;
}

/** A moment in which some is delivered and some is not: nothing that is within its grace may be told of. */
function earlyFailures({ plan, world, random }: Setting, deliveries: readonly WorldDelivery[]): readonly string[] {
  const now = plan.start + random.int(30, (plan.hours + 1) * 60) * MINUTE;
  const buckets = bucketsOf(deliveries.filter(({ deliveredAt }) => deliveredAt <= now));
  const { findings, unlisted, disagreements } = lookAt({ world, now, buckets, regions: plan.regions });
  // Since when validation is on again, only the first digest after it tells.
  const delayed = plan.incidents.some(
    (one) => (one.type === 'late-digest' && one.delay > UNTOLD_DELAY * MINUTE) || one.type === 'validation-off',
  );
  const backfilled = plan.incidents.some(({ type }) => type === 'backfill');
  const when = `at ${new Date(now).toISOString()}`;
  return [
    ...findings
      .filter((finding) => !OFF.has(finding.code) && !(delayed && isOverdue(finding, now)))
      .map(({ code, key, from, to }) => `${when}: finding ${code} ${key} ${from} ${to}`),
    ...unlisted.filter(() => !backfilled).map((object) => `${when}: finding log-unlisted ${object}`),
    // Of a file near a digest's end either may wait a few minutes longer.
    ...disagreements.filter((one) => !backfilled || !one.startsWith('unlisted')).map((one) => `${when}: ${one}`),
  ];
}

/** True while they last. */
const OFF: ReadonlySet<string> = new Set(['logging-stopped', 'validation-off']);

/** What comes after its grace may be missed until it comes. */
function isOverdue({ code, from, to }: Finding, now: number): boolean {
  const overdue = Date.parse(to ?? from ?? '') + GRACE <= now;
  return overdue && (code === 'digest-missing' || code === 'chain-truncated' || code === 'chain-empty');
}

/** The same of every chain; backfill digests stand each for itself, in no order. */
function isSameLook(one: Look, other: Look): boolean {
  const tell = ({ judged, unlisted }: Look): string =>
    JSON.stringify([
      judged.map(({ coverage, backfills }) => [
        coverage,
        backfills.map((alone) => JSON.stringify(alone)).toSorted(inText),
      ]),
      unlisted.toSorted(inText),
    ]);
  return tell(one) === tell(other);
}

function inText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** The damaged world of a seed; `truth` null where it held nothing for its damage to strike. */
export function damagedScene(seed: number): Scene & { readonly name: string; readonly truth: Truth | null } {
  const random = createRandom(`damage/${seed}`);
  const damage = drawDamage(random);
  const plan = planOf(seed, damage.reach === 'calm');
  const world = worldOf(plan);
  const now = endOf(plan) + AFTER_ALL;
  const buckets = bucketsOf([...world.deliverUntil(now)]);
  const truth = strikeSomewhere({ damage, random, buckets, world, now });
  return { plan, world, sight: { world, buckets, now, regions: plan.regions }, name: damage.name, truth };
}

export function damagedTrial(seed: number): Trial {
  const { plan, world, sight, name, truth } = damagedScene(seed);
  const look = lookAt(sight);
  const failures = truth === null ? [] : damageFailures(truth, look);
  return { kind: 'damaged', seed, plan, world, look, damage: truth && { name, truth }, failures };
}

interface Striking {
  readonly damage: NamedDamage;
  readonly random: Random;
  readonly buckets: Buckets;
  readonly world: World;
  readonly now: number;
}

const TRIES = 40;

/** Tries spots until one can be damaged; null when there is none (no log file in the world, say). */
function strikeSomewhere({ damage, random, buckets, world, now }: Striking): Truth | null {
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const chain = random.pick(world.chains);
    // Everything before a new start deleted: only who saw it before can tell that there was anything.
    const first = damage.reach === 'calm' || chain.hours.some(({ starting }, hour) => hour > 0 && starting) ? 1 : 0;
    const last = chain.hours.length - 1 - (damage.reach === 'anywhere' ? 0 : UNDUE);
    if (last < first) continue;
    const spot = { hour: random.int(first, last), log: random.int(0, 1) };
    const others = world.chains.filter((other) => other !== chain);
    try {
      return damage.strike({ scene: { buckets, chain }, spot, random, now, others });
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }
  return null;
}

/** It is told of in the right words, no damaged time is green, and the two verifiers agree. */
function damageFailures(truth: Truth, look: Look): readonly string[] {
  const { judged, findings, unlisted, answer, disagreements } = look;
  const codes = [...findings.map(({ code }) => code), ...(unlisted.length > 0 ? ['log-unlisted'] : [])];
  const said = [...codes, ...judged.flatMap(({ notes }) => [...notes])];
  if (truth.expected.length === 0)
    return [...codes.map((code) => `nothing is wrong, and ${code} is said`), ...disagreements];
  // With the deleted digest may have gone the call that would have explained the restart after it.
  const wanted = new Set<string>(truth.expected);
  if (wanted.has('digest-missing')) wanted.add('chain-restarted');
  const told = said.some((code) => wanted.has(code));
  const failures = told ? [] : [`said [${[...new Set(said)].join()}], wanted one of [${truth.expected.join()}]`];
  if (answer.objections.length === 0) failures.push('clean to the second verifier');
  return [...failures, ...greenFailures(truth, look), ...disagreements];
}

/** A damaged interval must not be green, unless all that can be seen of it is a note or a file that no digest names. */
function greenFailures({ expected, intervals, chain: damaged }: Truth, { judged }: Look): readonly string[] {
  if (expected.every((code) => NOTES.has(code)) || expected.includes('log-unlisted')) return [];
  return judged
    .filter(({ chain }) => damaged === `${chain.source.trailArn}|${chain.account}|${chain.region}`)
    .flatMap(({ coverage: { cells } }) => cells)
    .filter(({ state, from, to }) => state === 'verified' && intervals.some((one) => from < one.end && to > one.start))
    .map(({ from, to }) => `green though damaged: ${new Date(from).toISOString()} ${new Date(to).toISOString()}`);
}
