/** Which right a route demands: its own word, or the rule of the plug-in it came with. What says nothing does not start. */
import type { FastifyInstance, RouteOptions } from 'fastify';
import type { Right } from '../../core/access.ts';
import type { Demand } from './parts.ts';

/** One route as it was registered. */
export interface RouteRule {
  readonly method: string;
  readonly url: string;
  readonly right: Demand;
}

interface PrefixRule {
  readonly prefix: string;
  readonly read: Demand;
  readonly write: Right;
}

/** Plug-ins register routes of their own, which know nothing of rights. Nothing of ours may hide behind these. */
const PREFIX_RIGHTS: readonly PrefixRule[] = [
  { prefix: '/jobs', read: 'read', write: 'operate' },
  { prefix: '/api/docs', read: 'read', write: 'administer' },
];

const READING: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Holds every route that is registered from now on to a rule. The list grows as routes are added. */
export function holdToRules(app: FastifyInstance): readonly RouteRule[] {
  const rules: RouteRule[] = [];
  app.addHook('onRoute', (route) => {
    const right = route.config?.right ?? prefixRight(route);
    if (right === null) {
      throw new Error(`the route ${String(route.method)} ${route.url} says no right: give it config.right`);
    }
    route.config = { ...route.config, right };
    for (const method of methodsOf(route)) rules.push({ method, url: route.url, right });
  });
  return rules;
}

/** A route of several methods is held to the strictest of them. */
function prefixRight(route: RouteOptions): Demand | null {
  const rule = PREFIX_RIGHTS.find((one) => route.url === one.prefix || route.url.startsWith(`${one.prefix}/`));
  if (rule === undefined) return null;
  return methodsOf(route).every((method) => READING.has(method)) ? rule.read : rule.write;
}

function methodsOf(route: RouteOptions): readonly string[] {
  return Array.isArray(route.method) ? route.method : [route.method];
}
