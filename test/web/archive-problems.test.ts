/** What the last look at the archive found, on the page and in the metrics. */
import { expect, test } from 'vitest';
import type { Snapshot } from '../../src/core/snapshot.ts';
import { createMetrics } from '../../src/web/metrics.ts';
import { renderOverview } from '../../src/web/overview.ts';

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

test('the page shows each with its diff, line by line, and takes nothing in it for HTML', () => {
  const readiness = { ok: true, reasons: [] };
  const diff = '- "Sid": "<script>alert(1)</script>"\n+ "Sid": "Orgtrail"';
  const page = renderOverview({ readiness, snapshot: snapshotOf([problem('drift-bucket-policy', diff)]), now: 6000 });
  expect(page).toContain(
    '<b>drift-bucket-policy</b><pre>- &quot;Sid&quot;: &quot;&lt;script&gt;alert(1)&lt;/script&gt;&quot;\n+ ',
  );
  expect(page).not.toContain('<script>');
  expect(renderOverview({ readiness, snapshot: snapshotOf([]), now: 6000 })).not.toContain('Archive');
});
