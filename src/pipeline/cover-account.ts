/**
 * The coverage of one account as one reader's chains show it, judged as `orgtrail status` judges it. What is shown of an
 * account's present comes from a look over the hours alone, so that it does not depend on when the days were last
 * looked at; the days, and findings older than the hours, come from the full look.
 */
import { DAYS_SHOWN, HOURS_SHOWN, type ChainCover, type CoverPart } from '../core/board/cover.ts';
import type { Accepted } from '../core/board/finding.ts';
import { chainId } from '../core/board/ids.ts';
import { mergeDays } from '../core/board/merge-days.ts';
import { squaresOf } from '../core/board/squares.ts';
import { accountSteps, type StepWindow } from '../core/days.ts';
import { chainRef, type CoverJob } from '../core/job.ts';
import type { Problem, Survey } from '../core/source.ts';
import { HOUR, MINUTE } from '../core/time.ts';
import type { CoverOutcome } from '../daemon/work.ts';
import { listAccepted, type AcceptancePorts } from '../stages/acceptances.ts';
import { heldOf, isOver, rowDays, rowState, type AccountRow } from './account-rows.ts';
import type { ChainStatus } from './chain-status.ts';
import { chainCover, type CoverWindows } from './cover-chain.ts';
import { coverFindings } from './cover-findings.ts';
import type { EstateBook } from './estate.ts';
import { archivePlace, type PipelineParts } from './parts.ts';
import { accountStatus, isDormant, type AccountStatus } from './status.ts';

const DAY = 24 * HOUR;

export interface CoverWork {
  readonly parts: PipelineParts;
  readonly estate: EstateBook;
  readonly signal: AbortSignal;
  /** Acceptances that were read before, by key. */
  readonly acceptances?: Map<string, Accepted>;
}

/** Throws `job-refused` for a reader that nobody knows; what cannot be looked at is a state, not an error. */
export async function coverAccount(
  job: CoverJob,
  before: CoverPart | null,
  { parts, estate, signal, acceptances = new Map() }: CoverWork,
): Promise<CoverOutcome> {
  const now = parts.clock.now();
  const survey = await estate.surveyOf(job.reader);
  const listed = await estate.account(job.account);
  signal.throwIfAborted();
  const windows = windowsOf(now, parts.config.limits.digestGraceMinutes * MINUTE);
  const look = (from: number): Promise<AccountStatus> => {
    const expected = { from, to: null, now, grace: windows.grace };
    return accountStatus(survey, { parts, estate, expected, only: job.account });
  };
  const status = await look(windows.hours.from);
  signal.throwIfAborted();
  const whole = job.depth === 'full' ? await look(windows.days.from) : null;
  const unread: Problem[] = [];
  const accepted = await acceptedOf(job.account, parts, { read: acceptances, onProblem: (one) => unread.push(one) });
  const row = rowOf(job, status, listed);
  const looked = isLooked(row) && (whole === null || isLooked(rowOf(job, whole, listed)));
  const since = whole === null ? windows.hours.from : windows.days.from;
  return {
    part: partOf({ job, row, windows, before, unread }, whole === null ? null : rowOf(job, whole, listed)),
    chains: row.chains.map((one) => chainOf(one, whole, windows)),
    findings: coverFindings(whole ?? status, { row, unread }, { job, since, full: whole !== null }),
    accepted,
    since,
    looked,
    others: job.reader === job.account ? [...status.accounts].filter((id) => id !== job.account) : [],
  };
}

/** An acceptance that cannot be read accepts nothing: its finding shows as open, and the account says why. */
function acceptedOf(
  account: string,
  { archive, config }: PipelineParts,
  given: Required<Pick<AcceptancePorts, 'read' | 'onProblem'>>,
): Promise<ReadonlyMap<string, Accepted>> {
  return listAccepted(account, { archive, place: archivePlace(config), ...given });
}

/** The hours that are shown, and the days: each begins with a whole step. */
function windowsOf(now: number, grace: number): CoverWindows {
  const due = now - grace - 2 * HOUR;
  const hours = Math.floor(now / HOUR) * HOUR - (HOURS_SHOWN - 1) * HOUR;
  const days = Math.floor(now / DAY) * DAY - (DAYS_SHOWN - 1) * DAY;
  return {
    now,
    grace,
    hours: { from: hours, to: now + 1, due, step: HOUR, whole: true },
    days: { from: days, to: now + 1, due, step: DAY, whole: false },
    recentDays: { from: Math.ceil(hours / DAY) * DAY, to: now + 1, due, step: DAY, whole: false },
  };
}

/** The row that `status` would show, of this reader's chains alone. */
function rowOf(job: CoverJob, status: AccountStatus, listed: Survey['account'] | null): AccountRow {
  const held = heldOf(job.account, [status]);
  if (job.account === job.reader) {
    const { account, unknowns } = status.survey;
    const own = { ...held, id: account.id, account, dormant: isDormant(account), unknowns };
    return { ...own, problems: [...status.general, ...held.problems], complete: held.complete && status.complete };
  }
  const account = listed ?? { name: job.account, state: 'UNKNOWN' as const };
  // Without a chain there is nothing but the reader's own trouble to say why; a trail that was not listed may hold more.
  const reader = held.chains.length === 0 ? status.general : status.unlisted;
  const complete = held.complete && status.unlisted.length === 0;
  const dormant = listed !== null && isDormant(listed);
  return {
    ...held,
    id: job.account,
    account,
    dormant,
    problems: [...reader, ...held.problems],
    complete,
    unknowns: [],
  };
}

/** Whether what was not found is not there: something that nobody could look at settles nothing. */
function isLooked({ problems, complete, dormant }: AccountRow): boolean {
  return problems.length === 0 && complete && !dormant;
}

interface PartGround {
  readonly job: CoverJob;
  readonly row: AccountRow;
  readonly windows: CoverWindows;
  readonly before: CoverPart | null;
  /** Acceptances that could not be read: they keep nothing from being judged. */
  readonly unread: readonly Problem[];
}

/** @param whole the row over all days; null: only the hours were looked at */
function partOf({ job, row, windows, before, unread }: PartGround, whole: AccountRow | null): CoverPart {
  const { account, chains, problems } = row;
  const full = whole !== null;
  const steps = accountSteps(rowDays(whole ?? row), full ? windows.days : windows.recentDays);
  const newest = chains.flatMap(({ lastDigest }) => lastDigest ?? []);
  return {
    account: job.account,
    reader: job.reader,
    name: account.name,
    organizationState: account.state,
    at: windows.now,
    fullAt: full ? windows.now : (before?.fullAt ?? null),
    ...rowState(row, accountSteps(rowDays(row), statusWindow(windows))),
    problem: problems[0] ?? unread[0] ?? null,
    verifiedUntil: verifiedUntilOf(row),
    lastDigest: newest.length > 0 ? Math.max(...newest) : olderDigest(whole, before, windows),
    chains: chains.length + row.lost,
    receipts: chains.reduce((sum, { receipts }) => sum + receipts, 0),
    waiting: chains.reduce((sum, { waiting }) => sum + waiting, 0),
    open: 0,
    accepted: 0,
    hours: squaresOf(accountSteps(rowDays(row), windows.hours)),
    days: mergeDays(before?.days ?? null, squaresOf(steps), { full }),
  };
}

/** The days that `orgtrail status` judges an account's state by, over the same window. */
function statusWindow({ now, hours }: CoverWindows): StepWindow {
  return { ...hours, to: now, step: DAY, whole: false };
}

/** Null as soon as one chain is not proven from its first cell on, or could not be judged. */
function verifiedUntilOf({ chains, complete }: AccountRow): number | null {
  const times = chains.filter((one) => !isOver(one)).map(({ coverage }) => coverage.verifiedUntil);
  if (!complete || times.length === 0) return null;
  return times.reduce((least, time) => (least === null || time === null ? null : Math.min(least, time)));
}

/** No receipt within the hours: the full look knows better, or an earlier one did. */
function olderDigest(whole: AccountRow | null, before: CoverPart | null, { hours }: CoverWindows): number | null {
  const ends = whole?.chains.flatMap(({ lastDigest }) => lastDigest ?? []) ?? [];
  if (ends.length > 0) return Math.max(...ends);
  const earlier = before?.lastDigest ?? null;
  return whole === null && earlier !== null && earlier <= hours.from ? earlier : null;
}

function chainOf(one: ChainStatus, whole: AccountStatus | null, windows: CoverWindows): ChainCover {
  const id = chainId(chainRef(one.chain));
  const older = whole?.chains.find(({ chain }) => chainId(chainRef(chain)) === id) ?? null;
  return chainCover(one, older, windows);
}
