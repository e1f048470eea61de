/**
 * What people may ask for on the pages: a retry, an acceptance, a preflight, an apply. Each is on record in the archive
 * before anything is done; where the record cannot be written, nothing is done. Who may ask is settled before (web).
 */
import type { Queues } from '../adapters/queue.ts';
import type { AuditRecord } from '../core/audit.ts';
import type { Accepted, BoardFinding } from '../core/board/finding.ts';
import { findingId } from '../core/board/ids.ts';
import { formatIso } from '../core/time.ts';
import { OperatingError } from '../errors.ts';
import { archivePlace, type PipelineParts } from '../pipeline/parts.ts';
import { entriesOfFile } from '../pipeline/quarantined.ts';
import type { Log } from '../ports.ts';
import { keepAccepted, readAccepted } from '../stages/acceptances.ts';
import { keepAudit } from '../stages/audit.ts';
import { acceptEntry } from '../stages/quarantine.ts';
import type { Actor, Acts, News } from '../web/sources.ts';
import { failedJob, failedJobsOf, retryAll } from './retries.ts';

/** What the pages are shown at once of an act; the archive and the queue have it in any case. */
export interface ActsBoard {
  markAccepted(account: string, finding: string, accepted: Accepted): Promise<void>;
  preflightPending(account: string, pending: boolean): Promise<void>;
  applyPending(pending: boolean): Promise<void>;
}

export interface ActsParts {
  readonly parts: Pick<PipelineParts, 'archive' | 'config' | 'clock'>;
  readonly queues: Pick<Queues, 'all' | 'preflight' | 'apply'>;
  readonly board: ActsBoard;
  readonly news: { publish(news: News): void };
  readonly log: Log;
}

type Act = Pick<AuditRecord, 'act' | 'target' | 'reason'>;

const SECOND_MS = 1000;
/** So much of a name a job carries (adapters/queue-jobs.ts). */
const LONGEST_NAME = 200;
const MOST_ENTRIES = 100;

/** Every act throws OperatingError where it, or its record, could not be done. */
export function createActs(given: ActsParts): Acts {
  return {
    retry: async (which, actor) => {
      const { jobs, more } =
        'id' in which
          ? await failedJob(given.queues.all, which.queue, which.id)
          : await failedJobsOf(given.queues.all, which.account);
      if (jobs.length === 0) return { retried: 0, left: more };
      await recorded({ act: 'retry', target: targetOf(which, jobs.length), reason: null }, actor, given);
      const retried = await retryAll(jobs);
      given.news.publish({
        topics: ['jobs'],
        accounts: 'account' in which && which.account !== '' ? [which.account] : [],
      });
      return { retried, left: more };
    },
    accept: (finding, reason, actor) => accept({ finding, reason, actor }, given),
    preflight: async (account, actor) => {
      await recorded({ act: 'preflight', target: account, reason: null }, actor, given);
      const { board, queues } = given;
      await queued(
        (pending) => board.preflightPending(account, pending),
        () => queues.preflight({ type: 'preflight', account, by: nameOf(actor) }),
      );
      given.news.publish({ topics: ['accounts'], accounts: [account] });
    },
    apply: async (plan, reason, actor) => {
      await recorded({ act: 'apply', target: plan, reason }, actor, given);
      const { board, queues } = given;
      await queued(
        (pending) => board.applyPending(pending),
        () => queues.apply({ type: 'apply', plan, by: nameOf(actor) }),
      );
      given.news.publish({ topics: ['policy'], accounts: [] });
    },
  };
}

type Which = Parameters<Acts['retry']>[0];

function targetOf(which: Which, jobs: number): string {
  if ('id' in which) return `job ${which.queue}/${which.id}`;
  return `${jobs} failed jobs of ${which.account === '' ? 'no single account' : which.account}`;
}

async function recorded(act: Act, actor: Actor, { parts, log }: ActsParts): Promise<void> {
  const { name: by, role, via, address } = actor;
  const record = { at: parts.clock.now(), ...act, by, role, via, address };
  const key = await keepAudit(record, { archive: parts.archive, place: archivePlace(parts.config) });
  log.info({ event: 'act', act: act.act, by, role, via, target: act.target, key }, `${act.act} asked for`);
}

/** Shown as pending before it is queued, so that a fast worker's end is not overwritten; taken back if it is not queued. */
async function queued(show: (pending: boolean) => Promise<void>, add: () => Promise<void>): Promise<void> {
  await show(true);
  try {
    await add();
  } catch (error) {
    await show(false).catch(() => undefined); // Redis is away: what it shows is rebuilt when it is back
    throw error;
  }
}

interface Acceptance {
  readonly finding: BoardFinding;
  readonly reason: string;
  readonly actor: Actor;
}

/** An acceptance of before is completed where it was cut off: its entries and what the pages show. */
async function accept({ finding, reason, actor }: Acceptance, given: ActsParts): Promise<Accepted | null> {
  const { archive, config, clock } = given.parts;
  const ports = { archive, place: archivePlace(config) };
  const id = findingId(finding);
  if (id !== finding.id) throw foreign();
  await recorded({ act: 'accept', target: `finding ${finding.account}/${id}`, reason }, actor, given);
  const asked = { reason, by: actor.name, at: Math.floor(clock.now() / SECOND_MS) * SECOND_MS };
  const fresh = (await keepAccepted(finding, asked, ports)) === 'created';
  const accepted = fresh ? asked : await readAccepted({ account: finding.account, finding: id }, ports);
  await acceptEntries(finding, accepted, given);
  await shown(finding, accepted, given);
  return fresh ? accepted : null;
}

/** What lies in quarantine for this very finding; what the file failed of otherwise has a finding of its own. */
async function acceptEntries(finding: BoardFinding, { reason, by, at }: Accepted, { parts }: ActsParts): Promise<void> {
  const { bucket, key, code } = finding;
  if (key === null) return;
  const ports = { archive: parts.archive, place: archivePlace(parts.config) };
  let done = 0;
  for await (const entry of entriesOfFile({ bucket, key }, code, ports)) {
    if (entry.state !== 'open') continue;
    await acceptEntry(entry.name, { reason, caller: null, by, at: formatIso(at) }, ports);
    done += 1;
    if (done === MOST_ENTRIES) return;
  }
}

/** The archive has it: where Redis is away the next look at the account shows it. */
async function shown(finding: BoardFinding, accepted: Accepted, { board, news, log }: ActsParts): Promise<void> {
  const { account, id } = finding;
  try {
    await board.markAccepted(account, id, accepted);
    news.publish({ topics: ['findings', 'accounts'], accounts: [account] });
  } catch (error) {
    if (!(error instanceof OperatingError)) throw error;
    log.warn({ event: 'acceptance-unshown', account, finding: id, err: error }, 'accepted, not shown yet');
  }
}

function nameOf({ name }: Actor): string {
  return name.slice(0, LONGEST_NAME);
}

function foreign(): OperatingError {
  return new OperatingError({
    code: 'job-refused',
    message: 'the finding that Redis shows is not the one that its id names',
    hint: 'nothing of ours writes such a record: find out who else writes to this Redis',
  });
}
