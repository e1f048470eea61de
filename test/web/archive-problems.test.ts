/** What the last look at the archive found, in the metrics. */
import { expect, test } from 'vitest';
import type { Snapshot } from '../../src/core/snapshot.ts';
import { createMetrics } from '../../src/web/metrics.ts';

const problem = (code: string, detail = 'it differs') => ({ code, detail, hint: 'orgtrail plan' });

function snapshotOf(problems: NonNullable<Snapshot['archive']>['problems']): Snapshot {
  return {
    accounts: [],
    chains: [],
    survey: null,
    archive: { at: 5000, problems },
    roundAt: null,
    oldestChain: null,
    unreadable: 0,
  };
}

test('problems are counted by code, and one that is gone is no longer told', async () => {
  const metrics = createMetrics();
  const observe = (codes: readonly string[]) =>
    metrics.observe({ counts: new Map(), snapshot: snapshotOf(codes.map((code) => problem(code))), now: 6000 });
  const told = async () =>
    (await metrics.text()).split('\n').filter((line) => line.startsWith('orgtrail_archive_problems'));
  observe(['drift-lifecycle', 'drift-member-policy', 'drift-member-policy']);
  expect(await told()).toEqual([
    'orgtrail_archive_problems{code="drift-lifecycle"} 1',
    'orgtrail_archive_problems{code="drift-member-policy"} 2',
  ]);
  observe(['drift-lifecycle']);
  expect(await told()).toEqual(['orgtrail_archive_problems{code="drift-lifecycle"} 1']);
  metrics.observe(null);
  expect(await told()).toEqual([]);
});

test('documents that were put back are counted by kind', async () => {
  const metrics = createMetrics();
  for (const kind of ['lifecycle', 'bucket-policy', 'bucket-policy'] as const) metrics.onReapplied(kind);
  const text = await metrics.text();
  expect(text).toContain('orgtrail_documents_reapplied_total{kind="lifecycle"} 1');
  expect(text).toContain('orgtrail_documents_reapplied_total{kind="bucket-policy"} 2');
});
