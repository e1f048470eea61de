/** What the archive proves, read from receipts alone: their names tell the state, only what is not proven is opened. */
import pLimit from 'p-limit';
import { coverBackfill } from '../core/backfill.ts';
import { coverChain, type Coverage, type DigestView, type Expectation } from '../core/coverage.ts';
import { chainRef } from '../core/job.ts';
import { formatKey } from '../core/key.ts';
import type { ReceiptName } from '../core/layout.ts';
import type { Receipt } from '../core/receipt.ts';
import { bySource, type Chain, type ChainKind, type Problem, type Survey } from '../core/source.ts';
import { worse } from '../core/verdict.ts';
import { isBlocked, OperatingError } from '../errors.ts';
import { listReceipts } from '../stages/capture.ts';
import { readReceipt } from '../stages/record.ts';
import type { EstateBook } from './estate.ts';
import { archivePlace, type PipelineParts } from './parts.ts';
import { digestsIn } from './verify-source.ts';

/** One chain as its receipts show it. */
export interface ChainStatus {
  readonly chain: Chain;
  readonly receipts: number;
  readonly coverage: Coverage;
}

export interface AccountStatus {
  readonly survey: Survey;
  readonly chains: readonly ChainStatus[];
  /** What could not be looked at just now: access, key service, listing. */
  readonly problems: readonly Problem[];
}

export interface StatusWork {
  readonly parts: PipelineParts;
  readonly estate: EstateBook;
  readonly expected: Expectation;
}

/** The status of one account: asks the account for its trails now, and the archive for the receipts. */
export async function accountStatus(survey: Survey, work: StatusWork): Promise<AccountStatus> {
  const problems = [...survey.problems];
  const statuses: ChainStatus[] = [];
  for (const one of bySource(survey)) {
    try {
      for (const chain of await work.estate.chains(one)) statuses.push(await chainStatus(chain, work));
    } catch (error) {
      if (!(error instanceof OperatingError) || !(isBlocked(error) || error.code === 'identity-mismatch')) throw error;
      const known = problems.some((problem) => problem.code === error.code && problem.detail === error.message);
      if (!known) problems.push({ code: error.code, detail: error.message, hint: error.hint });
    }
  }
  return { survey, chains: statuses, problems };
}

async function chainStatus(chain: Chain, work: StatusWork): Promise<ChainStatus> {
  const { parts, expected } = work;
  const ports = { archive: parts.archive, place: archivePlace(parts.config) };
  const names = await listReceipts(chain, expected.from, ports);
  const within = names.filter((name) => expected.from === null || name.end > expected.from);
  const limit = pLimit(parts.config.limits.digestConcurrency);
  const viewsOf = (kind: ChainKind): Promise<readonly DigestView[]> =>
    Promise.all(
      within
        .filter((name) => name.kind === kind)
        .map((name) =>
          limit(async () => (isProven(name) ? provenView(chain, name) : receiptView(await readReceipt(name, ports)))),
        ),
    );
  const standard = await viewsOf('standard');
  const coverage = await coverNow(chain, standard, work);
  const backfill = await viewsOf('backfill');
  if (backfill.length === 0) return { chain, receipts: names.length, coverage };
  // What a backfill digest names belongs to the chain's hours as well: its failure must not hide behind their success.
  const { findings, state } = coverBackfill(chain, backfill, expected);
  const both = { ...coverage, findings: [...coverage.findings, ...findings], state: worse(coverage.state, state) };
  return { chain, receipts: names.length, coverage: both };
}

/**
 * Receipts that end early say that digests are missing or that the collector is behind: only the source tells which,
 * so it is asked then, and only then.
 */
async function coverNow(chain: Chain, views: readonly DigestView[], work: StatusWork): Promise<Coverage> {
  const coverage = coverChain(chain, views, work.expected);
  const ends = coverage.findings.some(({ code }) => code === 'chain-truncated' || code === 'chain-empty');
  if (!ends) return coverage;
  const newest = views.reduce((end, view) => Math.max(end, view.end), Number.NEGATIVE_INFINITY);
  const { session } = await work.estate.resolve(chainRef(chain));
  const window = { from: Number.isFinite(newest) ? newest : work.expected.from, to: work.expected.to };
  const waiting = (await digestsIn(chain, session, window)).some(({ key }) => key.kind === 'standard');
  return waiting ? coverChain(chain, views, { ...work.expected, waiting }) : coverage;
}

function isProven(name: ReceiptName): boolean {
  return name.state === 'linked' || name.state === 'start';
}

function provenView(chain: Chain, name: ReceiptName): DigestView {
  const { account, region, source } = chain;
  const key = formatKey({
    type: 'digest',
    prefix: source.prefix,
    org: source.org,
    account,
    region,
    trail: name.trail,
    homeRegion: name.homeRegion,
    end: name.end,
    kind: name.kind,
  });
  const link = name.state === 'start' ? 'chain-start' : 'linked';
  return {
    bucket: source.bucket,
    key,
    end: name.end,
    start: name.start,
    verdict: 'valid',
    detail: '',
    link,
    linkDetail: '',
    previousKey: null,
    logs: [],
  };
}

function receiptView(receipt: Receipt): DigestView {
  const { digest, link, logs } = receipt;
  return {
    bucket: digest.origin.bucket,
    key: digest.origin.key,
    end: Date.parse(digest.end),
    start: digest.start === null ? null : Date.parse(digest.start),
    verdict: digest.verdict,
    detail: digest.detail,
    link: link.verdict,
    linkDetail: link.detail,
    previousKey: digest.previous?.key ?? null,
    logs: logs.map((log) => ({
      bucket: log.origin.bucket,
      key: log.origin.key,
      verdict: log.verdict,
      detail: log.detail,
    })),
  };
}
