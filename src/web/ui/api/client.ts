/** What pages read and send with: data with its age and, where it could not be read again, why. */
import { useMutation, useQuery } from '@tanstack/react-query';
import type { Topic } from '../../contract/session.ts';
import { keyOf, REFRESH_MS } from './queries.ts';
import { read, send, type ApiFailure, type RequestError } from './request.ts';

export type { ApiFailure } from './request.ts';

/** An answer as a page has it. `data` stays with its age when reading it again fails: then both are there. */
export interface ApiResult<T> {
  readonly data: T | undefined;
  readonly error: ApiFailure | null;
  /** Nothing is there yet, and it is on its way. */
  readonly loading: boolean;
  /** When `data` was last confirmed, by this browser's clock in epoch milliseconds; null: never. */
  readonly at: number | null;
  readonly reload: () => void;
}

/** Reads a path of the API and keeps it fresh: after news of its topics, and every `refreshMs`. Null reads nothing. */
export function useApi<T>(
  path: string | null,
  options: { readonly topics?: readonly Topic[]; readonly refreshMs?: number } = {},
): ApiResult<T> {
  const { topics = [], refreshMs = REFRESH_MS } = options;
  const { data, error, isLoading, dataUpdatedAt, refetch } = useQuery<T, RequestError>({
    queryKey: keyOf(path ?? '', topics),
    queryFn: async ({ signal }) => (await read(path ?? '', signal)) as T,
    enabled: path !== null,
    refetchInterval: refreshMs,
  });
  return {
    data,
    error,
    loading: isLoading,
    at: dataUpdatedAt === 0 ? null : dataUpdatedAt,
    reload: () => void refetch(),
  };
}

/** A change that can be sent. `send` rejects with what `failure` then holds. */
export interface ApiSend<Body, T> {
  readonly send: (body: Body) => Promise<T>;
  readonly busy: boolean;
  readonly failure: ApiFailure | null;
  readonly forget: () => void;
}

/** Sends a change; `path` null: nothing can be sent. */
export function useSend<Body, T>(method: 'POST' | 'PUT' | 'DELETE', path: string | null): ApiSend<Body, T> {
  const { mutateAsync, isPending, error, reset } = useMutation<T, RequestError, Body>({
    mutationFn: async (body) => {
      if (path === null) throw new Error('there is nothing to send to');
      return (await send(method, path, body)) as T;
    },
  });
  return { send: mutateAsync, busy: isPending, failure: error, forget: reset };
}
