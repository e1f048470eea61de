/** The CloudTrail endpoint: the read side that a collector needs. */
import { z } from 'zod';
import type { Endpoint } from '../endpoint.ts';
import type { CloudTrail } from '../types.ts';
import { answer, deny, type Answer, type ControlRequest } from './answers.ts';
import type { ControlPlane } from './controlplane.ts';
import { lookupEvents, lookupSchema } from './events.ts';
import { jsonEndpoint, operation, type Operation } from './json-protocol.ts';
import { cursorOf, pageOf, tokenOf } from './pages.ts';
import { describedTrails, describeStatus, describeTrail, findTrail, trailsOf, type Viewpoint } from './trails.ts';

const describeSchema = z.object({
  trailNameList: z.array(z.string()).optional(),
  includeShadowTrails: z.boolean().optional(),
});
const keysSchema = z.object({
  StartTime: z.number().optional(),
  EndTime: z.number().optional(),
  NextToken: z.string().optional(),
});

/** Answers `…CloudTrail_20131101.*` from the live state; the region is the one the caller signed for. */
export function cloudtrailEndpoint(state: ControlPlane): Endpoint {
  const operations = new Map<string, Operation>([
    ['DescribeTrails', permitted('DescribeTrails', describeSchema, describe)],
    [
      'GetTrail',
      onTrail(
        'GetTrail',
        z.object({ Name: z.string() }).transform(({ Name }) => Name),
        (trail) => ({ Trail: describeTrail(trail) }),
      ),
    ],
    [
      'GetTrailStatus',
      onTrail(
        'GetTrailStatus',
        z.object({ Name: z.string() }).transform(({ Name }) => Name),
        describeStatus,
      ),
    ],
    [
      'GetEventSelectors',
      onTrail(
        'GetEventSelectors',
        z.object({ TrailName: z.string() }).transform(({ TrailName }) => TrailName),
        selectors,
      ),
    ],
    ['ListTrails', permitted('ListTrails', z.object({ NextToken: z.string().optional() }), list)],
    ['ListPublicKeys', permitted('ListPublicKeys', keysSchema, publicKeys)],
    ['LookupEvents', permitted('LookupEvents', lookupSchema, lookup)],
  ]);
  const empty = new Map([
    ['DescribeTrails', { trailList: [] }],
    ['ListTrails', { Trails: [] }],
    ['ListPublicKeys', { PublicKeyList: [] }],
    ['LookupEvents', { Events: [] }],
  ]);
  return jsonEndpoint({ service: 'cloudtrail', state, operations, empty });
}

function viewOf(call: ControlRequest): Viewpoint {
  return { state: call.state, account: call.principal.account, region: call.region };
}

/** Null when the caller's policies allow the action; AWS's refusal otherwise. */
function refused(call: ControlRequest, name: string, resource: string): Answer | null {
  const { principal, state, region } = call;
  const action = `cloudtrail:${name}`;
  const context = new Map([['aws:RequestedRegion', region]]);
  if (
    state.identities.allowed({ principal, action, resource, owner: principal.account, resourcePolicy: null, context })
  )
    return null;
  const where = resource === '*' ? `arn:aws:cloudtrail:${region}:${principal.account}:*` : resource;
  const reason = `because no identity-based policy allows the ${action} action`;
  return deny(
    'AccessDeniedException',
    `User: ${principal.arn} is not authorized to perform: ${action} on resource: ${where} ${reason}`,
  );
}

function permitted<Input>(
  name: string,
  schema: z.ZodType<Input>,
  run: (call: ControlRequest, input: Input) => Answer,
): Operation {
  return operation(schema, (call, input) => refused(call, name, '*') ?? run(call, input));
}

/** The caller is asked for its permission on the trail it names, before it learns whether that trail is there. */
function onTrail(
  name: string,
  schema: z.ZodType<string>,
  show: (trail: CloudTrail) => Readonly<Record<string, unknown>>,
): Operation {
  return operation(schema, (call, trailName) => {
    const arn = trailName.startsWith('arn:')
      ? trailName
      : `arn:aws:cloudtrail:${call.region}:${call.principal.account}:trail/${trailName}`;
    const refusal = refused(call, name, arn);
    if (refusal !== null) return refusal;
    const found = findTrail(viewOf(call), trailName);
    return found.ok ? answer(show(found.result)) : found;
  });
}

function describe(call: ControlRequest, input: z.infer<typeof describeSchema>): Answer {
  const query = { names: input.trailNameList ?? [], shadows: input.includeShadowTrails ?? true };
  return answer({ trailList: describedTrails(viewOf(call), query).map(describeTrail) });
}

function list(call: ControlRequest): Answer {
  const trails = trailsOf(viewOf(call)).map((trail) => ({
    TrailARN: trail.arn,
    Name: trail.name,
    HomeRegion: trail.homeRegion,
  }));
  return answer({ Trails: trails });
}

function selectors(trail: CloudTrail): Readonly<Record<string, unknown>> {
  const everything = {
    ReadWriteType: 'All',
    IncludeManagementEvents: true,
    DataResources: [],
    ExcludeManagementEventSources: [],
  };
  return { TrailARN: trail.arn, ...(trail.selectors ?? { EventSelectors: [everything] }) };
}

/** Both times default to now: without them only the keys of this moment come. */
function publicKeys(call: ControlRequest, input: z.infer<typeof keysSchema>): Answer {
  const now = call.state.now() / 1000;
  const [from, to] = [input.StartTime ?? now, input.EndTime ?? now];
  if (from > to) return deny('InvalidTimeRangeException', 'The start time must be before the end time.');
  const cursor = cursorOf(input.NextToken);
  if (cursor === null) return deny('InvalidTokenException', 'The token is invalid.');
  const keys = call.state.publicKeys.filter(
    (key) => key.region === call.region && key.validFrom <= to * 1000 && key.validTo >= from * 1000,
  );
  const { items, next } = pageOf(keys, cursor, call.state.keyPageSize ?? Math.max(1, keys.length));
  const shown = items.map((key) => ({
    Value: Buffer.from(key.der).toString('base64'),
    ValidityStartTime: key.validFrom / 1000,
    ValidityEndTime: key.validTo / 1000,
    Fingerprint: key.fingerprint,
  }));
  return answer({ PublicKeyList: shown, ...(next === null ? {} : { NextToken: tokenOf(next) }) });
}

function lookup(call: ControlRequest, input: z.infer<typeof lookupSchema>): Answer {
  const { state, principal, region } = call;
  return lookupEvents({ events: state.events, account: principal.account, region, now: state.now() }, input);
}
