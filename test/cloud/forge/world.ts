/** A whole small organization: accounts, trails, and every object in the order in which CloudTrail delivers it. */
import type { CloudAccount, CloudPublicKey, CloudTrail } from '../types.ts';
import { inOrder } from './interval.ts';
import type { Delivery, ForgedChain } from './chain-types.ts';
import { createForge, type Forge, type ForgeOptions } from './forge.ts';
import { backOn, strikes, takeTurn, type Incident } from './incidents.ts';
import { makeAccounts, makeTrails, type DirectDelivery } from './organization.ts';
import type { Random } from './random.ts';
import { HOUR, MINUTE, SECOND } from './times.ts';
import { trailAt } from './trail-status.ts';

export interface WorldOptions extends ForgeOptions {
  /** When every trail begins to log, epoch milliseconds, whole seconds. */
  readonly start: number;
  /** How many intervals each chain gets; absent: no end, for live use. */
  readonly hours?: number;
  /** Default 3, the management account included. */
  readonly accounts?: number;
  /** Default us-east-1 and eu-west-1. */
  readonly regions?: readonly string[];
  /** Log files an hour and chain; default 2. A pair is the range from which each hour draws. */
  readonly logsPerHour?: number | readonly [number, number];
  /** Default true. */
  readonly memberTrails?: boolean;
  /** Default false. */
  readonly organizationTrail?: boolean;
  readonly incidents?: readonly Incident[];
  /** The members' trails deliver into this bucket, which is none of `buckets`. Default: into buckets of their own. */
  readonly direct?: DirectDelivery;
}

/** A delivery and whose it is. */
export interface WorldDelivery extends Delivery {
  readonly chain: ForgedChain;
}

export interface WorldBucket {
  readonly name: string;
  readonly owner: string;
}

export interface World {
  readonly forge: Forge;
  readonly organizationId: string;
  /** The management account's id. */
  readonly management: string;
  readonly accounts: readonly CloudAccount[];
  /** As they were at the start. */
  readonly trails: readonly CloudTrail[];
  readonly chains: readonly ForgedChain[];
  /** Every bucket that the trails use, those they move to included. */
  readonly buckets: readonly WorldBucket[];
  /**
   * The objects delivered up to and including `t` that were not yielded before, in order of delivery. Intervals are
   * made when they begin, so only some hours' objects are held. A caller that stops early finds the rest next time.
   */
  deliverUntil(t: number): Generator<WorldDelivery, void, undefined>;
  /** All deliveries that are left; only for a world with `hours`. */
  deliverAll(): Generator<WorldDelivery, void, undefined>;
  /** The trails as DescribeTrails and GetTrailStatus show them at `t`; call deliverUntil(t) first. */
  trailsAt(t: number): readonly CloudTrail[];
  publicKeys(region: string, from: number, to: number): readonly CloudPublicKey[];
  /** From the next hour that is made. */
  happen(incident: Incident): void;
}

const DEFAULT_REGIONS = ['us-east-1', 'eu-west-1'] as const;

interface WorldState {
  readonly options: WorldOptions;
  readonly forge: Forge;
  readonly lanes: readonly { readonly chain: ForgedChain; readonly trail: number }[];
  readonly incidents: Incident[];
  /** Everything due before this time has been made. */
  made: number;
  /** Latest first. */
  pending: WorldDelivery[];
}

export function forgeWorld(options: WorldOptions): World {
  const forge = createForge(options);
  const regions = options.regions ?? DEFAULT_REGIONS;
  const accounts = makeAccounts(forge.random.fork('accounts'), options.accounts ?? 3);
  const plan = {
    regions,
    startedLogging: options.start,
    memberTrails: options.memberTrails ?? true,
    organizationTrail: options.organizationTrail ?? false,
    direct: options.direct ?? null,
  };
  const trails = makeTrails(forge, accounts, plan);
  const lanes = trails.flatMap((trail, index) =>
    chainsOf({ forge, accounts, regions, options }, { trail, index }).map((chain) => ({ chain, trail: index })),
  );
  const state: WorldState = {
    options,
    forge,
    lanes,
    incidents: [...(options.incidents ?? [])],
    made: options.start,
    pending: [],
  };
  return {
    forge,
    organizationId: forge.organizationId,
    management: accounts[0]?.id ?? '',
    accounts,
    trails,
    chains: lanes.map(({ chain }) => chain),
    buckets: bucketsOf(trails, state.incidents).filter(({ name }) => name !== options.direct?.bucket),
    deliverUntil: (t) => deliver(state, t),
    deliverAll: () => deliver(state, lastMoment(state)),
    trailsAt: (t) =>
      trails.map((trail, index) =>
        trailAt(trail, { chains: lanes.filter((lane) => lane.trail === index).map(({ chain }) => chain), t }),
      ),
    publicKeys: (region, from, to) => forge.publicKeys(region, from, to),
    happen: (incident) => void state.incidents.push(incident),
  };
}

interface Ground {
  readonly forge: Forge;
  readonly accounts: readonly CloudAccount[];
  readonly regions: readonly string[];
  readonly options: WorldOptions;
}

/** One chain for each account and region that the trail covers, each with its own minute and second of the hour. */
function chainsOf(ground: Ground, { trail, index }: Lane): readonly ForgedChain[] {
  const { forge, accounts, regions } = ground;
  const owners = trail.organization ? accounts.map(({ id }) => id) : [trail.account];
  const places = trail.multiRegion ? regions : [trail.homeRegion];
  return owners.flatMap((account) =>
    places.map((region) => {
      const phase = forge.random.fork(`phase/${trail.arn}/${account}/${region}`).int(0, 3599) * SECOND;
      return forge.chain({
        trail,
        account,
        region,
        firstDigestStart: firstStart(ground, { trail, index, account, region, phase }),
      });
    }),
  );
}

interface Lane {
  readonly trail: CloudTrail;
  /** In `world.trails`. */
  readonly index: number;
}

/** At the start, or when the account switches the region on; if the trail is off then, when it is on again. */
function firstStart(
  { forge, options }: Ground,
  lane: Lane & { readonly account: string; readonly region: string; readonly phase: number },
): number {
  const { trail, account, region, phase } = lane;
  const { start, incidents = [] } = options;
  const optIn = incidents.find(
    (one) => one.type === 'opt-in' && one.region === region && (one.account === undefined || one.account === account),
  );
  if (optIn === undefined || region === trail.homeRegion) return start + phase;
  const first = start + optIn.hour * HOUR + phase;
  for (let hour = 0; hour < optIn.hour;) {
    const off = incidents.find(
      (one) => one.hour === hour && (one.trail ?? lane.index) === lane.index && endsChains(one),
    );
    const on =
      off === undefined
        ? null
        : backOn(off, { call: callIn(options, hour), trailRandom: trailRandomIn(forge, trail, hour) });
    if (on !== null && on > first) return on;
    hour = on === null ? hour + 1 : Math.floor((on - start) / HOUR);
  }
  return first;
}

function endsChains({ type }: Incident): boolean {
  return type === 'pause' || type === 'validation-off' || type === 'recreate';
}

function trailRandomIn(forge: Forge, trail: CloudTrail, hour: number): Random {
  return forge.random.fork(`call/${trail.arn}/${hour}`);
}

function* deliver(state: WorldState, t: number): Generator<WorldDelivery, void, undefined> {
  for (;;) {
    const until = Math.min(t, state.made);
    for (
      let next = state.pending.at(-1);
      next !== undefined && next.deliveredAt <= until;
      next = state.pending.at(-1)
    ) {
      state.pending.pop();
      yield next;
    }
    if (state.made >= t) return;
    makeUpTo(state, Math.min(t, state.made + HOUR));
  }
}

/** Makes every interval that begins by `t`: nothing of a later one can be delivered by then. */
function makeUpTo(state: WorldState, t: number): void {
  const { options, lanes, incidents } = state;
  const made: WorldDelivery[] = [];
  const limit = options.hours === undefined ? Infinity : options.start + options.hours * HOUR;
  for (const { chain, trail } of lanes) {
    while (chain.nextStart <= t && chain.nextStart < limit) {
      const hour = Math.floor((chain.nextStart - options.start) / HOUR);
      const random = state.forge.random.fork(`turn/${chain.name}/${hour}`);
      const logs = logsFor(options.logsPerHour ?? 2, (min, max) => random.int(min, max));
      const happening = incidents.filter((incident) => strikes(incident, { chain, trail, hour }));
      const call = callIn(options, hour);
      const trailRandom = trailRandomIn(state.forge, chain.trail, hour);
      for (const { deliveries } of takeTurn({ chain, logs, call, trailRandom }, happening))
        made.push(...deliveries.map((delivery) => ({ ...delivery, chain })));
    }
  }
  if (made.length > 0) state.pending = inOrder([...state.pending, ...made]).toReversed();
  state.made = t;
}

/** A moment that lies in this hour's interval of every chain, a minute or more after its start. */
function callIn({ start }: WorldOptions, hour: number): number {
  return start + (hour + 1) * HOUR + 2 * MINUTE;
}

function logsFor(wanted: number | readonly [number, number], draw: (min: number, max: number) => number): number {
  return typeof wanted === 'number' ? wanted : draw(wanted[0], wanted[1]);
}

/** A time by which every interval is over and every planned delay and backfill has come. */
function lastMoment({ options, incidents }: WorldState): number {
  if (options.hours === undefined) throw new Error('a world without end cannot be delivered to its end');
  const waits = incidents.map((incident) =>
    incident.type === 'late-digest' ? incident.delay : incident.type === 'backfill' ? incident.generatedAfter : 0,
  );
  const pauses = incidents.map((incident) => ('hours' in incident ? incident.hours : 0));
  return options.start + (options.hours + Math.max(0, ...pauses) + 4) * HOUR + Math.max(0, ...waits);
}

function bucketsOf(trails: readonly CloudTrail[], incidents: readonly Incident[]): readonly WorldBucket[] {
  const owners = new Map(trails.map((trail) => [trail.bucket, trail.account]));
  for (const incident of incidents) {
    if (incident.type !== 'move') continue;
    const moved = trails.find(
      (trail, index) => index === (incident.trail ?? index) && trail.account === (incident.account ?? trail.account),
    );
    if (moved !== undefined && !owners.has(incident.bucket)) owners.set(incident.bucket, moved.account);
  }
  return [...owners].map(([name, owner]) => ({ name, owner }));
}
