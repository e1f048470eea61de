/** What a page shows is in its address: filters survive a reload, can be sent to somebody, and `back` undoes them. */
import { useCallback } from 'react';
import { useSearchParams } from 'wouter';

export interface UrlQuery {
  readonly get: (name: string) => string | null;
  /** Null or empty takes a parameter away. `replace`: no step of its own in the browser's history, as while typing. */
  readonly set: (changes: Readonly<Record<string, string | null>>, options?: { readonly replace?: boolean }) => void;
}

/** The query of this page's address. */
export function useUrlQuery(): UrlQuery {
  const [parameters, change] = useSearchParams();
  const set = useCallback<UrlQuery['set']>(
    (changes, options) => {
      change((known) => {
        const next = new URLSearchParams(known);
        for (const [name, value] of Object.entries(changes)) {
          if (value === null || value === '') next.delete(name);
          else next.set(name, value);
        }
        return next;
      }, options ?? {});
    },
    [change],
  );
  return { get: (name) => parameters.get(name), set };
}

/** The parameter's value where it is one of these; addresses are typed by people, too. */
export function oneOf<Value extends string>(value: string | null, known: readonly Value[]): Value | null {
  return known.find((one) => one === value) ?? null;
}
