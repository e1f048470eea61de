/** A row of the map in words, for those who do not see its squares. */
import type { MapRow } from '../../contract/overview.ts';
import { runsOf, STEP_MS, type SquareView } from '../parts/square-runs.ts';
import { shortUtc } from '../parts/moment.ts';
import { STATE_WORDS } from '../parts/state.tsx';

/** `failed since Tue 03:00 UTC, log-hash-mismatch; proven until Tue 03:14 UTC`. `now`: epoch milliseconds. */
export function rowWords(row: MapRow, view: SquareView, now: number): string {
  const since = row.state === 'verified' ? null : sinceOf(row, view);
  const from = since === null ? '' : ` since ${shortUtc(since, now)} UTC`;
  const reason = whyOf(row);
  const why = reason === null || reason === STATE_WORDS[row.state] ? '' : `, ${reason}`;
  const until =
    row.verifiedUntil === null ? 'not proven yet' : `proven until ${shortUtc(Date.parse(row.verifiedUntil), now)} UTC`;
  return `${STATE_WORDS[row.state]}${from}${why}; ${until}`;
}

/** What needs nobody says nothing; an open finding needs somebody also where the time is proven without it. */
export function whyOf({ state, reason, open }: Pick<MapRow, 'state' | 'reason' | 'open'>): string | null {
  return open > 0 || (state !== 'verified' && state !== 'pending') ? reason : null;
}

/** Where the newest stretch of the row's state begins; null: none of its squares shows it. */
function sinceOf({ squares, state }: MapRow, view: SquareView): number | null {
  const run = runsOf(squares.letters).findLast((one) => one.state === state);
  return run === undefined ? null : Date.parse(squares.from) + run.at * STEP_MS[view];
}
