/** A list by cursor: pages are read as somebody asks for more, and read again together after news. */
import { useInfiniteQuery } from '@tanstack/react-query';
import type { Topic } from '../../contract/session.ts';
import type { ApiResult } from '../api/client.ts';
import { keyOf, REFRESH_MS } from '../api/queries.ts';
import { read, type RequestError } from '../api/request.ts';

interface Paged {
  readonly next: string | null;
}

export interface CursorPages<T> {
  /** All pages read so far, as `View` takes it. */
  readonly result: ApiResult<readonly T[]>;
  /** Reads the next page; null: there is none. */
  readonly more: (() => void) | null;
  readonly busy: boolean;
}

/** Reads `path` page by page. */
export function useCursorPages<T extends Paged>(path: string, topics: readonly Topic[]): CursorPages<T> {
  const query = useInfiniteQuery<T, RequestError, readonly T[], readonly [string, ...Topic[]], string | null>({
    queryKey: keyOf(`${path}#pages`, topics),
    queryFn: async ({ pageParam, signal }) => (await read(withCursor(path, pageParam), signal)) as T,
    initialPageParam: null,
    getNextPageParam: (last) => last.next,
    select: ({ pages }) => pages,
    refetchInterval: REFRESH_MS,
    // While a filter changes the old rows stay, so that the page does not jump.
    placeholderData: (previous) => previous,
  });
  const { data, error, isLoading, dataUpdatedAt, refetch, fetchNextPage, hasNextPage, isFetchingNextPage } = query;
  return {
    result: {
      data,
      error,
      loading: isLoading,
      at: dataUpdatedAt === 0 ? null : dataUpdatedAt,
      reload: () => void refetch(),
    },
    more: hasNextPage ? () => void fetchNextPage() : null,
    busy: isFetchingNextPage,
  };
}

function withCursor(path: string, cursor: string | null): string {
  if (cursor === null) return path;
  return `${path}${path.includes('?') ? '&' : '?'}cursor=${encodeURIComponent(cursor)}`;
}
