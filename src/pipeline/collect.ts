/** One digest job: judge, consolidate, record. Safe to run twice, anywhere, at any moment. */
import type { DigestJob } from '../core/job.ts';
import { folderOf, parseKey, placesOf, type LogKey } from '../core/key.ts';
import { pendingKey } from '../core/layout.ts';
import type { LogReceipt } from '../core/receipt.ts';
import type { Chain, ChainKind } from '../core/source.ts';
import { formatDay, formatIso } from '../core/time.ts';
import type { DigestOutcome } from '../daemon/work.ts';
import { isBlocked, OperatingError } from '../errors.ts';
import type { ArchiveStore } from '../ports.ts';
import { consolidateDigest, consolidateLog, type ConsolidatePorts, type PlacedDigest } from '../stages/consolidate.ts';
import { record, type Evidence } from '../stages/record.ts';
import { judgeLogs, judgeOne, type Bench, type Judged } from './judge.ts';
import { archivePlace, verifyLimits } from './parts.ts';

/** Takes one digest of a chain through the flow. */
export async function collectDigest(job: DigestJob, chain: Chain, bench: Bench): Promise<DigestOutcome> {
  const key = ownKey(job, chain);
  const judged = await judgeOne(chain, job, bench).catch((error: unknown) => unreadable(error));
  if (judged instanceof OperatingError) {
    const { written, name } = await settle(unreadEvidence(chain, job, judged), { end: key.end, start: null }, bench);
    return { state: outcomeState(name.state), written, logs: 0, bytes: 0, end: key.end };
  }
  if (judged === null) return { state: 'failed', written: false, logs: 0, bytes: 0, end: key.end };
  const ports = await consolidatePorts(judged, bench);
  const logs = await judgeLogs(chain, judged.digest, {
    bench,
    onLog: async (log, notes) => {
      const line = await consolidateLog(log, ports);
      return notes.length === 0 ? line : { ...line, notes: [...line.notes, ...notes] };
    },
  });
  const { pulled, digest } = judged;
  const placed = await consolidateDigest(
    {
      bucket: pulled.bucket,
      key: pulled.rawKey,
      object: pulled.object,
      inspection: digest.inspection,
      verdict: digest.verdict,
    },
    ports,
  );
  const when = { end: key.end, start: digest.digest?.start ?? null };
  const recorded = await settle(evidenceOf(judged, { placed, logs }), when, bench);
  const bytes = logs.reduce((sum, log) => sum + (log.size ?? 0), pulled.object.bytes.length);
  return {
    state: outcomeState(recorded.name.state),
    written: recorded.written,
    logs: logs.length,
    bytes,
    end: key.end,
  };
}

function settle(evidence: Evidence, when: Parameters<typeof record>[1], { parts }: Bench): ReturnType<typeof record> {
  return record(evidence, when, { archive: parts.archive, place: archivePlace(parts.config) });
}

/**
 * A digest that lies there and may not be read (denied, archived, another's key) or is too large to be one gets its
 * receipt too: without one it would look like a missing digest. What may heal by another attempt is thrown on.
 */
function unreadable(error: unknown): OperatingError {
  if (isBlocked(error) && !error.retryable) return error;
  if (error instanceof OperatingError && error.code === 'object-too-large') return error;
  throw error;
}

function outcomeState(state: 'linked' | 'start' | 'unlinked' | 'failed' | 'blocked'): DigestOutcome['state'] {
  switch (state) {
    case 'linked':
    case 'start':
      return 'verified';
    case 'unlinked':
    case 'failed':
      return 'failed';
    case 'blocked':
      return 'blocked';
  }
}

/** The job's key comes from Redis: it must be a digest of exactly this chain in a configured place. */
function ownKey(job: DigestJob, chain: Chain): { readonly end: number } {
  const key = parseKey(job.key);
  const { source } = chain;
  const own =
    key?.type === 'digest' &&
    key.account === chain.account &&
    key.region === chain.region &&
    key.org === source.org &&
    key.trail === source.trail &&
    key.homeRegion === source.homeRegion &&
    placesOf(source).some((place) => place.bucket === job.bucket && place.prefix === key.prefix);
  if (own) return key;
  const hint = 'jobs are made by orgtrail alone: if this one was not, somebody writes to its Redis';
  throw new OperatingError({
    code: 'job-refused',
    message: `the key is no digest of ${source.trailArn} in ${chain.account} ${chain.region}`,
    hint,
  });
}

async function consolidatePorts(judged: Judged, bench: Bench): Promise<ConsolidatePorts> {
  const { parts } = bench;
  const place = archivePlace(parts.config);
  const { maxBytes, maxInflated } = verifyLimits(parts.config);
  const pending = await capturedFor(judged, { archive: parts.archive, place });
  return { archive: parts.archive, place, inspector: parts.inspector, maxBytes, maxInflated, pending };
}

/** The captured copies of the days that the digest names: one listing a day and kind instead of a question a file. */
async function capturedFor(
  judged: Judged,
  { archive, place }: { archive: ArchiveStore; place: ReturnType<typeof archivePlace> },
): Promise<ReadonlySet<string>> {
  const { digest, verdict } = judged.digest;
  const folders = new Set<string>();
  // What an unproven digest names is not asked for: it would let its writer choose how much is listed.
  for (const log of verdict.code === 'valid' ? (digest?.logs ?? []) : []) {
    const key = parseKey(log.key);
    if (key?.type === 'log') folders.add(pendingKey(place.prefix, log.bucket, dayFolder(key)));
  }
  const held = new Set<string>();
  for (const prefix of folders) {
    for await (const { key } of archive.list({ bucket: place.bucket, owner: place.owner, prefix })) held.add(key);
  }
  return held;
}

function dayFolder(key: LogKey): string {
  return `${folderOf(key, { account: key.account, folder: key.kind, region: key.region })}${formatDay(key.time)}/`;
}

function evidenceOf(
  judged: Judged,
  result: { readonly placed: PlacedDigest; readonly logs: readonly LogReceipt[] },
): Evidence {
  const { pulled, digest, link } = judged;
  const { chain, object, key } = pulled;
  return {
    chain: identityOf(chain, key.kind),
    digest: {
      origin: { bucket: pulled.bucket, key: pulled.rawKey, versionId: object.versionId, etag: object.etag },
      verdict: result.placed.verdict.code,
      detail: result.placed.verdict.detail,
      place: result.placed.place,
      start: digest.digest === null ? null : formatIso(digest.digest.start),
      end: formatIso(key.end),
      previous: digest.digest?.previous ?? null,
      fingerprint: digest.digest?.fingerprint ?? null,
      signature: object.metadata.get('signature') ?? null,
      contentSha256: digest.inspection.ok ? digest.inspection.contentSha256 : null,
      storedSha256: digest.inspection.storedSha256,
      size: object.bytes.length,
    },
    link: { verdict: link.code, detail: link.detail },
    logs: result.logs,
  };
}

function unreadEvidence(chain: Chain, { bucket, key }: DigestJob, error: OperatingError): Evidence {
  const parsed = parseKey(key);
  if (parsed?.type !== 'digest') throw new Error('a job is checked before its digest is read');
  const verdict = isBlocked(error) ? error.code : 'digest-malformed';
  const unknown = { place: null, start: null, previous: null, fingerprint: null, signature: null, contentSha256: null };
  return {
    chain: identityOf(chain, parsed.kind),
    digest: {
      origin: { bucket, key, versionId: null, etag: null },
      verdict,
      detail: error.message,
      ...unknown,
      end: formatIso(parsed.end),
      storedSha256: null,
      size: null,
    },
    link: { verdict: 'digest-missing', detail: 'not judged: the digest itself could not be read' },
    logs: [],
  };
}

function identityOf(chain: Chain, kind: ChainKind): Evidence['chain'] {
  const { account, region, source } = chain;
  const { trail, trailArn, homeRegion } = source;
  return { account, region, trail, trailArn, homeRegion, kind };
}
