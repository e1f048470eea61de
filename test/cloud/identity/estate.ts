/** A small organization for trying the endpoints: a payer, two members and one account outside. */
import type { Endpoint } from '../endpoint.ts';
import type { CloudAccount, CloudRole, CloudTrail } from '../types.ts';
import { cloudtrailEndpoint } from './cloudtrail.ts';
import { createControlPlane, type ControlPlane } from './controlplane.ts';
import { createIdentities, type CloudIdentities, type CloudUser } from './identities.ts';
import { serveEndpoint, type Loopback } from './loopback.ts';
import { organizationsEndpoint } from './organizations.ts';
import { accountEndpoint } from './regions.ts';
import { stsEndpoint, type StsOptions } from './sts.ts';

export const PAYER = '111111111111';
export const MEMBER = '222222222222';
export const SECOND = '333333333333';
export const OUTSIDE = '999999999999';
export const READER = `arn:aws:iam::${MEMBER}:role/orgtrail/reader`;

/** The user of an account, with full rights in it. */
export function userOf(account: string, name = 'daemon'): CloudUser {
  return {
    accessKeyId: `AKIA${account}${name.toUpperCase()}`,
    secretAccessKey: `secret-of-${account}-${name}`,
    account,
    name,
    policies: null,
  };
}

export function accountOf(id: string, change: Partial<CloudAccount> = {}): CloudAccount {
  return {
    id,
    name: `account ${id}`,
    state: 'ACTIVE',
    units: ['ou-team', 'ou-all', 'r-root'],
    tags: new Map(),
    ...change,
  };
}

export function roleOf(arn: string, change: Partial<CloudRole> = {}): CloudRole {
  const policy = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'cloudtrail:*', Resource: '*' }] };
  const trusted = [`arn:aws:iam::${PAYER}:user/daemon`];
  return {
    arn,
    account: arn.split(':')[4] ?? '',
    trusted,
    externalId: 'shared-id',
    policies: [JSON.stringify(policy)],
    ...change,
  };
}

export function trailOf(account: string, change: Partial<CloudTrail> = {}): CloudTrail {
  const status = {
    logging: true,
    latestDigestDelivery: 1_700_000_000_000,
    latestDigestError: null,
    startedLogging: 1_600_000_000_000,
    stoppedLogging: null,
  };
  const name = change.name ?? 'mgmt';
  const homeRegion = change.homeRegion ?? 'us-east-1';
  const arn = `arn:aws:cloudtrail:${homeRegion}:${account}:trail/${name}`;
  return {
    arn,
    name,
    account,
    homeRegion,
    bucket: `logs-${account}`,
    prefix: null,
    multiRegion: true,
    organization: false,
    validation: true,
    status,
    ...change,
  };
}

export interface Estate extends AsyncDisposable {
  readonly identities: CloudIdentities;
  readonly state: ControlPlane;
  readonly url: string;
}

/** One port for all the endpoints, told apart by what the client sends. `now` in epoch milliseconds. */
export async function openEstate(
  options: { readonly now?: () => number; readonly sts?: StsOptions } = {},
): Promise<Estate> {
  const now = options.now ?? Date.now;
  const users = [PAYER, MEMBER, SECOND, OUTSIDE].map((account) => userOf(account));
  const identities = createIdentities({ now, users: [...users, userOf(PAYER, 'other')], roles: [roleOf(READER)] });
  const accounts = [
    accountOf(PAYER, { units: ['r-root'] }),
    accountOf(MEMBER, { tags: new Map([['team', 'a&b']]) }),
    accountOf(SECOND, { units: ['ou-all', 'r-root'] }),
  ];
  const state = createControlPlane({ identities, now, organizationId: 'o-exampleorgid', management: PAYER, accounts });
  const front = await serveEndpoint(together(state, options.sts));
  return { identities, state, url: front.url, [Symbol.asyncDispose]: (): PromiseLike<void> => closing(front) };
}

function closing(front: Loopback): PromiseLike<void> {
  return front[Symbol.asyncDispose]();
}

function together(state: ControlPlane, options: StsOptions = {}): Endpoint {
  const [sts, organizations, cloudtrail, account] = [
    stsEndpoint(state, options),
    organizationsEndpoint(state),
    cloudtrailEndpoint(state),
    accountEndpoint(state),
  ];
  return (request) => {
    const target = request.headers.get('x-amz-target') ?? '';
    if (target.startsWith('AWSOrganizations')) return organizations(request);
    if (target.includes('CloudTrail')) return cloudtrail(request);
    return request.rawPath === '/listRegions' ? account(request) : sts(request);
  };
}

/** The error's name, or `ok`. */
export async function outcomeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'ok',
    (error: unknown) => (error instanceof Error ? error.name : String(error)),
  );
}
