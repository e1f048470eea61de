/** Surveys and what follows from them: a sweep for every chain, queued as soon as its account is known. */
import pLimit from 'p-limit';
import type { JobContext } from '../adapters/queue-worker.ts';
import type { Queues } from '../adapters/queue.ts';
import type { DiscoverJob } from '../adapters/queue-jobs.ts';
import type { ChainRef, CoverJob, SweepDepth, SweepJob } from '../core/job.ts';
import { bySource, type Problem, type Survey } from '../core/source.ts';
import { OperatingError, problemOf } from '../errors.ts';
import type { Clock } from '../ports.ts';
import type { BoardStore } from './board-store.ts';
import type { NewsChannel } from './news.ts';
import type { StateStore } from './state.ts';
import type { Work } from './work.ts';

/** How long this process sweeps the accounts of its own last survey before it surveys anew. */
const SURVEY_KEPT_MS = 90 * 60_000;

export interface RoundParts {
  readonly work: Work;
  readonly queues: Queues;
  readonly state: StateStore;
  readonly board: BoardStore;
  readonly news: NewsChannel;
  readonly clock: Clock;
  readonly accountConcurrency: number;
}

/** What one account added to a round. */
interface Entered {
  readonly survey: Survey;
  readonly chains: readonly ChainRef[];
  readonly problems: readonly Problem[];
}

export type RunRound = (
  job: DiscoverJob,
  context: JobContext,
) => Promise<{ readonly accounts: number; readonly chains: number; readonly problems: number }>;

/** A `collect` job sweeps the surveys of the last round while they are young; every other one surveys everything. */
export function createRounds(parts: RoundParts): RunRound {
  let kept: { readonly at: number; readonly surveys: readonly Survey[] } | null = null;
  return async (job, context) => {
    const now = parts.clock.now();
    if (job.type === 'collect' && kept !== null && now >= kept.at && now - kept.at < SURVEY_KEPT_MS) {
      return sweepAgain(parts, kept.surveys, context);
    }
    const { surveys, summary } = await surveyAll(parts, job.depth, context);
    kept = { at: parts.clock.now(), surveys };
    return summary;
  };
}

async function sweepAgain(parts: RoundParts, surveys: readonly Survey[], { signal }: JobContext) {
  const limit = pLimit(parts.accountConcurrency);
  const entered = await Promise.all(
    surveys.map((survey) => limit(() => enter(parts, survey, { depth: 'recent', signal }))),
  );
  return summaryOf(entered, []);
}

async function surveyAll(parts: RoundParts, depth: SweepDepth, { signal, log }: JobContext) {
  const entered = new Map<string, Entered>();
  const onSurvey = async (survey: Survey): Promise<void> => {
    const one = await enter(parts, survey, { depth, signal });
    entered.set(survey.account.id, one);
    await show(parts, one, depth);
  };
  const { surveys, problems } = await parts.work.discover(onSurvey, signal);
  // A survey that was returned but never called back would otherwise be an account nobody sweeps.
  for (const survey of surveys) if (!entered.has(survey.account.id)) await onSurvey(survey);
  const all = [...entered.values()];
  const sound = all.filter((one) => one.problems.length === 0).map((one) => one.survey.account.id);
  const chains = all.flatMap((one) => one.chains);
  await parts.state.finished(
    { accounts: all.length, problems, chains, soundReaders: new Set(sound), readers: new Set(entered.keys()) },
    parts.clock.now(),
  );
  // An account is off the board only when every list was whole: one that could not be listed is still there.
  if (problems.length === 0) await parts.board.keepOnly(new Set(entered.keys()));
  parts.news.publish({ topics: ['overview', 'accounts', 'system'], accounts: [] });
  for (const problem of problems)
    log.warn({ event: 'survey-problem', code: problem.code }, `${problem.detail} (${problem.hint})`);
  return { surveys: all.map((one) => one.survey), summary: summaryOf(all, problems) };
}

/** Queues one account's sweeps and notes what it looks like. Its own trouble is recorded and holds up no other account. */
async function enter(
  parts: RoundParts,
  survey: Survey,
  options: { depth: SweepDepth; signal: AbortSignal },
): Promise<Entered> {
  const planned = await planSweeps(parts.work, survey, options);
  const problems = [...survey.problems, ...planned.problems];
  await parts.queues.sweeps(planned.jobs);
  await parts.state.surveyed(survey, problems, parts.clock.now());
  return { survey, chains: planned.jobs, problems };
}

/** What the survey saw is told on the account's page, and its coverage and that of its members is computed anew. */
async function show(parts: RoundParts, { survey, chains }: Entered, depth: SweepDepth): Promise<void> {
  const { board, queues, news, clock } = parts;
  const { account, sources, problems, unknowns } = survey;
  const { id, role, origin } = account;
  await board.putFacts({ account: id, at: clock.now(), role, origin, sources, problems, unknowns });
  const accounts = new Set([id, ...chains.filter(({ reader }) => reader === id).map((chain) => chain.account)]);
  const jobs = [...accounts].map((one): CoverJob => ({ type: 'cover', reader: id, account: one, depth }));
  await queues.cover(jobs);
  news.publish({ topics: ['accounts'], accounts: [id] });
}

async function planSweeps(
  work: Work,
  survey: Survey,
  { depth, signal }: { depth: SweepDepth; signal: AbortSignal },
): Promise<{ readonly jobs: readonly SweepJob[]; readonly problems: readonly Problem[] }> {
  const jobs: SweepJob[] = [];
  const problems: Problem[] = [];
  for (const one of bySource(survey)) {
    try {
      jobs.push(...(await work.sweeps(one, depth, signal)));
    } catch (error) {
      if (!(error instanceof OperatingError) || signal.aborted) throw error;
      problems.push(problemOf(error));
    }
  }
  return { jobs, problems };
}

function summaryOf(entered: readonly Entered[], problems: readonly Problem[]) {
  return {
    accounts: entered.length,
    chains: entered.reduce((sum, one) => sum + one.chains.length, 0),
    problems: entered.reduce((sum, one) => sum + one.problems.length, problems.length),
  };
}
