/**
 * News between the processes, over Redis: which pages ought to read again. Losing Redis loses news and nothing else,
 * since every page can read everything anew.
 */
import type { Redis } from 'ioredis';
import { z } from 'zod';
import type { Connections } from '../adapters/redis.ts';
import type { News } from '../web/sources.ts';
import { BOARD_KEYS } from './keys.ts';

/** More accounts than this are told as "any". */
const MOST_ACCOUNTS = 100;
const MAX_TEXT = 8192;

const newsRecord = z.object({
  topics: z.array(z.string().regex(/^[a-z]{1,32}$/)).max(16),
  accounts: z.array(z.string().regex(/^\d{12}$/)).max(MOST_ACCOUNTS),
});

export interface NewsChannel {
  /** Tells every process. Never throws; while Redis is away it is lost. */
  publish(news: News): void;
  /** Calls back with what is published from now on, until the answer is called. */
  subscribe(listener: (news: News) => void): () => void;
  close(): void;
}

/** @param redis for publishing; listening takes a connection of its own as soon as somebody listens. */
export function createNews(redis: Redis, connections: Pick<Connections, 'worker'>): NewsChannel {
  const listeners = new Set<(news: News) => void>();
  let ear: Redis | null = null;
  const shut = (): void => {
    ear?.disconnect();
    ear = null;
  };
  return {
    publish: ({ topics, accounts }) => {
      const told = accounts.length > MOST_ACCOUNTS ? [] : accounts;
      // The client may throw at once where it has been closed.
      void Promise.resolve()
        .then(() => redis.publish(BOARD_KEYS.news, JSON.stringify({ topics, accounts: told })))
        .catch(() => undefined);
    },
    subscribe: (listener) => {
      const own = (news: News): void => listener(news); // one listener may subscribe twice
      listeners.add(own);
      ear ??= listen(connections.worker(), (news) => {
        for (const each of listeners) each(news);
      });
      return () => {
        if (listeners.delete(own) && listeners.size === 0) shut();
      };
    },
    close: () => {
      listeners.clear();
      shut();
    },
  };
}

/** The client subscribes again by itself after it has lost its connection. */
function listen(redis: Redis, tell: (news: News) => void): Redis {
  redis.on('message', (_channel: string, text: string) => {
    const news = parseNews(text);
    if (news !== null) tell(news);
  });
  redis.subscribe(BOARD_KEYS.news).catch(() => undefined); // closed before it stood: nobody listens any more
  return redis;
}

function parseNews(text: string): News | null {
  if (text.length > MAX_TEXT) return null;
  try {
    return newsRecord.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null; // no JSON: not ours
  }
}
