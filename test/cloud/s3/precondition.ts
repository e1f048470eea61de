/** Conditional requests: what must hold of an object before it is read, copied from or written over. */
import type { StoredVersion } from './bucket.ts';
import { S3Error } from './errors.ts';

/** The four conditions of HTTP as S3 reads them, from request headers or from the copy source's. */
export interface Conditions {
  readonly ifMatch: string | undefined;
  readonly ifNoneMatch: string | undefined;
  readonly ifModifiedSince: string | undefined;
  readonly ifUnmodifiedSince: string | undefined;
}

/** `prefix` is empty for the request's own object, `x-amz-copy-source-` for a copy's source. */
export function conditionsOf(headers: ReadonlyMap<string, string>, prefix = ''): Conditions {
  return {
    ifMatch: headers.get(`${prefix}if-match`),
    ifNoneMatch: headers.get(`${prefix}if-none-match`),
    ifModifiedSince: headers.get(`${prefix}if-modified-since`),
    ifUnmodifiedSince: headers.get(`${prefix}if-unmodified-since`),
  };
}

/** How a read stands to its conditions. An ETag that matches outweighs the dates (RFC 7232, S3 GetObject). */
export function readOutcome(object: StoredVersion, conditions: Conditions): 'go' | 'not-modified' | 'failed' {
  if (conditions.ifMatch !== undefined) {
    if (!matches(object, conditions.ifMatch)) return 'failed';
  } else if (
    conditions.ifUnmodifiedSince !== undefined &&
    object.lastModified > Date.parse(conditions.ifUnmodifiedSince)
  ) {
    return 'failed';
  }
  if (conditions.ifNoneMatch !== undefined) return matches(object, conditions.ifNoneMatch) ? 'not-modified' : 'go';
  if (conditions.ifModifiedSince === undefined) return 'go';
  return object.lastModified > Date.parse(conditions.ifModifiedSince) ? 'go' : 'not-modified';
}

/** Refuses a write whose condition on the current object does not hold. A delete marker counts as absent. */
export function checkWrite(current: StoredVersion | null, headers: ReadonlyMap<string, string>): void {
  const { ifMatch, ifNoneMatch } = conditionsOf(headers);
  if (ifNoneMatch !== undefined) {
    if (ifNoneMatch !== '*')
      throw new S3Error('NotImplemented', 'A header you provided implies functionality that is not implemented');
    if (current !== null) throw failed('If-None-Match');
  }
  if (ifMatch === undefined) return;
  if (current === null) throw new S3Error('NoSuchKey', 'The specified key does not exist.');
  if (!matches(current, ifMatch)) throw failed('If-Match');
}

export function failed(condition: string): S3Error {
  return new S3Error(
    'PreconditionFailed',
    `At least one of the pre-conditions you specified did not hold (${condition})`,
  );
}

function matches(object: StoredVersion, value: string): boolean {
  const wanted = new Set(value.split(',').map((part) => part.trim().replace(/^"(.*)"$/, '$1')));
  return wanted.has('*') || wanted.has(object.etag);
}
