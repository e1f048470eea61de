/** One chain's source as it is now, held against its receipts: what is gone, was replaced, or waits to be judged. */
import type { Finding, Expectation } from '../core/coverage.ts';
import { speaker } from '../core/finding.ts';
import { goneFindings } from '../core/gone.ts';
import { chainRef } from '../core/job.ts';
import {
  compareWithSource,
  placeOfReceipt,
  type KnownReceipt,
  type Rewritten,
  type SourceDigest,
} from '../core/source-now.ts';
import type { Chain, Problem } from '../core/source.ts';
import { HOUR } from '../core/time.ts';
import { isBlocked, OperatingError, problemOf } from '../errors.ts';
import type { AccountSession } from '../ports.ts';
import type { EstateBook } from './estate.ts';
import { archivePlace, type PipelineParts } from './parts.ts';
import { contentChanged, otherEtag } from './replaced.ts';
import { lookAtSource, oldestBefore, type LookPorts } from './source-look.ts';

export interface SourceStatus {
  readonly findings: readonly Finding[];
  /** digestEndTime of the standard digests that were replaced, and of those that wait to be judged. Epoch milliseconds. */
  readonly replaced: readonly number[];
  readonly waiting: readonly number[];
  /** False where it could not be looked at, or nobody tried. */
  readonly looked: boolean;
  /** Why the source could not be looked at; null when it could. */
  readonly problem: Problem | null;
}

export interface SourceWork {
  readonly parts: PipelineParts;
  readonly estate: EstateBook;
  readonly expected: Expectation;
  /** True for receipts of digests that were valid when they were judged. */
  readonly isValid: (receipt: KnownReceipt) => boolean;
}

/** @param receipts those of the window, of any verdict */
export async function sourceStatus(
  chain: Chain,
  receipts: readonly KnownReceipt[],
  work: SourceWork,
): Promise<SourceStatus> {
  try {
    const { session } = await work.estate.resolve(chainRef(chain));
    return await compare(chain, receipts, { ...work, session });
  } catch (error) {
    if (!(error instanceof OperatingError) || !(isBlocked(error) || error.code === 'identity-mismatch')) throw error;
    const problem = problemOf(error);
    return { findings: [], replaced: [], waiting: [], looked: false, problem };
  }
}

type Open = SourceWork & { readonly session: AccountSession };

async function compare(chain: Chain, receipts: readonly KnownReceipt[], work: Open): Promise<SourceStatus> {
  const { expected, parts } = work;
  const own = receipts.filter((receipt) => placeOfReceipt(chain, receipt) !== null);
  const ports = { session: work.session, maxListed: parts.config.limits.maxListedObjects };
  const listed = await anchored(chain, own, { ...work, ports });
  const { now } = expected;
  const seen = compareWithSource(own, listed, { now, isValid: work.isValid });
  const say = speaker(chain);
  const gone = goneFindings(seen, { chain, prefix: parts.config.archive.prefix, say });
  const replaced = await replacedNow(chain, seen.replaced, work);
  return {
    findings: [...gone, ...replaced.map(({ finding }) => finding)],
    replaced: replaced.map(({ end }) => end),
    waiting: seen.waiting
      .filter(({ key }) => key.kind === 'standard' && isWithin(key.end, expected))
      .map(({ key }) => key.end),
    looked: true,
    problem: null,
  };
}

function isWithin(end: number, { from, to }: Expectation): boolean {
  return (from === null || end > from) && (to === null || end - HOUR < to);
}

/** With one digest from before the window where the oldest ones of the window are gone: expired, or taken out? */
async function anchored(
  chain: Chain,
  receipts: readonly KnownReceipt[],
  { expected, ports }: { readonly expected: Expectation; readonly ports: LookPorts },
): Promise<readonly SourceDigest[]> {
  const { from, to } = expected;
  const listed = await lookAtSource(chain, { from, to }, ports);
  const oldest = listed.reduce((end, { key }) => Math.min(end, key.end), Number.POSITIVE_INFINITY);
  if (from === null || !receipts.some(({ end }) => end < oldest)) return listed;
  const before = await oldestBefore(chain, from, ports);
  return before === null ? listed : [before, ...listed];
}

type Replaced = { readonly end: number; readonly finding: Finding };

async function replacedNow(chain: Chain, rewritten: readonly Rewritten[], work: Open): Promise<readonly Replaced[]> {
  const { parts } = work;
  const ports = { archive: parts.archive, place: archivePlace(parts.config) };
  const suspects = await otherEtag(rewritten, ports, parts.config.limits.digestConcurrency);
  const found: Replaced[] = [];
  for (const suspect of suspects) {
    const changed = await contentChanged(chain, suspect, work);
    if (changed === null) continue;
    const { digest, receipt, recorded } = suspect;
    const held =
      recorded.digest.place === null ? '' : `; the archive holds the proven bytes at ${recorded.digest.place}`;
    const spot = {
      bucket: digest.bucket,
      key: digest.rawKey,
      from: receipt.start ?? receipt.end - HOUR,
      to: receipt.end,
    };
    found.push({ end: receipt.end, finding: speaker(chain)('digest-replaced', `${changed}${held}`, spot) });
  }
  return found;
}
