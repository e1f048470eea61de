/** The Account Management endpoint: REST with JSON bodies, where the path names the operation. Only ListRegions is asked of it. */
import { z } from 'zod';
import type { Endpoint } from '../endpoint.ts';
import { answer, deny, type Answer, type ControlRequest } from './answers.ts';
import type { ControlPlane, RegionStatus } from './controlplane.ts';
import { jsonEndpoint, operation, type Operation } from './json-protocol.ts';
import { cursorOf, pageOf, tokenOf } from './pages.ts';

const statusSchema = z.enum(['ENABLED', 'ENABLED_BY_DEFAULT', 'ENABLING', 'DISABLING', 'DISABLED']);
const listSchema = z.object({
  AccountId: z.string().optional(),
  MaxResults: z.int().min(1).max(50).optional(),
  NextToken: z.string().optional(),
  RegionOptStatusContains: z.array(statusSchema).optional(),
});
/** A full page here is small, so that more than one is an everyday thing. */
const PAGE = 10;

/** Answers `POST /listRegions` for the caller's own account. */
export function accountEndpoint(state: ControlPlane): Endpoint {
  const operations = new Map<string, Operation>([['ListRegions', operation(listSchema, listRegions)]]);
  const empty = new Map([['ListRegions', { Regions: [] }]]);
  return jsonEndpoint({ service: 'account', state, operations, empty });
}

function listRegions(call: ControlRequest, input: z.infer<typeof listSchema>): Answer {
  if (!permitted(call)) {
    const who = `User: ${call.principal.arn} is not authorized to perform: account:ListRegions`;
    return deny('AccessDeniedException', `${who} on resource: *`, 403);
  }
  if (input.AccountId !== undefined)
    return deny('AccessDeniedException', 'Only a management account may name another account.', 403);
  const cursor = cursorOf(input.NextToken);
  if (cursor === null) return deny('ValidationException', 'The token is invalid.');
  const wanted = new Set(input.RegionOptStatusContains ?? statusSchema.options);
  const regions = regionsOf(call).filter(([, status]) => wanted.has(status));
  const { items, next } = pageOf(regions, cursor, input.MaxResults ?? PAGE);
  const shown = items.map(([RegionName, RegionOptStatus]) => ({ RegionName, RegionOptStatus }));
  return answer({ Regions: shown, ...(next === null ? {} : { NextToken: tokenOf(next) }) });
}

function regionsOf({ state, principal }: ControlRequest): readonly (readonly [string, RegionStatus])[] {
  const always = [...state.regions].map((region) => [region, 'ENABLED_BY_DEFAULT'] as const);
  const own = state.optIn.get(principal.account) ?? new Map<string, RegionStatus>();
  return [...new Map<string, RegionStatus>([...always, ...own])].toSorted(([a], [b]) => (a < b ? -1 : 1));
}

function permitted({ state, principal, region }: ControlRequest): boolean {
  const context = new Map([['aws:RequestedRegion', region]]);
  const question = { principal, action: 'account:ListRegions', resource: '*', owner: principal.account };
  return state.identities.allowed({ ...question, resourcePolicy: null, context });
}
