/** The event history of an account: the management events of 90 days, whatever the trails record. */
import { setTimeout as sleep } from 'node:timers/promises';
import { LookupEventsCommand, type Event } from '@aws-sdk/client-cloudtrail';
import type { EventQuery } from '../ports.ts';
import type { AwsClients } from './aws-clients.ts';
import { allPages, controlContext } from './aws-control.ts';
import { garbledError, type CallContext } from './aws-errors.ts';

/** LookupEvents allows two requests a second for an account and region (cloudtrail.md, limits). */
const APART_MS = 500;
/** 2,000 events of one name: whoever makes more of them has the call refused rather than half a list believed. */
const MAX_PAGES = 40;

/** Waits for the caller's turn. Turns of one name are half a second apart; the first comes at once. */
export type Turns = (name: string) => Promise<void>;

/**
 * Turns for the whole process: the limit is AWS's for an account and region, whoever asks.
 * @param wait sleeps for that many milliseconds; tests give their own
 */
export function createTurns(wait: (ms: number) => Promise<unknown> = sleep): Turns {
  const next = new Map<string, number>();
  return async (name) => {
    const now = performance.now();
    const at = Math.max(now, next.get(name) ?? 0);
    next.set(name, at + APART_MS);
    if (at > now) await wait(Math.ceil(at - now));
  };
}

/** The events of one name as JSON text, newest first: all of them, or an error. */
export async function lookupEvents(
  clients: AwsClients,
  { region, query, turns }: { readonly region: string; readonly query: EventQuery; readonly turns: Turns },
): Promise<readonly string[]> {
  const context = controlContext(
    clients,
    `look up ${query.name} in the event history of ${region}`,
    'cloudtrail:LookupEvents',
  );
  const filter = {
    LookupAttributes: [{ AttributeKey: 'EventName' as const, AttributeValue: query.name }],
    StartTime: new Date(query.from),
    EndTime: new Date(query.to),
  };
  const events = await allPages(context, MAX_PAGES, async (token) => {
    await turns(`${context.account} ${region}`);
    const command = new LookupEventsCommand({ ...filter, ...(token === undefined ? {} : { NextToken: token }) });
    const page = await clients.onTrails(region, (client, options) => client.send(command, options));
    return { items: page.Events, next: page.NextToken };
  });
  return events.map((event) => recordOf(event, context));
}

function recordOf({ CloudTrailEvent: record }: Event, context: CallContext): string {
  if (record === undefined || record === '') throw garbledError(context, 'an event lacks its record');
  return record;
}
