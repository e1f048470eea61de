/** News from the server: one stream, told as topics, after which what is shown is read again. */
import { useSyncExternalStore } from 'react';
import type { LiveEvent } from '../../contract/session.ts';
import { isAbout, queryClient, SESSION_KEY } from './queries.ts';

export type LiveState = 'live' | 'connecting' | 'lost';

/** News that arrive within this time are read as one. */
const TOGETHER_MS = 400;
/** A stream that is away for less than this is no loss worth a word. */
const GRACE_MS = 2500;
const POLL_MS = 15_000;
/** A stream that was refused for good is asked for again, not more often than this. */
const AGAIN_MS = 5000;

let state: LiveState = 'connecting';
const listeners = new Set<() => void>();

function become(next: LiveState): void {
  if (next === state) return;
  state = next;
  for (const listener of listeners) listener();
}

/** Whether news arrive. `lost`: everything in view is read again every 15 seconds instead. */
export function useLive(): LiveState {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => state,
  );
}

/** Listens until the answer is called. One stream for the whole application. */
export function startLive(): () => void {
  const news = createNews();
  let grace: ReturnType<typeof setTimeout> | undefined;
  let again: ReturnType<typeof setTimeout> | undefined;
  let source = open();
  const poll = setInterval(() => {
    if (state === 'lost') void queryClient.invalidateQueries({ refetchType: 'active' });
  }, POLL_MS);

  function open(): EventSource {
    const stream = new EventSource('/api/events');
    stream.addEventListener('open', opened);
    stream.addEventListener('error', () => failed(stream));
    stream.addEventListener('message', (event: MessageEvent<unknown>) => news.take(event.data));
    return stream;
  }

  function opened(): void {
    clearTimeout(grace);
    grace = undefined;
    // What happened while nobody listened is not told again.
    if (state === 'lost') void queryClient.invalidateQueries();
    become('live');
  }

  function failed(stream: EventSource): void {
    grace ??= setTimeout(() => {
      become('lost');
      void queryClient.invalidateQueries({ queryKey: SESSION_KEY });
    }, GRACE_MS);
    if (state === 'live') become('connecting');
    if (stream.readyState !== EventSource.CLOSED) return;
    clearTimeout(again);
    again = setTimeout(() => (source = open()), AGAIN_MS);
  }

  return () => {
    source.close();
    clearInterval(poll);
    clearTimeout(grace);
    clearTimeout(again);
    news.stop();
    become('connecting');
  };
}

function createNews(): { take(data: unknown): void; stop(): void } {
  const topics = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const spread = (): void => {
    const about = new Set(topics);
    topics.clear();
    timer = undefined;
    void queryClient.invalidateQueries({ predicate: (query) => isAbout(query.queryKey, about) });
  };
  return {
    take(data) {
      for (const topic of topicsOf(data)) topics.add(topic);
      if (topics.size > 0) timer ??= setTimeout(spread, TOGETHER_MS);
    },
    stop: () => clearTimeout(timer),
  };
}

/** What cannot be read is no news. */
function topicsOf(data: unknown): readonly string[] {
  try {
    const event = JSON.parse(String(data)) as Partial<LiveEvent> | null;
    return Array.isArray(event?.topics) ? event.topics : [];
  } catch {
    return [];
  }
}
