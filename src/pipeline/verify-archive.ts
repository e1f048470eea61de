/**
 * One chain judged from the archive by the very functions that judge it in its source: bytes, signatures and links are
 * computed again, and what was recorded is held against that.
 */
import pLimit from 'p-limit';
import type { DigestView, Finding } from '../core/coverage.ts';
import { provenKey } from '../core/layout.ts';
import type { Receipt } from '../core/receipt.ts';
import type { Chain, ChainKind } from '../core/source.ts';
import { changeOf, type TrailChange } from '../core/trail-change.ts';
import { isBlocked, OperatingError } from '../errors.ts';
import { heldAgainst } from './archive-compare.ts';
import { nameOf, conflict, indexChain, isWithin, type ChainIndex, type Filed, type Shelf } from './archive-index.ts';
import { dayOf, openMemory, type ChainMemory, type Remembering } from './archive-memory.ts';
import { provenDigest, viewOfProven } from './archive-proven.ts';
import { readingOf, receiptOf, type Reading } from './archive-reader.ts';
import { sessionOver, type KeptKeys } from './archive-session.ts';
import { judgeOne, type Bench, type Judged } from './judge.ts';
import type { ChainJudged, SourceRun } from './verify-source.ts';
import { viewOf } from './view.ts';

/** What judging chains of the archive stands on. */
export interface ArchiveWork {
  readonly shelf: Shelf;
  readonly keys: KeptKeys;
  readonly bench: Omit<Bench, 'session'>;
  readonly run: SourceRun;
  /** Null: nothing is taken as proven before, and nothing is written. */
  readonly remembering: Remembering | null;
}

/** A digest that was recorded as proven and whose object is gone. */
export interface LostDigest {
  readonly filed: Filed;
  readonly detail: string;
}

export interface ChainOfArchive {
  readonly judged: ChainJudged;
  readonly lost: readonly LostDigest[];
  /** What is wrong with the archive beside the chain's own verdicts. */
  readonly findings: readonly Finding[];
  /** How many verdicts the bytes make better than the record. */
  readonly better: number;
  readonly read: Amount;
  /** What was taken as proven before. */
  readonly reused: Amount;
}

export interface Amount {
  readonly digests: number;
  readonly logs: number;
}

/** What is gathered while a chain is judged. */
interface Tally {
  readonly standard: DigestView[];
  readonly backfill: DigestView[];
  readonly named: Set<string>;
  readonly changes: TrailChange[];
  readonly lost: LostDigest[];
  readonly findings: Finding[];
  better: number;
  read: Amount;
  reused: Amount;
}

type ChainWork = ArchiveWork & { readonly index: ChainIndex; readonly tally: Tally };

/** Judges every digest of one chain in the window, oldest day first. */
export async function judgeArchived(chain: Chain, work: ArchiveWork): Promise<ChainOfArchive> {
  const { shelf, run, remembering } = work;
  const index = await indexChain(chain, shelf, run.window);
  const filed = [...index.digests.values()].filter((one) => isWithin(one, run.window));
  run.onPlan(filed.length);
  const nothing = { digests: 0, logs: 0 };
  const tally: Tally = {
    standard: [],
    backfill: [],
    named: new Set(),
    changes: [],
    lost: [],
    findings: [...index.findings],
    better: 0,
    read: nothing,
    reused: nothing,
  };
  for (const kind of ['standard', 'backfill'] as const) {
    const own = filed.filter((one) => one.key.kind === kind).toSorted((a, b) => a.key.end - b.key.end);
    const memory =
      remembering === null || own.length === 0 ? null : await openMemory(chain, kind, { shelf, remembering });
    for (const [day, ofDay] of Map.groupBy(own, dayOf))
      await judgeDay(day, ofDay, { ...work, index, tally, memory, kind });
  }
  const { standard, backfill, named, changes, lost, findings, better, read, reused } = tally;
  return { judged: { chain, standard, backfill, named, changes }, lost, findings, better, read, reused };
}

type DayWork = ChainWork & { readonly memory: ChainMemory | null; readonly kind: ChainKind };

async function judgeDay(day: string, filed: readonly Filed[], work: DayWork): Promise<void> {
  const { memory, tally, run, kind } = work;
  work.bench.signal.throwIfAborted();
  const recalled = (await memory?.recall(day, filed)) ?? new Map<string, never>();
  const limit = pLimit(run.concurrency);
  const proven = [...recalled.values()];
  for (const one of recalled.values()) {
    tally[kind].push(viewOfProven(one));
    for (const log of one.logs) tally.named.add(nameOf(log));
    tally.changes.push(...one.changes.flatMap((record) => changeOf(record, 'log') ?? []));
    tally.reused = plus(tally.reused, one.logs.length);
    run.onProgress({ digests: 1, logs: one.logs.length, bytes: 0 });
  }
  const anew = filed.filter((one) => !recalled.has(nameOf({ bucket: one.bucket, key: one.rawKey })));
  const judged = await Promise.all(anew.map((one) => limit(() => judgeFiled(one, work))));
  for (const { view, entry } of judged) {
    if (view !== null) tally[kind].push(view);
    if (entry !== null) proven.push(entry);
  }
  const looked = new Set(filed.map((one) => nameOf({ bucket: one.bucket, key: one.rawKey })));
  await memory?.keep(day, proven, looked);
}

type JudgedFiled = {
  readonly view: DigestView | null;
  /** What may be remembered; null when it is not proven in every part. */
  readonly entry: Awaited<ReturnType<typeof provenDigest>>;
};

async function judgeFiled(filed: Filed, work: DayWork): Promise<JudgedFiled> {
  const { index, shelf, tally, run } = work;
  const receipt = await recordOf(filed, work);
  const reading = readingOf(filed, receipt, { index, shelf });
  const bench = { ...work.bench, session: sessionOver(reading.objects, work.keys) };
  const judged = await judgeOne(index.chain, { bucket: filed.bucket, key: filed.rawKey }, bench).catch(unreadable);
  if (judged instanceof OperatingError) return { view: recordedView(filed, judged), entry: null };
  if (judged === null) return { view: withoutObject(filed, receipt, work), entry: null };
  const { view, named, changes, bytes } = await viewOf(work.index.chain, { listed: filed, judged }, bench);
  for (const name of named) work.tally.named.add(name);
  tally.changes.push(...changes);
  tally.read = plus(tally.read, view.logs.length);
  run.onProgress({ digests: 1, logs: view.logs.length, bytes });
  if (receipt === null) return { view, entry: null };
  const stand = { filed, receipt, reading, index, shelf };
  const compared = heldAgainst(view, judged.digest.digest, stand);
  tally.findings.push(...compared.findings);
  tally.better += compared.better;
  const clean = compared.findings.length === 0 && compared.better === 0;
  const entry = clean ? await entryOf(compared.view, { judged, reading, filed, changes }, work) : null;
  return { view: compared.view, entry };
}

type Grounds = {
  readonly judged: Judged;
  readonly reading: Reading;
  readonly filed: Filed;
  readonly changes: readonly TrailChange[];
};

async function entryOf(
  view: DigestView,
  { judged, reading, filed, changes }: Grounds,
  { keys, remembering }: DayWork,
): Promise<JudgedFiled['entry']> {
  const { digest } = judged.digest;
  if (remembering === null || digest === null || filed.receipt === null) return null;
  const key = await keys.objectOf(filed.key.region, digest.fingerprint);
  return key === null ? null : provenDigest(view, { reading, changes, rests: [filed.receipt.listed, key] });
}

/** The receipt where it is what was recorded; anything else is told, and the bytes are judged without it. */
async function recordOf(filed: Filed, { index, shelf, tally, run }: DayWork): Promise<Receipt | null> {
  const found = await receiptOf(filed.receipt, shelf);
  if (found !== null && 'receipt' in found) return found.receipt;
  if (found !== null) {
    const key = filed.receipt?.listed.key ?? '';
    tally.findings.push(
      conflict(index.chain, { shelf, key }, `the receipt is not what was recorded: ${found.problem}`),
    );
    return null;
  }
  // Between the digest and its receipt lies a moment, or a collector that was stopped; the grace is for that.
  const { now, grace } = run.expected;
  if (filed.proven !== null && filed.proven.lastModified < now - grace) {
    const detail = 'the digest lies among the proven ones, and its receipt is gone or was never written';
    tally.findings.push(conflict(index.chain, { shelf, key: filed.proven.key }, detail));
  }
  return null;
}

/** What was recorded as unreadable stays so; what cannot be read just now ends the chain. */
function unreadable(error: unknown): OperatingError {
  if (error instanceof OperatingError && (isBlocked(error) || error.code === 'object-too-large')) return error;
  throw error;
}

function recordedView(filed: Filed, error: OperatingError): DigestView {
  const verdict = isBlocked(error) ? error.code : 'digest-malformed';
  return bare(filed, verdict, error.message);
}

function bare({ bucket, rawKey, key }: Filed, verdict: DigestView['verdict'], detail: string): DigestView {
  const link = { link: 'digest-missing', linkDetail: 'not judged: the digest itself could not be read' } as const;
  return { bucket, key: rawKey, end: key.end, start: null, verdict, detail, ...link, previousKey: null, logs: [] };
}

/** A proven digest that is gone leaves a gap, which is told with what its receipt knows of it. */
function withoutObject(filed: Filed, receipt: Receipt | null, { shelf, tally }: DayWork): DigestView | null {
  if (receipt === null) return null;
  const { verdict, detail, place, storedSha256 } = receipt.digest;
  const key = place ?? provenKey(shelf.place.prefix, filed.rawKey);
  if (verdict !== 'valid') return bare(filed, verdict, `${detail}; the bytes that were put apart at ${key} are gone`);
  const gone = `the archive's object ${key} is gone, which its receipt recorded as proven with the stored SHA-256 ${storedSha256}`;
  tally.lost.push({ filed, detail: gone });
  return null;
}

function plus(amount: Amount, logs: number): Amount {
  return { digests: amount.digests + 1, logs: amount.logs + logs };
}
