/** LookupEvents: the last 90 days of management events, and what AWS refuses to look up. */
import { LookupEventsCommand, paginateLookupEvents, type LookupEventsCommandInput } from '@aws-sdk/client-cloudtrail';
import { describe, expect, test } from 'vitest';
import { MEMBER, outcomeOf, SECOND } from './identity/estate.ts';
import type { CloudEvent } from './identity/events.ts';
import { client, WIDE, withTrails } from './identity/trail-estate.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

describe('LookupEvents', () => {
  function eventOf(index: number, at: number, change: Partial<CloudEvent> = {}): CloudEvent {
    const id = `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`;
    return {
      account: MEMBER,
      region: 'us-east-1',
      id,
      name: 'StopLogging',
      source: 'cloudtrail.amazonaws.com',
      at,
      readOnly: false,
      username: 'eve',
      accessKeyId: null,
      resources: [{ type: 'AWS::CloudTrail::Trail', name: WIDE.arn }],
      record: JSON.stringify({ eventID: id }),
      ...change,
    };
  }

  test('newest first, in pages, one attribute, 90 days', async () => {
    const now = Date.now();
    await using estate = await withTrails();
    for (let i = 0; i < 60; i += 1) estate.state.events.push(eventOf(i, now - HOUR - i * 1000));
    estate.state.events.push(
      eventOf(60, now - 91 * DAY),
      eventOf(61, now - HOUR, { name: 'StartLogging' }),
      eventOf(62, now, { account: SECOND }),
      eventOf(63, now, { region: 'eu-west-1' }),
    );
    const found: (string | undefined)[] = [];
    for await (const page of paginateLookupEvents(
      { client: client(estate) },
      { LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: 'StopLogging' }] },
    )) {
      expect(page.Events?.length).toBeLessThanOrEqual(50);
      found.push(...(page.Events ?? []).map((event) => event.EventId));
    }
    expect(found).toEqual(estate.state.events.slice(0, 60).map((event) => event.id));
    const one = await client(estate).send(
      new LookupEventsCommand({ StartTime: new Date(now - HOUR - 2500), EndTime: new Date(now - HOUR - 1500) }),
    );
    expect(one.Events).toMatchObject([
      {
        EventId: found[2],
        EventName: 'StopLogging',
        Username: 'eve',
        ReadOnly: 'false',
        CloudTrailEvent: expect.stringContaining('eventID'),
      },
    ]);
    const byResource = await client(estate).send(
      new LookupEventsCommand({
        MaxResults: 1,
        LookupAttributes: [{ AttributeKey: 'ResourceName', AttributeValue: WIDE.arn }],
      }),
    );
    expect(byResource.Events).toHaveLength(1);
  });

  test('what AWS refuses', async () => {
    await using estate = await withTrails();
    const ask = (input: LookupEventsCommandInput): Promise<string> =>
      outcomeOf(client(estate).send(new LookupEventsCommand(input)));
    const attribute = { AttributeKey: 'EventName', AttributeValue: 'x' } as const;
    expect(await ask({ LookupAttributes: [attribute, attribute] })).toBe('InvalidLookupAttributesException');
    expect(await ask({ MaxResults: 51 })).toBe('InvalidMaxResultsException');
    expect(await ask({ NextToken: 'made-up' })).toBe('InvalidNextTokenException');
    expect(await ask({ StartTime: new Date(2000), EndTime: new Date(1000) })).toBe('InvalidTimeRangeException');
    expect(await ask({ EventCategory: 'insight' })).toBe('ok');
  });
});
