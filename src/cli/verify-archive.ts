/** `orgtrail verify --archive`: the consolidated copy judged by itself, in its bucket or from a local copy of it. */
import pLimit from 'p-limit';
import { createInspector } from '../adapters/inspector.ts';
import { openDirectory } from '../adapters/directory.ts';
import { parseConfig, type Config } from '../config.ts';
import { exitOf, verifyReport, type VerifyReport } from '../core/report.ts';
import type { Chain } from '../core/source.ts';
import { HOUR, MINUTE } from '../core/time.ts';
import { ownerOf } from '../core/trail-change.ts';
import { verifyArchivedAccount, type AccountOfArchive, type AccountWork } from '../pipeline/archive-account.ts';
import { archivedEstate } from '../pipeline/archive-estate.ts';
import type { Shelf } from '../pipeline/archive-index.ts';
import { openKeptKeys } from '../pipeline/archive-session.ts';
import { archivePlace, verifyLimits, type PipelineParts } from '../pipeline/parts.ts';
import { openSlots } from '../pipeline/slots.ts';
import type { ArchiveStore } from '../ports.ts';
import { openParts, type OpenParts } from './open.ts';
import { showProgress, type Progress } from './progress.ts';
import { takesChain, type Answer, type Request } from './request.ts';
import { verifyText } from './text.ts';

export interface ArchiveRequest extends Request {
  /** The folder that holds a copy of the bucket; null: the bucket itself. */
  readonly dir: string | null;
  /** Everything is read again, whatever was proven before. */
  readonly full: boolean;
  /** The fraction of what was proven before that is read again all the same. */
  readonly sample: number;
}

/** Who only has the copy has no configuration: limits are the usual ones, and the archive has no prefix. */
export function configForCopy(): Config {
  const nobody =
    'archive: { bucket: copy, region: us-east-1, owner: "000000000000" }\naccounts: [{ id: "000000000000" }]\n';
  return parseConfig(nobody, 'the usual configuration', {});
}

/** Verifies every chain of the archive that the request takes. */
export async function verifyArchive(request: ArchiveRequest): Promise<Answer> {
  const open = request.dir === null ? openParts(request.config, request.clock) : openOffline(request);
  const progress = showProgress('verify', request.screen, request.clock);
  try {
    const objects = request.dir === null ? open.parts.archive : await openDirectory(request.dir);
    const { inspector } = open.parts;
    const limits = verifyLimits(request.config);
    const shelf: Shelf = {
      objects,
      place: archivePlace(request.config),
      plain: request.dir !== null,
      inspector,
      ...limits,
    };
    const { report, accounts } = await verifyAll(request, { parts: open.parts, shelf }, progress);
    progress.end();
    const stdout = request.json ? `${JSON.stringify(report)}\n` : `${verifyText(report)}${readText(accounts)}`;
    return { exitCode: exitOf(report.verdict), stdout };
  } finally {
    await open.close();
  }
}

/** Nothing that could reach a network is made. */
function openOffline({ config, clock }: Request): OpenParts {
  const none = (): never => {
    throw new Error('a copy of the archive is only read');
  };
  const inspector = createInspector({ threads: config.limits.hashThreads });
  const reading = { list: none, folders: none, get: none, head: none };
  const archive: ArchiveStore = {
    ...reading,
    putIfAbsent: none,
    tag: none,
    probeConditionalWrites: none,
    posture: none,
  };
  const documents = { own: { read: none, write: none }, member: none };
  const accounts = { sessions: { open: none }, organizations: { list: none } };
  const parts = { config, clock, inspector, archive, documents, ...accounts };
  return { parts, close: () => inspector.close() };
}

type Ground = { readonly parts: PipelineParts; readonly shelf: Shelf };

async function verifyAll(
  request: ArchiveRequest,
  ground: Ground,
  progress: Progress,
): Promise<{ readonly report: VerifyReport; readonly accounts: readonly AccountOfArchive[] }> {
  const { shelf } = ground;
  const { accounts: ids, regions } = request;
  const estate = await archivedEstate(
    shelf,
    ({ account, region }) =>
      (ids.length === 0 || ids.includes(account)) && (regions.length === 0 || regions.includes(region)),
  );
  const taken = estate.chains.filter((chain) => takesChain(request, chain));
  const limit = pLimit(request.config.limits.accountConcurrency);
  const owned = [...Map.groupBy(taken, ({ source }: Chain) => ownerOf(source)).values()];
  const work = workOf(request, ground, progress);
  const accounts = await Promise.all(owned.map((chains) => limit(() => verifyArchivedAccount(chains, work))));
  const report = verifyReport(
    work.run.window,
    accounts.flatMap((one) => one.chains),
    accounts.flatMap((one) => one.problems),
  );
  if (estate.findings.length === 0) return { report, accounts };
  return { report: { ...report, verdict: 'failed', findings: [...report.findings, ...estate.findings] }, accounts };
}

function workOf(request: ArchiveRequest, { parts, shelf }: Ground, progress: Progress): AccountWork {
  const { config, from, to, clock, screen } = request;
  const { limits } = config;
  const window = { from, to };
  const now = clock.now();
  const onTrouble = oncePer((sentence: string) => void screen.write(`verify: ${sentence}\n`));
  const remembering =
    request.dir === null
      ? { archive: parts.archive, reuse: !request.full, sample: request.sample, now, onTrouble }
      : null;
  return {
    shelf,
    keys: openKeptKeys(shelf),
    bench: {
      parts,
      known: new Map(),
      store: null,
      slot: openSlots(limits.objectConcurrency)(''),
      signal: request.signal,
    },
    run: {
      window,
      expected: { ...window, now, grace: limits.digestGraceMinutes * MINUTE },
      concurrency: limits.digestConcurrency,
      onPlan: (digests) => progress.plan(digests),
      onProgress: (done) => progress.done(done),
    },
    remembering,
    unlistedGrace: request.trails.length > 0 ? null : limits.unlistedGraceHours * HOUR,
  };
}

/** The same trouble of every day of every chain is told once. */
function oncePer(say: (sentence: string) => void): (sentence: string) => void {
  const told = new Set<string>();
  return (sentence) => {
    if (told.size > 20 || told.has(sentence)) return;
    told.add(sentence);
    say(sentence);
  };
}

function readText(accounts: readonly AccountOfArchive[]): string {
  const total = (of: 'read' | 'reused'): string => {
    const digests = accounts.reduce((all, one) => all + one[of].digests, 0);
    const logs = accounts.reduce((all, one) => all + one[of].logs, 0);
    return `${digests} digests with ${logs} log files`;
  };
  const better = accounts.reduce((all, one) => all + one.better, 0);
  const stale =
    better === 0 ? '' : `${better} verdicts are better than their receipts say: what was missing came later\n`;
  return `read: ${total('read')}; proven before and unchanged: ${total('reused')}\n${stale}`;
}
