/** A narrow gate for costly work: few at once, few waiting, everybody else is turned away at once. */
import { RefusedError } from '../problem.ts';

/** Runs an act when its turn comes. Throws a refusal (503) when too many wait already. */
export type Gate = <T>(act: () => Promise<T>) => Promise<T>;

/** `wide` at once, `waiting` behind them. */
export function createGate(wide: number, waiting: number): Gate {
  const queue: (() => void)[] = [];
  let inside = 0;
  return async (act) => {
    if (inside >= wide) {
      if (queue.length >= waiting)
        throw new RefusedError({ status: 503, detail: 'too many are signing in', hint: 'try again in a moment' });
      await new Promise<void>((resolve) => queue.push(resolve));
    } else inside += 1;
    try {
      return await act();
    } finally {
      // Whoever waits takes the place over, so that nobody slips in between.
      const next = queue.shift();
      if (next === undefined) inside -= 1;
      else next();
    }
  };
}
