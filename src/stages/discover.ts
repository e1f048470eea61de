/** Discover: which accounts there are, and which trails deliver where. A failed listing never drops an account. */
import type { InventoryAccount } from '../core/inventory.ts';
import { selectionNeeds, selects, type Selection } from '../core/selection.ts';
import type { Account, Place, Problem, Source, Survey } from '../core/source.ts';
import { OperatingError, problemOf } from '../errors.ts';
import type { AccountSession, EnabledRegion, Organizations, Sessions, TrailDescription } from '../ports.ts';

/** An organization of the configuration. `role` is the reader role's name in each member. */
export interface OrganizationEntry extends Selection {
  readonly name: string;
  readonly discover: boolean;
  readonly role: string;
  readonly externalId: string | null;
  readonly managementRole: string | null;
}

/** A trail of the configuration: it settles what DescribeTrails would say. */
export interface TrailEntry extends Place {
  readonly arn: string;
  readonly bucketOwner: string | null;
  readonly regions: readonly string[] | null;
  readonly formerBuckets: readonly Place[];
}

/** An account of the configuration. `trails` null: found by DescribeTrails. */
export interface AccountEntry {
  readonly id: string;
  readonly name: string | null;
  readonly role: string | null;
  readonly externalId: string | null;
  readonly trails: readonly TrailEntry[] | null;
}

/** An account to survey. `organization` is the name of the one it was listed in. */
export interface KnownAccount extends Account {
  readonly organization: string | null;
  readonly trails: readonly TrailEntry[] | null;
}

/** What is configured, and who was known before. */
export interface Estate {
  readonly organizations: readonly OrganizationEntry[];
  readonly accounts: readonly AccountEntry[];
  /** Accounts of the last good inventory: they stay when a listing fails, and stay as history when they leave. */
  readonly known: readonly InventoryAccount[];
  readonly partition: string;
}

const ARN = /^arn:[a-z0-9-]+:cloudtrail:([a-z0-9-]+):(\d{12}):trail\/([A-Za-z0-9._-]{3,128})$/;

/** Every account: listed ones merged with configured ones (which win), then those that only the inventory knows. */
export async function listAccounts(
  estate: Estate,
  organizations: Organizations,
): Promise<{ readonly accounts: readonly KnownAccount[]; readonly problems: readonly Problem[] }> {
  const accounts = new Map<string, KnownAccount>();
  const problems: Problem[] = [];
  for (const organization of estate.organizations.filter((one) => one.discover)) {
    const listed = await listOne(organization, estate, organizations);
    if (listed.problem !== undefined) problems.push(listed.problem);
    for (const account of listed.accounts) accounts.set(account.id, account);
  }
  for (const entry of estate.accounts) accounts.set(entry.id, configured(entry, accounts.get(entry.id)));
  for (const account of estate.known) {
    // Whoever a good list left out belongs to no organization any more: the next list that fails must not revive it.
    if (!accounts.has(account.id))
      accounts.set(account.id, { ...account, origin: 'history', organization: null, trails: null });
  }
  return { accounts: [...accounts.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1)), problems };
}

async function listOne(
  organization: OrganizationEntry,
  estate: Estate,
  organizations: Organizations,
): Promise<{ readonly accounts: readonly KnownAccount[]; readonly problem?: Problem }> {
  const needs = selectionNeeds(organization);
  const { name, managementRole, externalId } = organization;
  try {
    const listed = await organizations.list({
      name,
      managementRole,
      externalId,
      withUnits: needs.units,
      withTags: needs.tags,
    });
    return {
      accounts: listed
        .filter((one) => selects(organization, one))
        .map((one) => ({
          ...one,
          origin: 'organization',
          role: roleArn(one.id, organization, estate),
          externalId,
          organization: name,
          trails: null,
        })),
    };
  } catch (error) {
    if (!(error instanceof OperatingError)) throw error;
    // Nobody is dropped because a list failed: the members of the last good one are taken as still there.
    const remembered = estate.known.filter((one) => one.organization === name);
    const accounts = remembered.map((one) => ({
      ...one,
      origin: 'organization' as const,
      role: roleArn(one.id, organization, estate),
      externalId,
      trails: null,
    }));
    return {
      accounts,
      problem: { code: error.code, detail: `organization ${name}: ${error.message}`, hint: error.hint },
    };
  }
}

function roleArn(id: string, organization: OrganizationEntry, estate: Estate): string {
  return `arn:${estate.partition}:iam::${id}:role/${organization.role}`;
}

function configured(entry: AccountEntry, listed: KnownAccount | undefined): KnownAccount {
  return {
    id: entry.id,
    name: entry.name ?? listed?.name ?? entry.id,
    state: listed?.state ?? 'UNKNOWN',
    origin: 'configuration',
    role: entry.role ?? listed?.role ?? null,
    externalId: entry.externalId ?? listed?.externalId ?? null,
    organization: listed?.organization ?? null,
    trails: entry.trails,
  };
}

/** What one look at an account found. */
export interface Look extends Survey {
  /** The ARNs that AWS described; null when the account could not be asked. */
  readonly described: ReadonlySet<string> | null;
  /** ARNs that the configuration settles; null: whatever is described. */
  readonly wanted: ReadonlySet<string> | null;
}

/**
 * One account's sources. What cannot be looked at becomes a problem of this account alone; an account that is
 * suspended, closed or gone is not entered (AssumeRole fails there) and keeps its history.
 * @param region where ListTrails is asked
 */
export async function surveyAccount(known: KnownAccount, sessions: Sessions, region: string): Promise<Look> {
  const { organization: _organization, trails, ...account } = known;
  const wanted = trails === null ? null : new Set(trails.map(({ arn }) => arn));
  if (account.origin === 'history' || account.state === 'SUSPENDED' || account.state === 'CLOSED')
    return { account, sources: [], problems: [], unknowns: [], described: null, wanted };
  const [problems, unknowns]: [Problem[], Problem[]] = [[], []];
  const note = noteInto(problems);
  const unseen = { account, problems, unknowns, described: null, wanted };
  const session = await note(() => sessions.open(account));
  if (session === null) return { ...unseen, sources: (trails ?? []).map((trail) => sourceOf(trail, null, account.id)) };
  const described = await note(() => describeAll(session, region));
  const found = await joined(session, { trails, described: described ?? [] }, note);
  const seen = described === null ? null : new Set(described.map(({ arn }) => arn));
  const sources = await asked(session, { found, seen }, { note, unknown: noteInto(unknowns) });
  return { ...unseen, sources, described: seen };
}

type Found = { readonly found: readonly Source[]; readonly seen: ReadonlySet<string> | null };

/**
 * The sources with what is asked of each trail. A role of before may read neither regions nor selectors: they are
 * unknown then, and everything else is judged all the same.
 */
async function asked(
  session: AccountSession,
  { found, seen }: Found,
  { note, unknown }: { readonly note: Note; readonly unknown: Note },
): Promise<readonly Source[]> {
  const open = found.some(({ multiRegion, regions }) => multiRegion && regions === null);
  const enabled = open && seen !== null ? await unknown(() => session.enabledRegions()) : null;
  const sources: Source[] = [];
  for (const source of found) {
    const { trailArn, homeRegion } = source;
    const status = await note(() => session.trailStatus(trailArn, homeRegion));
    const known = seen?.has(trailArn) === true;
    const selectors = known ? await unknown(() => session.eventSelectors(trailArn, homeRegion)) : null;
    sources.push({ ...source, ...regionsOf(source, enabled), status, selectors });
  }
  return sources;
}

/** Members of an organization switch regions on for themselves: only those that are on by default are on in all of them. */
function regionsOf(source: Source, enabled: readonly EnabledRegion[] | null): Pick<Source, 'regions' | 'regionsFrom'> {
  if (source.regions !== null || enabled === null) return { regions: source.regions, regionsFrom: source.regionsFrom };
  const regions = enabled.filter(({ byDefault }) => source.org === null || byDefault).map(({ region }) => region);
  return { regions, regionsFrom: 'enabled' };
}

type Note = <Value>(attempt: () => Promise<Value>) => Promise<Value | null>;

function noteInto(problems: Problem[]): Note {
  return async (attempt) => {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof OperatingError)) throw error;
      problems.push(problemOf(error));
      return null;
    }
  };
}

/** Shadow trails show up in every region and member: each trail is taken once, by its ARN. */
async function describeAll(session: AccountSession, region: string): Promise<readonly TrailDescription[]> {
  const byArn = new Map<string, TrailDescription>();
  const regions = new Set([region, ...(await session.trailRegions(region))]);
  for (const one of regions) for (const trail of await session.describeTrails(one)) byArn.set(trail.arn, trail);
  return [...byArn.values()];
}

type Trails = { readonly trails: readonly TrailEntry[] | null; readonly described: readonly TrailDescription[] };

async function joined(session: AccountSession, { trails, described }: Trails, note: Note): Promise<readonly Source[]> {
  const own = described.filter((trail) => ARN.exec(trail.arn)?.[2] === session.account);
  const wanted =
    trails ??
    own.map((trail) => ({
      arn: trail.arn,
      bucket: trail.bucket,
      bucketOwner: null,
      prefix: slashed(trail.prefix),
      regions: null,
      formerBuckets: [],
    }));
  const organizational = described.some((trail) => trail.organization && wanted.some((one) => one.arn === trail.arn));
  const org = organizational ? await note(() => session.organizationId()) : null;
  return wanted.flatMap((trail) => {
    const description = described.find((one) => one.arn === trail.arn) ?? null;
    const source = sourceOf(trail, description, session.account);
    if (description?.organization !== true) return [source];
    // Without the organization's id nobody knows where its keys lie; looking elsewhere would call the chain empty.
    return org === null ? [] : [{ ...source, org }];
  });
}

function slashed(prefix: string | null): string {
  return prefix === null ? '' : `${prefix}/`;
}

/** Without a description validation is taken as on: a chain that ought to be there and is not must not go unseen. */
function sourceOf(trail: TrailEntry, description: TrailDescription | null, reader: string): Source {
  const [, homeRegion = '', , name = ''] = ARN.exec(trail.arn) ?? [];
  const regions = trail.regions ?? (description?.multiRegion === false ? [description.homeRegion] : null);
  return {
    reader,
    trailArn: trail.arn,
    trail: description?.name ?? name,
    homeRegion: description?.homeRegion ?? homeRegion,
    bucket: trail.bucket,
    prefix: trail.prefix,
    bucketOwner: trail.bucketOwner ?? reader,
    org: null,
    multiRegion: description?.multiRegion ?? true,
    regions,
    regionsFrom: regions === null ? 'seen' : 'configured',
    formerBuckets: trail.formerBuckets,
    validation: description?.validation ?? true,
    status: null,
    selectors: null,
    narrowed: null,
    gone: false,
  };
}
