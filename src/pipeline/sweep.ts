/** One sweep of one chain: what is new is captured, what needs judging is told; a full one settles what no digest names. */
import { chainRef, type DigestJob, type SweepJob } from '../core/job.ts';
import type { Chain, Problem, Source } from '../core/source.ts';
import { HOUR } from '../core/time.ts';
import type { SweepOutcome, SweepProgress } from '../daemon/work.ts';
import type { AccountSession } from '../ports.ts';
import { sweepChain } from '../stages/capture.ts';
import { explainRestarts } from './explain.ts';
import { archivePlace, verifyLimits, type PipelineParts, type Slot } from './parts.ts';
import { toJudgeAgain } from './replaced.ts';
import { sweepUnlisted } from './sweep-unlisted.ts';

/** What a job speaks of, looked up again. */
export interface SweepGround {
  readonly chain: Chain;
  readonly session: AccountSession;
  readonly sources: readonly Source[];
}

export interface SweepBench {
  readonly parts: PipelineParts;
  readonly slot: Slot;
  readonly signal: AbortSignal;
  /** Told of what was listed and captured so far, as often as it changes. */
  readonly onProgress?: SweepProgress | undefined;
}

/** Looks at one chain once. Throws OperatingError for what could not be looked at. */
export async function sweepOnce(
  job: Pick<SweepJob, 'depth'>,
  { chain, session, sources }: SweepGround,
  { parts, slot, signal, onProgress }: SweepBench,
): Promise<SweepOutcome> {
  const { config, archive, clock } = parts;
  const place = archivePlace(config);
  const full = job.depth === 'full';
  const since = full ? null : clock.now() - config.limits.sweepWindowHours * HOUR;
  const { rewritten, ...found } = await sweepChain(chain, since, {
    objects: session.objects,
    archive,
    place,
    slot,
    maxBytes: verifyLimits(config).maxBytes,
    maxListed: config.limits.maxListedObjects,
    signal,
    now: clock.now(),
    onProgress,
  });
  if (full) await explainRestarts(chain, session, { archive, place, now: clock.now() });
  const again = await toJudgeAgain(rewritten, { archive, place }, config.limits.digestConcurrency);
  const digests = [...found.digests, ...again];
  const { unlisted, problem } = full
    ? await sweepUnlisted(chain, sources, { parts, slot, signal })
    : { unlisted: 0, problem: null };
  return {
    ...found,
    unlisted,
    problem: found.problem ?? problem,
    digests: digests.map((one) => digestJob(chain, one)),
  };
}

function digestJob(chain: Chain, digest: { readonly bucket: string; readonly rawKey: string }): DigestJob {
  return { type: 'digest', ...chainRef(chain), bucket: digest.bucket, key: digest.rawKey };
}

/** The outcome of a sweep that may not look: a state of its own, never an empty source. */
export function couldNotLook(problem: Problem): SweepOutcome {
  return {
    digests: [],
    captured: 0,
    pendingLogs: 0,
    unlisted: 0,
    unrecognised: 0,
    newestDigestEnd: null,
    problem,
  };
}
