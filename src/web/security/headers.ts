/** The headers that every answer carries, errors included, and which content policy goes with which path. */
import { randomBytes } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { pathOf } from './path.ts';

/** Where browsers tell of what a policy stopped. */
export const REPORT_PATH = '/api/csp-report';

const COMMON: readonly (readonly [string, string])[] = [
  ['x-content-type-options', 'nosniff'],
  ['x-frame-options', 'DENY'],
  ['referrer-policy', 'no-referrer'],
  ['cross-origin-opener-policy', 'same-origin'],
  ['cross-origin-resource-policy', 'same-origin'],
  ['permissions-policy', 'camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()'],
  ['reporting-endpoints', `csp="${REPORT_PATH}"`],
  ['cache-control', 'no-store'],
];

const HSTS = ['strict-transport-security', 'max-age=31536000'] as const;

const REPORTS = `report-uri ${REPORT_PATH}; report-to csp`;
const CLOSED = "object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const OWN = "default-src 'none'; script-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'";

/** Answers that are no page: nothing in them may load or run anything. */
const DATA_POLICY = `default-src 'none'; ${CLOSED}; ${REPORTS}`;
/** The API's description needs inline styles. */
const DOCS_POLICY = `${OWN}; style-src 'self' 'unsafe-inline'; ${CLOSED}; ${REPORTS}`;
/** The job board needs a `base` of its own site too. */
const BOARD_POLICY = DOCS_POLICY.replace("base-uri 'none'", "base-uri 'self'");

function pagePolicy(nonce: string): string {
  const closed = CLOSED.replace("form-action 'none'", "form-action 'self'");
  return `${OWN}; style-src 'self' 'nonce-${nonce}'; manifest-src 'self'; ${closed}; ${REPORTS}`;
}

/** Headers for a path. `nonce` is the one of the page's inline styles. */
export function headersFor(path: string, nonce: string, encrypted: boolean): readonly (readonly [string, string])[] {
  const policy = ['content-security-policy', policyFor(path, nonce)] as const;
  return encrypted ? [...COMMON, HSTS, policy] : [...COMMON, policy];
}

function policyFor(path: string, nonce: string): string {
  if (isBelow(path, '/api/docs')) return DOCS_POLICY;
  if (isBelow(path, '/jobs')) return BOARD_POLICY;
  if (isBelow(path, '/api') || ['/livez', '/readyz', '/metrics'].includes(path)) return DATA_POLICY;
  return pagePolicy(nonce);
}

function isBelow(path: string, place: string): boolean {
  return path === place || path.startsWith(`${place}/`);
}

/** Puts the headers on every answer before anything else happens. `encrypted`: people reach this by https only. */
export function addHeaders(app: FastifyInstance, encrypted: boolean): void {
  app.decorateRequest('styleNonce', '');
  app.addHook('onRequest', async (request, reply) => {
    request.styleNonce = randomBytes(16).toString('base64');
    for (const [name, value] of headersFor(pathOf(request), request.styleNonce, encrypted)) reply.header(name, value);
  });
}

/** What the page that is answered puts behind `nonce-`. */
export function styleNonce(request: FastifyRequest): string {
  return request.styleNonce;
}
