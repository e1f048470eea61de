/** The small secured app of one test: opened anew by each, closed after it. */
import type { FastifyInstance } from 'fastify';
import { createBoundedApp } from '../../../src/web/security/bounded.ts';
import type { SecurityParts } from '../../../src/web/security/parts.ts';
import { securedApp } from './app.ts';
import { buildTestSecurity, openSecurity, type TestSecurity } from './fixture.ts';

export interface Opened {
  app: FastifyInstance;
  security: TestSecurity;
  /** With a sign-in, behind these proxies. */
  open(overrides?: Partial<SecurityParts>, proxies?: readonly string[]): Promise<void>;
  /** Without any sign-in. */
  openLoopback(overrides?: Partial<SecurityParts>): Promise<void>;
  /** A server that nothing secures yet. */
  bare(): FastifyInstance;
  close(): Promise<void>;
}

/** Nothing is open before the first call. */
export function opening(): Opened {
  const bare = (): FastifyInstance => createBoundedApp({ tls: null, trustedProxies: [] });
  const opened: Opened = {
    app: bare(),
    security: openSecurity(),
    open: async (overrides = {}, proxies = []) => {
      opened.security = buildTestSecurity(overrides);
      ({ app: opened.app } = await securedApp(opened.security.parts, { tls: null, trustedProxies: proxies }));
    },
    openLoopback: async (overrides = {}) => {
      opened.security = openSecurity(overrides);
      ({ app: opened.app } = await securedApp(opened.security.parts));
    },
    bare: () => {
      opened.app = bare();
      return opened.app;
    },
    close: async () => {
      await opened.app.close();
    },
  };
  return opened;
}
