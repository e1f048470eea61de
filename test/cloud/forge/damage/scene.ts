/** Where a damage is done, and the truth about it that a verifier's answer is compared with. */
import { gunzipSync } from 'node:zlib';
import type { FindingCode, NoteCode } from '../../../../src/core/verdict.ts';
import type { CloudObject } from '../../types.ts';
import { objectAt, putObjects, removeObject, type Buckets, type ObjectName } from '../buckets.ts';
import type { ForgedChain, HourRecord } from '../chain-types.ts';

/** The objects as delivered so far, and the chain to damage. */
export interface Scene {
  readonly buckets: Buckets;
  readonly chain: ForgedChain;
}

/** Which interval of the chain, and which of its log files. Negative numbers count from the end. */
export interface Spot {
  readonly hour: number;
  readonly log?: number;
}

/** What was done. Times are epoch milliseconds. */
export interface Truth {
  /** What was done, in plain words. */
  readonly kind: string;
  readonly chain: string;
  /** The objects that were changed, added or removed. */
  readonly objects: readonly ObjectName[];
  /** The intervals whose events the damage touches. */
  readonly intervals: readonly { readonly start: number; readonly end: number }[];
  /** A verifier must say at least one of these; empty: it must find no fault (notes are no faults). */
  readonly expected: readonly (FindingCode | NoteCode)[];
}

/** One way of damaging. Without a spot it picks the middle of the chain. */
export type Damage = (scene: Scene, spot?: Spot) => Truth;

type Outcome = Omit<Truth, 'chain' | 'intervals'> & { readonly hours: readonly HourRecord[] };

export function truthOf(scene: Scene, { hours, ...rest }: Outcome): Truth {
  return { ...rest, chain: scene.chain.name, intervals: hours.map(({ start, end }) => ({ start, end })) };
}

/** The index of the interval: the spot's, else the middle one. Throws when the chain has no such interval. */
export function hourIndex({ chain }: Scene, spot: Spot | undefined): number {
  const count = chain.hours.length;
  const index = spot === undefined ? Math.floor(count / 2) : spot.hour < 0 ? count + spot.hour : spot.hour;
  if (chain.hours[index] === undefined) throw new RangeError(`the chain has ${count} intervals, none at ${index}`);
  return index;
}

export function hourAt(scene: Scene, index: number): HourRecord {
  const hour = scene.chain.hours[index];
  if (hour === undefined) throw new RangeError(`no interval ${index} in the chain`);
  return hour;
}

/** The interval and log file of a spot; without one, the first file of the first interval from the middle that has any. */
export function logAt(scene: Scene, spot: Spot | undefined): { readonly hour: HourRecord; readonly log: ObjectName } {
  const middle = hourIndex(scene, spot);
  const candidates =
    spot === undefined
      ? [...scene.chain.hours.slice(middle), ...scene.chain.hours.slice(0, middle)]
      : [hourAt(scene, middle)];
  const hour = candidates.find(({ logs }) => logs.length > 0);
  const log = hour?.logs.at(spot?.log ?? 0);
  if (hour === undefined || log === undefined) throw new RangeError('no log file there to damage');
  return { hour, log };
}

/** Replaces an object's bytes (or more of it) in place. */
export function rewrite(
  scene: Scene,
  name: ObjectName,
  change: (object: CloudObject) => Partial<CloudObject>,
): CloudObject {
  const before = objectAt(scene.buckets, name);
  const after = { ...before, ...change(before) };
  putObjects(scene.buckets, [after]);
  return after;
}

export function remove(scene: Scene, names: readonly ObjectName[]): void {
  for (const name of names) removeObject(scene.buckets, name);
}

/** The inflated bytes of an object as text. */
export function textAt(scene: Scene, name: ObjectName): string {
  return gunzipSync(objectAt(scene.buckets, name).body).toString('utf8');
}
