/** The objects of a world by bucket and key: what the endpoints serve and what the damages change. */
import type { CloudObject } from '../types.ts';

export type Buckets = Map<string, Map<string, CloudObject>>;

/** An object by name. */
export interface ObjectName {
  readonly bucket: string;
  readonly key: string;
}

/** Puts objects, each over what was there. Returns the same map. */
export function putObjects(buckets: Buckets, objects: Iterable<CloudObject>): Buckets {
  for (const object of objects) {
    const bucket = buckets.get(object.bucket) ?? new Map<string, CloudObject>();
    bucket.set(object.key, object);
    buckets.set(object.bucket, bucket);
  }
  return buckets;
}

/** The object with this name. Throws when it is not there: a damage must never aim at nothing. */
export function objectAt(buckets: Buckets, name: ObjectName): CloudObject {
  const object = findObject(buckets, name);
  if (object === undefined) throw new Error(`no object s3://${name.bucket}/${name.key} to work on`);
  return object;
}

export function findObject(buckets: Buckets, name: ObjectName): CloudObject | undefined {
  return buckets.get(name.bucket)?.get(name.key);
}

/** Removes an object that must be there. */
export function removeObject(buckets: Buckets, name: ObjectName): void {
  objectAt(buckets, name);
  buckets.get(name.bucket)?.delete(name.key);
}
