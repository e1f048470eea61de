/** `orgtrail quarantine`: what failed and why, what became of it, and who has looked at it. It needs the archive alone. */
import { parseKey } from '../core/key.ts';
import { parseQuarantineKey, quarantineKey, quarantinePartKey, quarantineRoot } from '../core/layout.ts';
import { formatIso } from '../core/time.ts';
import { OperatingError } from '../errors.ts';
import { archivePlace } from '../pipeline/parts.ts';
import { entriesOfFile } from '../pipeline/quarantined.ts';
import {
  acceptEntry,
  listEntries,
  readRecords,
  type EntryRecords,
  type QuarantineEntry,
  type QuarantinePorts,
} from '../stages/quarantine.ts';
import { openParts } from './open.ts';
import { listText, showText } from './quarantine-text.ts';
import type { Answer, Request } from './request.ts';

const QUARANTINE_SCHEMA = 'orgtrail.quarantine/1';
/** Told by the exit status: there is nothing of that name. */
const NOT_FOUND = 4;
const LEAST_REASON = 10;
const MOST_TEXT = 2000;
const READ_AT_ONCE = 16;

/** One entry for `--json`; `since` by the archive's clock. */
export interface QuarantineLine {
  readonly verdict: string;
  readonly state: QuarantineEntry['state'];
  readonly account: string;
  readonly region: string;
  readonly bucket: string;
  readonly key: string;
  readonly digest: { readonly bucket: string; readonly key: string; readonly end: string } | null;
  readonly since: string;
  /** Archive keys. */
  readonly bytes: string;
  readonly note: string;
  /** What is written beside the bytes and cannot be read. */
  readonly problems: readonly string[];
}

/** An entry with everything that is written beside its bytes. */
export interface QuarantineDetail extends QuarantineLine {
  readonly records: Omit<EntryRecords, 'problems'>;
}

export interface ListRequest extends Request {
  /** How many entries at least are told, when there are as many; those of one file stay together. */
  readonly limit: number;
  /** Where the list before it ended; null: from the beginning. */
  readonly after: string | null;
}

/** The entries that the filters take, page by page. Files whose trail is not known are taken by every `--trail`. */
export async function quarantineList(request: ListRequest): Promise<Answer> {
  return withArchive(request, async ({ ports }) => {
    const { entries, next } = await page(request, ports);
    const lines = entries.map(({ entry, records }) => lineOf(entry, records, ports));
    const place = archivePlace(request.config);
    const report = { schema: QUARANTINE_SCHEMA, archive: place.bucket, entries: lines, next };
    return { exitCode: 0, stdout: request.json ? `${JSON.stringify(report)}\n` : listText(lines, next) };
  });
}

type Read = { readonly entry: QuarantineEntry; readonly records: EntryRecords };

async function page(
  request: ListRequest,
  ports: QuarantinePorts,
): Promise<{ readonly entries: readonly Read[]; readonly next: string | null }> {
  const found: Read[] = [];
  let waiting: QuarantineEntry[] = [];
  let file = '';
  const settle = async (): Promise<void> => {
    found.push(...(await readAll(waiting, ports)).filter(({ records }) => takesTrail(request, records)));
    waiting = [];
  };
  const folder = quarantineRoot(ports.place.prefix);
  for await (const entry of listEntries({ folder, after: request.after }, ports)) {
    request.signal.throwIfAborted();
    if (!takesEntry(request, entry)) continue;
    const here = quarantineKey(ports.place.prefix, entry.name, entry.name.verdict);
    if (here !== file) {
      if (found.length + waiting.length >= request.limit) await settle();
      if (found.length >= request.limit) return { entries: found, next: `${file}/~` };
      file = here;
    }
    waiting.push(entry);
    if (waiting.length >= READ_AT_ONCE) await settle();
  }
  await settle();
  return { entries: found, next: null };
}

function readAll(entries: readonly QuarantineEntry[], ports: QuarantinePorts): Promise<readonly Read[]> {
  return Promise.all(entries.map(async (entry) => ({ entry, records: await readRecords(entry, ports) })));
}

function takesEntry({ accounts, regions, from, to }: Request, { name }: QuarantineEntry): boolean {
  const key = parseKey(name.key);
  if (key === null) return false;
  const time = key.type === 'log' ? key.time : key.end;
  return (
    (accounts.length === 0 || accounts.includes(key.account)) &&
    (regions.length === 0 || regions.includes(key.region)) &&
    time >= (from ?? time) &&
    time <= (to ?? time)
  );
}

function takesTrail({ trails }: Request, { note }: EntryRecords): boolean {
  const digest = note?.digest === null || note === null ? null : parseKey(note.digest.key);
  if (trails.length === 0 || digest?.type !== 'digest') return true;
  return trails.some((trail) => trail.slice(trail.lastIndexOf('/') + 1) === digest.trail);
}

function lineOf(entry: QuarantineEntry, { note, problems }: EntryRecords, { place }: QuarantinePorts): QuarantineLine {
  const { name, state, since } = entry;
  const key = parseKey(name.key);
  return {
    verdict: name.verdict,
    state,
    account: key?.account ?? '',
    region: key?.region ?? '',
    bucket: name.bucket,
    key: name.key,
    digest: note?.digest ?? null,
    since: formatIso(since),
    bytes: quarantinePartKey(place.prefix, name, 'bytes'),
    note: quarantinePartKey(place.prefix, name, 'note'),
    problems: entry.parts.has('note') ? problems : [...problems, 'there is no note: the process ended in between'],
  };
}

/** Which entries: an archive key of one, or `bucket/key` of a file in its source. */
export interface EntryRequest extends Omit<Request, 'from' | 'to' | 'accounts' | 'regions' | 'trails'> {
  readonly what: string;
}

/** Everything about the entries of one file. The bytes themselves are never printed. */
export async function quarantineShow(request: EntryRequest): Promise<Answer> {
  return withArchive(request, async ({ ports }) => {
    const found = await readAll(await entriesNamed(request.what, ports), ports);
    if (found.length === 0) return nothing(request);
    const entries = found.map(({ entry, records }): QuarantineDetail => {
      const { note, release, acceptance } = records;
      return { ...lineOf(entry, records, ports), records: { note, release, acceptance } };
    });
    const { bucket } = ports.place;
    const report = { schema: QUARANTINE_SCHEMA, archive: bucket, entries };
    return { exitCode: 0, stdout: request.json ? `${JSON.stringify(report)}\n` : showText(entries, bucket) };
  });
}

export interface AcceptRequest extends EntryRequest {
  readonly reason: string;
  /** The name of who accepts, where AWS does not say it; null: as AWS says. */
  readonly by: string | null;
}

/** Marks the entries of one file as seen, with the reason and who says so. No verdict, cell or exit status changes. */
export async function quarantineAccept(request: AcceptRequest): Promise<Answer> {
  const reason = request.reason.trim();
  const by = request.by === null || request.by.trim() === '' ? null : request.by.trim();
  if (reason.length < LEAST_REASON || reason.length > MOST_TEXT || (by ?? '').length > MOST_TEXT)
    throw usage(`--reason takes a sentence of ${LEAST_REASON} to ${MOST_TEXT} characters`);
  return withArchive(request, async ({ ports, caller }) => {
    const entries = await entriesNamed(request.what, ports);
    if (entries.length === 0) return nothing(request);
    const said = { reason, by, caller: await callerOr(caller, by), at: formatIso(request.clock.now()) };
    const accepted: (QuarantineLine & { readonly accepted: boolean })[] = [];
    for (const entry of entries) {
      const done = entry.state === 'open' && (await acceptEntry(entry.name, said, ports));
      const line = lineOf(entry, await readRecords(entry, ports), ports);
      accepted.push({ ...line, state: done ? 'accepted' : line.state, accepted: done });
    }
    const report = { schema: QUARANTINE_SCHEMA, archive: ports.place.bucket, entries: accepted };
    const done = accepted.filter((one) => one.accepted).length;
    const text = `${listText(accepted, null)}${done} accepted; it stays unproven, and no verdict changes\n`;
    return { exitCode: 0, stdout: request.json ? `${JSON.stringify(report)}\n` : text };
  });
}

/** A name that was given stands where AWS does not say who calls. */
async function callerOr(caller: () => Promise<string>, by: string | null): Promise<string | null> {
  try {
    return await caller();
  } catch (error) {
    if (!(error instanceof OperatingError)) throw error;
    if (by !== null) return null;
    throw usage(`AWS does not say who accepts (${error.message}): give your name with --by`);
  }
}

/** The entries of one file, or the one that an archive key names. */
async function entriesNamed(what: string, ports: QuarantinePorts): Promise<readonly QuarantineEntry[]> {
  const { prefix, bucket: archive } = ports.place;
  const plain = what.startsWith('s3://') ? what.slice('s3://'.length) : what;
  const own = plain.startsWith(`${archive}/`) ? plain.slice(archive.length + 1) : plain;
  const parsed = parseQuarantineKey(prefix, own);
  const [, bucket = '', key = ''] = /^([^/]+)\/(.*)$/s.exec(plain) ?? [];
  if (parsed === null && parseKey(key) === null)
    throw usage('name an archive key below orgtrail/quarantine/, or a file of a source as bucket/key');
  const file = parsed?.name ?? { bucket, key };
  const found: QuarantineEntry[] = [];
  for await (const entry of entriesOfFile(file, parsed?.name.verdict ?? null, ports))
    if (parsed === null || entry.name.mark === parsed.name.mark) found.push(entry);
  return found;
}

function nothing({ what, json }: EntryRequest): Answer {
  const stdout = json
    ? `${JSON.stringify({ schema: QUARANTINE_SCHEMA, entries: [] })}\n`
    : `nothing in quarantine is named ${JSON.stringify(what)}\n`;
  return { exitCode: NOT_FOUND, stdout };
}

function usage(message: string): OperatingError {
  return new OperatingError({ code: 'usage', message, hint: 'see `orgtrail quarantine --help`' });
}

type Open = { readonly ports: QuarantinePorts; readonly caller: () => Promise<string> };

async function withArchive(
  { config, clock }: Pick<Request, 'config' | 'clock'>,
  act: (open: Open) => Promise<Answer>,
): Promise<Answer> {
  const open = openParts(config, clock);
  try {
    const ports = { archive: open.parts.archive, place: archivePlace(config) };
    return await act({ ports, caller: () => open.caller() });
  } finally {
    await open.close();
  }
}
