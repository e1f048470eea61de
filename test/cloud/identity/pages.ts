/** Paging with opaque tokens. A token says where the next page starts and how many pages came before it. */

export interface Cursor {
  readonly offset: number;
  readonly page: number;
}

/** The first page. */
const START: Cursor = { offset: 0, page: 0 };

export function tokenOf(cursor: Cursor): string {
  return Buffer.from(`page.${cursor.offset}.${cursor.page}`).toString('base64url');
}

/** The start for an absent token; null for a token that was never issued. */
export function cursorOf(token: string | undefined): Cursor | null {
  if (token === undefined) return START;
  const found = /^page\.(\d{1,9})\.(\d{1,9})$/u.exec(Buffer.from(token, 'base64url').toString('utf8'));
  return found === null ? null : { offset: Number(found[1]), page: Number(found[2]) };
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly next: Cursor | null;
}

export function pageOf<T>(all: readonly T[], cursor: Cursor, size: number): Page<T> {
  const end = cursor.offset + size;
  const next = end < all.length ? { offset: end, page: cursor.page + 1 } : null;
  return { items: all.slice(cursor.offset, end), next };
}
