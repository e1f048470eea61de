/** The chains of one account's trails from the archive: judged one by one, then held together against what ought to be. */
import type { Coverage, Finding } from '../core/coverage.ts';
import { hintFor } from '../core/hint.ts';
import type { AccountProblem, ChainResult } from '../core/report.ts';
import type { Chain, Source } from '../core/source.ts';
import { formatIso, HOUR } from '../core/time.ts';
import { ownerOf, type TrailChange } from '../core/trail-change.ts';
import { worse } from '../core/verdict.ts';
import { isBlocked, OperatingError, problemOf } from '../errors.ts';
import { archiveUnlisted } from './archive-unlisted.ts';
import type { ChainVerified } from './cover-chains.ts';
import { chainChanges, coverAccount } from './explain.ts';
import {
  judgeArchived,
  type Amount,
  type ArchiveWork,
  type ChainOfArchive,
  type LostDigest,
} from './verify-archive.ts';

export interface AccountOfArchive {
  readonly chains: readonly ChainResult[];
  readonly problems: readonly AccountProblem[];
  readonly better: number;
  readonly read: Amount;
  readonly reused: Amount;
}

export type AccountWork = ArchiveWork & {
  /** Null: some trails are left out, so of no file can be said that nobody names it. */
  readonly unlistedGrace: number | null;
};

/** @param chains all of one owner's trails: a StopLogging is told by the log files of the home region alone */
export async function verifyArchivedAccount(chains: readonly Chain[], work: AccountWork): Promise<AccountOfArchive> {
  const problems: AccountProblem[] = [];
  const judged: ChainOfArchive[] = [];
  const unjudged: Source[] = [];
  for (const chain of chains) {
    try {
      judged.push(await judgeArchived(chain, work));
    } catch (error) {
      if (!isBlocked(error)) throw error;
      problems.push({ account: chain.account, problem: problemOf(error) });
      unjudged.push(chain.source);
    }
  }
  const known = await keptChanges(chains, work);
  const expected = { ...work.run.expected, changes: known.changes };
  const verified = await coverAccount(
    judged.map((one) => one.judged),
    expected,
    null,
  );
  const unlisted = await unlistedFindings(verified, unjudged, work);
  const results = verified.flatMap((one) => {
    const own = judged.find(({ judged: { chain } }) => chain === one.chain);
    const extra = [...(own?.findings ?? []), ...known.findings.splice(0)];
    const files = unlisted.filter((file) => file.chain === one.chain).map(({ finding }) => finding);
    return one.results.map((result) => completed(result, { lost: own?.lost ?? [], extra, files }));
  });
  const better = judged.reduce((all, one) => all + one.better, 0);
  return { chains: results, problems, better, read: amountOf(judged, 'read'), reused: amountOf(judged, 'reused') };
}

async function unlistedFindings(
  verified: readonly ChainVerified[],
  unjudged: readonly Source[],
  { shelf, keys, run, unlistedGrace }: AccountWork,
): ReturnType<typeof archiveUnlisted> {
  if (unlistedGrace === null) return [];
  return archiveUnlisted(verified, unjudged, { shelf, keys, due: { now: run.expected.now, grace: unlistedGrace } });
}

/** The kept calls to the owner's trails. One that was altered is a finding, and none of its region explains anything. */
async function keptChanges(
  chains: readonly Chain[],
  { shelf, run }: ArchiveWork,
): Promise<{ readonly changes: readonly TrailChange[]; readonly findings: Finding[] }> {
  const changes: TrailChange[] = [];
  const findings: Finding[] = [];
  const sources = new Map(chains.map(({ source }) => [`${source.homeRegion}|${source.gone}`, source]));
  for (const source of sources.values()) {
    try {
      const ports = { archive: shelf.objects, place: shelf.place };
      changes.push(...(await chainChanges(source, run.window.from, ports)));
    } catch (error) {
      if (
        !(error instanceof OperatingError) ||
        !(error.code === 'archive-changed' || error.code === 'object-too-large')
      )
        throw error;
      const where = { account: ownerOf(source), region: source.homeRegion, trail: source.trail };
      const spot = { bucket: shelf.place.bucket, key: null, from: null, to: null };
      findings.push({ code: 'archive-conflict', ...where, ...spot, detail: error.message, hint: error.hint });
    }
  }
  return { changes, findings };
}

type Extra = {
  readonly lost: readonly LostDigest[];
  /** What is wrong with the archive and leaves the cells as they are. */
  readonly extra: readonly Finding[];
  readonly files: readonly Finding[];
};

/** Puts what only the archive tells to the standard chain's result, and each lost digest to its gap. */
function completed(result: ChainResult, { lost, extra, files }: Extra): ChainResult {
  const own = lost.filter((one) => one.filed.key.kind === result.kind);
  const told = own.reduce((coverage, one) => withLost(result, coverage, one), result.coverage);
  const added = told.findings.length - result.coverage.findings.length;
  const digests = [...result.digests, ...Array.from({ length: added }, () => 'digest-missing')];
  if (result.kind !== 'standard') return { ...result, digests, coverage: told };
  const state = files.length > 0 ? worse(told.state, 'failed') : told.state;
  const findings = [...told.findings, ...files, ...extra];
  const logs = [...result.logs, ...files.map(({ code }) => code)];
  return { ...result, digests, logs, coverage: { ...told, findings, state } };
}

/** The gap that the digest leaves is told with its name; a chain's end shows no gap, and is told all the same. */
function withLost({ chain }: ChainResult, coverage: Coverage, { filed, detail }: LostDigest): Coverage {
  const { bucket, rawKey, key } = filed;
  const at = coverage.findings.findIndex(
    (one) => one.code === 'digest-missing' && one.key === null && touches(one, key.end - HOUR, key.end),
  );
  const gap = coverage.findings[at];
  if (gap !== undefined) {
    const named = { ...gap, bucket, key: rawKey, detail: `${gap.detail}; ${detail}` };
    return { ...coverage, findings: coverage.findings.with(at, named) };
  }
  const { account, region, source } = chain;
  const span = { from: formatIso(key.end - HOUR), to: formatIso(key.end) };
  const spot = { account, region, trail: source.trail, bucket, key: rawKey, ...span };
  const finding: Finding = { code: 'digest-missing', ...spot, detail, hint: hintFor('digest-missing') };
  return { ...coverage, findings: [...coverage.findings, finding], state: worse(coverage.state, 'failed') };
}

function touches({ from, to }: Finding, start: number, end: number): boolean {
  return from !== null && to !== null && Date.parse(from) < end && Date.parse(to) > start;
}

function amountOf(judged: readonly ChainOfArchive[], of: 'read' | 'reused'): Amount {
  return judged.reduce((all, one) => ({ digests: all.digests + one[of].digests, logs: all.logs + one[of].logs }), {
    digests: 0,
    logs: 0,
  });
}
