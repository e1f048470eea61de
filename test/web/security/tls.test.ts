/** The server with a certificate of its own: https, its headers, and the same bounds on who holds connections. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:https';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { promisify } from 'node:util';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { securedApp } from './app.ts';
import { makeCertificate } from './certificate.ts';
import { buildTestSecurity } from './fixture.ts';

const security = buildTestSecurity({ tls: true });
let app: FastifyInstance;
let port = 0;

beforeAll(async () => {
  ({ app } = await securedApp(security.parts, { tls: makeCertificate(), trustedProxies: [] }));
  await app.listen({ host: '127.0.0.1', port: 0 });
  const address = app.server.address();
  port = typeof address === 'object' && address !== null ? address.port : 0;
});
afterAll(() => app.close());

async function get(path: string, headers: Readonly<Record<string, string>> = {}) {
  const asked = request({ host: '127.0.0.1', port, path, headers, rejectUnauthorized: false, agent: false });
  asked.end();
  const [answer] = await once(asked, 'response');
  let body = '';
  for await (const part of answer) body += String(part);
  return { status: answer.statusCode, headers: answer.headers, body };
}

test('answers over https, and tells browsers to stay there', async () => {
  const { status, headers } = await get('/api/read', await security.as('viewer'));
  expect(status).toBe(200);
  expect(headers['strict-transport-security']).toBe('max-age=31536000');
});

test('speaks nothing older than TLS 1.2, and no http', async () => {
  const old = connectTls({
    host: '127.0.0.1',
    port,
    maxVersion: 'TLSv1.1',
    minVersion: 'TLSv1',
    rejectUnauthorized: false,
    ciphers: 'ALL:@SECLEVEL=0',
  });
  const [error] = await once(old, 'error');
  expect(String(error)).toMatch(/protocol|version|alert/i);
  const plain = connect({ host: '127.0.0.1', port });
  let answer = '';
  plain.on('data', (part) => (answer += part.toString('latin1')));
  plain.on('error', () => undefined);
  plain.write('GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await once(plain, 'close');
  expect(answer).not.toContain('200');
});

test('1,500 that begin no handshake keep nobody from an answer within a second', async () => {
  const sockets: Socket[] = [];
  for (let count = 0; count < 15; count += 1) {
    const some = await Promise.all(
      Array.from({ length: 100 }, async () => {
        const socket = connect({ host: '127.0.0.1', port });
        socket.on('error', () => undefined);
        await once(socket, 'connect');
        return socket;
      }),
    );
    sockets.push(...some);
  }
  await get('/livez');
  const from = performance.now();
  expect((await get('/livez')).status).toBe(200);
  expect(performance.now() - from).toBeLessThan(1000);
  for (const socket of sockets) socket.destroy();
});

test('one connection may ask again and again', async () => {
  const busy = connectTls({ host: '127.0.0.1', port, rejectUnauthorized: false });
  await once(busy, 'secureConnect');
  busy.write('GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n');
  const [first] = await once(busy, 'data');
  expect(String(first)).toMatch(/^HTTP\/1\.1 200/);
  busy.write('GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
  await once(busy, 'close');
});

test("the image's health check finds it, though it asks by http first", async () => {
  const env = { ORGTRAIL_HEALTH_PORT: String(port) };
  const health = join(import.meta.dirname, '../../../src/health.ts');
  const from = performance.now();
  await promisify(execFile)(process.execPath, [health], { env });
  expect(performance.now() - from).toBeLessThan(3000);
});
