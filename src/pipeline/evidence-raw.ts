/** A digest's own bytes as the archive keeps them, held against its receipt, and their text for people. */
import type { Inspection } from '../core/gzip.ts';
import { hash } from 'node:crypto';
import { parseStrictJson } from '../core/json.ts';
import type { Receipt } from '../core/receipt.ts';
import type { Problem } from '../core/source.ts';
import { OperatingError, problemOf } from '../errors.ts';
import type { EvidenceParts } from './evidence-names.ts';
import { archivePlace } from './parts.ts';

/** More than this nobody reads on a page; the bytes themselves may be downloaded. */
const MOST_TEXT = 512 * 1024;
/** A digest of a hundred thousand files stays below this. */
const MOST_INFLATED = 64 * 1024 * 1024;

/** The bytes as kept; null: kept nowhere. Throws `archive-changed` where they are gone or not what was recorded. */
export async function keptBytes({ digest }: Receipt, parts: EvidenceParts): Promise<Uint8Array | null> {
  if (digest.place === null) return null;
  const { bucket, owner } = archivePlace(parts.config);
  const maxBytes = parts.config.limits.maxObjectBytes;
  const object = await parts.archive.get({ bucket, owner, key: digest.place }, { maxBytes });
  const where = `s3://${bucket}/${digest.place}`;
  if (object === null) throw changed(`the receipt says that the digest is kept at ${where}, and it is not there`);
  if (hash('sha256', object.bytes) === digest.storedSha256) return object.bytes;
  // Delivered or compressed anew: the archive keeps the first copy, and the content is what was signed.
  const whole = await inspect(object.bytes, { most: MOST_INFLATED, keep: false }, parts);
  if (whole.ok && whole.contentSha256 === digest.contentSha256) return object.bytes;
  throw changed(`${where} does not hold the bytes that were recorded for the digest`);
}

/** The digest's JSON text, indented, or why there is none to show. */
export async function textOf(
  receipt: Receipt,
  parts: EvidenceParts,
): Promise<{ readonly raw: string; readonly rawProblem: null } | { readonly raw: null; readonly rawProblem: Problem }> {
  try {
    const bytes = await keptBytes(receipt, parts);
    if (bytes === null) return without(receipt.digest.verdict, 'its bytes are kept nowhere', 'read the detail above');
    const inspection = await inspect(bytes, { most: MOST_TEXT, keep: true }, parts);
    return textIn(inspection);
  } catch (error) {
    if (!(error instanceof OperatingError)) throw error;
    return { raw: null, rawProblem: problemOf(error) };
  }
}

function textIn(inspection: Inspection): Awaited<ReturnType<typeof textOf>> {
  const download = 'download the bytes as they are kept';
  const long = `its text is longer than ${MOST_TEXT} bytes`;
  if (!inspection.ok)
    return inspection.tooLarge
      ? without('object-too-large', long, download)
      : without('digest-malformed', inspection.detail, download);
  const json = parseStrictJson(inspection.content ?? new Uint8Array());
  if ('problem' in json) return without('digest-malformed', json.problem, download);
  const raw = JSON.stringify(json.value, null, 2);
  return raw.length > MOST_TEXT ? without('object-too-large', long, download) : { raw, rawProblem: null };
}

async function inspect(
  bytes: Uint8Array,
  { most, keep }: { readonly most: number; readonly keep: boolean },
  { inspector }: EvidenceParts,
): Promise<Inspection> {
  const [inspection] = await inspector.inspect([bytes], { maxInflated: most, keepContent: keep });
  if (inspection === undefined) throw new Error('one result for each file');
  return inspection;
}

function without(code: string, detail: string, hint: string): { readonly raw: null; readonly rawProblem: Problem } {
  return { raw: null, rawProblem: { code, detail, hint } };
}

function changed(message: string): OperatingError {
  return new OperatingError({
    code: 'archive-changed',
    message,
    hint: "look at the object's versions for who changed it, and run `orgtrail verify --archive`",
  });
}
