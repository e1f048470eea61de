/** After a digest's files are in place: captured copies may expire, and what was in quarantine for want of proof is released. */
import { folderOf, parseKey, type DigestKey, type LogKey } from '../core/key.ts';
import { pendingKey, quarantineKey } from '../core/layout.ts';
import type { DigestRef } from '../core/quarantine.ts';
import type { LogReceipt } from '../core/receipt.ts';
import { formatDay, formatIso } from '../core/time.ts';
import type { ListedObject } from '../ports.ts';
import { promote, type ConsolidatePorts, type PlacedDigest } from '../stages/consolidate.ts';
import { listEntries, quarantinedVerdicts, release, type QuarantineEntry } from '../stages/quarantine.ts';
import type { Judged } from './judge.ts';
import type { Slot } from './parts.ts';

/** How the records in quarantine name a digest. */
export function digestRef({ pulled }: Judged): DigestRef {
  return { bucket: pulled.bucket, key: pulled.rawKey, end: formatIso(pulled.key.end) };
}

/** Tags the captured copies of what is proven now; the lines come back with what the copies told. */
export async function promoteCaptured(
  judged: Judged,
  logs: readonly LogReceipt[],
  { ports, slot }: { readonly ports: ConsolidatePorts; readonly slot: Slot },
): Promise<readonly LogReceipt[]> {
  const captured = await capturedFor(judged, ports);
  if (captured.size === 0) return logs;
  return Promise.all(logs.map((log) => slot(() => promote(log, captured, ports))));
}

/** The captured copies of the days that the digest names: one listing a day and kind instead of a question a file. */
async function capturedFor(
  judged: Judged,
  { archive, place }: ConsolidatePorts,
): Promise<ReadonlyMap<string, ListedObject>> {
  const held = new Map<string, ListedObject>();
  for (const { bucket, folder } of foldersNamed(judged)) {
    const prefix = pendingKey(place.prefix, bucket, folder);
    for await (const copy of archive.list({ bucket: place.bucket, owner: place.owner, prefix }))
      held.set(copy.key, copy);
  }
  return held;
}

type Folder = { readonly bucket: string; readonly folder: string };

/** The days of the files that a proven digest names. What an unproven one names is not asked for: its writer would choose how much is listed. */
function foldersNamed(judged: Judged): readonly Folder[] {
  const { digest, verdict } = judged.digest;
  const folders = new Map<string, Folder>();
  for (const log of verdict.code === 'valid' ? (digest?.logs ?? []) : []) {
    const key = parseKey(log.key);
    if (key?.type !== 'log') continue;
    const one = { bucket: log.bucket, folder: dayFolder(key, key.kind) };
    folders.set(`${one.bucket}/${one.folder}`, one);
  }
  return [...folders.values()];
}

function dayFolder(key: LogKey | DigestKey, folder: LogKey['kind'] | 'CloudTrail-Digest'): string {
  const time = key.type === 'log' ? key.time : key.end;
  return `${folderOf(key, { account: key.account, folder, region: key.region })}${formatDay(time)}/`;
}

/**
 * Releases the entries of files that this digest proves. Bytes that failed are released when the source holds the right
 * ones again; a file that no digest named is released as soon as one proves it, wherever the bytes came from.
 */
export async function releaseProven(
  judged: Judged,
  result: { readonly placed: PlacedDigest; readonly logs: readonly LogReceipt[] },
  ports: ConsolidatePorts,
): Promise<void> {
  if (result.placed.verdict.code !== 'valid') return;
  const { pulled } = judged;
  const own = { bucket: pulled.bucket, folder: dayFolder(pulled.key, 'CloudTrail-Digest') };
  const proven = new Map(
    result.logs
      .filter((log) => log.verdict === 'valid')
      .map((log) => [`${log.origin.bucket}/${log.origin.key}`, log] as const),
  );
  const digest = digestRef(judged);
  for (const verdict of await quarantinedVerdicts(ports)) {
    for (const { bucket, folder } of [own, ...foldersNamed(judged)]) {
      const below = quarantineKey(ports.place.prefix, { bucket, key: folder }, verdict);
      for await (const entry of listEntries({ folder: below }, ports)) {
        const log = proven.get(`${entry.name.bucket}/${entry.name.key}`);
        const isOwn = entry.name.bucket === pulled.bucket && entry.name.key === pulled.rawKey;
        if (!isOwn && (log === undefined || !isReleasedBy(log, entry))) continue;
        if (entry.state === 'released') continue;
        await release(entry.name, { digest, contentSha256: log?.contentSha256 ?? null }, ports);
      }
    }
  }
}

function isReleasedBy(log: LogReceipt, { name }: QuarantineEntry): boolean {
  return log.source === null || name.verdict === 'log-unlisted';
}
