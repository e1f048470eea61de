/** The state behind STS, Organizations and CloudTrail: what tests change while the product runs. */
import type { CloudAccount, CloudPublicKey, CloudTrail } from '../types.ts';
import type { CloudEvent } from './events.ts';
import type { CloudIdentities } from './identities.ts';

export type ControlService = 'sts' | 'organizations' | 'cloudtrail' | 'account' | 'kms' | 'sns';

/** As ListRegions says it. */
export type RegionStatus = 'ENABLED' | 'ENABLED_BY_DEFAULT' | 'ENABLING' | 'DISABLING' | 'DISABLED';

/** One call that got as far as an operation, in order of arrival. */
interface ControlCall {
  readonly service: ControlService;
  readonly operation: string;
  /** The caller's account. */
  readonly account: string;
  readonly arn: string;
  readonly region: string;
  readonly at: number;
}

/** A fault of one operation. Absent fields match everything. */
interface ControlFault {
  readonly service?: ControlService;
  readonly operation?: string;
  readonly account?: string;
  readonly region?: string;
  /** How many calls it strikes; absent: until it is lifted. */
  readonly times?: number;
  /** `error` answers code, message and status; `empty` answers a success whose list holds nothing. */
  readonly outcome:
    | { readonly type: 'error'; readonly code: string; readonly message?: string; readonly status?: number }
    | { readonly type: 'empty' };
}

/** How account lists are paged, and how their pages are broken. Pages count from 0 within one listing. */
export interface Listing {
  /** At most 20, as Organizations allows. */
  pageSize: number;
  /** Pages that come empty but with a token, as AWS may send them; the accounts follow on the next page. */
  readonly emptyPages: Set<number>;
  /** A page that names its own token as the next one: whoever follows it never comes to the end. */
  repeatTokenAt: number | null;
  /** A page that answers this error code instead. */
  failAt: { readonly page: number; readonly code: string } | null;
  /** A field that is left out of every account: `Status` is retired, `State` is not everywhere yet. */
  omit: 'State' | 'Status' | null;
}

export interface CloudOrganization {
  readonly id: string;
  readonly management: string;
  readonly delegated: Set<string>;
  readonly accounts: CloudAccount[];
  readonly listing: Listing;
}

/** Everything is live: an array or map changed by a test holds from the next request on. */
export interface ControlPlane {
  readonly now: () => number;
  readonly identities: CloudIdentities;
  /** The first organization, the one `createControlPlane` was given. */
  readonly organization: CloudOrganization;
  readonly organizations: CloudOrganization[];
  readonly trails: CloudTrail[];
  readonly publicKeys: CloudPublicKey[];
  readonly events: CloudEvent[];
  /** Policies of KMS keys by ARN; a key is there when it has one. S3 asks the same map. */
  readonly keyPolicies: Map<string, string>;
  /** Policies of SNS topics by ARN; a topic is there when it has one. */
  readonly topicPolicies: Map<string, string>;
  /** The regions that are on by default, in every account. */
  readonly regions: Set<string>;
  /** Other regions of one account, by account and region: what was switched on, off, or is about to be. */
  readonly optIn: Map<string, Map<string, RegionStatus>>;
  /** The last 50,000 calls. */
  readonly calls: readonly ControlCall[];
  /** Keys a page of ListPublicKeys holds; null: all in one answer, as AWS does today. */
  keyPageSize: number | null;
  addOrganization(organization: NewOrganization): CloudOrganization;
  /** Adds a fault; the returned function lifts it. */
  fail(fault: ControlFault): () => void;
  /** Counts the call and says which fault strikes it. */
  strike(call: ControlCall): ControlFault | null;
  changeTrail(arn: string, change: Partial<Omit<CloudTrail, 'arn' | 'status'>>): void;
  changeTrailStatus(arn: string, change: Partial<CloudTrail['status']>): void;
  /** Changes an account in whichever organization holds it. */
  changeAccount(id: string, change: Partial<Omit<CloudAccount, 'id'>>): void;
  /** Takes every principal out of a role's trust policy. */
  withdrawTrust(roleArn: string): void;
}

export interface NewOrganization {
  readonly id: string;
  readonly management: string;
  readonly accounts: readonly CloudAccount[];
  readonly delegated?: readonly string[];
}

export interface ControlPlaneOptions {
  readonly identities: CloudIdentities;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly organizationId: string;
  readonly management: string;
  readonly accounts: readonly CloudAccount[];
  readonly delegated?: readonly string[];
  readonly trails?: readonly CloudTrail[];
  readonly publicKeys?: readonly CloudPublicKey[];
  readonly events?: readonly CloudEvent[];
  readonly keyPolicies?: Map<string, string>;
  readonly topicPolicies?: Map<string, string>;
  /** On by default in every account; absent: those that have keys or trails. */
  readonly regions?: readonly string[];
}

const MAX_CALLS = 50_000;

/** Copies what it is given; later changes go through the returned state. */
export function createControlPlane(options: ControlPlaneOptions): ControlPlane {
  const { identities, now, management, accounts, delegated = [] } = options;
  const organization = newOrganization({ id: options.organizationId, management, accounts, delegated });
  const organizations = [organization];
  const trails = [...(options.trails ?? [])];
  const journal = createJournal();
  return {
    now,
    identities,
    organization,
    organizations,
    trails,
    publicKeys: [...(options.publicKeys ?? [])],
    events: [...(options.events ?? [])],
    keyPolicies: options.keyPolicies ?? new Map(),
    topicPolicies: options.topicPolicies ?? new Map(),
    regions: new Set(options.regions ?? regionsIn(options)),
    optIn: new Map(),
    ...journal,
    keyPageSize: null,
    addOrganization: (fresh) => {
      const added = newOrganization(fresh);
      organizations.push(added);
      return added;
    },
    changeTrail: (arn, change) =>
      replace(trails, {
        name: arn,
        matches: (trail) => trail.arn === arn,
        change: (trail) => ({ ...trail, ...change }),
      }),
    changeTrailStatus: (arn, change) =>
      replace(trails, {
        name: arn,
        matches: (trail) => trail.arn === arn,
        change: (trail) => ({ ...trail, status: { ...trail.status, ...change } }),
      }),
    changeAccount: (id, change) => {
      const list = organizations.find((one) => one.accounts.some((account) => account.id === id))?.accounts ?? [];
      replace(list, {
        name: id,
        matches: (account) => account.id === id,
        change: (account) => ({ ...account, ...change }),
      });
    },
    withdrawTrust: (roleArn) => {
      const role = identities.roles.get(roleArn);
      if (role === undefined) throw new Error(`no role ${roleArn}`);
      identities.roles.set(roleArn, { ...role, trusted: [] });
    },
  };
}

function regionsIn({ trails = [], publicKeys = [] }: ControlPlaneOptions): readonly string[] {
  const regions = [...trails.map((trail) => trail.homeRegion), ...publicKeys.map((key) => key.region)];
  return regions.length === 0 ? ['us-east-1'] : regions;
}

function newOrganization(fresh: NewOrganization): CloudOrganization {
  const listing: Listing = { pageSize: 20, emptyPages: new Set(), repeatTokenAt: null, failAt: null, omit: null };
  return {
    id: fresh.id,
    management: fresh.management,
    delegated: new Set(fresh.delegated ?? []),
    accounts: [...fresh.accounts],
    listing,
  };
}

/** Changes the one element that matches; a test that names what is not there is wrong, so it is told. */
function replace<T>(
  list: T[],
  edit: { readonly name: string; readonly matches: (one: T) => boolean; readonly change: (one: T) => T },
): void {
  const index = list.findIndex(edit.matches);
  const found = list[index];
  if (found === undefined) throw new Error(`nothing called ${edit.name}`);
  list[index] = edit.change(found);
}

function createJournal(): Pick<ControlPlane, 'calls' | 'fail' | 'strike'> {
  const calls: ControlCall[] = [];
  const faults: { readonly fault: ControlFault; left: number }[] = [];
  return {
    calls,
    fail: (fault) => {
      const entry = { fault, left: fault.times ?? Number.POSITIVE_INFINITY };
      faults.push(entry);
      return () => {
        entry.left = 0;
      };
    },
    strike: (call) => {
      calls.push(call);
      if (calls.length > MAX_CALLS) calls.shift();
      const entry = faults.find(({ fault, left }) => left > 0 && meant(fault, call));
      if (entry === undefined) return null;
      entry.left -= 1;
      return entry.fault;
    },
  };
}

function meant(fault: ControlFault, call: ControlCall): boolean {
  const pairs = [
    [fault.service, call.service],
    [fault.operation, call.operation],
    [fault.account, call.account],
    [fault.region, call.region],
  ];
  return pairs.every(([wanted, actual]) => wanted === undefined || wanted === actual);
}
