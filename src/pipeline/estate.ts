/** The estate: accounts, their surveys and chains, looked up anew by every process and kept for minutes. */
import type { ChainRef } from '../core/job.ts';
import type { Chain, Source, Survey } from '../core/source.ts';
import { OperatingError, problemOf } from '../errors.ts';
import type { AccountSession } from '../ports.ts';
import { surveyAccount, type KnownAccount } from '../stages/discover.ts';
import { isWellFormed } from './chains.ts';
import { listEstate, type AccountList } from './inventory.ts';
import type { PipelineParts } from './parts.ts';
import { openTrailBook, type TrailBook } from './trail-book.ts';

const KEPT_MS = 10 * 60_000;
const TROUBLE_KEPT_MS = 60_000;

interface Resolved {
  readonly chain: Chain;
  readonly session: AccountSession;
  readonly sources: readonly Source[];
}

export interface EstateBook {
  /** Lists every account anew and keeps the inventory when it changed. */
  accounts(): Promise<AccountList>;
  /** One account's trails as they are now, joined with what is recorded of them; keeps a record of what changed. */
  survey(account: KnownAccount): Promise<Survey>;
  /** The survey of an account as it was last made, or a new one where that is minutes old. Throws `job-refused` for strangers. */
  surveyOf(id: string): Promise<Survey>;
  /** An account as it was last listed; null: it is not. */
  account(id: string): Promise<KnownAccount | null>;
  /**
   * The chain a job speaks of, looked up again, with all trails of its reader. Throws `job-refused` when configuration
   * and discovery do not know it.
   */
  resolve(ref: ChainRef): Promise<Resolved>;
  /** The chains that the survey's sources ought to have: regions of the configuration or the account, and all ever seen. */
  chains(survey: Survey): Promise<readonly Chain[]>;
  /** False for a chain of a trail that is gone and has left no bucket to read: it is judged, and not swept. */
  reachable(chain: Chain): boolean;
}

type Kept<Value> = { readonly at: number; readonly value: Value };

/** The estate of one process. `write` false: nothing is written to the archive (verify, status). */
export function openEstate(parts: PipelineParts, write: boolean): EstateBook {
  const surveys = new Map<string, Kept<Promise<Survey>>>();
  const { clock } = parts;
  const trails = openTrailBook(parts, write);
  let listing: Kept<Promise<AccountList>> | null = null;
  const fresh = <Value>(kept: Kept<Value> | null | undefined): kept is Kept<Value> =>
    kept !== null && kept !== undefined && Math.abs(clock.now() - kept.at) < KEPT_MS;

  const accounts: EstateBook['accounts'] = async () => {
    const value = listEstate(parts, write);
    listing = { at: clock.now(), value };
    value.catch(() => (listing = null));
    return value;
  };
  const survey = (account: KnownAccount): Promise<Survey> => {
    const value = surveyed(account, parts, trails);
    const at = clock.now();
    surveys.set(account.id, { at, value });
    value.then(
      // Trouble is asked about again soon, but not once a job: control calls are few a second.
      (done) => done.problems.length > 0 && surveys.set(account.id, { at: at - KEPT_MS + TROUBLE_KEPT_MS, value }),
      () => surveys.delete(account.id),
    );
    return value;
  };
  const account: EstateBook['account'] = async (id) => {
    const listed = fresh(listing) ? await listing.value : await accounts();
    return listed.accounts.find((one) => one.id === id) ?? null;
  };
  const known = async (id: string): Promise<{ survey: Survey; account: KnownAccount }> => {
    const found = await account(id);
    if (found === null) throw refused(`no account ${id} is configured or listed`);
    const kept = surveys.get(id);
    return { account: found, survey: await (fresh(kept) ? kept.value : survey(found)) };
  };
  const resolve: EstateBook['resolve'] = async (ref) => {
    const found = await known(ref.reader);
    const session = await parts.sessions.open(found.account);
    const source = found.survey.sources.find((one) => one.trailArn === ref.trailArn);
    if (source === undefined) throw refused(`account ${ref.reader} has no trail ${ref.trailArn}`);
    return { chain: chainOf(source, ref, trails), session, sources: found.survey.sources };
  };
  const chains: EstateBook['chains'] = async (one) => {
    if (one.sources.length === 0) return [];
    const session = await parts.sessions.open((await account(one.account.id)) ?? one.account);
    const lists = await Promise.all(one.sources.map((source) => trails.chains(source, session.objects)));
    return lists.flat();
  };
  const surveyOf: EstateBook['surveyOf'] = async (id) => (await known(id)).survey;
  return { accounts, survey, surveyOf, account, resolve, chains, reachable: ({ source }) => trails.reachable(source) };
}

async function surveyed(account: KnownAccount, parts: PipelineParts, trails: TrailBook): Promise<Survey> {
  const look = await surveyAccount(account, parts.sessions, parts.config.aws.region);
  const { described, wanted: _, ...survey } = look;
  if (described === null) return survey;
  const { objects } = await parts.sessions.open(account);
  try {
    return await trails.remember(look, objects);
  } catch (error) {
    // Without what was recorded nothing is proven, and nothing that is there now need be lost for it.
    if (!(error instanceof OperatingError)) throw error;
    return { ...survey, problems: [...survey.problems, problemOf(error)] };
  }
}

function chainOf(source: Source, ref: ChainRef, trails: TrailBook): Chain {
  const { account, region } = ref;
  if (source.org === null && account !== source.reader)
    throw refused(`trail ${source.trailArn} holds no events of account ${account}`);
  if (!isWellFormed(account, region)) throw refused('account or region is not well-formed');
  if (!trails.knows(source, ref)) throw refused(`trail ${source.trailArn} does not deliver from ${region}`);
  return { account, region, source };
}

function refused(why: string): OperatingError {
  return new OperatingError({
    code: 'job-refused',
    message: why,
    hint: 'jobs are made by orgtrail alone: if this one was not, somebody writes to its Redis',
  });
}
