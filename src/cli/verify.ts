/** `orgtrail verify --source`: the member buckets judged where they lie. */
import pLimit from 'p-limit';
import type { Finding } from '../core/coverage.ts';
import { exitOf, verifyReport, type AccountProblem, type ChainResult, type VerifyReport } from '../core/report.ts';
import type { Chain, Survey } from '../core/source.ts';
import { HOUR, MINUTE } from '../core/time.ts';
import { worse } from '../core/verdict.ts';
import { isBlocked, OperatingError } from '../errors.ts';
import { openEstate, type EstateBook } from '../pipeline/estate.ts';
import type { PipelineParts, Slot } from '../pipeline/parts.ts';
import { openSlots } from '../pipeline/slots.ts';
import { findUnlisted, verifyChain, type ChainVerified, type SourceRun } from '../pipeline/verify-source.ts';
import type { KnownKeys } from '../stages/keys.ts';
import { openParts } from './open.ts';
import { showProgress, type Progress } from './progress.ts';
import { isFiltered, takesChain, takesSurvey, type Answer, type Request } from './request.ts';
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

/** One account's trouble is its own: the others go on. */
async function verifyAccount(survey: Survey, work: Work): Promise<AccountResult> {
  const { request, estate } = work;
  if (!takesSurvey(request, survey)) return { chains: [], problems: [] };
  const account = survey.account.id;
  const problems: AccountProblem[] = survey.problems.map((problem) => ({ account, problem }));
  try {
    const chains = (await estate.chains(survey)).filter((chain) => takesChain(request, chain));
    return { chains: await verifyChains(chains, work), problems };
  } catch (error) {
    if (!(error instanceof OperatingError) || !(isBlocked(error) || error.code === 'identity-mismatch')) throw error;
    const problem = { code: error.code, detail: error.message, hint: error.hint };
    if (!problems.some((one) => one.problem.code === error.code)) problems.push({ account, problem });
    return { chains: [], problems };
  }
}

async function verifyChains(chains: readonly Chain[], work: Work): Promise<readonly ChainResult[]> {
  const { request, parts, estate, slots, known, run } = work;
  const verified: ChainVerified[] = [];
  for (const chain of chains) {
    const { session } = await estate.resolve(refOf(chain));
    verified.push(
      await verifyChain(
        chain,
        { parts, session, known, store: null, slot: slots(chain.source.reader), signal: request.signal },
        run,
      ),
    );
  }
  const results = verified.flatMap((one) => one.results);
  // A file of another trail in the same folder is named by that trail's digests: with some chains left out nothing is unlisted.
  if (isFiltered(request) && request.trails.length > 0) return results;
  const due = { now: run.expected.now, grace: request.config.limits.unlistedGraceHours * HOUR };
  const sessionOf = async (chain: Chain) => (await estate.resolve(refOf(chain))).session;
  const unlisted = await findUnlisted(verified, sessionOf, due);
  return results.map((result) => withUnlisted(result, unlisted));
}

function withUnlisted(result: ChainResult, unlisted: readonly Finding[]): ChainResult {
  const { chain, coverage } = result;
  const own = unlisted.filter(
    (one) => one.account === chain.account && one.region === chain.region && one.trail === chain.source.trail,
  );
  if (own.length === 0 || result.kind !== 'standard') return result;
  const logs = [...result.logs, ...own.map((one) => one.code)];
  return {
    ...result,
    logs,
    coverage: { ...coverage, findings: [...coverage.findings, ...own], state: worse(coverage.state, 'failed') },
  };
}

function refOf(chain: Chain): {
  readonly reader: string;
  readonly trailArn: string;
  readonly account: string;
  readonly region: string;
} {
  return { reader: chain.source.reader, trailArn: chain.source.trailArn, account: chain.account, region: chain.region };
}
