/** The program within the test's own process: a pass of `collect`, or its pipeline alone, at a time of the test's choosing. */
import { collect } from '../../src/cli/collect.ts';
import { openParts } from '../../src/cli/open.ts';
import type { StatusReport } from '../../src/cli/status.ts';
import { loadConfig } from '../../src/config.ts';
import type { DigestJob, SweepDepth } from '../../src/core/job.ts';
import type { Problem, Survey } from '../../src/core/source.ts';
import type { DigestOutcome, Discovery, SweepOutcome, Work } from '../../src/daemon/work.ts';
import { createPipeline } from '../../src/pipeline.ts';
import { requestHere, type RunnableWorld } from './request-here.ts';

/** What `collect --json` says, with its exit status. */
export interface Pass {
  readonly exitCode: number;
  readonly digests: Readonly<
    Record<'verified' | 'unlinked' | 'failed' | 'blocked' | 'written' | 'captured' | 'unlisted', number>
  >;
  readonly problems: readonly (Problem & { readonly account: string })[];
  readonly status: StatusReport;
}

const never = new AbortController().signal;

/** One whole `collect`, under the same identity as a child process would have. */
export async function pass(organization: RunnableWorld, now: number): Promise<Pass> {
  const answer = await collect(requestHere(organization, () => now));
  return { exitCode: answer.exitCode, ...(JSON.parse(answer.stdout) as Omit<Pass, 'exitCode'>) };
}

/** The pipeline as the daemon drives it. */
export interface OpenPipeline {
  readonly work: Work;
  discover(): Promise<Discovery>;
  /** Sweeps every chain of every survey; judges nothing. */
  sweep(depth: SweepDepth, surveys: readonly Survey[]): Promise<readonly SweepOutcome[]>;
  judge(digests: readonly DigestJob[]): Promise<readonly DigestOutcome[]>;
  close(): Promise<void>;
}

/** Opens it; `clock` may be moved between calls. */
export function openPipeline(organization: RunnableWorld, clock: { now(): number }): OpenPipeline {
  Object.assign(process.env, organization.env);
  const open = openParts(loadConfig(organization.configFile, {}), clock);
  const work = createPipeline(open.parts);
  return {
    work,
    discover: () => work.discover(async () => undefined, never),
    sweep: async (depth, surveys) => {
      const jobs = await Promise.all(surveys.map((survey) => work.sweeps(survey, depth, never)));
      return Promise.all(jobs.flat().map((job) => work.sweep(job, never)));
    },
    judge: (digests) => Promise.all(digests.map((job) => work.digest(job, never))),
    close: () => open.close(),
  };
}
