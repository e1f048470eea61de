/** The Organizations endpoint: accounts, their tree and their tags. Only the management account and its delegates may look. */
import { z } from 'zod';
import type { Endpoint } from '../endpoint.ts';
import type { CloudAccount } from '../types.ts';
import { answer, deny, type Answer, type ControlRequest } from './answers.ts';
import type { CloudOrganization, ControlPlane } from './controlplane.ts';
import { jsonEndpoint, operation, type Operation } from './json-protocol.ts';
import { listAccounts, listPage } from './organization-listing.ts';
import { childrenOf, parentOf, rootOf, unitsOf } from './organization-tree.ts';

const paged = { NextToken: z.string().optional(), MaxResults: z.int().min(1).max(20).optional() };

/** Answers `AWSOrganizationsV20161128.*` from the live state. */
export function organizationsEndpoint(state: ControlPlane): Endpoint {
  const operations = new Map<string, Operation>([
    ['DescribeOrganization', operation(z.object({}), describeOrganization)],
    [
      'ListAccounts',
      guarded('ListAccounts', z.object(paged), (organization, input) =>
        listAccounts({ organization, accounts: organization.accounts, input }),
      ),
    ],
    [
      'ListAccountsForParent',
      guarded('ListAccountsForParent', z.object({ ...paged, ParentId: z.string() }), accountsForParent),
    ],
    [
      'ListOrganizationalUnitsForParent',
      guarded('ListOrganizationalUnitsForParent', z.object({ ...paged, ParentId: z.string() }), unitsForParent),
    ],
    ['ListParents', guarded('ListParents', z.object({ ...paged, ChildId: z.string() }), parents)],
    ['ListRoots', guarded('ListRoots', z.object(paged), (organization) => answer({ Roots: [root(organization)] }))],
    ['ListTagsForResource', guarded('ListTagsForResource', z.object({ ...paged, ResourceId: z.string() }), tags)],
  ]);
  const empty = new Map([
    ['ListAccounts', { Accounts: [] }],
    ['ListAccountsForParent', { Accounts: [] }],
    ['ListOrganizationalUnitsForParent', { OrganizationalUnits: [] }],
    ['ListParents', { Parents: [] }],
    ['ListTagsForResource', { Tags: [] }],
  ]);
  return jsonEndpoint({ service: 'organizations', state, operations, empty });
}

/** The organization that an account is in; undefined when it is in none. */
export function organizationOf(state: ControlPlane, account: string): CloudOrganization | undefined {
  return state.organizations.find(
    (one) => one.management === account || one.accounts.some((member) => member.id === account),
  );
}

function guarded<Input>(
  name: string,
  schema: z.ZodType<Input>,
  run: (organization: CloudOrganization, input: Input) => Answer,
): Operation {
  return operation(schema, (call, input) => {
    const organization = organizationOf(call.state, call.principal.account);
    if (organization === undefined) return notInUse();
    const { account } = call.principal;
    if (account !== organization.management && !organization.delegated.has(account)) {
      return deny('AccessDeniedException', "You don't have permissions to access this resource.");
    }
    return permitted(call, name) ? run(organization, input) : unauthorized(call, name);
  });
}

function notInUse(): Answer {
  return deny('AWSOrganizationsNotInUseException', 'Your account is not a member of an organization.');
}

function permitted(call: ControlRequest, name: string): boolean {
  const { principal, state, region } = call;
  const context = new Map([['aws:RequestedRegion', region]]);
  return state.identities.allowed({
    principal,
    action: `organizations:${name}`,
    resource: '*',
    owner: principal.account,
    resourcePolicy: null,
    context,
  });
}

function unauthorized(call: ControlRequest, name: string): Answer {
  return deny(
    'AccessDeniedException',
    `User: ${call.principal.arn} is not authorized to perform: organizations:${name} on resource: *`,
  );
}

/** Any member may ask this one. */
function describeOrganization(call: ControlRequest): Answer {
  const organization = organizationOf(call.state, call.principal.account);
  if (organization === undefined) return notInUse();
  if (!permitted(call, 'DescribeOrganization')) return unauthorized(call, 'DescribeOrganization');
  const { id, management } = organization;
  return answer({
    Organization: {
      Id: id,
      Arn: `arn:aws:organizations::${management}:organization/${id}`,
      FeatureSet: 'ALL',
      MasterAccountArn: `arn:aws:organizations::${management}:account/${id}/${management}`,
      MasterAccountId: management,
      MasterAccountEmail: `aws+${management}@example.com`,
    },
  });
}

interface OfParent {
  readonly ParentId: string;
  readonly NextToken?: string | undefined;
  readonly MaxResults?: number | undefined;
}

function accountsForParent(organization: CloudOrganization, input: OfParent): Answer {
  const accounts = childrenOf(organization, input.ParentId);
  return accounts === null ? noParent() : listAccounts({ organization, accounts, input });
}

function unitsForParent(organization: CloudOrganization, input: OfParent): Answer {
  const units = unitsOf(organization, input.ParentId);
  if (units === null) return noParent();
  const list = units.map((id) => ({
    Id: id,
    Name: id,
    Arn: `arn:aws:organizations::${organization.management}:ou/${organization.id}/${id}`,
  }));
  return listPage('OrganizationalUnits', list, input);
}

function noParent(): Answer {
  return deny('ParentNotFoundException', "You specified parent that doesn't exist.");
}

function parents(organization: CloudOrganization, input: { readonly ChildId: string }): Answer {
  const parent = parentOf(organization, input.ChildId);
  if (parent === null) return deny('ChildNotFoundException', "You specified a child that doesn't exist.");
  return answer({ Parents: [{ Id: parent, Type: parent.startsWith('r-') ? 'ROOT' : 'ORGANIZATIONAL_UNIT' }] });
}

function root(organization: CloudOrganization): Readonly<Record<string, unknown>> {
  const id = rootOf(organization);
  return {
    Id: id,
    Name: 'Root',
    Arn: `arn:aws:organizations::${organization.management}:root/${organization.id}/${id}`,
    PolicyTypes: [],
  };
}

function tags(
  organization: CloudOrganization,
  input: { readonly ResourceId: string; readonly NextToken?: string | undefined },
): Answer {
  const account: CloudAccount | undefined = organization.accounts.find((one) => one.id === input.ResourceId);
  if (account === undefined) return deny('TargetNotFoundException', "You specified a target that doesn't exist.");
  const list = [...account.tags].map(([Key, Value]) => ({ Key, Value }));
  return listPage('Tags', list, input);
}
