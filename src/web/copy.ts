/** One shared, short-lived copy of something that is costly to read: who asks at the same time gets the same. */

export interface Copy<Value> {
  get(): Promise<Value>;
  /** Something changed: nobody who asks from now on gets what was read before. */
  drop(): void;
}

interface Kept<Value> {
  readonly at: number;
  readonly value: Promise<Value>;
}

/** `read` fails for everybody who waits for it, and is tried again by the next. `maxAgeMs` counts from its beginning. */
export function createCopy<Value>(
  read: () => Promise<Value>,
  { now, maxAgeMs }: { readonly now: () => number; readonly maxAgeMs: number },
): Copy<Value> {
  let kept: Kept<Value> | null = null;
  const forget = (one: Kept<Value>): void => {
    if (kept === one) kept = null;
  };
  const renew = (): Kept<Value> => {
    const fresh = { at: now(), value: read() };
    fresh.value.catch(() => forget(fresh));
    kept = fresh;
    return fresh;
  };
  return {
    get: () => {
      const age = kept === null ? Infinity : now() - kept.at;
      return (kept !== null && age >= 0 && age < maxAgeMs ? kept : renew()).value;
    },
    drop: () => {
      kept = null;
    },
  };
}
