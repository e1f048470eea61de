/** Everybody × every route of the real server: each allowed or refused as declared, and every input held to its schema. */
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RIGHTS, type Right, rightsOf, ROLES } from '../../../src/core/access.ts';
import { TOKEN_RIGHTS } from '../../../src/core/access-list.ts';
import type { Demand } from '../../../src/web/security/parts.ts';
import { buildServer, type BuiltServer } from '../../../src/web/server.ts';
import { fakeParts } from '../fake-server.ts';
import { fakeSources } from '../fake-sources.ts';
import { buildTestSecurity, SAME_ORIGIN, type Headers } from './fixture.ts';

interface Asker {
  readonly name: string;
  /** Anew each time: one of the routes signs out. */
  readonly headers: () => Headers | Promise<Headers>;
  readonly rights: readonly Right[];
}

const security = buildTestSecurity();
const built: BuiltServer = await buildServer(fakeParts(fakeSources(), { security: security.parts }));
const app: FastifyInstance = built.app;
const { rules } = built;
const askers: Asker[] = [];

beforeAll(async () => {
  await app.ready();
  askers.push({ name: 'nobody', headers: () => ({}), rights: [] });
  askers.push({
    name: 'a cookie that is none',
    headers: () => ({ cookie: `__Host-orgtrail=${'A'.repeat(43)}` }),
    rights: [],
  });
  askers.push({
    name: 'a token that is none',
    headers: () => ({ authorization: `Bearer ot_${'A'.repeat(43)}` }),
    rights: [],
  });
  for (const role of ROLES) askers.push({ name: role, headers: () => security.as(role), rights: rightsOf(role) });
  for (const right of TOKEN_RIGHTS) {
    const headers = security.token(right);
    askers.push({ name: `a token to ${right}`, headers: () => headers, rights: [right] });
  }
});
afterAll(() => app.close());

/** An address of the route, with names in it that keep their grammar. */
function addressOf(url: string): string {
  return url
    .replace(':account', '222222222222')
    .replace(':chain', 'a'.repeat(16))
    .replace(':finding', 'a'.repeat(32))
    .replaceAll(/:\w+/g, 'x')
    .replace('*', 'x');
}

/** Denied attempts that were logged so far. */
function denials(): number {
  return security.lines.filter((line) => line.includes('"event":"denied"')).length;
}

/** The status, and whether it was the rights that refused, as the log says. Streams are cut off once they begin. */
async function ask(method: string, url: string, headers: Headers) {
  const before = denials();
  const answer = await app.inject({
    method,
    url,
    headers: { ...SAME_ORIGIN, accept: 'text/html,application/json', ...headers },
    payloadAsStream: true,
  });
  answer.stream().destroy();
  return {
    status: answer.statusCode,
    type: String(answer.headers['content-type']),
    refused: denials() > before,
  };
}

function isHeld(demand: Demand, asker: Asker): boolean {
  return demand === 'public' || asker.rights.includes(demand);
}

describe('the matrix', () => {
  test('is of all that is served', () => {
    const served = new Set(rules.map((rule) => rule.url));
    for (const url of ['/livez', '/metrics', '/api/overview', '/api/session', '/api/events', '/jobs', '/api/docs', '/'])
      expect(served).toContain(url);
    expect(rules.length).toBeGreaterThan(60);
    for (const right of ['metrics', 'read', 'evidence', 'operate', 'administer'] as const)
      expect(rules.some((rule) => rule.right === right)).toBe(true);
  });

  test.each(rules.map((rule) => [rule.method, rule.url, rule.right] as const))(
    '%s %s demands %s',
    async (method, url, right) => {
      expect([...RIGHTS, 'public']).toContain(right);
      for (const asker of askers) {
        const { status, refused, type } = await ask(method, addressOf(url), await asker.headers());
        if (method === 'PATCH') {
          expect(status).toBe(405); // of the job board alone, and never taken
          continue;
        }
        const held = isHeld(right, asker);
        expect({ who: asker.name, refused }).toEqual({ who: asker.name, refused: !held });
        if (held) continue;
        expect({ who: asker.name, status }).toEqual({ who: asker.name, status: asker.rights.length === 0 ? 401 : 403 });
        if (method !== 'HEAD') expect(type).toMatch(/^application\/problem\+json/);
      }
    },
  );

  test('HEAD demands what GET does', () => {
    const of = (wanted: string) =>
      new Map(rules.filter(({ method }) => method === wanted).map(({ url, right }) => [url, right]));
    for (const [url, right] of of('HEAD'))
      expect([url, of('GET').get(url) ?? of('GET').get(url.replace(/\/$/, ''))]).toEqual([url, right]);
  });

  test('nothing of the API is public but signing in and reports of browsers', () => {
    const open = rules.filter(({ url, right }) => right === 'public' && url.startsWith('/api'));
    expect([...new Set(open.map(({ url }) => url))].toSorted()).toEqual(['/api/csp-report', '/api/session']);
  });

  test('whatever changes something takes an operator, and an apply an administrator', () => {
    const changes = rules.filter(({ method, right }) => !['GET', 'HEAD'].includes(method) && right !== 'public');
    expect(changes.length).toBeGreaterThan(4);
    for (const { url, right } of changes)
      expect([url, right]).toEqual([
        url,
        url.includes('apply') ? 'administer' : expect.stringMatching(/^(?:operate|administer)$/),
      ]);
    expect(changes.some(({ url }) => url.includes('apply'))).toBe(true);
  });

  test('evidence and exports take an auditor', () => {
    const evidence = rules.filter(({ right }) => right === 'evidence').map(({ url }) => url);
    expect(evidence.some((url) => /export|csv|jsonl/.test(url))).toBe(true);
    expect(evidence.some((url) => url.includes('raw'))).toBe(true);
  });
});

describe('what is sent', () => {
  const apis = rules.filter(
    ({ method, url }) => method === 'GET' && url.startsWith('/api/') && !/^\/api\/(?:docs|openapi)/.test(url),
  );
  const administrator = () => security.as('administrator');

  test.each(apis.map(({ url }) => url))('GET %s takes no query that it does not know', async (url) => {
    const headers = await administrator();
    for (const query of [
      'unknown=1',
      'a=1&a=2',
      'a[]=1',
      'limit[]=1',
      'cursor=1&cursor=2',
      '__proto__=1',
      'constructor[prototype]=1',
    ])
      expect([query, (await ask('GET', `${addressOf(url)}?${query}`, headers)).status]).toEqual([query, 400]);
  });

  const named = apis.filter(({ url }) => url.includes(':'));
  test.each(named.map(({ url }) => url))('GET %s takes no name that keeps no grammar', async (url) => {
    const headers = await administrator();
    for (const name of [
      '..',
      '%2e%2e%2f',
      '%252e%252e',
      "'%20OR%201=1--",
      '%00',
      '__proto__',
      'x'.repeat(600),
      '%3Cscript%3E',
    ])
      expect([400, 404, 414]).toContain((await ask('GET', url.replaceAll(/:\w+/g, name), headers)).status);
  });

  const changes = rules.filter(
    ({ method, url, right }) =>
      ['POST', 'PUT', 'DELETE'].includes(method) &&
      url.startsWith('/api/') &&
      right !== 'public' &&
      !url.startsWith('/api/docs'),
  );
  test.each(changes.map(({ method, url }) => [method, url] as const))(
    '%s %s takes no body that it does not know',
    async (method, url) => {
      const headers = { ...SAME_ORIGIN, ...(await administrator()), 'content-type': 'application/json' };
      for (const payload of [
        '{"unknown":1}',
        '{"__proto__":{"a":1}}',
        '{"constructor":{"prototype":{}}}',
        '[]',
        '1',
        '"x"',
        '{"reason":{"a":1}}',
        '{',
        '\ufeff{"a":1}',
      ]) {
        const answer = await app.inject({ method, url: addressOf(url), payload, headers });
        expect([payload, answer.statusCode]).toEqual([payload, 400]);
      }
    },
  );
});
