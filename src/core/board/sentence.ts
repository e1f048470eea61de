/** The one sentence that answers the overview's question. It says "All" only where every account is proven and fresh. */

export interface SentenceParts {
  /** Accounts that are known. */
  readonly accounts: number;
  /** Those of them that count as proven now (`provenOf`). */
  readonly proven: number;
  /** Up to when every one of those is proven, epoch milliseconds; null: none is. */
  readonly provenUntil: number | null;
  readonly needYou: number;
  /** Accounts that nobody can do anything about (`setAside`); absent: none. */
  readonly suspended?: number;
  readonly closed?: number;
  /** The state is being rebuilt from receipts; null: it is not. */
  readonly rebuilding: { readonly known: number; readonly of: number } | null;
  /** Records of accounts that could not be read: nothing is said of those accounts. */
  readonly unreadable?: number;
  readonly now: number;
}

/** Times in UTC, with the day unless it is today. */
export function sentenceOf(parts: SentenceParts): string {
  const { accounts, needYou, suspended = 0, closed = 0, rebuilding, unreadable = 0 } = parts;
  const told: string[] = [];
  if (rebuilding !== null) told.push(rebuildingText(rebuilding));
  if (accounts > 0) told.push(provenText(parts));
  else if (rebuilding === null) told.push('Nothing is known of any account yet.');
  if (unreadable > 0) told.push(`${unreadable} ${unreadable === 1 ? 'record' : 'records'} could not be read.`);
  if (needYou > 0) told.push(`${needYou} ${needYou === 1 ? 'needs' : 'need'} you.`);
  const aside = [asideText(suspended, 'suspended'), asideText(closed, 'closed')].filter((text) => text !== '');
  if (aside.length > 0) told.push(`${aside.join(', ')}.`);
  return told.join('  ');
}

function asideText(count: number, word: string): string {
  return count === 0 ? '' : `${count} ${count === 1 ? 'is' : 'are'} ${word}`;
}

function rebuildingText({ known, of }: { readonly known: number; readonly of: number }): string {
  const far = of > 0 ? `${known} of ${of} accounts are there again` : 'no account is there again yet';
  return `Being rebuilt from receipts: ${far}.`;
}

function provenText(parts: SentenceParts): string {
  const { accounts, proven, provenUntil, now } = parts;
  const many = accounts === 1 ? '1 account' : `${accounts} accounts`;
  if (proven === 0 || provenUntil === null)
    return accounts === 1 ? 'The only account is not proven.' : `None of ${many} is proven.`;
  const until = `proven up to ${timeText(provenUntil, now)}`;
  if (proven !== accounts) return `${proven} of ${many} ${until}.`;
  // What is not there yet, or cannot be read, may be worse than all that is.
  const whole = parts.rebuilding === null && (parts.unreadable ?? 0) === 0;
  return accounts === 1 || !whole ? `${many} ${until}.` : `All ${many} ${until}.`;
}

function timeText(time: number, now: number): string {
  const iso = new Date(time).toISOString();
  const sameDay = iso.slice(0, 10) === new Date(now).toISOString().slice(0, 10);
  return `${sameDay ? '' : `${iso.slice(0, 10)} `}${iso.slice(11, 16)} UTC`;
}
