/** The headers that every answer carries, errors included. */
import { hash } from 'node:crypto';

const COMMON: readonly (readonly [string, string])[] = [
  ['x-content-type-options', 'nosniff'],
  ['x-frame-options', 'DENY'],
  ['referrer-policy', 'no-referrer'],
  ['cross-origin-opener-policy', 'same-origin'],
  ['cross-origin-resource-policy', 'same-origin'],
  ['cache-control', 'no-store'],
];

const CLOSED = "object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** The job board needs its own scripts, a `base` of its own site and inline styles. */
const BOARD_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; " +
  "object-src 'none'; base-uri 'self'; form-action 'none'; frame-ancestors 'none'";

/** Headers for a path. `style` is the one inline style sheet of our own pages. */
export function headersFor(path: string, style: string): readonly (readonly [string, string])[] {
  const own = `default-src 'none'; style-src 'sha256-${hash('sha256', style, 'base64')}'; ${CLOSED}`;
  return [...COMMON, ['content-security-policy', isBoard(path) ? BOARD_POLICY : own]];
}

function isBoard(path: string): boolean {
  return path === '/jobs' || path.startsWith('/jobs/');
}
