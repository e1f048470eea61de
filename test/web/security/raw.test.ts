/** Bytes on a socket: what no client library would send. Every answer is bounded in time, and nobody else is shut out. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FastifyInstance } from 'fastify';
import { buildServer } from '../../../src/web/server.ts';
import { fakeParts } from '../fake-server.ts';

let app: FastifyInstance;
let port = 0;

beforeAll(async () => {
  ({ app } = await buildServer(fakeParts()));
  await app.listen({ host: '127.0.0.1', port: 0 });
  const address = app.server.address();
  port = typeof address === 'object' && address !== null ? address.port : 0;
});

afterAll(() => app.close());

async function open(): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port });
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

/** Sends bytes; everything that comes back until the other side closes or the time is over. */
async function send(bytes: string, waitMs = 1500): Promise<string> {
  const socket = await open();
  let answer = '';
  socket.on('data', (part) => (answer += part.toString('latin1')));
  socket.write(Buffer.from(bytes, 'latin1'));
  const timer = setTimeout(() => socket.destroy(), waitMs);
  await once(socket, 'close');
  clearTimeout(timer);
  return answer;
}

/** The status lines of an answer, one for each request that was understood. */
function statuses(answer: string): readonly string[] {
  return [...answer.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map((found) => found[1] ?? '');
}

/** How long /livez takes on a connection of its own; fails when it is not 200. */
async function livezMs(): Promise<number> {
  const from = performance.now();
  const answer = await send('GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n', 5000);
  expect(statuses(answer)).toEqual(['200']);
  return performance.now() - from;
}

const SECOND = 'GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n';

describe('two requests in one', () => {
  const post = (headers: string, body: string): string =>
    `POST /api/session HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: same-origin\r\nContent-Type: application/json\r\n${headers}\r\n\r\n${body}`;

  test.each<readonly [string, string]>([
    ['length and chunks', post('Content-Length: 6\r\nTransfer-Encoding: chunked', `0\r\n\r\n${SECOND}`)],
    ['chunks and length', post('Transfer-Encoding: chunked\r\nContent-Length: 6', `0\r\n\r\n${SECOND}`)],
    ['two lengths', post('Content-Length: 2\r\nContent-Length: 40', `{}${SECOND}`)],
    ['two lengths in one', post('Content-Length: 2, 40', `{}${SECOND}`)],
    ['a length below nothing', post('Content-Length: -1', SECOND)],
    ['a length with a sign', post('Content-Length: +2', `{}${SECOND}`)],
    ['a length in hex', post('Content-Length: 0x2', `{}${SECOND}`)],
    ['chunks twice', post('Transfer-Encoding: chunked\r\nTransfer-Encoding: identity', `0\r\n\r\n${SECOND}`)],
    ['chunks in disguise', post('Transfer-Encoding: xchunked', `0\r\n\r\n${SECOND}`)],
    ['chunks before another coding', post('Transfer-Encoding: chunked, gzip', `0\r\n\r\n${SECOND}`)],
    ['a space before the colon', post('Transfer-Encoding : chunked', `0\r\n\r\n${SECOND}`)],
    ['a folded header', post('Transfer-Encoding:\r\n chunked', `0\r\n\r\n${SECOND}`)],
    ['a header with a bare CR', post('X: a\rTransfer-Encoding: chunked', `0\r\n\r\n${SECOND}`)],
    ['a header with NUL', post('X: a\0b', SECOND)],
    ['lines that end in LF alone', `POST /api/session HTTP/1.1\nHost: localhost\nContent-Length: 0\n\n${SECOND}`],
    ['a bare LF between headers', `GET /livez HTTP/1.1\r\nHost: localhost\nX: y\r\n\r\n`],
    ['a chunk size that is none', post('Transfer-Encoding: chunked', `2;a=b\nxx\r\n0\r\n\r\n${SECOND}`)],
    ['a chunk that is too long for its size', post('Transfer-Encoding: chunked', `1\r\n{}\r\n0\r\n\r\n${SECOND}`)],
    ['no Host', 'GET /livez HTTP/1.1\r\n\r\n'],
    ['two Hosts', 'GET /livez HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n'],
    ['no HTTP', 'EHLO localhost\r\n\r\n'],
    ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
    ['HTTP/2 without asking', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ])('by %s are refused, and the second is never answered', async (_name, bytes) => {
    const answer = await send(bytes);
    expect(statuses(answer)).toEqual(['400']);
    expect(answer).toMatch(/^content-type: application\/problem\+json/m);
    expect(answer).toMatch(/^content-security-policy: default-src 'none'/m);
    expect(answer).not.toContain('smuggled');
    expect(answer.split('\r\n\r\n').at(-1)).toContain('"hint"');
  });
});

describe('methods', () => {
  test.each(['TRACE', 'TRACK', 'CONNECT', 'OPTIONS', 'PROPFIND', 'PATCH', 'DEBUG', 'get'])(
    '%s is not taken',
    async (method) => {
      const answer = await send(
        `${method} / HTTP/1.1\r\nHost: localhost\r\nX-Canary: canary\r\nConnection: close\r\n\r\n`,
      );
      expect(['400', '404', '405', undefined]).toContain(statuses(answer)[0]);
      expect(answer).not.toContain('canary');
      await livezMs();
    },
  );

  test.each(['http://evil.example/', 'evil.example:443', '//evil.example/api', '*'])(
    'the target %s leads nowhere',
    async (target) => {
      const answer = await send(`GET ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
      expect(['400', '401', '404']).toContain(statuses(answer)[0]);
    },
  );
});

describe('too much', () => {
  test('headers larger than 16 KiB are answered 431', async () => {
    const answer = await send(`GET /livez HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`);
    expect(statuses(answer)).toEqual(['431']);
    expect(answer).toContain('application/problem+json');
  });

  test('a body that never ends is cut off', async () => {
    const head =
      'POST /api/session HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: same-origin\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n';
    const answer = await send(head + `10000\r\n${'x'.repeat(65_536)}\r\n`.repeat(3));
    expect(statuses(answer)).toEqual(['413']);
  });

  test('an upgrade is not made', async () => {
    const answer = await send(
      'GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
      300,
    );
    expect(statuses(answer)).toEqual(['200']);
  });
});

const HALF_HEAD = 'GET /livez HTTP/1.1\r\nHost: localhost\r\nX-a: ';
const HALF_BODY =
  'POST /api/session HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: same-origin\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{';

describe('slow ones', () => {
  async function slow(count: number, bytes: string): Promise<readonly Socket[]> {
    const sockets: Socket[] = [];
    for (let done = 0; done < count; done += 100) {
      const some = await Promise.all(Array.from({ length: Math.min(100, count - done) }, () => open()));
      for (const socket of some) socket.write(bytes);
      sockets.push(...some);
    }
    return sockets;
  }

  test.each([
    ['half a head', HALF_HEAD],
    ['nothing at all', ''],
    ['half a body', HALF_BODY],
  ])('500 that send %s keep nobody from an answer within a second', async (_name, bytes) => {
    const sockets = await slow(500, bytes);
    await livezMs(); // the burst itself is over
    for (let time = 0; time < 3; time += 1) expect(await livezMs()).toBeLessThan(1000);
    for (const socket of sockets) socket.destroy();
  });

  test.each([
    ['half a head', HALF_HEAD],
    ['half a body', HALF_BODY],
  ])('more that send %s than there are places make room, the oldest first', async (_name, bytes) => {
    const sockets = await slow(1500, bytes);
    await livezMs();
    expect(await livezMs()).toBeLessThan(1000);
    await expect.poll(() => sockets.filter((socket) => socket.closed).length, { timeout: 5000 }).toBeGreaterThan(900);
    expect(sockets.at(-1)?.closed).toBe(false);
    for (const socket of sockets) socket.destroy();
  });

  test('half a head is given up within the time for it', async () => {
    const from = performance.now();
    const answer = await send('GET /livez HTTP/1.1\r\nHost: localhost\r\nX-a: ', 20_000);
    expect(statuses(answer)).toEqual(['408']);
    expect(performance.now() - from).toBeLessThan(13_000);
  });
});
