/** Event history: the management events of the last 90 days, as LookupEvents finds them. */
import { z } from 'zod';
import { answer, deny, type Answer } from './answers.ts';
import { cursorOf, pageOf, tokenOf } from './pages.ts';

/** One event of an account and region. `at` in epoch milliseconds; `record` is the whole event as JSON text. */
export interface CloudEvent {
  readonly account: string;
  readonly region: string;
  readonly id: string;
  readonly name: string;
  /** `cloudtrail.amazonaws.com` and the like. */
  readonly source: string;
  readonly at: number;
  readonly readOnly: boolean;
  readonly username: string | null;
  readonly accessKeyId: string | null;
  readonly resources: readonly { readonly type: string; readonly name: string }[];
  readonly record: string;
}

export const lookupSchema = z.object({
  LookupAttributes: z.array(z.object({ AttributeKey: z.string(), AttributeValue: z.string() })).optional(),
  StartTime: z.number().optional(),
  EndTime: z.number().optional(),
  EventCategory: z.string().optional(),
  MaxResults: z.number().optional(),
  NextToken: z.string().optional(),
});

type LookupInput = z.infer<typeof lookupSchema>;
type Attribute = { readonly AttributeKey: string; readonly AttributeValue: string };

const RETENTION_MS = 90 * 24 * 3600 * 1000;
const MAX_RESULTS = 50;

const READERS: ReadonlyMap<string, (event: CloudEvent) => readonly string[]> = new Map([
  ['EventId', (event) => [event.id]],
  ['EventName', (event) => [event.name]],
  ['EventSource', (event) => [event.source]],
  ['ReadOnly', (event) => [String(event.readOnly)]],
  ['Username', (event) => (event.username === null ? [] : [event.username])],
  ['AccessKeyId', (event) => (event.accessKeyId === null ? [] : [event.accessKeyId])],
  ['ResourceType', (event) => event.resources.map((resource) => resource.type)],
  ['ResourceName', (event) => event.resources.map((resource) => resource.name)],
]);

export interface Lookup {
  readonly events: readonly CloudEvent[];
  readonly account: string;
  readonly region: string;
  readonly now: number;
}

/** Newest first. One attribute at most, as AWS allows. */
export function lookupEvents(lookup: Lookup, input: LookupInput): Answer {
  const { LookupAttributes: attributes = [], MaxResults: size = MAX_RESULTS } = input;
  const [attribute] = attributes;
  if (attributes.length > 1 || (attribute !== undefined && !READERS.has(attribute.AttributeKey))) {
    return deny('InvalidLookupAttributesException', 'You can only specify one valid lookup attribute.');
  }
  const cursor = cursorOf(input.NextToken);
  if (cursor === null) return deny('InvalidNextTokenException', 'The token is invalid.');
  if (!Number.isInteger(size) || size < 1 || size > MAX_RESULTS)
    return deny('InvalidMaxResultsException', 'MaxResults must be between 1 and 50.');
  if ((input.StartTime ?? 0) > (input.EndTime ?? Number.POSITIVE_INFINITY))
    return deny('InvalidTimeRangeException', 'StartTime is after EndTime.');
  if (input.EventCategory !== undefined) return categoryAnswer(input.EventCategory);
  const { items, next } = pageOf(found(lookup, input, attribute), cursor, size);
  return answer({ Events: items.map(describe), ...(next === null ? {} : { NextToken: tokenOf(next) }) });
}

/** There are no Insights events here, and `insight` is the only category there is to name. */
function categoryAnswer(category: string): Answer {
  return category === 'insight'
    ? answer({ Events: [] })
    : deny('InvalidEventCategoryException', `${category} is no event category.`);
}

function found(lookup: Lookup, input: LookupInput, attribute: Attribute | undefined): readonly CloudEvent[] {
  const from = Math.max(seconds(input.StartTime ?? 0), lookup.now - RETENTION_MS);
  const to = input.EndTime === undefined ? lookup.now : seconds(input.EndTime);
  return lookup.events
    .filter((event) => event.account === lookup.account && event.region === lookup.region)
    .filter((event) => event.at >= from && event.at <= to)
    .filter(
      (event) =>
        attribute === undefined ||
        (READERS.get(attribute.AttributeKey)?.(event).includes(attribute.AttributeValue) ?? false),
    )
    .toSorted((a, b) => b.at - a.at);
}

function seconds(epochSeconds: number): number {
  return epochSeconds * 1000;
}

function describe(event: CloudEvent): Readonly<Record<string, unknown>> {
  return {
    EventId: event.id,
    EventName: event.name,
    ReadOnly: String(event.readOnly),
    ...(event.accessKeyId === null ? {} : { AccessKeyId: event.accessKeyId }),
    EventTime: event.at / 1000,
    EventSource: event.source,
    ...(event.username === null ? {} : { Username: event.username }),
    Resources: event.resources.map((resource) => ({ ResourceType: resource.type, ResourceName: resource.name })),
    CloudTrailEvent: event.record,
  };
}
