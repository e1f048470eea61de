/** The pipeline: stages composed into the work that the daemon schedules and `collect` runs at once. */
import pLimit from 'p-limit';
import type { Accepted } from './core/board/finding.ts';
import { chainRef, type SweepDepth, type SweepJob } from './core/job.ts';
import type { Chain, Survey } from './core/source.ts';
import type { Discovery, Work } from './daemon/work.ts';
import { isBlocked, problemOf } from './errors.ts';
import { applyAsked } from './pipeline/apply-asked.ts';
import { collectDigest } from './pipeline/collect.ts';
import { coverAccount } from './pipeline/cover-account.ts';
import { openEstate, type EstateBook } from './pipeline/estate.ts';
import { openGate } from './pipeline/gate.ts';
import { archivePlace, type PipelineParts } from './pipeline/parts.ts';
import { makePlanRecord } from './pipeline/plan-record.ts';
import { preflightOne } from './pipeline/preflight.ts';
import { reconcile } from './pipeline/reconcile.ts';
import { openSlots } from './pipeline/slots.ts';
import { couldNotLook, sweepOnce } from './pipeline/sweep.ts';
import type { KnownKeys } from './stages/keys.ts';

/** The work of one process over one configuration. */
export function createPipeline(parts: PipelineParts): Work {
  const { config, archive } = parts;
  const estate = openEstate(parts, true);
  const slots = openSlots(config.limits.objectConcurrency);
  const known: KnownKeys = new Map();
  const place = archivePlace(config);
  const gate = openGate(archive, place);
  const acceptances = new Map<string, Accepted>();
  return {
    discover: async (onSurvey, signal) => {
      await gate();
      return discover(parts, estate, { onSurvey, signal });
    },
    sweeps: async (survey, depth) =>
      (await estate.chains(survey)).filter((chain) => estate.reachable(chain)).map((chain) => sweepJob(chain, depth)),
    sweep: async (job, signal, onProgress) => {
      await gate();
      try {
        return await sweepOnce(job, await estate.resolve(job), { parts, slot: slots(job.reader), signal, onProgress });
      } catch (error) {
        if (!isBlocked(error) || error.retryable) throw error;
        return couldNotLook(problemOf(error));
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
    reconcile: (signal) => reconcile(parts, signal),
    cover: (job, before, signal) => coverAccount(job, before, { parts, estate, signal, acceptances }),
    preflight: (account, signal) => preflightOne(parts, account, signal),
    plan: (signal) => makePlanRecord(parts, signal),
    apply: (request, signal) => applyAsked(parts, request, signal),
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
