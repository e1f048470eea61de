/** Who is signed in, and what they may do. What is hidden here is refused by the server as well. */
import { useQuery } from '@tanstack/react-query';
import type { Right } from '../../../core/access.ts';
import type { SessionView } from '../../contract/session.ts';
import type { ApiResult } from './client.ts';
import { queryClient, SESSION_KEY } from './queries.ts';
import { forgetAnswers, read, type RequestError } from './request.ts';

const QUERY = {
  queryKey: [...SESSION_KEY, 'session'],
  queryFn: async ({ signal }: { signal: AbortSignal }) => (await read(SESSION_KEY[0], signal)) as SessionView,
  staleTime: 60_000,
  refetchInterval: 5 * 60_000,
};

/** The session on its way; for the frame, which shows no page before it is there. */
export function useSessionResult(): ApiResult<SessionView> {
  const { data, error, isLoading, dataUpdatedAt, refetch } = useQuery<SessionView, RequestError>(QUERY);
  return { data, error, loading: isLoading, at: dataUpdatedAt, reload: () => void refetch() };
}

/** The session, on pages and everything inside of the frame. */
export function useSession(): SessionView {
  const { data } = useQuery<SessionView, RequestError>(QUERY);
  if (data === undefined) throw new Error('no page is shown before the session is known');
  return data;
}

/** True: the person who looks may do this. */
export function useRight(right: Right): boolean {
  return useSession().user?.rights.includes(right) ?? false;
}

/** After signing in or out: everything is read again, as the person that it now is. */
export async function renewSession(): Promise<void> {
  forgetAnswers();
  await queryClient.cancelQueries();
  const isSession = (query: { readonly queryKey: readonly unknown[] }): boolean => query.queryKey[0] === SESSION_KEY[0];
  queryClient.removeQueries({ predicate: (query) => !isSession(query) });
  await queryClient.refetchQueries({ predicate: isSession });
}
