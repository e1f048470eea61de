/** The one memory of answers: when they are read again, and how long they are kept. */
import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import type { Topic } from '../../contract/session.ts';
import { RequestError } from './request.ts';

export const SESSION_KEY = ['/api/session'] as const;
/** Events may be lost without a sign of it, so that everything in view is read again this often. */
export const REFRESH_MS = 60_000;

/** The key of an answer: its path, and the topics after whose news it is read again. */
export function keyOf(path: string, topics: readonly Topic[]): readonly [string, ...Topic[]] {
  return [path, ...topics];
}

/** True for the keys that news of one of these topics is about. */
export function isAbout(key: readonly unknown[], topics: ReadonlySet<string>): boolean {
  return key.slice(1).some((topic) => typeof topic === 'string' && topics.has(topic));
}

/** Made once. An answer 401 anywhere means that the session is over: the frame hears of it and asks to sign in. */
export const queryClient = new QueryClient({
  queryCache: new QueryCache({
    onError: (error, query) => query.queryKey[0] !== SESSION_KEY[0] && hear(error),
  }),
  mutationCache: new MutationCache({ onError: hear }),
  defaultOptions: {
    queries: {
      // A daemon on this very machine is there without a network.
      networkMode: 'always',
      staleTime: 5000,
      gcTime: 5 * 60_000,
      retry: (failures, error) => failures < 1 && isPassing(error),
      retryDelay: 700,
      refetchOnWindowFocus: true,
    },
    mutations: { networkMode: 'always', retry: false },
  },
});

function hear(error: unknown): void {
  if (error instanceof RequestError && error.status === 401)
    void queryClient.invalidateQueries({ queryKey: SESSION_KEY });
}

/** No answer, or a fault of the server: worth a second try. What was refused stays refused. */
function isPassing(error: unknown): boolean {
  return error instanceof RequestError && (error.status === 0 || error.status >= 500);
}
