/**
 * One page of a listing, made certain. The SDK reads an empty body, an HTML page or another bucket's listing as
 * "no objects" and follows a repeated token for ever (reliability.md rows 57 and 58); for us that would be a
 * falsely empty source, so every page must prove that it answers the question that was asked.
 */
import type { ListObjectsV2CommandOutput } from '@aws-sdk/client-s3';
import type { ListedObject } from '../ports.ts';

/** The question. `after`: all keys and folders must come behind it; null at the beginning. */
export interface PageQuestion {
  readonly bucket: string;
  readonly prefix: string;
  readonly byFolder: boolean;
  readonly after: string | null;
  readonly token: string | null;
}

/** `next` null: the listing is complete. `last` is the greatest name so far. */
export interface ListPage {
  readonly objects: readonly ListedObject[];
  readonly folders: readonly string[];
  readonly next: string | null;
  readonly last: string | null;
}

/** The page, or a sentence saying why it is none. */
export function readPage(output: ListObjectsV2CommandOutput, question: PageQuestion): ListPage | string {
  const decode = decoderFor(output.EncodingType);
  const problem = envelopeProblem(output, question, decode);
  if (problem !== null) return problem;
  const objects = (output.Contents ?? []).map((entry) => listedObject(entry, decode));
  const folders = (output.CommonPrefixes ?? []).map((entry) => decode(entry.Prefix));
  if (!objects.every((object) => object !== null)) return 'an entry of the listing lacks its key, size, ETag or time';
  if (!folders.every((folder) => folder !== null)) return 'a folder of the listing lacks its name';
  const order = orderProblem(objects, folders, question);
  if (order !== null) return order;
  const next = output.IsTruncated === true ? (output.NextContinuationToken ?? null) : null;
  return {
    objects,
    folders,
    next,
    last: greatest([question.after, objects.at(-1)?.key ?? null, folders.at(-1) ?? null]),
  };
}

type Decode = (text: string | undefined) => string | null;

/** We ask for URL encoding, since XML cannot carry every key; stores that do not know it answer plainly. */
function decoderFor(encoding: string | undefined): Decode {
  return (text) => {
    if (text === undefined || encoding !== 'url') return text ?? null;
    try {
      return decodeURIComponent(text.replaceAll('+', ' '));
    } catch {
      return null; // no URL encoding: the caller refuses the page
    }
  };
}

function envelopeProblem(output: ListObjectsV2CommandOutput, question: PageQuestion, decode: Decode): string | null {
  if (output.Name !== question.bucket) return `it lists ${output.Name === undefined ? 'no bucket' : 'another bucket'}`;
  if ((decode(output.Prefix) ?? (output.Prefix === undefined ? '' : null)) !== question.prefix)
    return 'it lists another prefix';
  if (typeof output.IsTruncated !== 'boolean') return 'it does not say whether it is complete';
  const { KeyCount: count } = output;
  if (count === undefined || !Number.isInteger(count) || count < 0) return 'it does not say how many keys it holds';
  if (!question.byFolder && count !== (output.Contents ?? []).length)
    return `it announces ${count} keys and holds ${(output.Contents ?? []).length}`;
  if (!question.byFolder && (output.CommonPrefixes ?? []).length > 0) return 'it holds folders that were not asked for';
  if (!output.IsTruncated) return null;
  if (!output.NextContinuationToken) return 'it is not complete and has no token for the next page';
  return output.NextContinuationToken === question.token ? 'its token is that of the page before' : null;
}

/** Classes whose objects S3 gives out after a restore alone. */
const COLD: ReadonlySet<string> = new Set(['GLACIER', 'DEEP_ARCHIVE']);

function listedObject(
  entry: NonNullable<ListObjectsV2CommandOutput['Contents']>[number],
  decode: Decode,
): ListedObject | null {
  const key = decode(entry.Key);
  const etag = entry.ETag?.replaceAll('"', '');
  const lastModified = entry.LastModified?.getTime() ?? Number.NaN;
  if (key === null || key === '' || etag === undefined || etag === '') return null;
  if (entry.Size === undefined || !Number.isSafeInteger(entry.Size) || entry.Size < 0 || Number.isNaN(lastModified))
    return null;
  return { key, size: entry.Size, etag, lastModified, ...(COLD.has(entry.StorageClass ?? '') ? { cold: true } : {}) };
}

function orderProblem(
  objects: readonly ListedObject[],
  folders: readonly string[],
  question: PageQuestion,
): string | null {
  for (const names of [objects.map((object) => object.key), folders]) {
    let before = question.after;
    for (const name of names) {
      if (!name.startsWith(question.prefix)) return 'it holds a key outside the prefix';
      if (before !== null && compareUtf8(before, name) >= 0) return 'its keys are out of order or repeated';
      before = name;
    }
  }
  const malformed = folders.some(
    (folder) =>
      folder.length <= question.prefix.length || folder.indexOf('/', question.prefix.length) !== folder.length - 1,
  );
  return malformed ? 'it holds a folder that is none' : null;
}

function greatest(names: readonly (string | null)[]): string | null {
  return names.reduce(
    (best, name) => (best === null || (name !== null && compareUtf8(name, best) > 0) ? name : best),
    null,
  );
}

/** Orders as S3 does, by UTF-8 bytes. JavaScript compares UTF-16, where surrogates sort below U+E000 to U+FFFF. */
export function compareUtf8(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let at = 0; at < length; at += 1) {
    const difference = utf8Rank(left.charCodeAt(at)) - utf8Rank(right.charCodeAt(at));
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

function utf8Rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
