/** The rows of the map, fetched page by page as one scrolls; only the pages in view are kept fresh. */
import { useEffect, useState } from 'react';
import { keepPreviousData, useQueries } from '@tanstack/react-query';
import type { MapPage, MapRow } from '../../contract/overview.ts';
import type { ApiResult } from '../api/client.ts';
import { keyOf, REFRESH_MS } from '../api/queries.ts';
import { read, type RequestError } from '../api/request.ts';
import { mapPath, pageOf, type MapChoice } from './map-query.ts';

/** First and last row in view. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

export interface MapPages {
  readonly total: number;
  /** The server's time when the first page was read, epoch milliseconds; 0: nothing is there yet. */
  readonly now: number;
  /** Undefined: its page is on its way. */
  row(at: number): MapRow | undefined;
  /** The first page's, with whatever failed of any page in view. */
  readonly result: ApiResult<MapPage>;
}

/** `range` says which rows are looked at: their pages are fetched, in order, since each names the next. */
export function useMapPages(choice: MapChoice, range: Range): MapPages {
  const first = mapPath(choice, '');
  const [known, setKnown] = useState<{ readonly of: string; readonly cursors: readonly string[] }>({
    of: first,
    cursors: [''],
  });
  const cursors = known.of === first ? known.cursors : [''];
  const lastWanted = pageOf(range.to).page;
  const firstWanted = pageOf(range.from).page;
  const results = useQueries({
    queries: cursors.map((cursor, page) => ({
      queryKey: keyOf(mapPath(choice, cursor), ['overview', 'accounts']),
      queryFn: async ({ signal }: { signal: AbortSignal }) => (await read(mapPath(choice, cursor), signal)) as MapPage,
      enabled: (page >= firstWanted && page <= lastWanted) || page === 0 || page === cursors.length - 1,
      refetchInterval: REFRESH_MS,
      ...(page === 0 ? { placeholderData: keepPreviousData<MapPage> } : {}),
    })),
  });
  const pages = results.map(({ data }) => data);
  const chain = chainOf(pages, lastWanted);
  useEffect(() => {
    setKnown((was) => (was.of === first && sameList(was.cursors, chain) ? was : { of: first, cursors: chain }));
    // The list is compared by what it holds: a new one is made at every rendering.
  }, [first, chain.join('\n')]);
  const [top] = results;
  const failed = results.find(({ error }) => error !== null);
  return {
    total: pages[0]?.total ?? 0,
    now: pages[0] === undefined ? 0 : Date.parse(pages[0].readAt),
    row(at) {
      const { page, within } = pageOf(at);
      return pages[page]?.rows[within];
    },
    result: {
      data: pages[0],
      error: (failed?.error as RequestError | null | undefined) ?? null,
      loading: top?.isLoading ?? true,
      at: (top?.dataUpdatedAt ?? 0) === 0 ? null : (top?.dataUpdatedAt ?? null),
      reload: () => void Promise.all(results.map((result) => result.refetch())),
    },
  };
}

/** The cursors of every page that is known, and of the next one while rows beyond them are looked at. */
function chainOf(pages: readonly (MapPage | undefined)[], lastWanted: number): readonly string[] {
  const chain = [''];
  for (const page of pages) {
    if (page === undefined || page.next === null || chain.length > lastWanted) break;
    chain.push(page.next);
  }
  return chain;
}

function sameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((one, at) => one === b[at]);
}
