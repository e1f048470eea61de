/**
 * The findings of an account after another look at it: what is new, what stands, what somebody accepted, and what is
 * gone. Only a look that could look settles anything.
 */
import type { Finding } from '../finding.ts';
import { MOST_FINDINGS, type Accepted, type BoardFinding, type FindingsPart } from './finding.ts';
import { findingId } from './ids.ts';

/** Findings that are gone are kept for show; more than this are not, the oldest go first. */
export const MOST_GONE = 200;

export type FoundFinding = Finding & { readonly chain: string | null };

export interface FindingsLook {
  readonly account: string;
  readonly reader: string;
  /** When the look began, epoch milliseconds. */
  readonly at: number;
  readonly found: readonly FoundFinding[];
  /** By `findingId`, from the archive. */
  readonly accepted: ReadonlyMap<string, Accepted>;
  /** Findings that began before are not judged by this look. Epoch milliseconds. */
  readonly since: number;
  /** The look went over all the time that is shown: what is older than `since` is shown no longer. */
  readonly full: boolean;
  /** False: something could not be looked at, so what is not found may be there all the same. */
  readonly looked: boolean;
}

/** The look's findings joined with those of before. Open ones first, then accepted ones, then gone ones; newest first. */
export function mergeFindings(before: FindingsPart | null, look: FindingsLook): FindingsPart {
  const known = new Map(before?.findings.map((one) => [one.id, one]));
  const found = new Map<string, BoardFinding>();
  for (const one of look.found) {
    const id = findingId(one);
    if (!found.has(id)) found.set(id, standing(one, id, { known: known.get(id) ?? null, look }));
  }
  const others = [...known.values()].filter(({ id }) => !found.has(id)).flatMap((one) => notFound(one, look));
  const all = [...found.values(), ...others];
  const gone = all.filter(({ goneAt }) => goneAt !== null).toSorted((a, b) => (b.goneAt ?? 0) - (a.goneAt ?? 0));
  const stand = all.filter(({ goneAt }) => goneAt === null).toSorted(byAttention);
  const kept = [...stand, ...gone.slice(0, MOST_GONE)].slice(0, MOST_FINDINGS);
  const more = Math.max(0, stand.length - MOST_FINDINGS, unseen(before, look));
  return { account: look.account, reader: look.reader, at: look.at, findings: kept, more };
}

/** Findings that nobody accepted and that are not gone, those that are not kept included. */
export function openOf({ findings, more }: FindingsPart): number {
  return findings.filter(({ accepted, goneAt }) => accepted === null && goneAt === null).length + more;
}

/** Findings that stand, and that somebody has accepted. */
export function acceptedIn(findings: readonly Pick<BoardFinding, 'accepted' | 'goneAt'>[]): number {
  return findings.filter(({ accepted, goneAt }) => accepted !== null && goneAt === null).length;
}

/** A recent look finds again only what is recent: what an earlier look could not keep is still there, as far as is known. */
function unseen(before: FindingsPart | null, { full, looked }: FindingsLook): number {
  return full && looked ? 0 : (before?.more ?? 0);
}

type Context = { readonly known: BoardFinding | null; readonly look: FindingsLook };

function standing(found: FoundFinding, id: string, { known, look }: Context): BoardFinding {
  const accepted = acceptedOf(id, known, look);
  return { ...found, id, firstSeen: known?.firstSeen ?? look.at, accepted, goneAt: null };
}

function notFound(one: BoardFinding, look: FindingsLook): readonly BoardFinding[] {
  const settled = { ...one, accepted: acceptedOf(one.id, one, look) };
  if (one.goneAt !== null || !look.looked) return [settled];
  if (look.full && beginOf(one) < look.since) return [];
  return [isJudged(one, look) ? { ...settled, goneAt: look.at } : settled];
}

/**
 * A recent look judges what began after its own beginning. A finding of a chain that names no beginning may be older
 * than that; one of the account as a whole is of now.
 */
function isJudged(one: BoardFinding, { full, since }: FindingsLook): boolean {
  if (full) return true;
  return one.from === null ? one.chain === null : Date.parse(one.from) > since;
}

function beginOf({ from }: Finding): number {
  return from === null ? Number.POSITIVE_INFINITY : Date.parse(from);
}

/** The archive says what is accepted; only an acceptance made while this look ran may not be among what it read. */
function acceptedOf(id: string, known: BoardFinding | null, look: FindingsLook): Accepted | null {
  const during = known?.accepted ?? null;
  return look.accepted.get(id) ?? (during !== null && during.at >= look.at - CLOCKS_MS ? during : null);
}

/** Whoever accepts and whoever looks may be two machines; acceptances are kept to the second. */
const CLOCKS_MS = 60_000;

function byAttention(a: BoardFinding, b: BoardFinding): number {
  const open = Number(a.accepted !== null) - Number(b.accepted !== null);
  return open || b.firstSeen - a.firstSeen || timeOf(b) - timeOf(a) || (a.id < b.id ? -1 : 1);
}

function timeOf({ from }: Finding): number {
  return from === null ? 0 : Date.parse(from);
}
