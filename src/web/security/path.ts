/** Where a request goes, for the checks that come before its route. */
import type { FastifyRequest } from 'fastify';

/**
 * The path that was found: the route's pattern, since the router takes `/%61pi` for `/api`; what is no route has the path
 * as it was sent, without its query.
 */
export function pathOf(request: FastifyRequest): string {
  return request.routeOptions.url ?? request.url.split('?', 1)[0] ?? '';
}

/** The route's pattern, for the log: what was asked for as such may hold anything. */
export function routeOf(request: FastifyRequest): string {
  return request.routeOptions.url ?? 'none';
}

/** True for a path of the API or the job board, which is called by our pages and by programs, not opened by a link. */
export function isCall(path: string): boolean {
  return path.startsWith('/api/') || path.startsWith('/jobs/api/');
}
