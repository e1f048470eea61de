/** The pipeline: stages composed into the work that the daemon schedules and `collect` runs at once. */
import pLimit from 'p-limit';
import { chainRef, type DigestJob, type SweepDepth, type SweepJob } from './core/job.ts';
import type { Chain, Problem, Survey } from './core/source.ts';
import { HOUR } from './core/time.ts';
import type { Discovery, SweepOutcome, Work } from './daemon/work.ts';
import { isBlocked } from './errors.ts';
import { collectDigest } from './pipeline/collect.ts';
import { openEstate, type EstateBook } from './pipeline/estate.ts';
import { openGate } from './pipeline/gate.ts';
import { archivePlace, verifyLimits, type PipelineParts } from './pipeline/parts.ts';
import { openSlots } from './pipeline/slots.ts';
import type { KnownKeys } from './stages/keys.ts';
import { sweepChain } from './stages/capture.ts';
import { reconcileArchive } from './stages/reconcile.ts';

/** The work of one process over one configuration. */
export function createPipeline(parts: PipelineParts): Work {
  const { config, archive, clock } = parts;
  const estate = openEstate(parts, true);
  const slots = openSlots(config.limits.objectConcurrency);
  const known: KnownKeys = new Map();
  const place = archivePlace(config);
  const gate = openGate(archive, place);
  return {
    discover: async (onSurvey, signal) => {
      await gate();
      return discover(parts, estate, { onSurvey, signal });
    },
    sweeps: async (survey, depth) => (await estate.chains(survey)).map((chain) => sweepJob(chain, depth)),
    sweep: async (job, signal) => {
      await gate();
      try {
        const { chain, session } = await estate.resolve(job);
        const since = job.depth === 'full' ? null : clock.now() - config.limits.sweepWindowHours * HOUR;
        const { maxBytes } = verifyLimits(config);
        const sweep = await sweepChain(chain, since, {
          objects: session.objects,
          archive,
          place,
          slot: slots(job.reader),
          maxBytes,
          maxListed: config.limits.maxListedObjects,
          signal,
          now: clock.now(),
        });
        return { ...sweep, digests: sweep.digests.map((one) => digestJob(chain, one)) };
      } catch (error) {
        if (!isBlocked(error) || error.retryable) throw error;
        return couldNotLook({ code: error.code, detail: error.message, hint: error.hint });
      }
    },
    digest: async (job, signal) => {
      await gate();
      const { chain, session } = await estate.resolve(job);
      return collectDigest(job, chain, {
        parts,
        session,
        known,
        store: { archive, place },
        slot: slots(job.reader),
        signal,
      });
    },
    reconcile: () => reconcileArchive(archive, place),
  };
}

type DiscoverCall = { readonly onSurvey: (survey: Survey) => Promise<void>; readonly signal: AbortSignal };

async function discover(
  parts: PipelineParts,
  estate: EstateBook,
  { onSurvey, signal }: DiscoverCall,
): Promise<Discovery> {
  const { accounts, problems } = await estate.accounts();
  const limit = pLimit(parts.config.limits.accountConcurrency);
  const surveys = await Promise.all(
    accounts.map((account) =>
      limit(async () => {
        signal.throwIfAborted();
        const survey = await estate.survey(account);
        await onSurvey(survey);
        return survey;
      }),
    ),
  );
  return { surveys, problems };
}

function sweepJob(chain: Chain, depth: SweepDepth): SweepJob {
  return { type: 'sweep', depth, ...chainRef(chain) };
}

function digestJob(chain: Chain, digest: { readonly bucket: string; readonly rawKey: string }): DigestJob {
  return { type: 'digest', ...chainRef(chain), bucket: digest.bucket, key: digest.rawKey };
}

function couldNotLook(problem: Problem): SweepOutcome {
  return { digests: [], captured: 0, pendingLogs: 0, unrecognised: 0, newestDigestEnd: null, problem };
}
