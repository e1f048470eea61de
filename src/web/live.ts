/**
 * `GET /api/events`: tells open pages what has changed, as server-sent events; they read it again. Nothing but the names
 * of topics and accounts goes out here. A stream of Fastify's own is enough: @fastify/sse gives every stream a timer of
 * its own and lets a slow reader's backlog grow.
 */
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import * as z from 'zod';
import { liveEvent, TOPICS, type LiveEvent, type Topic } from './contract/session.ts';
import { RefusedError } from './problem.ts';
import { actorOf } from './security/security.ts';
import type { News } from './sources.ts';

/** Of the security layer: whether whoever opened a stream would still be let in. */
export type StillAllowed = (request: FastifyRequest) => Promise<boolean>;

export interface LiveTiming {
  /** At most one event in this time. */
  readonly gatherMs: number;
  readonly heartbeatMs: number;
  /** How often it is asked whether a session still stands. */
  readonly checkMs: number;
}

const TIMING: LiveTiming = { gatherMs: 1000, heartbeatMs: 15_000, checkMs: 30_000 };
const MOST_STREAMS = 200;
const MOST_STREAMS_EACH = 20;
/** More accounts than this are "any may have". */
const MOST_NAMED = 200;
/** A reader that is this far behind is cut off: it comes again and reads everything. */
const MOST_BACKLOG = 64 * 1024;
const RETRY_MS = 3000;
const KNOWN_TOPICS: ReadonlySet<string> = new Set(TOPICS);

export interface Live {
  tell(news: News): void;
}

interface Watcher {
  readonly who: string;
  readonly stream: Readable;
  readonly request: FastifyRequest;
}

/** Registers the route. Streams end when their session does and when the server closes. */
export function registerLive(app: FastifyInstance, stillAllowed: StillAllowed, timing: LiveTiming = TIMING): Live {
  const watchers = new Set<Watcher>();
  const say = (text: string): void => watchers.forEach((watcher) => push(watcher, text));
  const gather = createGathering((event) => say(eventText(event)), timing.gatherMs);
  const beats = setInterval(() => say(': still here\n\n'), timing.heartbeatMs);
  const checks = setInterval(() => void checkAll(watchers, stillAllowed), timing.checkMs);
  for (const timer of [beats, checks]) timer.unref();
  app.addHook('preClose', async () => {
    for (const timer of [beats, checks]) clearInterval(timer);
    gather.stop();
    for (const { stream } of watchers) end(stream);
  });
  const summary = 'What changes, as server-sent events';
  const schema = { tags: ['live'], summary, querystring: z.strictObject({}), produces: ['text/event-stream'] };
  app.get('/api/events', { config: { right: 'read' }, exposeHeadRoute: false, schema }, (request, reply) =>
    open(watchers, { request, reply, who: nameOf(request) }),
  );
  return { tell: (news) => gather.add(news) };
}

interface Arrival {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly who: string;
}

function open(watchers: Set<Watcher>, { request, reply, who }: Arrival): FastifyReply {
  const own = [...watchers].filter((watcher) => watcher.who === who).length;
  if (watchers.size >= MOST_STREAMS || own >= MOST_STREAMS_EACH) {
    const hint = 'close other windows of these pages, or try again in a minute';
    throw new RefusedError({ status: 429, code: 'streams', detail: 'too many live streams are open', hint });
  }
  const stream = new Readable({ read: () => undefined });
  const watcher = { who, stream, request };
  watchers.add(watcher);
  stream.once('close', () => watchers.delete(watcher));
  stream.push(`retry: ${RETRY_MS}\n\n`);
  // Proxies that would gather an answer before they pass it on are asked not to.
  reply.type('text/event-stream').header('cache-control', 'no-store').header('x-accel-buffering', 'no');
  return reply.send(stream);
}

function nameOf(request: FastifyRequest): string {
  const { via, name } = actorOf(request);
  return `${via}:${name}`;
}

function push({ stream }: Watcher, text: string): void {
  if (stream.readableLength > MOST_BACKLOG) stream.destroy();
  else if (!stream.destroyed && !stream.readableEnded) stream.push(text);
}

function end(stream: Readable): void {
  if (!stream.destroyed) stream.push(null);
}

/** Whoever cannot be asked about is not allowed. */
async function checkAll(watchers: ReadonlySet<Watcher>, stillAllowed: StillAllowed): Promise<void> {
  await Promise.all(
    Array.from(watchers, async (watcher) => {
      const allowed = await stillAllowed(watcher.request).catch(() => false);
      if (allowed || watcher.stream.destroyed) return;
      push(watcher, eventText({ topics: ['session'], accounts: [] }));
      end(watcher.stream);
    }),
  );
}

function eventText(event: LiveEvent): string {
  return `data: ${JSON.stringify(liveEvent.parse(event))}\n\n`;
}

/** Gathers news that come close together into one event. */
function createGathering(emit: (event: LiveEvent) => void, everyMs: number) {
  const topics = new Set<Topic>();
  const accounts = new Set<string>();
  let any = false;
  let timer: NodeJS.Timeout | null = null;
  const flush = (): void => {
    timer = null;
    if (topics.size === 0) return;
    emit({ topics: [...topics], accounts: any || accounts.size > MOST_NAMED ? [] : [...accounts] });
    topics.clear();
    accounts.clear();
    any = false;
    timer = setTimeout(flush, everyMs);
  };
  return {
    add: (news: News): void => {
      // Whoever may write to Redis may tell news: what is none of ours goes no further.
      for (const topic of news.topics) if (isTopic(topic)) topics.add(topic);
      if (news.accounts.length === 0) any = true;
      for (const account of news.accounts.slice(0, MOST_NAMED + 1)) if (/^\d{12}$/.test(account)) accounts.add(account);
      if (topics.size > 0) timer ??= setTimeout(flush, 0);
    },
    stop: (): void => {
      if (timer !== null) clearTimeout(timer);
    },
  };
}

function isTopic(text: string): text is Topic {
  return KNOWN_TOPICS.has(text);
}
