/** One digest job: judge, consolidate, record. Safe to run twice, anywhere, at any moment. */
import type { DigestJob } from '../core/job.ts';
import { notesOn } from '../core/judge.ts';
import { parseKey, placesOf } from '../core/key.ts';
import type { ReceiptName, ReceiptState } from '../core/layout.ts';
import type { LogReceipt } from '../core/receipt.ts';
import type { Chain, ChainKind } from '../core/source.ts';
import { formatIso } from '../core/time.ts';
import type { DigestOutcome } from '../daemon/work.ts';
import { isBlocked, OperatingError } from '../errors.ts';
import { keepChanges } from '../stages/changes.ts';
import { consolidateDigest, consolidateLog, type ConsolidatePorts, type PlacedDigest } from '../stages/consolidate.ts';
import { keepApart } from '../stages/quarantine.ts';
import { record, type Evidence } from '../stages/record.ts';
import { digestRef, promoteCaptured, releaseProven } from './captured.ts';
import { judgeLogs, judgeOne, type Bench, type Judged } from './judge.ts';
import { archivePlace, verifyLimits } from './parts.ts';
import { mayLackPredecessor } from './unlinked.ts';
import { besideArchive } from './replaced.ts';
import { changesOf } from './view.ts';

/** Takes one digest of a chain through the flow. */
export async function collectDigest(job: DigestJob, chain: Chain, bench: Bench): Promise<DigestOutcome> {
  const key = ownKey(job, chain);
  const judged = await judgeOne(chain, job, bench).catch((error: unknown) => unreadable(error));
  if (judged instanceof OperatingError) {
    const evidence = await unreadEvidence(chain, job, { error: judged, bench });
    const { written, name } = await settle(evidence, { end: key.end, start: null }, bench);
    return { state: outcomeState(name.state), written, logs: 0, bytes: 0, end: key.end };
  }
  if (judged === null) return { state: 'failed', written: false, logs: 0, bytes: 0, end: key.end };
  const ports = consolidatePorts(chain, judged, bench);
  const consolidated = await judgeLogs(chain, judged.digest, {
    bench,
    onLog: async (log, notes) => {
      const line = await consolidateLog(log, ports);
      await keepChanges(changesOf(log.verified), ports);
      return notes.length === 0 ? line : { ...line, notes: [...line.notes, ...notes] };
    },
  });
  const { pulled, digest } = judged;
  const verdict = await besideArchive(chain, { ...pulled, verdict: digest.verdict }, bench);
  const placed = await consolidateDigest(
    {
      bucket: pulled.bucket,
      key: pulled.rawKey,
      object: pulled.object,
      inspection: digest.inspection,
      verdict,
    },
    ports,
  );
  const logs = await promoteCaptured(judged, consolidated, { ports, slot: bench.slot });
  await releaseProven(judged, { placed, logs }, ports);
  const when = { end: key.end, start: digest.digest?.start ?? null };
  const recorded = await settle(evidenceOf(judged, { placed, logs }), when, bench);
  const bytes = logs.reduce((sum, log) => sum + (log.size ?? 0), pulled.object.bytes.length);
  return {
    state: await linkedState(chain, recorded.name, bench),
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

async function linkedState(chain: Chain, name: ReceiptName, bench: Bench): Promise<DigestOutcome['state']> {
  const { state, start, end, kind } = name;
  if (state !== 'unlinked' || start === null) return outcomeState(state);
  return (await mayLackPredecessor(chain, { start, end, kind }, bench)) ? 'unlinked' : 'failed';
}

function outcomeState(state: ReceiptState): DigestOutcome['state'] {
  switch (state) {
    case 'linked':
    case 'start':
    case 'defended':
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

function consolidatePorts(chain: Chain, judged: Judged, { parts }: Bench): ConsolidatePorts {
  const place = archivePlace(parts.config);
  const { maxBytes, maxInflated } = verifyLimits(parts.config);
  const { archive, inspector } = parts;
  const { trail } = chain.source;
  const digest = digestRef(judged);
  const keep: ConsolidatePorts['keepApart'] = (rejected) =>
    keepApart({ ...rejected, digest, trail }, { archive, place });
  return { archive, place, inspector, maxBytes, maxInflated, keepApart: keep };
}

function evidenceOf(
  judged: Judged,
  result: { readonly placed: PlacedDigest; readonly logs: readonly LogReceipt[] },
): Evidence {
  const { pulled, digest, link } = judged;
  const { chain, object, key } = pulled;
  const notes = notesOn(digest.inspection);
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
      ...(notes.length === 0 ? {} : { notes }),
      ...(key.kind === 'backfill' ? { generated: object.metadata.get('backfill-generation-timestamp') ?? null } : {}),
    },
    link: { verdict: link.code, detail: link.detail },
    logs: result.logs,
  };
}

async function unreadEvidence(
  chain: Chain,
  { bucket, key }: DigestJob,
  { error, bench }: { readonly error: OperatingError; readonly bench: Bench },
): Promise<Evidence> {
  const parsed = parseKey(key);
  if (parsed?.type !== 'digest') throw new Error('a job is checked before its digest is read');
  const unread = { code: isBlocked(error) ? error.code : 'digest-malformed', detail: error.message } as const;
  const verdict = await besideArchive(chain, { bucket, rawKey: key, key: parsed, verdict: unread }, bench);
  const unknown = { place: null, start: null, previous: null, fingerprint: null, signature: null, contentSha256: null };
  return {
    chain: identityOf(chain, parsed.kind),
    digest: {
      origin: { bucket, key, versionId: null, etag: null },
      verdict: verdict.code,
      detail: verdict.detail,
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
