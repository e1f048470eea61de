/** A small secured server with one route of each kind, for tests of the security itself. */
import type { FastifyInstance } from 'fastify';
import * as z from 'zod';
import { setErrors } from '../../../src/web/problem.ts';
import { createBoundedApp, type BoundedOptions } from '../../../src/web/security/bounded.ts';
import type { SecurityParts } from '../../../src/web/security/parts.ts';
import { actorOf, registerSecurity, type Security } from '../../../src/web/security/security.ts';

export interface SecuredApp {
  readonly app: FastifyInstance;
  readonly security: Security;
}

const USUAL: BoundedOptions = { tls: null, trustedProxies: [] };

/** Routes: one for each right, a change, a public page, one that breaks, and whether a stream may go on. */
export async function securedApp(parts: SecurityParts, options: BoundedOptions = USUAL): Promise<SecuredApp> {
  const app = createBoundedApp(options);
  setErrors(app, parts.log);
  const security = await registerSecurity(app, parts);
  for (const right of ['metrics', 'read', 'evidence', 'operate', 'administer'] as const)
    app.get(`/api/${right}`, { config: { right } }, async (request) => ({
      name: actorOf(request).name,
      ip: actorOf(request).address,
    }));
  const body = z.strictObject({ count: z.int() });
  app.post('/api/change', { config: { right: 'operate' }, schema: { body } }, async () => ({ done: true }));
  app.get('/livez', { config: { right: 'public' } }, async () => ({ ok: true }));
  app.get('/page', { config: { right: 'public' } }, async (request, reply) =>
    reply.type('text/html').send(`<style nonce="${request.styleNonce}"></style>`),
  );
  app.get('/api/broken', { config: { right: 'public' } }, async () => {
    throw new Error('canary-of-an-error in /srv/secret');
  });
  app.get('/api/still', { config: { right: 'read' } }, (request) =>
    security.stillAllowed(request).then((still) => ({ still })),
  );
  app.get('/api/maybe', { config: { right: 'public' } }, (request) =>
    security.holds(request, 'read').then((read) => ({ read })),
  );
  return { app, security };
}
