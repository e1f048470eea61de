/** How orgtrail's own records lie in the archive: plain JSON, with nothing in the object's metadata that a copy could lose. */

/** The object to be written for a record's bytes. */
export function jsonObject(bytes: Uint8Array): {
  readonly bytes: Uint8Array;
  readonly contentType: string;
  readonly contentEncoding: null;
  readonly metadata: ReadonlyMap<string, string>;
} {
  return { bytes, contentType: 'application/json', contentEncoding: null, metadata: new Map() };
}
