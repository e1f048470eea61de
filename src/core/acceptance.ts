/**
 * Somebody has seen a finding and says why it may stand. It proves nothing, changes no verdict and turns nothing green:
 * it only says that nobody needs to look at it again. The finding is kept as it was, and its id is the file's name.
 */
import type { Accepted } from './board/finding.ts';
import { findingId } from './board/ids.ts';
import type { Finding } from './finding.ts';
import { parseStrictJson, type Json, type Unreadable } from './json.ts';
import type { AcceptedName } from './layout-acts.ts';
import { formatIso, parseIso } from './time.ts';

const SCHEMA = 'orgtrail.finding-acceptance/1';

/** The acceptance's bytes: indented JSON in a fixed order. `at` is kept to the second. */
export function encodeAcceptedFinding(finding: Finding, { reason, by, at }: Accepted): Uint8Array {
  const { code, account, region, trail, bucket, key, from, to, detail, hint } = finding;
  const as = { code, account, region, trail, bucket, key, from, to, detail, hint };
  const told = { schema: SCHEMA, id: findingId(finding), finding: as, reason, by, at: formatIso(at) };
  return Buffer.from(`${JSON.stringify(told, null, 1)}\n`, 'utf8');
}

/** Reads an acceptance and holds it against its name: one of another finding, or of an altered one, accepts nothing. */
export function decodeAcceptedFinding(
  bytes: Uint8Array,
  name: AcceptedName,
): { readonly accepted: Accepted } | Unreadable {
  const json = parseStrictJson(bytes);
  if ('problem' in json) return json;
  const fields = json.value;
  if (!isObject(fields) || fields['schema'] !== SCHEMA) return { problem: `not of schema ${SCHEMA}` };
  const { id, finding, reason, by, at } = fields;
  const time = typeof at === 'string' ? parseIso(at) : null;
  if (typeof reason !== 'string' || typeof by !== 'string' || time === null || !isFinding(finding))
    return { problem: 'parts of it are missing' };
  if (id !== name.finding || finding.account !== name.account || findingId(finding) !== id)
    return { problem: 'it speaks of another finding than its name' };
  return { accepted: { reason, by, at: time } };
}

type Fields = { readonly [name: string]: Json };

function isFinding(json: Json | undefined): json is Fields & Finding {
  if (json === undefined || !isObject(json)) return false;
  const texts = [json['code'], json['account'], json['region'], json['trail'], json['bucket'], json['detail']];
  const open = [json['key'], json['from'], json['to']];
  return texts.every((one) => typeof one === 'string') && open.every((one) => one === null || typeof one === 'string');
}

function isObject(json: Json): json is Fields {
  return json !== null && typeof json === 'object' && !Array.isArray(json);
}
