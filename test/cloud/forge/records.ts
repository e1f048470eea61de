/** Records as CloudTrail writes them, one maker for each family of log files (cloudtrail.md 3 and 6). */
import type { Actor, Json } from './actors.ts';
import { drawCall, type Call } from './calls.ts';
import type { LogKind, Origin } from './object-keys.ts';
import type { Random } from './random.ts';
import { MINUTE, floorTo, isoSeconds } from './times.ts';

/** Makes one record of an event at a time. */
export type RecordMaker = (at: number) => Json;

export interface RecordContext {
  readonly origin: Origin;
  readonly random: Random;
  /** Who acts in this account. */
  readonly cast: readonly Actor[];
  /** Records of real accounts, given to the forge; about half of the management records then come from them. */
  readonly genuine: readonly Json[];
}

export function recordMaker(kind: LogKind, context: RecordContext): RecordMaker {
  switch (kind) {
    case 'CloudTrail':
      return managementMaker(context);
    case 'CloudTrail-Insight':
      return (at) => insightRecord(context, at);
    case 'CloudTrail-NetworkActivity':
      return networkMaker(context);
    case 'CloudTrail-Aggregated':
      return (at) => aggregatedRecord(context, at);
  }
}

function managementMaker(context: RecordContext): RecordMaker {
  const { origin, random, genuine, cast } = context;
  return (at) => {
    if (genuine.length > 0 && random.float() < 0.5) return transplanted(context, random.pick(genuine), at);
    return apiRecord(context, { call: drawCall({ ...origin, random }), actor: random.pick(cast), at });
  };
}

interface Happening {
  readonly call: Call;
  readonly actor: Actor;
  readonly at: number;
}

function apiRecord({ origin, random }: RecordContext, { call, actor, at }: Happening): Json {
  const host = `${call.source.replace('.amazonaws.com', '')}.${origin.region}.amazonaws.com`;
  return {
    eventVersion: '1.11',
    userIdentity: actor.identity(at),
    eventTime: isoSeconds(at),
    eventSource: call.source,
    eventName: call.name,
    awsRegion: origin.region,
    sourceIPAddress: actor.sourceIPAddress,
    userAgent: actor.userAgent,
    ...(call.error === undefined ? {} : { errorCode: call.error.code, errorMessage: call.error.message }),
    requestParameters: call.parameters,
    responseElements: call.response,
    requestID: random.uuid(),
    eventID: random.uuid(),
    readOnly: call.readOnly,
    ...(call.resources === undefined ? {} : { resources: call.resources }),
    eventType: 'AwsApiCall',
    managementEvent: call.category === 'Management',
    recipientAccountId: origin.account,
    eventCategory: call.category,
    ...(actor.service
      ? {}
      : {
          tlsDetails: { tlsVersion: 'TLSv1.3', cipherSuite: 'TLS_AES_128_GCM_SHA256', clientProvidedHostHeader: host },
        }),
  };
}

/** A genuine record with the time, place and event id of this file, so that it fits and stays unique. */
function transplanted({ origin, random }: RecordContext, record: Json, at: number): Json {
  return {
    ...record,
    eventTime: isoSeconds(at),
    awsRegion: origin.region,
    recipientAccountId: origin.account,
    eventID: random.uuid(),
  };
}

/** A call on the trail, as its own log tells it. */
export function loggingRecord(
  context: RecordContext,
  change: { readonly name: string; readonly trailArn: string; readonly at: number; readonly parameters?: Json },
): Json {
  const actor = context.random.pick(context.cast.filter((one) => !one.service));
  const call: Call = {
    source: 'cloudtrail.amazonaws.com',
    name: change.name,
    readOnly: false,
    category: 'Management',
    parameters: { name: change.trailArn, ...change.parameters },
    response: null,
  };
  return apiRecord(context, { call, actor, at: change.at });
}

function insightRecord({ origin, random }: RecordContext, at: number): Json {
  const average = random.int(40, 900) / 10;
  return {
    eventVersion: '1.09',
    eventTime: isoSeconds(floorTo(at, MINUTE)),
    awsRegion: origin.region,
    eventID: random.uuid(),
    eventType: 'AwsCloudTrailInsight',
    recipientAccountId: origin.account,
    sharedEventID: random.uuid(),
    insightDetails: {
      state: random.pick(['Start', 'End']),
      eventSource: 'iam.amazonaws.com',
      eventName: 'AttachUserPolicy',
      insightType: 'ApiCallRateInsight',
      insightContext: {
        statistics: {
          baseline: { average: 0.0017 },
          insight: { average },
          insightDuration: random.int(1, 30),
          baselineDuration: 11_459,
        },
        attributions: [
          {
            attribute: 'userIdentityArn',
            insight: [{ value: `arn:aws:iam::${origin.account}:user/alice`, average }],
            baseline: [],
          },
        ],
      },
    },
    eventCategory: 'Insight',
  };
}

function networkMaker(context: RecordContext): RecordMaker {
  const { cast } = context;
  const endpoint = `vpce-0${context.random.hex(16)}`;
  return (at) => {
    const { eventID, ...rest } = apiRecord(context, {
      call: drawCall({ ...context.origin, random: context.random }),
      actor: context.random.pick(cast),
      at,
    });
    return {
      ...rest,
      eventID,
      eventType: 'AwsVpceEvents',
      vpcEndpointId: endpoint,
      vpcEndpointAccountId: context.origin.account,
      eventCategory: 'NetworkActivity',
    };
  };
}

function aggregatedRecord({ origin, random }: RecordContext, at: number): Json {
  const start = floorTo(at, 5 * MINUTE);
  const spaced = (time: number): string => isoSeconds(time).replace('T', ' ').replace('Z', '');
  return {
    eventVersion: '1.0',
    accountId: origin.account,
    eventId: random.uuid(),
    eventCategory: 'Aggregated',
    eventType: 'AwsAggregatedEvent',
    awsRegion: origin.region,
    eventSource: 's3.amazonaws.com',
    timeWindow: { windowStart: spaced(start), windowEnd: spaced(start + 5 * MINUTE), windowSize: 'PT5M' },
    summary: {
      primaryDimension: {
        dimension: 'eventName',
        statistics: [{ name: 'GetObject', value: random.int(1, 50_000) }],
        aggregationType: 'Count',
      },
      details: [
        {
          dimension: 'userIdentityArn',
          statistics: [{ name: `arn:aws:iam::${origin.account}:role/app-backend`, value: random.int(1, 50_000) }],
          aggregationType: 'Count',
        },
      ],
    },
  };
}
