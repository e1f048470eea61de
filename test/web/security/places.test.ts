/** Who holds connections, beyond half-sent requests: readers that take nothing, and the second address of `localhost`. */
import dns from 'node:dns';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterEach, expect, test, vi } from 'vitest';
import { boundSockets } from '../../../src/web/security/sockets.ts';
import { startServer } from '../../../src/web/server.ts';
import { fakeParts } from '../fake-server.ts';
import { makeCertificate } from './certificate.ts';

type Found = (error: null, found: readonly { readonly address: string; readonly family: number }[]) => void;

/** More than both ends keep for a connection whose reader takes nothing. */
const LARGE = Buffer.alloc(16 * 1024 * 1024);

const ends: (() => Promise<unknown>)[] = [];
const sockets: Socket[] = [];

afterEach(async () => {
  vi.restoreAllMocks();
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const end of ends.splice(0)) await end();
});

async function dial(port: number, encrypted = false, host = '127.0.0.1'): Promise<Socket> {
  const socket = encrypted ? connectTls({ host, port, rejectUnauthorized: false }) : connect({ host, port });
  socket.on('error', () => undefined);
  sockets.push(socket);
  await once(socket, encrypted ? 'secureConnect' : 'connect');
  return socket;
}

/** The status of a small answer on a connection of its own; empty where it is closed without one. */
async function probe(port: number, encrypted = false): Promise<string> {
  const socket = await dial(port, encrypted).catch(() => null);
  if (socket === null) return '';
  socket.write('GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
  let answer = '';
  socket.on('data', (part) => (answer += part.toString('latin1')));
  await once(socket, 'close').catch(() => undefined);
  return /^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? '';
}

/** With room for four connections, and none beyond eight; `/large` is more than fits on the way. */
async function small(encrypted: boolean): Promise<number> {
  const server: Server = encrypted ? createTlsServer(makeCertificate()) : createServer();
  server.on('request', ({ url }, response) => void response.end(url === '/large' ? LARGE : 'ok'));
  boundSockets(server, { most: 4, hardest: 8 });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ends.push(() => new Promise((resolve) => server.close(resolve).closeAllConnections()));
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

test.each([
  ['http', false],
  ['https', true],
])(
  'readers that take nothing of what they asked for make room (%s): enough of them kept everybody else out',
  async (_scheme, encrypted) => {
    const port = await small(encrypted);
    for (let count = 0; count < 12; count += 1) {
      const socket = await dial(port, encrypted).catch(() => null);
      socket?.pause();
      socket?.write('GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n');
      // Its answer has begun before the next one comes.
      if (socket !== null) await Promise.race([once(socket, 'readable'), once(socket, 'close')]).catch(() => undefined);
    }
    expect([await probe(port, encrypted), await probe(port, encrypted)]).toEqual(['200', '200']);
  },
);

test('whoever comes while all others are answered is not the one to make room: newcomers were turned away', async () => {
  const server = createServer((_request, response) => void response.write('begun'));
  boundSockets(server, { most: 2, hardest: 8 });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ends.push(() => new Promise((resolve) => server.close(resolve).closeAllConnections()));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  for (let count = 0; count < 4; count += 1) {
    const socket = await dial(port);
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    expect(String((await once(socket, 'data'))[0])).toContain('begun');
  }
  expect(sockets.map(({ destroyed }) => destroyed)).toEqual([false, false, false, false]);
});

test('localhost is one address with all bounds: its second one had none of them', async () => {
  // As on a machine whose localhost has an address of each kind.
  vi.spyOn(dns, 'lookup').mockImplementation(((name: string, _options: object, done: Found) => {
    const names = name === 'localhost' ? ['127.0.0.1', '::1'] : [name];
    done(
      null,
      names.map((address) => ({ address, family: isIP(address) })),
    );
  }) as unknown as typeof dns.lookup);
  const server = await startServer(fakeParts(null, { host: 'localhost' }));
  ends.push(() => server.close());
  expect(server.url).toMatch(/^http:\/\/localhost:\d+$/);
  const port = Number(new URL(server.url).port);
  expect(await probe(port)).toBe('200');
  await expect(dial(port, false, '::1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});
