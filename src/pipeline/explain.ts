/**
 * Where the proof for restarts comes from: the log files and kept changes tell of most; for the rest the account's
 * event history is asked, which reaches 90 days back and which nobody in the account can delete from.
 */
import type { Expectation, Finding } from '../core/coverage.ts';
import { changesOfChain, explainGap } from '../core/explain.ts';
import type { ReceiptName } from '../core/layout.ts';
import type { Chain, Source } from '../core/source.ts';
import { HOUR } from '../core/time.ts';
import { CHANGE_NAMES, changeOf, distinctChanges, statusChanges, type TrailChange } from '../core/trail-change.ts';
import type { Interval } from '../core/unlisted.ts';
import { OperatingError } from '../errors.ts';
import type { AccountSession } from '../ports.ts';
import { listReceipts } from '../stages/capture.ts';
import { keepChanges, listChanges, type ChangePorts } from '../stages/changes.ts';
import { coverJudged, toldChanges, type ChainVerified } from './cover-chains.ts';
import type { ChainJudged } from './verify-source.ts';

const DAY = 24 * HOUR;
/** So far back the event history reaches (cloudtrail.md 3.4). */
const HISTORY = 90 * DAY;
/** A call is told at most so long before or after the hole that it explains. */
const AROUND = 2 * HOUR;
/** Of one account at a time: two requests a second are allowed, and each time asked about takes six. */
const MOST_QUESTIONS = 10;

type History = Pick<AccountSession, 'lookupEvents'>;

/** What the event history answered; `unasked` says why it could not be asked about all, null when it was. */
export interface HistoryAnswer {
  readonly changes: readonly TrailChange[];
  readonly unasked: string | null;
}

/** A time to ask about, in the home region of a trail. */
export interface Question extends Interval {
  readonly region: string;
}

/**
 * The judged chains of one account with what is known of calls to their trails, from all their log files and, for
 * chains that begin anew, from the event history.
 * @param open the account's session; null where nothing but the given changes is to be relied on
 */
export async function coverAccount(
  judged: readonly ChainJudged[],
  expected: Expectation,
  open: (() => Promise<History>) | null,
): Promise<readonly ChainVerified[]> {
  const changes = [...(expected.changes ?? []), ...toldChanges(judged)];
  const first = judged.map((one) => coverJudged(one, { ...expected, changes }));
  const questions = questionsOf(first, expected.now);
  if (questions.length === 0 || open === null) return first;
  const told = await askHistory(questions, await open(), expected.now);
  const known = { ...expected, changes: [...changes, ...told.changes], unasked: told.unasked };
  return judged.map((one) => coverJudged(one, known));
}

/** The kept changes that bear on what `from` and later of this source is judged by. */
export async function chainChanges(
  source: Source,
  from: number | null,
  ports: Pick<ChangePorts, 'place'> & { readonly archive: Parameters<typeof listChanges>[2]['archive'] },
): Promise<readonly TrailChange[]> {
  // A trail that is gone may have been deleted long before the window.
  return listChanges(source, { from: from === null || source.gone ? null : from - DAY, to: null }, ports);
}

/** Asks a region's event history about each time; what is too long ago is left out. */
export async function askHistory(
  questions: readonly Question[],
  session: History,
  now: number,
): Promise<HistoryAnswer> {
  const changes: TrailChange[] = [];
  const recent = questions.filter(({ to }) => to > now - HISTORY);
  const [asked, left] = [recent.slice(0, MOST_QUESTIONS), recent.slice(MOST_QUESTIONS)];
  try {
    for (const { region, from, to } of asked) {
      const window = { from: Math.max(from, now - HISTORY + HOUR), to: Math.min(to, now) };
      for (const name of CHANGE_NAMES)
        changes.push(...readAll(await session.lookupEvents(region, { name, ...window })));
    }
  } catch (error) {
    if (!(error instanceof OperatingError)) throw error;
    return { changes: distinctChanges(changes), unasked: couldNot(error) };
  }
  const unasked = left.length === 0 ? null : `the event history was asked about ${asked.length} such times only`;
  return { changes: distinctChanges(changes), unasked };
}

function readAll(events: readonly string[]): readonly TrailChange[] {
  return events.flatMap((event) => changeOf(event, 'history') ?? []);
}

function couldNot({ code, message }: OperatingError): string {
  const missing = code === 'blocked-access' ? '; allow cloudtrail:LookupEvents to the reader role' : '';
  return `the event history could not be asked (${message})${missing}`;
}

/**
 * Restarts that nothing explains, and trails that are gone without a recorded DeleteTrail. Explained ones are asked
 * about too: whoever stopped, started and stopped again may have deleted the log files that tell of the middle.
 */
function questionsOf(verified: readonly ChainVerified[], now: number): readonly Question[] {
  const found: Question[] = [];
  for (const { chain, results } of verified) {
    const { homeRegion: region, gone } = chain.source;
    const ask = (one: Interval): void =>
      void found.push({ region, from: one.from - AROUND, to: Math.min(one.to + AROUND, now) });
    for (const { kind, coverage } of results) {
      if (kind !== 'standard') continue;
      const unsaid = coverage.findings.filter(({ code }) => code === 'chain-restarted' || (gone && ENDS.has(code)));
      for (const finding of unsaid) ask(intervalOf(finding, now));
      for (const cell of coverage.cells) if (cell.state === 'gap-explained' && cell.to > cell.from) ask(cell);
    }
  }
  return joined(found);
}

const ENDS: ReadonlySet<string> = new Set(['chain-truncated', 'chain-empty']);

function intervalOf({ from, to }: Finding, now: number): Interval {
  const end = to === null ? now : Date.parse(to);
  return { from: from === null ? end : Date.parse(from), to: end };
}

/** The chains of a trail stop and start at once, each at its own minute: that is one question. */
function joined(questions: readonly Question[]): readonly Question[] {
  const all: Question[] = [];
  for (const one of questions.toSorted((a, b) =>
    a.region < b.region ? -1 : a.region > b.region ? 1 : a.from - b.from,
  )) {
    const last = all.at(-1);
    if (last !== undefined && last.region === one.region && one.from <= last.to)
      all[all.length - 1] = { ...last, to: Math.max(last.to, one.to) };
    else all.push(one);
  }
  return all;
}

/**
 * Looks for proof of a chain's restarts, or of its end, that neither log files nor kept changes tell of, and keeps what
 * the event history tells of them before it forgets.
 * @returns how many events were kept
 */
export async function explainRestarts(
  chain: Chain,
  session: History,
  ports: ChangePorts & { readonly now: number },
): Promise<number> {
  const receipts = (await listReceipts(chain, ports.now - HISTORY, ports)).filter(({ kind }) => kind === 'standard');
  const holes = restartsIn(receipts);
  if (holes.length === 0 && !chain.source.gone) return 0;
  const kept = await chainChanges(chain.source, ports.now - HISTORY, ports);
  const known = changesOfChain(chain, [...kept, ...statusChanges(chain.source)]);
  const open = holes.filter(({ hole, around }) => {
    const { explained, unexplained } = explainGap(hole, known, around);
    return explained.length === 0 || unexplained.length > 0;
  });
  const ends =
    chain.source.gone && !known.some(({ name }) => name === 'DeleteTrail') ? [endOf(receipts, ports.now)] : [];
  const questions = [...open.map(({ hole }) => hole), ...ends].map(({ from, to }) => ({
    region: chain.source.homeRegion,
    from: Math.min(from, to) - AROUND,
    to: Math.max(from, to) + AROUND,
  }));
  if (questions.length === 0) return 0;
  const { changes } = await askHistory(joined(questions), session, ports.now);
  return keepChanges(changes, ports);
}

/** Since when a trail that is gone may have been deleted. */
function endOf(receipts: readonly ReceiptName[], now: number): Interval {
  return { from: receipts.reduce((newest, { end }) => Math.max(newest, end), now - HISTORY), to: now };
}

/** Every hole before a digest that may begin the chain anew. */
function restartsIn(
  receipts: readonly ReceiptName[],
): readonly { readonly hole: Interval; readonly around: Parameters<typeof explainGap>[2] }[] {
  const sorted = receipts.toSorted((a, b) => a.end - b.end);
  return sorted.flatMap((name, index) => {
    const before = sorted[index - 1];
    if (before === undefined || name.start === null || name.state === 'linked' || name.state === 'unlinked') return [];
    if (name.state !== 'start' && name.start <= before.end) return [];
    const around = { previousStart: before.start, restartEnd: name.end };
    return [{ hole: { from: before.end, to: name.start }, around }];
  });
}
