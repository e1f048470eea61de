/** Calls that switch a trail off and on, read from log files that are proven (reference 1.5, 3.1). */
import type { CloudTrail } from '../cloud/types.ts';
import { secondsTime } from './names.ts';
import type { Span } from './question.ts';
import { readJson, type Value } from './strict-json.ts';

/** What a call did to the trail's digests, and whether log files went on coming without them. */
export interface Switch {
  readonly at: number;
  /** `gone`: it is off after the call, and may have been before. */
  readonly does: 'stop' | 'start' | 'gone';
  readonly validationOnly: boolean;
  readonly trail: string;
  readonly account: string;
  readonly region: string;
}

const SOURCE = 'cloudtrail.amazonaws.com';
const NAMES = ['StopLogging', 'StartLogging', 'UpdateTrail', 'DeleteTrail', 'CreateTrail'];

/** The switches told of in one log file's content. */
export function switchesIn(content: Uint8Array): readonly Switch[] {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  if (!bytes.includes(SOURCE) || !NAMES.some((name) => bytes.includes(name))) return [];
  const file = readJson(content);
  const records = file instanceof Map ? (file as ReadonlyMap<string, Value>).get('Records') : undefined;
  if (!Array.isArray(records)) return [];
  return (records as readonly Value[]).flatMap((record) => {
    const found = record instanceof Map ? switchOf(record as ReadonlyMap<string, Value>) : null;
    return found === null ? [] : [found];
  });
}

function switchOf(record: ReadonlyMap<string, Value>): Switch | null {
  const text = (key: string): string => {
    const value = record.get(key);
    return typeof value === 'string' ? value : '';
  };
  const at = secondsTime(text('eventTime'));
  const asked = record.get('requestParameters');
  if (at === null || text('eventSource') !== SOURCE || record.has('errorCode') || !(asked instanceof Map)) return null;
  const effect = effectOf(text('eventName'), asked as ReadonlyMap<string, Value>);
  const name = (asked as ReadonlyMap<string, Value>).get('name');
  if (effect === null || typeof name !== 'string') return null;
  const account = text('recipientAccountId');
  return { at, ...effect, trail: name, account, region: text('awsRegion') };
}

function effectOf(event: string, asked: ReadonlyMap<string, Value>): Pick<Switch, 'does' | 'validationOnly'> | null {
  switch (event) {
    // A trail that is created was not there before, and logs only when StartLogging is called.
    case 'CreateTrail':
    case 'DeleteTrail':
      return { does: 'gone', validationOnly: false };
    case 'StopLogging':
      return { does: 'stop', validationOnly: false };
    case 'StartLogging':
      return { does: 'start', validationOnly: false };
    case 'UpdateTrail': {
      const validation = asked.get('enableLogFileValidation');
      if (typeof validation !== 'boolean') return null;
      return { does: validation ? 'start' : 'stop', validationOnly: true };
    }
    default:
      return null;
  }
}

/** A time without digests, and whether log files were delivered in it all the same. */
export interface OffSpan extends Span {
  readonly validationOnly: boolean;
}

/** When the trail had no digests to write: from each stop to the start after it. The last may be open (`to: Infinity`). */
export function offSpans(trail: CloudTrail, switches: readonly Switch[]): readonly OffSpan[] {
  const own = [...switches.filter((one) => isAbout(one, trail)), ...statusSwitches(trail)].toSorted(
    (a, b) => a.at - b.at,
  );
  const spans: OffSpan[] = [];
  let off: Switch | null = null;
  for (const one of own) {
    // A second stop says that the start between them is unknown: only the time after it is known to be off.
    if (one.does === 'stop') off = one;
    else if (one.does === 'gone') off ??= one;
    else if (off !== null) {
      spans.push({ from: off.at, to: one.at, validationOnly: off.validationOnly });
      off = null;
    }
  }
  if (off !== null) spans.push({ from: off.at, to: Infinity, validationOnly: off.validationOnly });
  return spans;
}

/** The newest stop and start, as GetTrailStatus tells them. */
function statusSwitches({ name, account, homeRegion, status }: CloudTrail): readonly Switch[] {
  const told = [
    { does: 'stop' as const, at: status.stoppedLogging },
    { does: 'start' as const, at: status.startedLogging },
  ];
  return told.flatMap(({ does, at }) =>
    at === null ? [] : [{ at, does, validationOnly: false, trail: name, account, region: homeRegion }],
  );
}

function isAbout(call: Switch, trail: CloudTrail): boolean {
  const named = call.trail === trail.name || call.trail === trail.arn;
  return named && call.account === trail.account && call.region === trail.homeRegion;
}
