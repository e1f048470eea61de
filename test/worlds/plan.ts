/** Random worlds, each from one number: what is in them, and what happens to the trails in a healthy life. */
import { createForge } from '../cloud/forge/forge.ts';
import type { Incident } from '../cloud/forge/incidents.ts';
import { createRandom, type Random } from '../cloud/forge/random.ts';
import { DAY, HOUR, MINUTE } from '../cloud/forge/times.ts';
import { forgeWorld, type World } from '../cloud/forge/world.ts';

/** Plain data: printed as JSON with a failure, and the same for the same seed. */
export interface WorldPlan {
  readonly seed: number;
  /** When the trails begin to log, epoch milliseconds. */
  readonly start: number;
  readonly hours: number;
  readonly accounts: number;
  readonly regions: readonly string[];
  readonly organizationTrail: boolean;
  readonly escapeSlashes: boolean;
  readonly spkiRegions: readonly string[];
  readonly incidents: readonly Incident[];
}

const FIRST = Date.parse('2025-11-03T00:00:00Z');
const REGIONS = ['us-east-1', 'eu-west-1', 'ap-southeast-2', 'us-gov-west-1', 'cn-northwest-1', 'eusc-de-east-1'];
const MOST_INCIDENTS = 3;
/** What an incident delays or stops comes or goes on before the world ends. */
const BEFORE_THE_END = 5;

interface Scope {
  readonly hour: number;
  readonly trail: number;
}

type Draw = (random: Random, scope: Scope) => Incident;

/** Incidents after which every interval has a digest all the same. */
const GAPLESS: readonly Draw[] = [
  (random, scope) => ({
    type: 'move',
    ...scope,
    bucket: random.pick(['moved-to', 'moved-on']),
    prefix: random.pick([null, 'new/prefix']),
  }),
  (random, scope) => ({ type: 'late-digest', ...scope, delay: random.int(1, MOST_DELAY) * MINUTE }),
  (random, scope) => ({
    type: 'backfill',
    ...scope,
    logs: random.int(1, 2),
    generatedAfter: random.int(40, 160) * MINUTE,
  }),
  (_random, scope) => ({ type: 'quiet', ...scope }),
];

/** In minutes: half an hour and this much after its interval a digest is still not late, beyond it may be told of. */
export const UNTOLD_DELAY = 85;
const MOST_DELAY = 170;

/** Incidents that leave a time without digests, told of by calls on the trail. */
const GAPS: readonly Draw[] = [
  (random, scope) => ({ type: 'pause', ...scope, hours: random.int(1, 2) }),
  (random, scope) => ({ type: 'validation-off', ...scope, hours: random.int(1, 2) }),
  (random, scope) => ({ type: 'recreate', ...scope, minutes: random.int(11, 150) }),
];

/** The plan with this seed. `calm`: no time is without digests. */
export function planOf(seed: number, calm = false): WorldPlan {
  const random = createRandom(`world/${seed}`);
  const hours = random.int(5, 7);
  const regions = twoOf(random, REGIONS).slice(0, random.int(1, 2));
  const kinds = calm ? GAPLESS : [...GAPLESS, ...GAPS];
  return {
    seed,
    start: startOf(random, { seed, region: regions[0] ?? '' }),
    hours,
    accounts: random.pick([1, 1, 1, 2, 3]),
    regions,
    organizationTrail: random.float() < 0.5,
    escapeSlashes: random.float() < 0.5,
    spkiRegions: random.float() < 0.3 ? regions.slice(0, 1) : [],
    incidents: [
      ...optIns(random, regions),
      ...Array.from({ length: random.int(0, MOST_INCIDENTS) }, () => {
        const scope = { hour: random.int(0, hours - BEFORE_THE_END), trail: random.int(0, 2) };
        return random.pick(kinds)(random, scope);
      }),
    ],
  };
}

/** Now and then the last region is switched on while the trails log already. */
function optIns(random: Random, regions: readonly string[]): readonly Incident[] {
  const region = regions.at(-1) ?? '';
  return random.float() < 0.15 ? [{ type: 'opt-in', region, hour: random.int(1, 3) }] : [];
}

function twoOf(random: Random, items: readonly string[]): readonly string[] {
  const first = random.pick(items);
  return [first, random.pick(items.filter((item) => item !== first))];
}

/** Any second of a year; every other world begins two hours before the first region's next signing key. */
function startOf(random: Random, { seed, region }: { readonly seed: number; readonly region: string }): number {
  const start = FIRST + random.int(0, 300) * DAY + random.int(0, 86_399) * 1000;
  if (random.float() < 0.5) return start;
  const keys = createForge({ seed }).publicKeys(region, start, start + 30 * DAY);
  return Math.min(...keys.map(({ validFrom }) => validFrom).filter((from) => from > start)) - 2 * HOUR;
}

/** The world of a plan, made as cheaply as the forge can. */
export function worldOf(plan: WorldPlan): World {
  return forgeWorld({ ...plan, cheap: true, logsPerHour: [0, 2] });
}

/** An hour after the last interval ended: everything that a healthy world delivers is there, and nothing is overdue. */
export function endOf(plan: WorldPlan): number {
  return plan.start + (plan.hours + 2) * HOUR;
}
