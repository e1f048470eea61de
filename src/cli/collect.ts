/** `orgtrail collect`: one pass over everything, now, without Redis; ends with what the archive proves then. */
import pLimit from 'p-limit';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DigestJob, SweepJob } from '../core/job.ts';
import { exitOf, type Verdict } from '../core/report.ts';
import { bySource, type Problem } from '../core/source.ts';
import { HOUR } from '../core/time.ts';
import type { SweepOutcome, Work } from '../daemon/work.ts';
import { isBlocked, OperatingError } from '../errors.ts';
import { createPipeline } from '../pipeline.ts';
import { openParts } from './open.ts';
import { showProgress, type Progress } from './progress.ts';
import type { Answer, Request } from './request.ts';
import { statusText } from './status-text.ts';
import { statusReport } from './status.ts';

/** Tries of one piece of work, and the first wait between them. The adapters have tried before each of them. */
const TRIES = 3;
const FIRST_WAIT_MS = 500;

interface Pass {
  readonly work: Work;
  readonly request: Request;
  readonly progress: Progress;
  readonly tally: {
    verified: number;
    unlinked: number;
    failed: number;
    blocked: number;
    written: number;
    captured: number;
    unlisted: number;
  };
  readonly problems: (Problem & { readonly account: string })[];
  readonly sweepSlot: ReturnType<typeof pLimit>;
  readonly digestSlot: ReturnType<typeof pLimit>;
}

/** Collects every chain that the request takes. */
export async function collect(request: Request): Promise<Answer> {
  const open = openParts(request.config, request.clock);
  const { limits } = request.config;
  const pass: Pass = {
    work: createPipeline(open.parts),
    request,
    progress: showProgress('collect', request.screen, request.clock),
    tally: { verified: 0, unlinked: 0, failed: 0, blocked: 0, written: 0, captured: 0, unlisted: 0 },
    problems: [],
    sweepSlot: pLimit(limits.accountConcurrency),
    digestSlot: pLimit(limits.digestConcurrency),
  };
  try {
    await runPass(pass);
    pass.progress.end();
    const report = await statusReport(request, open.parts);
    const { tally, problems } = pass;
    const exitCode = exitOf(worst(report.verdict, pass));
    const summary = `${tally.verified} digests proven, ${tally.unlinked} without the one before them, ${tally.failed} failed, ${tally.blocked} blocked; ${tally.written} receipts written, ${tally.captured} log files captured, ${tally.unlisted} named by no digest\n`;
    const stdout = request.json
      ? `${JSON.stringify({ schema: 'orgtrail.collect/1', digests: tally, problems, status: report })}\n`
      : `${statusText(report, { withChains: false })}${summary}`;
    return { exitCode, stdout };
  } finally {
    await open.close();
  }
}

/** The report looks back some days; what this pass found farther back counts as well. */
function worst(reported: Verdict, { tally, problems }: Pass): Verdict {
  if (reported === 'failed' || tally.failed + tally.unlisted > 0) return 'failed';
  return problems.length + tally.blocked > 0 ? 'blocked' : reported;
}

async function runPass(pass: Pass): Promise<void> {
  const { work, request } = pass;
  const rounds: Promise<void>[] = [];
  const discovered = await work.discover(async (survey) => {
    for (const problem of survey.problems) pass.problems.push({ account: survey.account.id, ...problem });
    const planned = bySource(survey).map((source) =>
      guarded(pass, survey.account.id, async () => {
        const jobs = await work.sweeps(source, 'full', request.signal);
        await Promise.all(
          jobs.filter((job) => takesJob(request, job)).map((job) => pass.sweepSlot(() => sweepOne(pass, job))),
        );
      }),
    );
    rounds.push(...planned);
  }, request.signal);
  for (const problem of discovered.problems) pass.problems.push({ account: '', ...problem });
  await Promise.all(rounds);
}

function takesJob(request: Request, job: SweepJob): boolean {
  const { accounts, regions, trails } = request;
  const name = job.trailArn.slice(job.trailArn.lastIndexOf('/') + 1);
  return (
    (accounts.length === 0 || accounts.includes(job.account)) &&
    (regions.length === 0 || regions.includes(job.region)) &&
    (trails.length === 0 || trails.includes(name) || trails.includes(job.trailArn))
  );
}

async function sweepOne(pass: Pass, job: SweepJob): Promise<void> {
  await guarded(pass, job.account, async () => {
    const found = await pass.work.sweep(job, pass.request.signal);
    if (found.problem !== null) pass.problems.push({ account: job.account, ...found.problem });
    pass.tally.captured += found.captured;
    pass.progress.plan(found.digests.length);
    const ends = await Promise.all(found.digests.map((digest) => pass.digestSlot(() => digestOne(pass, digest))));
    pass.tally.unlisted += found.unlisted;
    const due = pass.request.clock.now() - pass.request.config.limits.unlistedGraceHours * HOUR;
    if (ends.some((end) => end < due)) await guarded(pass, job.account, () => lookAgain(pass, { job, found }));
  });
}

/** Old files that new receipts do not name were not captured while a digest might prove them: nobody names them now. */
async function lookAgain(
  pass: Pass,
  { job, found }: { readonly job: SweepJob; readonly found: SweepOutcome },
): Promise<void> {
  const left = await pass.work.sweep(job, pass.request.signal);
  pass.tally.captured += left.captured;
  pass.tally.unlisted += left.unlisted - found.unlisted;
}

/** The end of a digest of which something new was recorded, epoch milliseconds; infinite for others. */
async function digestOne(pass: Pass, job: DigestJob): Promise<number> {
  let end = Infinity;
  await guarded(pass, job.account, async () => {
    const outcome = await pass.work.digest(job, pass.request.signal);
    pass.tally[outcome.state] += 1;
    if (outcome.written) pass.tally.written += 1;
    pass.progress.done({ digests: 1, logs: outcome.logs, bytes: outcome.bytes });
    if (outcome.written) end = outcome.end;
  });
  return end;
}

/** Tries again what may heal; what does not becomes a problem of that account, and the others go on. */
async function guarded(pass: Pass, account: string, attempt: () => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      pass.request.signal.throwIfAborted();
      return await attempt();
    } catch (error) {
      if (!(error instanceof OperatingError)) throw error;
      if (!error.retryable || tries >= TRIES) {
        if (!isBlocked(error) && !error.retryable && error.code !== 'identity-mismatch') throw error;
        const known = pass.problems.some(
          (one) => one.account === account && one.code === error.code && one.detail === error.message,
        );
        if (!known) pass.problems.push({ account, code: error.code, detail: error.message, hint: error.hint });
        return;
      }
      await sleep(FIRST_WAIT_MS * 2 ** (tries - 1));
    }
  }
}
