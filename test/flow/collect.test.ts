import { afterEach, expect, test } from 'vitest';
import { HOUR } from '../../src/core/time.ts';
import { archiveMark, compareArchive, forbidden, receipts, rewritten, sourceObjects } from './evidence.ts';
import { openOrganization, type Organization } from './organization.ts';
import { pass } from './pass.ts';

const START = Date.UTC(2026, 2, 1);
const NOW = START + 5 * HOUR;
test('x', async () => {
  const o = await openOrganization({ seed: 'collect', start: START, hours: 3, cheap: true, now: () => NOW });
  const truth = sourceObjects(o);
  let t = Date.now();
  const first = await pass(o, NOW);
  console.log('first', Date.now() - t, first.exitCode, first.digests, first.problems, first.status.findings.slice(0, 3));
  expect(compareArchive(o, truth)).toEqual({ lost: [], foreign: [] });
  expect(forbidden(o)).toEqual([]);
  expect(rewritten(o)).toEqual([]);
  const mark = archiveMark(o);
  o.cloud.requests.clear();
  t = Date.now();
  const second = await pass(o, NOW);
  console.log('second', Date.now() - t, second.exitCode, second.digests);
  expect(archiveMark(o)).toBe(mark);
  console.log(receipts(o).length, o.cloud.requests.entries.length);
  const by = new Map<string, number>();
  for (const e of o.cloud.requests.entries) { const k = `${e.operation} ${e.bucket} ${e.condition}`; by.set(k, (by.get(k) ?? 0) + 1); }
  console.log(by);
  await o.close();
});
