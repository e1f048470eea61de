/** Preflight: tries in every account what collecting needs, and says what is missing and where to add it. */
import pLimit from 'p-limit';
import type { AccountCheck, StepCheck } from '../core/board/account.ts';
import { isNeeded, PREFLIGHT_STEPS, READER_PERMISSIONS, type PreflightStep } from '../core/plan/reader-permissions.ts';
import type { Problem, Source } from '../core/source.ts';
import { OperatingError } from '../errors.ts';
import { surveyAccount, type KnownAccount } from '../stages/discover.ts';
import { listEstate } from './inventory.ts';
import type { PipelineParts } from './parts.ts';
import { notedSessions, openNotes, type Failure, type Notes } from './preflight-notes.ts';
import { probe } from './preflight-steps.ts';
import { isDormant } from './status.ts';

export interface PreflightOptions {
  readonly signal: AbortSignal;
  /** Told after each account. */
  readonly onStep: (text: string) => void;
}

/** Tries every account, a few at once. Nothing is written; refusals are results, never thrown. */
export async function preflight(
  parts: Pick<PipelineParts, 'config' | 'sessions' | 'clock'>,
  accounts: readonly KnownAccount[],
  { signal, onStep }: PreflightOptions,
): Promise<readonly AccountCheck[]> {
  const limit = pLimit(parts.config.limits.accountConcurrency);
  let done = 0;
  return Promise.all(
    accounts.map((account) =>
      limit(async () => {
        signal.throwIfAborted();
        const check = await checkAccount(account, parts);
        done += 1;
        onStep(`preflight: ${done} of ${accounts.length} accounts`);
        return check;
      }),
    ),
  );
}

/** Tries one account, looked up in configuration and inventory anew. Throws `job-refused` for one that is not known. */
export async function preflightOne(parts: PipelineParts, id: string, signal: AbortSignal): Promise<AccountCheck> {
  const { accounts } = await listEstate(parts, false);
  signal.throwIfAborted();
  const account = accounts.find((one) => one.id === id);
  if (account !== undefined) return checkAccount(account, parts);
  throw new OperatingError({
    code: 'job-refused',
    message: `no account ${id} is configured or listed`,
    hint: 'look at organizations and accounts in the configuration, and at what the last survey found',
  });
}

/** The failures of all accounts: of what collecting needs, and of what leaves something unknown. */
export function preflightProblems(checks: readonly AccountCheck[]): {
  readonly needed: readonly Problem[];
  readonly optional: readonly Problem[];
} {
  const steps = checks.flatMap((one) => one.steps);
  const problems = (needed: boolean): readonly Problem[] =>
    steps.filter(({ step }) => isNeeded(step) === needed).flatMap((one) => one.problems);
  return { needed: problems(true), optional: problems(false) };
}

async function checkAccount(
  account: KnownAccount,
  { config, sessions, clock }: Pick<PipelineParts, 'config' | 'sessions' | 'clock'>,
): Promise<AccountCheck> {
  const { id, name } = account;
  if (isDormant(account)) return { account: id, name, skipped: dormancy(account), steps: [] };
  const notes = openNotes();
  const noting = notedSessions(sessions, notes);
  const survey = await surveyAccount(account, noting, config.aws.region);
  if (notes.done.has('identify')) {
    const session = await noting.open(account).catch(refused);
    const work = { notes, now: clock.now(), maxBytes: config.limits.maxObjectBytes };
    if (session !== null) await probe(survey.sources, { ...work, session });
  }
  const steps = PREFLIGHT_STEPS.map((step) => stepCheck(step, { account, notes, sources: survey.sources }));
  return { account: id, name, skipped: null, steps };
}

/** Noted by the sessions themselves. */
function refused(error: unknown): null {
  if (error instanceof OperatingError) return null;
  throw error;
}

function dormancy({ origin, state }: KnownAccount): string {
  return origin === 'history'
    ? 'in no organization and no configuration any more: it is not entered, and its history stays'
    : `${state.toLowerCase()}: it is not entered, and its history stays`;
}

type Tried = { readonly account: KnownAccount; readonly notes: Notes; readonly sources: readonly Source[] };

function stepCheck(step: PreflightStep, tried: Tried): StepCheck {
  const failures = tried.notes.failures.get(step) ?? [];
  if (failures.length > 0) {
    const problems = failures.map((failure) => problemOf(step, failure, tried.account));
    return { step, state: 'failed', note: '', problems: distinct(problems) };
  }
  const ok = tried.notes.done.has(step);
  return { step, state: ok ? 'ok' : 'untried', note: ok ? '' : whyUntried(step, tried), problems: [] };
}

function distinct(problems: readonly Problem[]): readonly Problem[] {
  return [...new Map(problems.map((one) => [one.detail, one])).values()];
}

function whyUntried(step: PreflightStep, { notes, sources }: Tried): string {
  const failed = (one: PreflightStep): boolean => notes.failures.has(one);
  if (!notes.done.has('identify')) return 'the account could not be entered';
  if (sources.length === 0 && step !== 'organization')
    return failed('trails') || failed('organization') ? 'its trails could not be found' : 'it has no trail of its own';
  switch (step) {
    case 'get':
      return failed('list') ? 'the bucket could not be listed' : 'nothing to try: no file lies there yet';
    case 'decrypt':
      return failed('list') || failed('get')
        ? 'no log file could be read'
        : 'nothing to try: no log file lies there yet';
    case 'organization':
      return 'it has no organization trail';
    case 'regions':
      return 'the regions of its trails are settled';
    case 'assume':
    case 'identify':
    case 'trails':
    case 'status':
    case 'list':
    case 'keys':
    case 'selectors':
    case 'history':
      return failed('trails') ? 'its trails could not be described' : 'nothing asked for it';
  }
}

function problemOf(step: PreflightStep, { error, owner }: Failure, account: KnownAccount): Problem {
  return {
    code: `preflight-${step}`,
    detail: error.message,
    hint: [error.hint, ...advice(step, { error, owner, account })].join(' '),
  };
}

type Denied = Failure & { readonly account: KnownAccount };

/** Where to add what the error's own hint says is missing. What may heal by itself needs nothing added. */
function advice(step: PreflightStep, { error, owner, account }: Denied): readonly string[] {
  if (error.retryable || step === 'assume' || step === 'identify') return [];
  const command = `orgtrail config member-role --format policy --account ${account.id}`;
  const why = READER_PERMISSIONS.find((one) => one.step === step)?.why ?? '';
  const foreign = owner === null || owner === account.id ? [] : [foreignBucket(step, owner)];
  return [
    `\`${command}\` prints all that the role needs.`,
    ...foreign,
    ...(isNeeded(step) ? [] : [`Without it everything is proven, and it stays unknown ${why}.`]),
  ];
}

function foreignBucket(step: PreflightStep, owner: string): string {
  return step === 'decrypt'
    ? `The bucket belongs to account ${owner}: its key's policy must name the role as well.`
    : `The bucket belongs to account ${owner}: its bucket policy must name the role as well.`;
}
