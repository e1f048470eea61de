/** What a chain of the forge takes and gives. */
import type { CloudObject, CloudTrail } from '../types.ts';
import type { Actor, Json } from './actors.ts';
import type { ObjectName } from './buckets.ts';
import type { ForgedDigest } from './digest-file.ts';
import type { Keyring } from './keyring.ts';
import type { ForgedLog, LogSpec } from './log-file.ts';
import type { Destination } from './object-keys.ts';
import type { Random } from './random.ts';

/** One object on its way into a bucket. */
export interface Delivery {
  readonly what: 'log' | 'digest' | 'backfill-digest';
  readonly object: CloudObject;
  /** When CloudTrail puts it there, epoch milliseconds. */
  readonly deliveredAt: number;
}

export interface HourRequest {
  /** How many log files, or what each of them holds. Default 0: an empty digest. */
  readonly logs?: number | readonly LogSpec[];
  /** This many of the log files (the last ones) are delivered but left out of the digest, for a later backfill. */
  readonly withheld?: number;
  /** Milliseconds by which the digest comes later than the usual half hour. It is signed in time. */
  readonly digestDelay?: number;
}

/** One digest interval and everything that was delivered for it. */
export interface ForgedHour {
  readonly start: number;
  readonly end: number;
  /** The five previousDigest* fields are null. */
  readonly starting: boolean;
  readonly digest: ForgedDigest;
  /** The log files that the digest names. */
  readonly logs: readonly ForgedLog[];
  readonly withheld: readonly ForgedLog[];
  /** Everything, in order of delivery. */
  readonly deliveries: readonly Delivery[];
}

/** What a chain remembers of an interval: names, no bytes. */
export interface HourRecord {
  readonly start: number;
  readonly end: number;
  readonly starting: boolean;
  readonly digest: ObjectName;
  readonly deliveredAt: number;
  readonly logs: readonly ObjectName[];
  readonly withheld: readonly ObjectName[];
}

export interface StopRequest {
  /** When StopLogging is called; default half an hour into the interval. */
  readonly at?: number;
  /** The end of the final digest; default the regular end of the interval. */
  readonly end?: number;
  readonly logs?: number;
}

export interface BackfillRequest {
  /** The interval, usually that of an hour with withheld files. */
  readonly start: number;
  readonly end: number;
  /** The files to list, usually `hour.withheld`; or how many to make. */
  readonly logs: readonly ForgedLog[] | number;
  readonly generatedAt: number;
  /** Do not link to this chain's previous backfill digest. */
  readonly starting?: boolean;
}

/** StopLogging or DeleteTrail, StartLogging or the first start. */
export interface LoggingSwitch {
  readonly logging: boolean;
  readonly at: number;
  /** The trail was made anew: its status knows nothing of what was before. */
  readonly anew?: boolean;
}

/** A call on the trail that a log file tells of; `parameters` beside the trail's ARN. */
export interface TrailCall {
  readonly name: 'StopLogging' | 'StartLogging' | 'UpdateTrail' | 'DeleteTrail' | 'CreateTrail';
  readonly at: number;
  readonly parameters?: Json;
}

/** The digests of one (account, delivering region, trail), made one interval after the other. */
export interface ForgedChain {
  /** `trail ARN|account|region` */
  readonly name: string;
  readonly trail: CloudTrail;
  readonly account: string;
  readonly region: string;
  readonly keyring: Keyring;
  /** Where the next objects go. */
  readonly destination: Destination;
  /** Since when, epoch milliseconds, objects went to which bucket and prefix; oldest first. */
  readonly destinations: readonly (Destination & { readonly since: number })[];
  /** The start of the next interval. */
  readonly nextStart: number;
  readonly logging: boolean;
  readonly switches: readonly LoggingSwitch[];
  readonly hours: readonly HourRecord[];
  readonly backfills: readonly HourRecord[];
  /** The times for which validation was off. */
  readonly unprovenSpans: readonly { readonly from: number; readonly until: number }[];
  /** Makes the next interval: its log files and the digest over them. Throws while logging is stopped. */
  hour(request?: HourRequest): ForgedHour;
  /** StopLogging: makes the final interval, whose last log file tells of the call (home region, own account). */
  stop(request?: StopRequest): ForgedHour;
  /** StartLogging: the next interval begins here with a starting digest. */
  restart(at: number): void;
  /** DeleteTrail: the final interval, as `stop` makes it. */
  remove(request?: StopRequest): ForgedHour;
  /** CreateTrail with the same name, and StartLogging: the next interval begins here with a starting digest. */
  recreate(at: number): void;
  /** UpdateTrail switches validation off: the final interval before `unproven`. */
  unvalidate(request?: StopRequest): ForgedHour;
  /** The trail gets another bucket or prefix (null: none); the chain goes on and points back into the old one. */
  move(bucket: string, prefix: string | null): void;
  /** Validation is off for a while: log files without digests, then an UpdateTrail and a starting digest. */
  unproven(request: { readonly until: number; readonly logs: number | readonly LogSpec[] }): readonly Delivery[];
  /** A backfill digest over files that the interval's own digest left out: a chain of its own. */
  backfill(request: BackfillRequest): ForgedHour;
  /** A log file in this chain's place that no digest will ever name. */
  strayLog(at: number, spec?: LogSpec): ForgedLog;
}

/** What a chain needs from its forge. */
export interface ChainSetup {
  readonly trail: CloudTrail;
  readonly account: string;
  readonly region: string;
  readonly organization: string | null;
  readonly firstDigestStart: number;
  readonly random: Random;
  readonly keyring: Keyring;
  readonly cast: readonly Actor[];
  readonly genuine: readonly Json[];
  readonly cheap: boolean;
  readonly escapeSlashes: boolean;
}
