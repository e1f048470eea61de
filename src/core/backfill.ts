/** Coverage of backfill digests: a chain of its own beside the standard one, hours or days later. */
import { coverChain, type Coverage, type DigestView, type Expectation } from './coverage.ts';
import type { Chain } from './source.ts';

/** Backfill digests have no cadence: each stands for itself, so only what they say and name is judged, not their tiling. */
export function coverBackfill(chain: Chain, views: readonly DigestView[], expected: Expectation): Coverage {
  const alone = views.map((view) =>
    coverChain(
      { ...chain, source: { ...chain.source, validation: true, status: null, narrowed: null, gone: false } },
      [view],
      {
        ...expected,
        from: view.start,
        to: view.end,
      },
    ),
  );
  const cells = alone.flatMap((one) => one.cells);
  const worst =
    alone.find((one) => one.state === 'failed') ?? alone.find((one) => one.state !== 'verified') ?? alone[0];
  return {
    cells,
    findings: alone.flatMap((one) => one.findings),
    state: worst?.state ?? 'unknown',
    verifiedUntil: null,
    silent: [],
  };
}
