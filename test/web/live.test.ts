/** Live events over real sockets. */
import { hash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { liveEvent, type LiveEvent } from '../../src/web/contract/session.ts';
import { buildServer, startServer, type RunningServer, type WebParts } from '../../src/web/server.ts';
import { until } from '../daemon/fake.ts';
import { FORGED, HEALTHY } from './fake-accounts.ts';
import { fakeSources, type FakeSources } from './fake-sources.ts';
import { bearer, fakeParts, fakeSecurity } from './fake-server.ts';

const TIMING = { gatherMs: 150, heartbeatMs: 60, checkMs: 60 };
const SLOW = { gatherMs: 150, heartbeatMs: 60_000, checkMs: 60_000 };

let server: RunningServer;
let pages: FakeSources;
const streams: Stream[] = [];

afterEach(async () => {
  for (const stream of streams.splice(0)) stream.leave();
  await server.close();
});

async function start(over: Partial<WebParts> = {}): Promise<void> {
  pages = fakeSources();
  server = await startServer(fakeParts(pages, { liveTiming: SLOW, ...over }));
}

interface Stream {
  readonly status: number;
  readonly headers: Headers;
  readonly text: () => string;
  readonly events: () => readonly LiveEvent[];
  readonly ended: () => boolean;
  leave(): void;
}

async function listen(headers: Record<string, string> = {}): Promise<Stream> {
  const leaving = new AbortController();
  const response = await fetch(`${server.url}/api/events`, { headers, signal: leaving.signal });
  let text = '';
  let ended = false;
  const read = async () => {
    for await (const part of response.body ?? []) text += Buffer.from(part).toString();
  };
  void read()
    .catch(() => undefined)
    .finally(() => {
      ended = true;
    });
  const stream: Stream = {
    status: response.status,
    headers: response.headers,
    text: () => text,
    events: () => Array.from(text.matchAll(/^data: (.*)$/gm), ([, data]) => liveEvent.parse(JSON.parse(data ?? ''))),
    ended: () => ended,
    leave: () => leaving.abort(),
  };
  streams.push(stream);
  return stream;
}

test('a stream begins with when to come again, is buffered by nobody, and carries what is told', async () => {
  await start();
  const stream = await listen();
  expect([stream.status, stream.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
  expect([stream.headers.get('x-accel-buffering'), stream.headers.get('cache-control')]).toEqual(['no', 'no-store']);
  await until('it has begun', () => stream.text().startsWith('retry: 3000\n\n'));
  pages.tell({ topics: ['accounts'], accounts: [FORGED] });
  await until('it is told', () => stream.events().length === 1);
  expect(stream.events()).toEqual([{ topics: ['accounts'], accounts: [FORGED] }]);
});

test('news that come close together are one event', async () => {
  await start();
  const stream = await listen();
  pages.tell({ topics: ['jobs'], accounts: [HEALTHY] });
  await until('the first is told', () => stream.events().length === 1);
  for (let at = 0; at < 50; at += 1)
    pages.tell({ topics: ['overview', 'accounts'], accounts: [at % 2 === 0 ? FORGED : HEALTHY] });
  await until('the rest is told', () => stream.events().length > 1);
  await pause(250);
  expect(stream.events().slice(1)).toEqual([{ topics: ['overview', 'accounts'], accounts: [FORGED, HEALTHY] }]);
});

test('what is no topic and no account of ours goes no further, and too many accounts are any', async () => {
  await start();
  const stream = await listen();
  pages.tell({ topics: ['evil\n\ndata: x', 'policy'], accounts: ['<script>', FORGED] });
  await until('it is told', () => stream.events().length === 1);
  pages.tell({ topics: ['accounts'], accounts: Array.from({ length: 300 }, (_, at) => String(100_000_000_000 + at)) });
  await until('both are told', () => stream.events().length === 2);
  expect(stream.events()).toEqual([
    { topics: ['policy'], accounts: [FORGED] },
    { topics: ['accounts'], accounts: [] },
  ]);
});

test('a quiet stream is kept open by heartbeats', async () => {
  await start({ liveTiming: TIMING });
  const stream = await listen();
  await until('hearts beat', () => (stream.text().match(/^: still here$/gm) ?? []).length >= 3);
  expect(stream.events()).toEqual([]);
});

test('a stream ends when its session does, and says so', async () => {
  let lastDay = '2099-01-01';
  const access = fakeSecurity().access;
  const security = fakeSecurity({
    access: () => ({ users: [], tokens: access().tokens.map((token) => ({ ...token, expires: lastDay })) }),
  });
  await start({ liveTiming: TIMING, security });
  const stream = await listen(bearer('read'));
  await pause(200);
  expect([stream.status, stream.ended()]).toEqual([200, false]);
  lastDay = '2000-01-01';
  await until('it ends', () => stream.ended());
  expect(stream.events()).toEqual([{ topics: ['session'], accounts: [] }]);
});

test('nobody has more than twenty, and whoever leaves makes room', async () => {
  await start();
  const own = await Promise.all(Array.from({ length: 20 }, () => listen()));
  const refused = await fetch(`${server.url}/api/events`);
  expect([refused.status, refused.headers.get('content-type')]).toEqual([
    429,
    'application/problem+json; charset=utf-8',
  ]);
  expect((await listen(bearer('read'))).status).toBe(200);
  own[0]?.leave();
  await until('there is room again', async () => {
    const response = await fetch(`${server.url}/api/events`);
    await response.body?.cancel();
    return response.status === 200;
  });
});

test('of two hundred streams there is none more for anybody, and whoever leaves makes room', async () => {
  const names = 'abcdefghijk'.split('');
  const tokenOf = (name: string) => `ot_${name.padEnd(43, '0')}`;
  const tokens = names.map((name) => {
    return { name, rights: ['read' as const], sha256: hash('sha256', tokenOf(name)), expires: '2099-01-01' };
  });
  await start({ security: fakeSecurity({ access: () => ({ users: [], tokens }) }) });
  const as = (name: string) => ({ authorization: `Bearer ${tokenOf(name)}` });
  const [last = '', ...others] = names;
  const all = await Promise.all(others.flatMap((name) => Array.from({ length: 20 }, () => listen(as(name)))));
  expect(all.map(({ status }) => status)).toEqual(Array.from({ length: 200 }, () => 200));
  expect((await listen(as(last))).status).toBe(429);
  all[0]?.leave();
  await until('there is room again', async () => (await listen(as(last))).status === 200);
});

test('a reader that takes nothing is cut off with a bounded backlog, and others are told all the same', async () => {
  pages = fakeSources();
  const { app } = await buildServer(fakeParts(pages, { liveTiming: { ...SLOW, gatherMs: 0 } }));
  server = { url: '', close: () => app.close() };
  const [slow, quick] = await Promise.all(
    [1, 2].map(async () => (await app.inject({ url: '/api/events', payloadAsStream: true })).stream()),
  );
  slow?.on('error', () => undefined);
  let told = 0;
  quick?.on('data', (part: Buffer) => (told += part.toString().match(/^data: /gm)?.length ?? 0));
  const accounts = Array.from({ length: 200 }, (_, at) => String(100_000_000_000 + at));
  for (let events = 1; events <= 100; events += 1) {
    pages.tell({ topics: ['accounts'], accounts });
    await until('whoever reads is told', () => told === events);
  }
  expect([slow?.destroyed, quick?.destroyed]).toEqual([true, false]);
});

test('closing the server waits for no stream', async () => {
  await start();
  const stream = await listen();
  const closing = Date.now();
  await server.close();
  expect(Date.now() - closing).toBeLessThan(1500);
  await until('the stream ends', () => stream.ended());
});
