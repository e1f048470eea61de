/** `orgtrail verify --source`: the member buckets judged where they lie. */
import { chainRef } from '../core/job.ts';
import pLimit from 'p-limit';
import { exitOf, verifyReport, type AccountProblem, type ChainResult, type VerifyReport } from '../core/report.ts';
import { bySource, type Chain, type Source, type Survey } from '../core/source.ts';
import { HOUR, MINUTE } from '../core/time.ts';
import { worse } from '../core/verdict.ts';
import { isBlocked, OperatingError, problemOf } from '../errors.ts';
import { coverAccount } from '../pipeline/explain.ts';
import { openEstate, type EstateBook } from '../pipeline/estate.ts';
import type { PipelineParts, Slot } from '../pipeline/parts.ts';
import { openSlots } from '../pipeline/slots.ts';
import { logFolders, unlistedIn, type LogFolder, type Unlisted } from '../pipeline/unlisted.ts';
import type { ChainVerified } from '../pipeline/cover-chains.ts';
import { judgeChain, type ChainJudged, type SourceRun } from '../pipeline/verify-source.ts';
import type { KnownKeys } from '../stages/keys.ts';
import { openParts } from './open.ts';
import { showProgress, type Progress } from './progress.ts';
import { takesChain, takesSurvey, type Answer, type Request } from './request.ts';
import { verifyText } from './text.ts';

/** Verifies every chain that the request takes. */
export async function verifySource(request: Request): Promise<Answer> {
  const open = openParts(request.config, request.clock);
  const progress = showProgress('verify', request.screen, request.clock);
  try {
    const report = await verifyAll(request, open.parts, progress);
    progress.end();
    return {
      exitCode: exitOf(report.verdict),
      stdout: request.json ? `${JSON.stringify(report)}\n` : verifyText(report),
    };
  } finally {
    await open.close();
  }
}

interface Work {
  readonly request: Request;
  readonly parts: PipelineParts;
  readonly estate: EstateBook;
  readonly slots: (account: string) => Slot;
  readonly known: KnownKeys;
  readonly run: SourceRun;
}

async function verifyAll(request: Request, parts: PipelineParts, progress: Progress): Promise<VerifyReport> {
  const { limits } = request.config;
  const estate = openEstate(parts, false);
  const window = { from: request.from, to: request.to };
  const expected = { ...window, now: request.clock.now(), grace: limits.digestGraceMinutes * MINUTE };
  const run = {
    window,
    expected,
    concurrency: limits.digestConcurrency,
    onPlan: (digests: number) => progress.plan(digests),
    onProgress: (done: Parameters<Progress['done']>[0]) => progress.done(done),
  };
  const work: Work = { request, parts, estate, slots: openSlots(limits.objectConcurrency), known: new Map(), run };
  const listed = await estate.accounts();
  const limit = pLimit(limits.accountConcurrency);
  const results = await Promise.all(
    listed.accounts.map((account) => limit(async () => verifyAccount(await estate.survey(account), work))),
  );
  const problems: AccountProblem[] = listed.problems.map((problem) => ({ account: '', problem }));
  problems.push(...results.flatMap((one) => one.problems));
  return verifyReport(
    window,
    results.flatMap((one) => one.chains),
    problems,
  );
}

type AccountResult = { readonly chains: readonly ChainResult[]; readonly problems: readonly AccountProblem[] };

/** One account's trouble is its own, and one chain's too: the others go on. */
async function verifyAccount(survey: Survey, work: Work): Promise<AccountResult> {
  const { request, estate } = work;
  if (!takesSurvey(request, survey)) return { chains: [], problems: [] };
  const account = survey.account.id;
  const problems: AccountProblem[] = survey.problems.map((problem) => ({ account, problem }));
  const note = noteInto(problems, account);
  const judged: ChainJudged[] = [];
  const unjudged: Source[] = [];
  for (const one of bySource(survey)) {
    const chains = await note(() => estate.chains(one));
    if (chains === null) unjudged.push(...one.sources);
    for (const chain of (chains ?? []).filter((taken) => takesChain(request, taken))) {
      const found = await note(() => judgeOne(chain, work));
      if (found === null) unjudged.push(chain.source);
      else judged.push(found);
    }
  }
  const verified = await coverAll(judged, work);
  const unlisted: Unlisted[] = [];
  for (const folder of foldersToJudge(request, { verified, unjudged }))
    unlisted.push(...((await note(() => unlistedOf(folder, work))) ?? []));
  const results = verified.flatMap((one) => one.results);
  return { chains: results.map((result) => withUnlisted(result, unlisted)), problems };
}

type Note = <Value>(attempt: () => Promise<Value>) => Promise<Value | null>;

/** What could not be looked at becomes a problem of the account, told once; null is returned for it. */
function noteInto(problems: AccountProblem[], account: string): Note {
  return async (attempt) => {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof OperatingError) || !(isBlocked(error) || error.code === 'identity-mismatch')) throw error;
      const problem = problemOf(error);
      const told = problems.some((one) => one.problem.code === problem.code && one.problem.detail === problem.detail);
      if (!told) problems.push({ account, problem });
      return null;
    }
  };
}

async function judgeOne(chain: Chain, { request, parts, estate, slots, known, run }: Work): Promise<ChainJudged> {
  const { session } = await estate.resolve(chainRef(chain));
  const slot = slots(chain.source.reader);
  return judgeChain(chain, { parts, session, known, store: null, slot, signal: request.signal }, run);
}

/** A StopLogging is told in the home region alone: all chains of the account are judged before any is covered. */
function coverAll(judged: readonly ChainJudged[], { estate, run }: Work): Promise<readonly ChainVerified[]> {
  const [first] = judged;
  const open = first === undefined ? null : async () => (await estate.resolve(chainRef(first.chain))).session;
  return coverAccount(judged, run.expected, open);
}

/** A file of another trail in the same folder is named by that trail's digests: with some trails left out none is unlisted. */
function foldersToJudge(
  request: Request,
  { verified, unjudged }: { readonly verified: readonly ChainVerified[]; readonly unjudged: readonly Source[] },
): readonly LogFolder[] {
  return request.trails.length > 0 ? [] : logFolders(verified, unjudged);
}

async function unlistedOf(folder: LogFolder, { request, estate, run }: Work): Promise<readonly Unlisted[]> {
  const { session } = await estate.resolve(chainRef(folder.chain));
  const due = { now: run.expected.now, grace: request.config.limits.unlistedGraceHours * HOUR };
  return unlistedIn(folder, session, due);
}

function withUnlisted(result: ChainResult, unlisted: readonly Unlisted[]): ChainResult {
  const { chain, coverage } = result;
  if (result.kind !== 'standard') return result;
  const own = unlisted.filter((one) => one.chain === chain).map(({ finding }) => finding);
  if (own.length === 0) return result;
  return {
    ...result,
    logs: [...result.logs, ...own.map(({ code }) => code)],
    coverage: { ...coverage, findings: [...coverage.findings, ...own], state: worse(coverage.state, 'failed') },
  };
}
