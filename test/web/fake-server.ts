/** The server over made-up sources: asked from this machine without sign-in, or with tokens of few rights. */
import { hash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { expect } from 'vitest';
import type * as z from 'zod';
import type { AccessList } from '../../src/core/access-list.ts';
import type { SecurityParts } from '../../src/web/security/parts.ts';
import { problemAnswer } from '../../src/web/contract/shape.ts';
import { buildServer, type WebParts } from '../../src/web/server.ts';
import { keptLog } from '../daemon/fake.ts';
import { NOW } from './fake-accounts.ts';
import { fakeSources, type FakeSources } from './fake-sources.ts';

const tokenOf = (right: string): string => `ot_${right.padEnd(43, '0')}`;
/** A program that may do just this. */
export const bearer = (right: 'metrics' | 'read' | 'evidence' | 'operate') => ({
  authorization: `Bearer ${tokenOf(right)}`,
});

const ACCESS: AccessList = {
  users: [],
  tokens: [
    { name: 'metrics', rights: ['metrics'], sha256: hash('sha256', tokenOf('metrics')), expires: '2099-01-01' },
    { name: 'read', rights: ['read'], sha256: hash('sha256', tokenOf('read')), expires: '2099-01-01' },
    {
      name: 'evidence',
      rights: ['read', 'evidence'],
      sha256: hash('sha256', tokenOf('evidence')),
      expires: '2099-01-01',
    },
    { name: 'operate', rights: ['read', 'operate'], sha256: hash('sha256', tokenOf('operate')), expires: '2099-01-01' },
  ],
};

/** No sign-in is wanted; tokens work all the same. */
export function fakeSecurity(over: Partial<SecurityParts> = {}): SecurityParts {
  const nowhere = async () => undefined;
  return {
    host: '127.0.0.1',
    publicUrl: null,
    tls: false,
    signInWanted: false,
    access: () => ACCESS,
    oidc: null,
    store: { put: nowhere, touch: nowhere, get: async () => null, remove: nowhere },
    sessionMs: 3_600_000,
    idleMs: 3_600_000,
    log: keptLog().log,
    now: () => NOW,
    version: '0.0.0-test',
    ...over,
  };
}

export function fakeParts(pages: FakeSources | null = fakeSources(), over: Partial<WebParts> = {}): WebParts {
  return {
    host: '127.0.0.1',
    port: 0,
    tls: null,
    trustedProxies: [],
    log: keptLog().log,
    security: fakeSecurity(),
    readiness: async () => ({ ok: true, reasons: [] }),
    metrics: async () => ({ text: 'orgtrail_up 1\n', contentType: 'text/plain' }),
    pages,
    publicFolder: '/nowhere',
    ...over,
  };
}

export async function fakeServer(
  pages: FakeSources = fakeSources(),
  over: Partial<WebParts> = {},
): Promise<FastifyInstance> {
  return (await buildServer(fakeParts(pages, over))).app;
}

/** A good answer, held against its schema. */
export async function read<Schema extends z.ZodType>(
  app: FastifyInstance,
  url: string,
  schema: Schema,
): Promise<z.output<Schema>> {
  const response = await app.inject({ url });
  expect([url, response.statusCode, response.statusCode === 200 ? '' : response.body]).toEqual([url, 200, '']);
  return schema.parse(response.json());
}

/** A refusal, held against its schema, with its status. */
export async function refused(app: FastifyInstance, url: string, headers: Readonly<Record<string, string>> = {}) {
  const response = await app.inject({ url, headers });
  expect(response.headers['content-type']).toContain('application/problem+json');
  const problem = problemAnswer.parse(response.json());
  expect(problem.status).toBe(response.statusCode);
  return problem;
}

/** A change, as our own pages send it. */
export async function send(app: FastifyInstance, url: string, body?: object) {
  const headers = { host: 'localhost:8080', origin: 'http://localhost:8080' };
  return app.inject({ method: 'POST', url, headers, ...(body === undefined ? {} : { payload: body }) });
}
