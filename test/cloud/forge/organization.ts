/** The accounts of a world: a management account, member accounts, units, tags and each account's trails. */
import type { CloudAccount, CloudTrail } from '../types.ts';
import type { Forge, TrailSpec } from './forge.ts';
import type { Random } from './random.ts';

const UNITS = ['workloads', 'security', 'sandbox'] as const;
const TEAMS = ['payments', 'search', 'data', 'platform', 'identity', 'mobile'] as const;
/** Names with every character that CloudTrail allows, some of which also separate the parts of a digest's name. */
const TRAIL_NAMES = ['main', 'audit_trail', 'events.v2', 'org-audit_us-east-1', 'management-events'] as const;
const PREFIXES = [null, 'logs', 'security/cloudtrail'] as const;

/** `accounts` accounts, the management account first. The second id begins with a zero. */
export function makeAccounts(random: Random, accounts: number): readonly CloudAccount[] {
  const root = `r-${random.hex(4)}`;
  const units = UNITS.map(() => `ou-${root.slice(2)}-${random.hex(8)}`);
  return Array.from({ length: accounts }, (_, index) => {
    const team = TEAMS[index % TEAMS.length] as string;
    const unit = units[index % units.length] as string;
    return {
      id: accountId(random, index),
      name: index === 0 ? 'management' : `${team}-${index}`,
      state: 'ACTIVE',
      units: index === 0 ? [root] : [unit, root],
      tags: new Map([['team', team]]),
    };
  });
}

/** Twelve digits; the middle ones count, so that no two accounts are alike. */
function accountId(random: Random, index: number): string {
  const first = index === 1 ? 0 : random.int(1, 9);
  return `${first}${random.int(10, 99)}${String(index).padStart(5, '0')}${random.int(1000, 9999)}`;
}

export interface TrailPlan {
  readonly regions: readonly string[];
  readonly startedLogging: number;
  /** A trail in every member account with a bucket of its own; every third account has a second, single-region one. */
  readonly memberTrails: boolean;
  /** One organization trail of the management account over all accounts. */
  readonly organizationTrail: boolean;
  /** Where the members' trails deliver instead of buckets of their own. */
  readonly direct: DirectDelivery | null;
}

/** One bucket for everybody's trails, and the prefix in it without a slash behind it. */
export interface DirectDelivery {
  readonly bucket: string;
  readonly prefix: string;
}

export function makeTrails(forge: Forge, accounts: readonly CloudAccount[], plan: TrailPlan): readonly CloudTrail[] {
  const home = plan.regions[0];
  if (home === undefined) throw new RangeError('a world needs a region');
  const [management] = accounts;
  if (management === undefined) throw new RangeError('a world needs an account');
  const base = { homeRegion: home, startedLogging: plan.startedLogging };
  const specs: TrailSpec[] = plan.memberTrails
    ? accounts.flatMap((account, index) => memberTrails(account.id, index, plan))
    : [];
  if (plan.organizationTrail) {
    specs.push({
      ...base,
      account: management.id,
      name: 'organization',
      bucket: `organization-trail-${management.id}`,
      organization: true,
    });
  }
  return specs.map((spec) => forge.trail(spec));
}

/** A multi-region trail; in every third account also a single-region one that shares its bucket and prefix. */
function memberTrails(account: string, index: number, plan: TrailPlan): readonly TrailSpec[] {
  const { regions, startedLogging, direct } = plan;
  const bucket = direct?.bucket ?? `trail-${account}`;
  const prefix = direct === null ? (PREFIXES[index % PREFIXES.length] ?? null) : direct.prefix;
  const at = (turn: number): string => regions[turn % regions.length] as string;
  const name = TRAIL_NAMES[index % TRAIL_NAMES.length] as string;
  const main: TrailSpec = { account, homeRegion: at(index), bucket, prefix, name, startedLogging };
  if (index % 3 !== 2) return [main];
  return [
    main,
    { account, homeRegion: at(index + 1), bucket, prefix, name: 'single_region', multiRegion: false, startedLogging },
  ];
}
