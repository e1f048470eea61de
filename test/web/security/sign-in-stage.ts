/** Signing in by password over a real Redis: one person, a clock that is set, and sessions that are really kept. */
import { randomBytes } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import type { AccessList, AccessUser } from '../../../src/core/access-list.ts';
import { passwordEntry } from '../../../src/core/password.ts';
import { createSessionStore } from '../../../src/daemon/sessions.ts';
import type { SecurityParts } from '../../../src/web/security/parts.ts';
import { startRedis, type RedisServer } from '../../stack/redis.ts';
import { securedApp } from './app.ts';
import { buildTestSecurity, SAME_ORIGIN, type TestSecurity } from './fixture.ts';

export const PASSWORD = 'violet gravel mosaic';

/** What one file of tests stands on; each test begins with an empty Redis and one operator, ada. */
export class SignInStage {
  redis!: Redis;
  entry = '';
  /** Epoch milliseconds. */
  now = 0;
  list: AccessList = { users: [], tokens: [] };
  security!: TestSecurity;
  app!: FastifyInstance;
  #server!: RedisServer;

  /** Registers what comes before and after the tests. */
  constructor() {
    beforeAll(async () => {
      this.#server = await startRedis();
      this.redis = new Redis(this.#server.url, { lazyConnect: true, enableOfflineQueue: false, commandTimeout: 1000 });
      this.redis.on('error', () => undefined);
      await this.redis.connect();
      this.entry = await passwordEntry(PASSWORD, randomBytes(16));
    });
    afterAll(async () => {
      this.redis.disconnect();
      await this.#server.stop();
    });
    beforeEach(async () => {
      await this.redis.flushall();
      this.now = Date.parse('2026-11-21T12:00:00Z');
      this.list = { users: [this.user({})], tokens: [] };
      await this.open({});
    });
    afterEach(() => this.app.close());
  }

  async open(overrides: Partial<SecurityParts>): Promise<void> {
    const store = createSessionStore(this.redis, 300);
    this.security = buildTestSecurity({ access: () => this.list, store, now: () => this.now, ...overrides });
    ({ app: this.app } = await securedApp(this.security.parts));
  }

  user(changed: Partial<AccessUser>): AccessUser {
    return { name: 'ada', role: 'operator', password: this.entry, ...changed };
  }

  post(name: string, password: string, headers: Readonly<Record<string, string>> = {}) {
    const payload = { user: name, password };
    return this.app.inject({
      method: 'POST',
      url: '/api/session',
      payload,
      headers: { ...SAME_ORIGIN, ...headers },
    });
  }

  /** Signs in; the cookie to send. */
  async signIn(): Promise<string> {
    const answer = await this.post('ada', PASSWORD);
    expect(answer.statusCode).toBe(200);
    return cookieOf(answer);
  }

  async statusWith(cookie: string, url = '/api/operate'): Promise<number> {
    return (await this.app.inject({ url, headers: { cookie } })).statusCode;
  }
}

export function cookieOf(answer: { readonly headers: Readonly<Record<string, unknown>> }): string {
  return String(answer.headers['set-cookie']).split(';')[0] ?? '';
}
