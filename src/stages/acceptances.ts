/** Acceptances: findings that somebody has seen and lets stand, one object a finding, written once, in the archive. */
import { decodeAcceptedFinding, encodeAcceptedFinding } from '../core/acceptance.ts';
import type { Accepted } from '../core/board/finding.ts';
import { findingId } from '../core/board/ids.ts';
import type { Finding } from '../core/finding.ts';
import { jsonObject } from '../core/json-object.ts';
import { acceptedFolder, acceptedKey, parseAcceptedKey, type AcceptedName } from '../core/layout-acts.ts';
import type { Place, Problem } from '../core/source.ts';
import { OperatingError, problemOf } from '../errors.ts';
import type { ArchiveStore, ObjectReader } from '../ports.ts';

export interface AcceptanceShelf<Archive = Pick<ObjectReader, 'list' | 'get'>> {
  readonly archive: Archive;
  readonly place: Place & { readonly owner: string };
}

/** How an account's acceptances are read. */
export interface AcceptancePorts extends AcceptanceShelf {
  /** Told of what cannot be read: it accepts nothing. */
  readonly onProblem?: (problem: Problem) => void;
  /** Those read before, by key: what lies under a key never changes, and damage shows when it is read first. */
  readonly read?: Map<string, Accepted>;
}

/** More findings of one account than anybody accepts by hand. */
const MOST_ACCEPTED = 2000;
const MAX_RECORD_BYTES = 64 * 1024;
const READ_AT_ONCE = 8;
const MAX_REMEMBERED = 50_000;
/** One that somebody planted or altered must not keep the others from being read; what cannot be looked at is an error. */
const DAMAGED: ReadonlySet<string> = new Set(['archive-changed', 'object-too-large']);

/**
 * Writes that a finding is accepted; `exists` when somebody had accepted it before, whoever it was. Throws `job-refused`
 * for a finding whose account would lead elsewhere.
 * @param accepted `at` is kept to the second
 */
export async function keepAccepted(
  finding: Finding,
  accepted: Accepted,
  { archive, place }: AcceptanceShelf<Pick<ArchiveStore, 'putIfAbsent'>>,
): Promise<'created' | 'exists'> {
  const key = acceptedKey(place.prefix, { account: finding.account, finding: findingId(finding) });
  if (parseAcceptedKey(place.prefix, key) === null)
    throw new OperatingError({
      code: 'job-refused',
      message: 'the finding names an account that AWS gives out to nobody',
      hint: 'nothing of ours makes such a finding: find out who else writes to this Redis',
    });
  const ref = { bucket: place.bucket, key, owner: place.owner };
  return archive.putIfAbsent(ref, jsonObject(encodeAcceptedFinding(finding, accepted)));
}

/** One acceptance by its name. Throws `archive-changed` when it is gone or not what its name says. */
export async function readAccepted(
  name: AcceptedName,
  { archive, place }: AcceptanceShelf<Pick<ObjectReader, 'get'>>,
): Promise<Accepted> {
  const key = acceptedKey(place.prefix, name);
  const object = await archive.get({ bucket: place.bucket, key, owner: place.owner }, { maxBytes: MAX_RECORD_BYTES });
  const decoded = object === null ? { problem: 'it is not there' } : decodeAcceptedFinding(object.bytes, name);
  if ('accepted' in decoded) return decoded.accepted;
  throw new OperatingError({
    code: 'archive-changed',
    message: `the acceptance s3://${place.bucket}/${key} is not what was recorded: ${decoded.problem}`,
    hint: "look at the object's versions for who changed it; acceptances are never rewritten by orgtrail",
  });
}

/** What was accepted of an account, by `findingId`. What cannot be read is a problem and accepts nothing. */
export async function listAccepted(account: string, ports: AcceptancePorts): Promise<ReadonlyMap<string, Accepted>> {
  const names = await namesOf(account, ports);
  const found = new Map<string, Accepted>();
  for (let at = 0; at < names.length; at += READ_AT_ONCE)
    await Promise.all(
      names.slice(at, at + READ_AT_ONCE).map(async (name) => {
        const accepted = await readOnce(name, ports);
        if (accepted !== null) found.set(name.finding, accepted);
      }),
    );
  return found;
}

async function namesOf(account: string, ports: AcceptancePorts): Promise<readonly AcceptedName[]> {
  const { archive, place, onProblem } = ports;
  const names: AcceptedName[] = [];
  const prefix = acceptedFolder(place.prefix, account);
  for await (const { key } of archive.list({ bucket: place.bucket, owner: place.owner, prefix })) {
    const name = parseAcceptedKey(place.prefix, key);
    if (name === null || name.account !== account) continue;
    if (names.length < MOST_ACCEPTED) names.push(name);
    else {
      onProblem?.({
        code: 'archive-changed',
        detail: `more than ${MOST_ACCEPTED} findings of ${account} are accepted; the rest are shown as open`,
        hint: `look below ${prefix} in the archive for who writes there`,
      });
      break;
    }
  }
  return names;
}

async function readOnce(name: AcceptedName, ports: AcceptancePorts): Promise<Accepted | null> {
  const key = acceptedKey(ports.place.prefix, name);
  const known = ports.read?.get(key);
  if (known !== undefined) return known;
  try {
    const accepted = await readAccepted(name, ports);
    if (ports.read !== undefined && ports.read.size >= MAX_REMEMBERED) ports.read.clear();
    ports.read?.set(key, accepted);
    return accepted;
  } catch (error) {
    const damaged = error instanceof OperatingError && DAMAGED.has(error.code);
    if (!damaged) throw error;
    ports.onProblem?.(problemOf(error));
    return null;
  }
}
