/**
 * Pages by cursor. A cursor holds the sort key of the last row that was shown, so a row that does not change is shown
 * exactly once, however the others come, go and move meanwhile.
 */
import { RefusedError } from '../problem.ts';

/** The last part must tell any two rows apart: an id. */
export type SortKey = readonly (string | number)[];

export interface Paging<Row> {
  /** Names the order; a cursor of another order is refused. */
  readonly order: string;
  readonly keyOf: (row: Row) => SortKey;
  readonly descending?: boolean;
  readonly cursor: string | undefined;
  readonly limit: number;
}

export interface Page<Row> {
  readonly rows: readonly Row[];
  /** Null: this is the last page. */
  readonly next: string | null;
}

/** One page of the rows, sorted. Throws RefusedError (400) for a cursor that is none of this list. */
export function pageOf<Row>(rows: readonly Row[], paging: Paging<Row>): Page<Row> {
  const { keyOf, limit } = paging;
  const sign = paging.descending === true ? -1 : 1;
  const after = paging.cursor === undefined ? null : readCursor(paging.cursor, paging.order);
  const keyed = rows.map((row) => ({ row, key: keyOf(row) }));
  const rest = after === null ? keyed : keyed.filter(({ key }) => sign * compareKeys(key, after) > 0);
  rest.sort((a, b) => sign * compareKeys(a.key, b.key));
  const taken = rest.slice(0, limit);
  const last = taken.at(-1);
  const more = rest.length > taken.length && last !== undefined;
  return { rows: taken.map(({ row }) => row), next: more ? writeCursor(paging.order, last.key) : null };
}

/** Part by part; numbers before texts, texts by their code units, the same in every place and process. */
export function compareKeys(a: SortKey, b: SortKey): number {
  for (let at = 0; at < Math.max(a.length, b.length); at += 1) {
    const order = compareParts(a[at] ?? '', b[at] ?? '');
    if (order !== 0) return order;
  }
  return 0;
}

function compareParts(a: string | number, b: string | number): number {
  if (typeof a !== typeof b) return typeof a === 'number' ? -1 : 1;
  return a < b ? -1 : Number(a > b);
}

/** The cursor after a row. */
export function writeCursor(order: string, key: SortKey): string {
  return Buffer.from(JSON.stringify([order, ...key])).toString('base64url');
}

/** The sort key that a cursor holds. Throws RefusedError (400) for a cursor of another order. */
export function readCursor(text: string, order: string): SortKey {
  const parts = parseParts(text);
  const [named, ...key] = parts ?? [];
  if (parts === null || named !== order || key.length === 0) {
    const hint = 'begin again without a cursor';
    throw new RefusedError({ status: 400, code: 'cursor', detail: 'the cursor is none of this list', hint });
  }
  return key;
}

function parseParts(text: string): readonly (string | number)[] | null {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    return Array.isArray(parsed) && parsed.every(isPart) ? parsed : null;
  } catch {
    return null;
  }
}

function isPart(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number';
}
