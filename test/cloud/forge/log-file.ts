/** A log file: records, compact JSON, one gzip member, a key that nobody can guess. */
import { hash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { CloudObject } from '../types.ts';
import type { Actor, Json } from './actors.ts';
import { logKey, type Destination, type LogKind, type Origin } from './object-keys.ts';
import type { Random } from './random.ts';
import { recordMaker } from './records.ts';
import { SECOND, floorTo } from './times.ts';

/** What one log file shall hold. The first of `content`, `records`, `size`, `count` that is given decides. */
export interface LogSpec {
  readonly kind?: LogKind;
  /** The inflated bytes, verbatim: whatever they are, the digest will vouch for them. */
  readonly content?: Uint8Array | string;
  /** These records and no others, unchanged. */
  readonly records?: readonly Json[];
  /** Inflated size in bytes to reach; the last record goes over it. */
  readonly size?: number;
  readonly count?: number;
}

/** A log file as delivered. Times are epoch milliseconds. */
export interface ForgedLog {
  readonly object: CloudObject;
  readonly kind: LogKind;
  readonly deliveredAt: number;
  /** Lower-hex SHA-256 of the inflated bytes. */
  readonly contentSha256: string;
  readonly inflatedSize: number;
  readonly oldestEvent: number;
  readonly newestEvent: number;
}

export interface LogRequest {
  readonly to: Destination;
  readonly origin: Origin;
  readonly spec: LogSpec;
  /** The time in the name: a multiple of five minutes. */
  readonly minute: number;
  readonly deliveredAt: number;
  readonly random: Random;
  readonly genuine: readonly Json[];
  /** Fast and small: least compression. */
  readonly cheap: boolean;
  readonly cast: readonly Actor[];
  /** A record that must be in the file, before the others. */
  readonly marker: { readonly at: number; readonly record: Json } | null;
}

/** Makes the file. Events lie 3 to 594 seconds before the minute in the name, as observed (cloudtrail.md 1.4). */
export function writeLog(request: LogRequest): ForgedLog {
  const { to, origin, minute, random } = request;
  const span = spanOf(request);
  const content = contentOf(request, span);
  const { kind, oldestEvent, newestEvent } = stated(request, span);
  const object: CloudObject = {
    bucket: to.bucket,
    key: logKey(to, origin, { kind, minute, unique: random.text(16) }),
    body: new Uint8Array(gzipSync(content, { level: request.cheap ? 1 : 6 })),
    metadata: new Map(),
    contentType: 'application/json',
    contentEncoding: 'gzip',
  };
  return {
    object,
    kind,
    deliveredAt: request.deliveredAt,
    contentSha256: hash('sha256', content),
    inflatedSize: content.length,
    oldestEvent,
    newestEvent,
  };
}

interface Span {
  readonly kind: LogKind;
  readonly oldestEvent: number;
  readonly newestEvent: number;
}

function spanOf({ spec, minute, random }: LogRequest): Span {
  const newestEvent = minute - random.int(180, 360) * SECOND;
  return { kind: spec.kind ?? 'CloudTrail', newestEvent, oldestEvent: newestEvent - random.int(10, 230) * SECOND };
}

/** The span that the digest will state: it covers the marker, and is that of given records where they carry times. */
function stated({ spec, marker }: LogRequest, span: Span): Span {
  const given = (spec.records ?? [])
    .map((record) => Date.parse(String(record['eventTime'])))
    .filter((time) => !Number.isNaN(time));
  const times = given.length > 0 ? given : [span.oldestEvent, span.newestEvent];
  if (marker !== null) times.push(marker.at);
  return { kind: span.kind, oldestEvent: Math.min(...times), newestEvent: Math.max(...times) };
}

function contentOf(request: LogRequest, span: Span): Uint8Array {
  const { spec, marker } = request;
  if (spec.content !== undefined)
    return typeof spec.content === 'string' ? Buffer.from(spec.content, 'utf8') : spec.content;
  const texts = [...(marker === null ? [] : [marker.record]), ...(spec.records ?? [])].map((record) =>
    JSON.stringify(record),
  );
  if (spec.records === undefined) texts.push(...drawn(request, span));
  const list = texts.join(',');
  return Buffer.from(span.kind === 'CloudTrail-Aggregated' ? `[${list}]` : `{"Records":[${list}]}`, 'utf8');
}

/** Records of the span in no order, as in life; the first two mark its ends, which the digest will state. */
function drawn(request: LogRequest, span: Span): string[] {
  const { random, spec } = request;
  const make = recordMaker(span.kind, { origin: request.origin, random, genuine: request.genuine, cast: request.cast });
  const texts: string[] = [];
  const enough = limitOf(request, spec);
  for (let size = 14; !enough(texts.length, size);) {
    const text = JSON.stringify(make(timeOf(texts.length, span, random)));
    texts.push(text);
    size += text.length + 1;
  }
  return texts;
}

function timeOf(index: number, span: Span, random: Random): number {
  if (index === 0) return span.newestEvent;
  if (index === 1) return span.oldestEvent;
  return floorTo(random.int(span.oldestEvent, span.newestEvent), SECOND);
}

const MOST_RECORDS = 100_000;

function limitOf(request: LogRequest, spec: LogSpec): (count: number, size: number) => boolean {
  if (spec.size !== undefined) {
    const wanted = spec.size;
    return (count, size) => size >= wanted || count >= MOST_RECORDS;
  }
  const wanted = spec.count ?? (request.cheap ? 2 : null);
  if (wanted !== null) return (count) => count >= wanted;
  const realistic = realisticSize(request.random);
  return (_count, size) => size >= realistic;
}

/** 1 to 500 KB, half of them below 30 KB, 60 KB on average: log-normal, close to the 55 files observed. */
function realisticSize(random: Random): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random.float())) * Math.cos(2 * Math.PI * random.float());
  return Math.round(Math.min(500_000, Math.max(1000, Math.exp(10.3 + 1.2 * normal))));
}
