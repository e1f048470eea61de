/**
 * What is written beside bytes in quarantine: the note says why they are there, a release which digest proved the file
 * later, an acceptance who has looked at it. Notes and releases are deterministic: they carry no clock of ours.
 */
import { parseStrictJson, type Json, type Unreadable } from './json.ts';
import type { QuarantineName } from './layout.ts';
import type { Origin } from './receipt.ts';

export const NOTE_SCHEMA = 'orgtrail.note/1';
const RELEASE_SCHEMA = 'orgtrail.released/1';
const ACCEPTANCE_SCHEMA = 'orgtrail.accepted/1';
/** Notes of before the digest and the times were recorded. */
const FORMER_NOTE_SCHEMA = 'orgtrail.quarantine/1';

/** Which digest speaks of a file. `end` is digestEndTime, ISO 8601. */
export interface DigestRef {
  readonly bucket: string;
  readonly key: string;
  readonly end: string;
}

/** Why bytes are in quarantine, with the evidence. */
export interface QuarantineNote {
  readonly schema: typeof NOTE_SCHEMA;
  readonly verdict: string;
  readonly detail: string;
  /** Where the file lies in its source; version and ETag are those of the bytes as received. */
  readonly origin: Origin;
  /** Where the bytes were read: in the source, or in the copy that was captured from it. */
  readonly via: 'source' | 'pending';
  /** The digest that names the file, for a digest itself; null when none does. */
  readonly digest: DigestRef | null;
  readonly expectedSha256: string | null;
  readonly contentSha256: string | null;
  readonly storedSha256: string;
  readonly size: number;
  /** When the source says that the object was written, ISO 8601; null when it is not known. */
  readonly modified: string | null;
  readonly metadata: Readonly<Record<string, string>>;
  /** Archive key of the bytes. */
  readonly bytes: string;
  /** The command that judges the file again. */
  readonly again: string;
}

/** The file was proven after all. */
export interface Release {
  readonly schema: typeof RELEASE_SCHEMA;
  readonly entry: QuarantineName;
  readonly digest: DigestRef;
  /** The hash of the content that the digest names and the archive holds; null for a digest itself. */
  readonly contentSha256: string | null;
}

/** Somebody has looked at the entry. It proves nothing and turns nothing green. */
export interface Acceptance {
  readonly schema: typeof ACCEPTANCE_SCHEMA;
  readonly entry: QuarantineName;
  readonly reason: string;
  /** The ARN that AWS knows the caller by; null where it does not say. */
  readonly caller: string | null;
  /** The name that was given; null when the ARN says it. */
  readonly by: string | null;
  /** ISO 8601. */
  readonly at: string;
}

/** The note's bytes: indented JSON in a fixed order. */
export function encodeNote(note: Omit<QuarantineNote, 'schema'>): Uint8Array {
  return encoded({ schema: NOTE_SCHEMA, ...note });
}

/** The release's bytes. */
export function encodeRelease(release: Omit<Release, 'schema'>): Uint8Array {
  return encoded({ schema: RELEASE_SCHEMA, ...release });
}

/** The acceptance's bytes. */
export function encodeAcceptance(acceptance: Omit<Acceptance, 'schema'>): Uint8Array {
  return encoded({ schema: ACCEPTANCE_SCHEMA, ...acceptance });
}

/** Reads a note and holds it against its name: a note under another's name explains nothing. */
export function decodeNote(bytes: Uint8Array, name: QuarantineName): { readonly note: QuarantineNote } | Unreadable {
  const read = objectIn(bytes, [NOTE_SCHEMA, FORMER_NOTE_SCHEMA]);
  if ('problem' in read) return read;
  const { origin = null, verdict, detail, storedSha256, size, metadata = null, bytes: place } = read.fields;
  if (!isObject(origin) || !isObject(metadata) || typeof size !== 'number')
    return { problem: 'parts of it are missing' };
  const texts = [verdict, detail, place].every((text) => typeof text === 'string');
  if (typeof storedSha256 !== 'string' || !texts || !Object.values(metadata).every((text) => typeof text === 'string'))
    return { problem: 'parts of it are missing' };
  const told = JSON.stringify([verdict, origin['bucket'], origin['key'], storedSha256.slice(0, 16)]);
  const named = JSON.stringify([name.verdict, name.bucket, name.key, name.mark]);
  if (told !== named) return { problem: `it speaks of ${told}, its name of ${named}` };
  const { digest = null, via = 'source', modified = null, again = '' } = read.fields;
  if (!isDigest(digest) || (via !== 'source' && via !== 'pending') || !isTextOrNull(modified) || !isText(again))
    return { problem: 'parts of it are not as recorded' };
  const hashes = [read.fields['expectedSha256'], read.fields['contentSha256'], origin['versionId'], origin['etag']];
  if (!hashes.every((text) => isTextOrNull(text ?? null))) return { problem: 'parts of it are not as recorded' };
  return { note: { ...read.fields, schema: NOTE_SCHEMA, digest, via, modified, again } as unknown as QuarantineNote };
}

/** Reads a release and holds it against its name. */
export function decodeRelease(bytes: Uint8Array, name: QuarantineName): { readonly release: Release } | Unreadable {
  const read = objectIn(bytes, [RELEASE_SCHEMA]);
  if ('problem' in read) return read;
  const { entry, digest = null, contentSha256 = null } = read.fields;
  if (!isEntry(entry, name)) return { problem: 'it speaks of another entry' };
  if (digest === null || !isDigest(digest) || !isTextOrNull(contentSha256))
    return { problem: 'parts of it are missing' };
  return { release: read.fields as unknown as Release };
}

/** Reads an acceptance and holds it against its name. */
export function decodeAcceptance(
  bytes: Uint8Array,
  name: QuarantineName,
): { readonly acceptance: Acceptance } | Unreadable {
  const read = objectIn(bytes, [ACCEPTANCE_SCHEMA]);
  if ('problem' in read) return read;
  const { entry, reason, caller = null, by = null, at } = read.fields;
  if (!isEntry(entry, name)) return { problem: 'it speaks of another entry' };
  if (!isText(reason) || !isText(at) || !isTextOrNull(caller) || !isTextOrNull(by) || (caller === null && by === null))
    return { problem: 'parts of it are missing' };
  return { acceptance: read.fields as unknown as Acceptance };
}

type Fields = { readonly [name: string]: Json };

function encoded(record: object): Uint8Array {
  return Buffer.from(`${JSON.stringify(record, null, 1)}\n`, 'utf8');
}

function objectIn(bytes: Uint8Array, schemas: readonly string[]): { readonly fields: Fields } | Unreadable {
  const json = parseStrictJson(bytes);
  if ('problem' in json) return json;
  if (!isObject(json.value) || !schemas.some((one) => one === (json.value as Fields)['schema']))
    return { problem: `not of schema ${schemas[0]}` };
  return { fields: json.value };
}

function isObject(json: Json | undefined): json is Fields {
  return json !== undefined && json !== null && typeof json === 'object' && !Array.isArray(json);
}

function isText(json: Json | undefined): boolean {
  return typeof json === 'string';
}

function isTextOrNull(json: Json): boolean {
  return json === null || typeof json === 'string';
}

function isDigest(json: Json): boolean {
  return json === null || (isObject(json) && isText(json['bucket']) && isText(json['key']) && isText(json['end']));
}

function isEntry(json: Json | undefined, { verdict, bucket, key, mark }: QuarantineName): boolean {
  if (!isObject(json)) return false;
  const told = [json['verdict'], json['bucket'], json['key'], json['mark']];
  return JSON.stringify(told) === JSON.stringify([verdict, bucket, key, mark]);
}
