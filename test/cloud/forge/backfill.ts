/** Backfill digests: files that an interval's own digest left out, named later, in a chain of their own. */
import { destinationOf, specsOf, type ChainState } from './chain-state.ts';
import type { BackfillRequest, ForgedHour } from './chain-types.ts';
import { assemble, recordOf, signedDigest } from './interval.ts';
import type { ForgedLog } from './log-file.ts';
import { MINUTE } from './times.ts';

export function makeBackfill(state: ChainState, request: BackfillRequest): ForgedHour {
  const { start, end, generatedAt } = request;
  const logs = typeof request.logs === 'number' ? backfilledLogs(state, request, request.logs) : request.logs;
  const previous = request.starting === true ? null : state.previousBackfill;
  const sealed = signedDigest(state, { start, end, logs, signedAt: generatedAt, previous, generatedAt });
  const digest = { ...sealed, deliveredAt: generatedAt + 2 * MINUTE };
  const hour = assemble({ start, end, starting: previous === null, digest, logs, withheld: [] }, 'backfill-digest');
  state.backfills.push(recordOf(hour));
  state.previousBackfill = digest.link;
  // Files that were withheld have been delivered with their hour.
  return typeof request.logs === 'number'
    ? hour
    : { ...hour, deliveries: hour.deliveries.filter(({ what }) => what !== 'log') };
}

function backfilledLogs(state: ChainState, { start, end }: BackfillRequest, count: number): readonly ForgedLog[] {
  const to = destinationOf(state);
  return specsOf(count).map((spec, index) =>
    state.write({ to, start, end, spec, label: `backfill/${state.backfills.length}/${index}`, marker: null }),
  );
}
