/**
 * Digests that were overwritten under their key (reliability.md row 96). A later time of writing alone says nothing: the
 * same bytes delivered anew look so too. The first version stays in the archive and stays proven.
 */
import pLimit from 'p-limit';
import type { Judgement } from '../core/judge.ts';
import { provenKey } from '../core/layout.ts';
import type { Receipt } from '../core/receipt.ts';
import type { Rewritten, SourceDigest } from '../core/source-now.ts';
import type { Chain } from '../core/source.ts';
import { formatIso } from '../core/time.ts';
import { isBlockedCode, type DigestCode } from '../core/verdict.ts';
import { OperatingError } from '../errors.ts';
import type { AccountSession } from '../ports.ts';
import type { DigestKey } from '../core/key.ts';
import { readReceipt, type RecordPorts } from '../stages/record.ts';
import { verifyDigest } from '../stages/verify.ts';
import { portsOf, type Bench } from './judge.ts';
import { archivePlace, verifyLimits, type PipelineParts } from './parts.ts';

/** One that the source lists with another ETag than its receipt names. */
export interface Suspect extends Rewritten {
  readonly recorded: Receipt;
}

/** Those of the digests written again whose bytes are not the recorded ones, as far as ETags tell. */
export async function otherEtag(
  rewritten: readonly Rewritten[],
  ports: RecordPorts,
  concurrency: number,
): Promise<readonly Suspect[]> {
  const limit = pLimit(concurrency);
  const opened = await Promise.all(
    rewritten.map((one) => limit(async () => ({ ...one, recorded: await readReceipt(one.receipt, ports) }))),
  );
  return opened.filter(({ digest, recorded }) => recorded.digest.origin.etag !== digest.etag);
}

/** The same for a sweep. A receipt that cannot be believed any more is told by `status` and must not end the sweep. */
export async function toJudgeAgain(
  rewritten: readonly Rewritten[],
  ports: RecordPorts,
  concurrency: number,
): Promise<readonly SourceDigest[]> {
  const limit = pLimit(concurrency);
  const open = (one: Rewritten): Promise<readonly Suspect[]> =>
    otherEtag([one], ports, 1).catch((error: unknown) => {
      if (error instanceof OperatingError && error.code === 'archive-changed') return [];
      throw error;
    });
  const suspects = await Promise.all(rewritten.map((one) => limit(() => open(one))));
  return suspects.flat().map(({ digest }) => digest);
}

/**
 * Null while the source's bytes hold the recorded content: recompressed, or encrypted anew; else what is to be said.
 * Throws `blocked-…` when they cannot be read.
 */
export async function contentChanged(
  chain: Chain,
  { digest, receipt, recorded }: Suspect,
  { parts, session }: { readonly parts: PipelineParts; readonly session: AccountSession },
): Promise<string | null> {
  const { maxBytes, maxInflated } = verifyLimits(parts.config);
  const ref = { bucket: digest.bucket, key: digest.rawKey, owner: chain.source.bucketOwner };
  const object = await session.objects.get(ref, { maxBytes }).catch((error: unknown) => tooLarge(error));
  if (object === null) return null;
  if (!(object instanceof OperatingError)) {
    const [inspection] = await parts.inspector.inspect([object.bytes], { maxInflated, keepContent: false });
    if (inspection?.ok === true && inspection.contentSha256 === recorded.digest.contentSha256) return null;
  }
  return `the source wrote it again at ${formatIso(digest.lastModified)} with other content, after it was recorded at ${formatIso(receipt.recorded)}`;
}

/** What is too large to be a digest is no digest that was recorded. */
function tooLarge(error: unknown): OperatingError {
  if (error instanceof OperatingError && error.code === 'object-too-large') return error;
  throw error;
}

/** A digest's bytes as the source holds them, with their own verdict. */
export interface Newcomer {
  readonly bucket: string;
  readonly rawKey: string;
  readonly key: DigestKey;
  readonly verdict: Judgement<DigestCode>;
}

/**
 * The verdict as it stands beside the archive: whatever is wrong with the source's bytes, where the archive holds a
 * proven digest of this name with other content, they have replaced it. What could not be looked at stays blocked.
 */
export async function besideArchive(chain: Chain, file: Newcomer, bench: Bench): Promise<Judgement<DigestCode>> {
  const { verdict, bucket, rawKey, key: parsed } = file;
  if (verdict.code === 'valid' || isBlockedCode(verdict.code)) return verdict;
  const place = archivePlace(bench.parts.config);
  const key = provenKey(place.prefix, rawKey);
  const ref = { bucket: place.bucket, key, owner: place.owner };
  const { pull, verify } = portsOf(bench);
  const object = await bench.parts.archive.get(ref, { maxBytes: pull.maxBytes });
  // Whoever may write to the archive could put anything under a key to come: its copy is judged like any other bytes.
  const held = object === null ? null : await verifyDigest({ chain, bucket, rawKey, key: parsed, object }, verify);
  if (held?.verdict.code !== 'valid') return verdict;
  return {
    code: 'digest-replaced',
    detail: `s3://${ref.bucket}/${key} holds the proven digest, and the source now holds other bytes: ${verdict.code}, ${verdict.detail}`,
  };
}
