/**
 * Calls that change a trail, as CloudTrail itself recorded them: the only proof that a chain ended or began anew by
 * somebody's call, and not by a deletion of its digests (reliability.md V17, row 106).
 */
import { parseStrictJson, type Json } from './json.ts';
import type { Source } from './source.ts';
import { parseIso } from './time.ts';

export const CHANGE_NAMES = [
  'StopLogging',
  'StartLogging',
  'UpdateTrail',
  'DeleteTrail',
  'CreateTrail',
  'PutEventSelectors',
] as const;

/**
 * A call that changed a trail, from a log file, the event history or GetTrailStatus. A failed call (errorCode) is none:
 * anybody can make a StopLogging that fails. `time` in epoch milliseconds.
 */
export interface TrailChange {
  readonly name: (typeof CHANGE_NAMES)[number];
  readonly time: number;
  /** The account and region that the call was recorded in: the trail's owner and home region. */
  readonly account: string;
  readonly region: string;
  /** Name or ARN, as requested. */
  readonly trail: string;
  readonly eventId: string;
  /** What it does to the home region's digests. `either`: an UpdateTrail that says nothing of validation. */
  readonly effect: 'stops' | 'starts' | 'either' | 'none';
  readonly actor: string | null;
  readonly via: 'log' | 'history' | 'status';
  /** The event as JSON text; empty for `status`. */
  readonly record: string;
}

const EVENT_SOURCE = 'cloudtrail.amazonaws.com';
/** CloudTrail writes log files of at most 50 MB (cloudtrail.md 1.3): what is larger is not searched. */
const MOST_BYTES = 64 * 1024 * 1024;
/** Whoever may call StopLogging may call it ten thousand times an hour: one file hands on no more than this. */
const MOST_CHANGES = 1000;
const ACCOUNT = /^\d{12}$/;
const REGION = /^[a-z]{2,4}(?:-[a-z]+)+-\d$/;
const EVENT_ID = /^[0-9A-Za-z-]{1,64}$/;

/**
 * The changes that a log file tells of. Most files tell of none: bytes are searched before anything is parsed.
 * @param content the inflated bytes; whatever they are, nothing is thrown
 */
export function changesIn(content: Uint8Array): readonly TrailChange[] {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  if (bytes.length > MOST_BYTES || !bytes.includes(EVENT_SOURCE)) return [];
  if (!CHANGE_NAMES.some((name) => bytes.includes(`"${name}"`))) return [];
  const found: TrailChange[] = [];
  for (const record of recordsOf(bytes)) {
    const change = readChange(record, 'log');
    if (change !== null) found.push(change);
    if (found.length === MOST_CHANGES) break;
  }
  return found;
}

/** One event as JSON text; null when it is no change of a trail, failed, or is not what CloudTrail writes. */
export function changeOf(record: string, via: 'log' | 'history'): TrailChange | null {
  const parsed = parseStrictJson(Buffer.from(record, 'utf8'));
  return 'problem' in parsed ? null : readChange(parsed.value, via);
}

/** True when the change is one of this source's trail: its owner's account, its home region, and its name or ARN. */
export function isChangeOf(change: TrailChange, source: Source): boolean {
  return (
    change.account === ownerOf(source) &&
    change.region === source.homeRegion &&
    (change.trail === source.trail || change.trail === source.trailArn)
  );
}

/** The account that a trail belongs to: the one in its ARN, which for an organization trail is not the member's. */
export function ownerOf(source: Pick<Source, 'trailArn' | 'reader'>): string {
  const owner = source.trailArn.split(':')[4] ?? '';
  return ACCOUNT.test(owner) ? owner : source.reader;
}

/** The latest start and stop that GetTrailStatus tells of, as changes. */
export function statusChanges(source: Source): readonly TrailChange[] {
  const { status, trailArn, homeRegion } = source;
  const told = (name: 'StopLogging' | 'StartLogging', time: number | null | undefined): readonly TrailChange[] =>
    time === null || time === undefined
      ? []
      : [
          {
            name,
            time,
            account: ownerOf(source),
            region: homeRegion,
            trail: trailArn,
            eventId: '',
            effect: name === 'StopLogging' ? 'stops' : 'starts',
            actor: null,
            via: 'status',
            record: '',
          },
        ];
  return [...told('StopLogging', status?.stoppedLogging), ...told('StartLogging', status?.startedLogging)];
}

/** Each event once, in order of time: a log file and the event history tell of the same one. */
export function distinctChanges(changes: readonly TrailChange[]): readonly TrailChange[] {
  const seen = new Map<string, TrailChange>();
  for (const change of changes) {
    const id = change.via === 'status' ? `${change.trail}|${change.name}|${change.time}` : change.eventId;
    if (!seen.has(id)) seen.set(id, change);
  }
  return [...seen.values()].toSorted((a, b) => a.time - b.time || (a.eventId < b.eventId ? -1 : 1));
}

function recordsOf(bytes: Buffer): readonly Json[] {
  try {
    const file = JSON.parse(bytes.toString('utf8')) as Json;
    const records = isObject(file) ? file['Records'] : null;
    return Array.isArray(records) ? (records as readonly Json[]) : [];
  } catch {
    return []; // proven bytes that are no JSON are archived all the same, and tell of no change
  }
}

function readChange(value: Json, via: 'log' | 'history'): TrailChange | null {
  if (!isObject(value) || value['eventSource'] !== EVENT_SOURCE || 'errorCode' in value) return null;
  const name = CHANGE_NAMES.find((one) => one === value['eventName']);
  const time = parseIso(textOf(value['eventTime']));
  const account = textOf(value['recipientAccountId']);
  const region = textOf(value['awsRegion']);
  const eventId = textOf(value['eventID']);
  if (name === undefined || time === null) return null;
  if (!ACCOUNT.test(account) || !REGION.test(region) || !EVENT_ID.test(eventId)) return null;
  const asked = value['requestParameters'];
  if (!isObject(asked ?? null)) return null;
  const parameters = asked as Record<string, Json>;
  const trail = textOf(parameters[name === 'PutEventSelectors' ? 'trailName' : 'name']);
  if (trail === '') return null;
  const record = JSON.stringify(value);
  return {
    name,
    time,
    account,
    region,
    trail,
    eventId,
    effect: effectOf(name, parameters),
    actor: actorOf(value['userIdentity'] ?? null),
    via,
    record,
  };
}

function effectOf(name: TrailChange['name'], parameters: Record<string, Json>): TrailChange['effect'] {
  switch (name) {
    case 'StopLogging':
    case 'DeleteTrail':
      return 'stops';
    case 'StartLogging':
    case 'CreateTrail':
      return 'starts';
    case 'PutEventSelectors':
      return 'none';
    case 'UpdateTrail': {
      const validation = parameters['enableLogFileValidation'];
      return validation === false ? 'stops' : validation === true ? 'starts' : 'either';
    }
  }
}

function actorOf(identity: Json): string | null {
  if (!isObject(identity)) return null;
  const told = [identity['arn'], identity['invokedBy'], identity['principalId'], identity['type']];
  const name = told.find((one) => typeof one === 'string' && one !== '');
  return typeof name === 'string' ? name.slice(0, 200) : null;
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

function isObject(value: Json): value is Record<string, Json> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
