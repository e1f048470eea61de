/** What the receipts of the whole archive say before anything may expire: whose cells are not proven, how much there is. */
import pLimit from 'p-limit';
import { coverChain, type Cell } from '../core/coverage.ts';
import { parseReceiptKey, receiptRoot, type ReceiptName } from '../core/layout.ts';
import { isProvenReceipt, walkReceipts, type ReceiptGap, type Walked } from '../core/plan/receipt-walk.ts';
import type { Problem } from '../core/source.ts';
import { formatIso, MINUTE } from '../core/time.ts';
import { OperatingError } from '../errors.ts';
import { listReceipts } from '../stages/capture.ts';
import { listChanges } from '../stages/changes.ts';
import { sourceInReceipts } from '../stages/trails.ts';
import { archivePlace, type PipelineParts } from './parts.ts';
import { provenView } from './receipt-views.ts';

export interface ReceiptSurvey {
  /** Every account that has receipts or files in their proven place. */
  readonly accounts: readonly string[];
  /** `o-…` of the organization trails whose files lie there. */
  readonly organizations: readonly string[];
  /** Accounts with a cell that is not proven, and which one. */
  readonly unproven: ReadonlyMap<string, Problem>;
  /** Why that could not be established for all of them; null when it could. */
  readonly unknown: Problem | null;
  /** Digests with a receipt, by account. */
  readonly digests: ReadonlyMap<string, number>;
  /** Names spread over accounts and time. */
  readonly sample: readonly ReceiptName[];
}

export interface SurveyQuestion {
  /** Up to which end of a digest (epoch ms) an account must be proven; null: nothing of it expires. */
  readonly horizon: (account: string) => number | null;
  /** How many names of receipts are handed back for the estimate; 0: none. */
  readonly sample: number;
  readonly signal: AbortSignal;
  readonly onStep: (text: string) => void;
}

const ACCOUNT = /^\d{12}\/$/;
const ORGANIZATION = /^o-[a-z0-9]{10,32}\/$/;
const STEP = 500;

/** Lists names only; what cannot be listed, or is too much, is told as unknown and never taken as proven. */
export async function surveyReceipts(parts: PipelineParts, question: SurveyQuestion): Promise<ReceiptSurvey> {
  try {
    return await survey(parts, question);
  } catch (error) {
    if (!(error instanceof OperatingError)) throw error;
    const unknown = { code: error.code, detail: `receipts could not be listed: ${error.message}`, hint: error.hint };
    return { accounts: [], organizations: [], unproven: new Map(), unknown, digests: new Map(), sample: [] };
  }
}

async function survey(parts: PipelineParts, question: SurveyQuestion): Promise<ReceiptSurvey> {
  const { receipted, filed, organizations } = await folders(parts);
  const counter = { listed: 0 };
  const limit = pLimit(parts.config.limits.accountConcurrency);
  const stride = Math.max(1, Math.ceil(receipted.length / Math.max(1, question.sample)));
  const each = Math.max(1, Math.floor(question.sample / Math.max(1, Math.ceil(receipted.length / stride))));
  let done = 0;
  const walks = await Promise.all(
    receipted.map((account, index) =>
      limit(async () => {
        const sample = question.sample > 0 && index % stride === 0 ? each : 0;
        const walked = await walkAccount(account, { parts, question, counter, sample });
        done += 1;
        if (done % STEP === 0) question.onStep(`receipts of ${done} of ${receipted.length} accounts listed`);
        return { account, walked, problem: walked === null ? null : await firstUnproven(account, walked, parts) };
      }),
    ),
  );
  const unproven = new Map<string, Problem>();
  for (const { account, problem } of walks) if (problem !== null) unproven.set(account, problem);
  const known = new Set(receipted);
  for (const account of filed) if (!known.has(account)) unproven.set(account, withoutReceipt(account));
  return {
    accounts: [...new Set([...receipted, ...filed])].toSorted(),
    organizations,
    unproven,
    unknown: walks.some(({ walked }) => walked === null) ? tooMany(parts) : null,
    digests: new Map(walks.flatMap(({ account, walked }) => (walked === null ? [] : [[account, walked.digests]]))),
    sample: walks.flatMap(({ walked }) => walked?.sample ?? []),
  };
}

type Folders = {
  readonly receipted: readonly string[];
  readonly filed: readonly string[];
  readonly organizations: readonly string[];
};

async function folders({ archive, config }: PipelineParts): Promise<Folders> {
  const { bucket, owner, prefix } = archivePlace(config);
  const below = (folder: string): Promise<readonly string[]> => archive.folders({ bucket, owner, prefix: folder });
  const accountsIn = async (folder: string): Promise<readonly string[]> =>
    (await below(folder)).filter((name) => ACCOUNT.test(name)).map((name) => name.slice(0, -1));
  const root = `${prefix}AWSLogs/`;
  const names = await below(root);
  const organizations = names.filter((name) => ORGANIZATION.test(name)).map((name) => name.slice(0, -1));
  const filed = names.filter((name) => ACCOUNT.test(name)).map((name) => name.slice(0, -1));
  for (const organization of organizations) filed.push(...(await accountsIn(`${root}${organization}/`)));
  return { receipted: await accountsIn(receiptRoot(prefix)), filed, organizations };
}

type Walking = {
  readonly parts: PipelineParts;
  readonly question: SurveyQuestion;
  readonly counter: { listed: number };
  readonly sample: number;
};

/** Null when more would have to be listed than is allowed. */
async function walkAccount(account: string, { parts, question, counter, sample }: Walking): Promise<Walked | null> {
  const { bucket, owner, prefix } = archivePlace(parts.config);
  const horizon = question.horizon(account);
  const walk = walkReceipts({ horizon, sample });
  if (horizon === null && question.sample === 0) return walk.end(); // nobody asks
  for await (const { key } of parts.archive.list({ bucket, owner, prefix: `${receiptRoot(prefix)}${account}/` })) {
    question.signal.throwIfAborted();
    counter.listed += 1;
    if (counter.listed > parts.config.limits.maxListedObjects) return null;
    const name = parseReceiptKey(prefix, key);
    if (name !== null) walk.add(name);
  }
  return walk.end();
}

async function firstUnproven(account: string, walked: Walked, parts: PipelineParts): Promise<Problem | null> {
  if (walked.unproven !== null) return stateProblem(account, walked.unproven);
  let [chain, cells]: [string, readonly Cell[]] = ['', []];
  for (const gap of walked.gaps) {
    const here = `${gap.region}/${gap.trail}/${gap.homeRegion}`;
    if (here !== chain) cells = await cellsAround(account, gap, parts);
    chain = here;
    if (!isExplained(gap, cells)) return gapProblem(account, gap);
  }
  return walked.gapBeyond === null ? null : gapProblem(account, walked.gapBeyond);
}

/** A stop of logging explains a gap; what the kept trail changes say of it is judged as `status` judges it. */
async function cellsAround(account: string, gap: ReceiptGap, parts: PipelineParts): Promise<readonly Cell[]> {
  const ports = { archive: parts.archive, place: archivePlace(parts.config) };
  const { region, trail, homeRegion } = gap;
  const source = await sourceInReceipts({ account, region, trail }, ports);
  if (source === null || source.homeRegion !== homeRegion) return [];
  const chain = { account, region, source };
  const names = await listReceipts(chain, null, ports);
  const views = names
    .filter((name) => name.kind === 'standard' && isProvenReceipt(name))
    .map((name) => provenView(chain, name));
  const changes = await listChanges(source, { from: null, to: null }, ports);
  const grace = parts.config.limits.digestGraceMinutes * MINUTE;
  return coverChain(chain, views, { from: null, to: null, now: parts.clock.now(), grace, changes }).cells;
}

function isExplained(gap: ReceiptGap, cells: readonly Cell[]): boolean {
  const within = cells.filter(({ from, to }) => to > gap.from && from < gap.to);
  return within.length > 0 && within.every(({ state }) => state === 'gap-explained' || state === 'verified');
}

function stateProblem(account: string, { region, trail, end, state }: ReceiptName): Problem {
  const detail = `${account} ${region} ${trail}: the digest that ends ${formatIso(end)} is ${state}, not proven`;
  return { code: 'lifecycle-withheld', detail, hint: nextStep(account, region, trail) };
}

function gapProblem(account: string, { region, trail, from, to }: ReceiptGap): Problem {
  const detail = `${account} ${region} ${trail}: no receipt speaks for ${formatIso(from)} to ${formatIso(to)}`;
  return { code: 'lifecycle-withheld', detail, hint: nextStep(account, region, trail) };
}

function nextStep(account: string, region: string, trail: string): string {
  return `orgtrail collect --account ${account} --region ${region} --trail ${trail}, then look at orgtrail status`;
}

function withoutReceipt(account: string): Problem {
  const detail = `${account}: files lie in their proven place, and no receipt speaks of the account`;
  return { code: 'lifecycle-withheld', detail, hint: `orgtrail verify --archive --account ${account}` };
}

function tooMany({ config }: PipelineParts): Problem {
  const most = config.limits.maxListedObjects;
  const detail = `there are more than ${most} receipts: whether every cell is proven was not established`;
  return { code: 'lifecycle-withheld', detail, hint: 'raise limits.maxListedObjects, and plan again' };
}
