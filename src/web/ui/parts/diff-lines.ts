/** A unified diff read into hunks and numbered lines. It is text from outside: whatever it holds, it is only ever text. */

export interface DiffLine {
  readonly kind: 'same' | 'added' | 'removed';
  readonly text: string;
  /** Line number in what is there now; null: the line is not there. */
  readonly old: number | null;
  /** Line number in what is wanted; null: the line will not be there. */
  readonly wanted: number | null;
}

export interface Hunk {
  readonly lines: readonly DiffLine[];
  /** How many equal lines lie between this hunk and the one before it, and are not in the diff. */
  readonly skipped: number;
}

const HUNK = /^@@ -(\d{1,9})(?:,\d{1,9})? \+(\d{1,9})(?:,\d{1,9})? @@/;
const HEADING = /^(={3,}|Index: |--- |\+\+\+ )/;

interface Reading {
  readonly hunks: { readonly lines: DiffLine[]; readonly skipped: number }[];
  old: number;
  wanted: number;
}

/** Reads a unified diff; one without hunk headings (everything removed, everything added) counts as one hunk. */
export function readDiff(text: string): readonly Hunk[] {
  const lines = text.replace(/\n$/, '').split('\n');
  const body = lines.findIndex((line) => !HEADING.test(line));
  if (text.trim() === '' || body < 0) return [];
  const reading: Reading = { hunks: [], old: 1, wanted: 1 };
  for (const line of lines.slice(body)) readLine(reading, line);
  return reading.hunks;
}

function readLine(reading: Reading, line: string): void {
  const heading = HUNK.exec(line);
  if (heading !== null) {
    const [old, wanted] = [Number(heading[1]), Number(heading[2])];
    reading.hunks.push({ lines: [], skipped: Math.max(0, old - reading.old) });
    Object.assign(reading, { old, wanted });
    return;
  }
  if (line.startsWith('\\')) return; // "No newline at end of file"
  if (reading.hunks.length === 0) reading.hunks.push({ lines: [], skipped: 0 });
  reading.hunks.at(-1)?.lines.push(numbered(reading, line));
}

function numbered(reading: Reading, line: string): DiffLine {
  const text = line.slice(1);
  if (line.startsWith('+')) return { kind: 'added', text, old: null, wanted: reading.wanted++ };
  if (line.startsWith('-')) return { kind: 'removed', text, old: reading.old++, wanted: null };
  return { kind: 'same', text, old: reading.old++, wanted: reading.wanted++ };
}

/** A stretch of a hunk as it is shown: lines, or a run of equal lines that is folded away. */
export type Stretch =
  | { readonly kind: 'lines'; readonly lines: readonly DiffLine[] }
  | { readonly kind: 'folded'; readonly lines: readonly DiffLine[] };

/** Equal lines that stay in sight on either side of a change. */
const NEAR = 3;
/** Fewer than so many are not worth a button. */
const WORTH_FOLDING = 4;

/** Folds equal lines that are far from every change. */
export function folded(lines: readonly DiffLine[]): readonly Stretch[] {
  const near = lines.map((_, index) => isNearChange(lines, index));
  const stretches: { kind: Stretch['kind']; lines: DiffLine[] }[] = [];
  for (const [index, line] of lines.entries()) {
    const kind = near[index] ? 'lines' : 'folded';
    const last = stretches.at(-1);
    if (last?.kind === kind) last.lines.push(line);
    else stretches.push({ kind, lines: [line] });
  }
  return stretches.map((one) => (one.lines.length < WORTH_FOLDING ? { ...one, kind: 'lines' } : one));
}

function isNearChange(lines: readonly DiffLine[], index: number): boolean {
  return lines.slice(Math.max(0, index - NEAR), index + NEAR + 1).some((line) => line.kind !== 'same');
}

/** How many lines are added and removed. */
export function diffCounts(hunks: readonly Hunk[]): { readonly added: number; readonly removed: number } {
  const lines = hunks.flatMap((hunk) => hunk.lines);
  const countOf = (kind: DiffLine['kind']): number => lines.filter((line) => line.kind === kind).length;
  return { added: countOf('added'), removed: countOf('removed') };
}

/** The first `most` lines, hunk by hunk. */
export function headOf(hunks: readonly Hunk[], most: number): readonly Hunk[] {
  const shown: Hunk[] = [];
  let left = most;
  for (const hunk of hunks) {
    if (left <= 0) break;
    shown.push({ ...hunk, lines: hunk.lines.slice(0, left) });
    left -= hunk.lines.length;
  }
  return shown;
}
