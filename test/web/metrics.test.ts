/** What Prometheus is told: every name and label, nothing from memory, and bounds on how much. */
import { describe, expect, test } from 'vitest';
import { createMetrics } from '../../src/web/metrics.ts';
import { ACCOUNT, CHAIN, findings, lines, linesOf, NOW, ONE, seen, standing, TWO } from './metrics-seen.ts';

test('calls and digests are counted by name', async () => {
  const metrics = createMetrics();
  const call = { service: 's3', operation: 'GetObject', account: ONE, attempts: 1, throttled: 0, ms: 250 };
  metrics.onCall({ ...call, status: 200 });
  metrics.onCall({ ...call, status: 503, attempts: 3, throttled: 2 });
  metrics.onCall({ ...call, status: null });
  metrics.onDigest({ state: 'verified', logs: 7 });
  metrics.onDigest({ state: 'failed', logs: 1 });
  metrics.observe(seen({}));
  expect(linesOf(await metrics.text()).slice(0, 8)).toEqual([
    'orgtrail_s3_calls_total{service="s3",operation="GetObject",status="200"} 1',
    'orgtrail_s3_calls_total{service="s3",operation="GetObject",status="503"} 1',
    'orgtrail_s3_calls_total{service="s3",operation="GetObject",status="none"} 1',
    'orgtrail_aws_call_seconds_total{service="s3",operation="GetObject"} 0.75',
    'orgtrail_throttles_total{account="222222222222"} 2',
    'orgtrail_digests_total{state="verified"} 1',
    'orgtrail_digests_total{state="unlinked"} 0',
    'orgtrail_digests_total{state="failed"} 1',
  ]);
  expect(linesOf(await metrics.text(), 'logs_total')).toEqual(['orgtrail_logs_total 8']);
});

test('digests count from 0 on: increase() missed the first one that failed after each start', async () => {
  expect(linesOf(await createMetrics().text(), 'digests_total')).toEqual(
    ['verified', 'unlinked', 'failed', 'blocked'].map((state) => `orgtrail_digests_total{state="${state}"} 0`),
  );
});

test('the daemon: jobs, rounds, the archive, lags, and chains with both of their times', async () => {
  const problem = { code: 'blocked-kms', detail: '', hint: '' };
  const observed = seen({
    accounts: [ACCOUNT, { ...ACCOUNT, id: TWO, problems: [{ code: 'blocked-access', detail: '', hint: '' }] }],
    chains: [
      { ...CHAIN, region: 'us-east-1', problem: null, cleanAt: 8000, provenUntil: 7200, verifiedUntil: 3600 },
      { ...CHAIN, region: 'eu-west-1', problem, cleanAt: 4000, provenUntil: 7200, verifiedUntil: null },
      { ...CHAIN, region: 'eu-west-2', problem: null, cleanAt: 9000, provenUntil: null },
    ],
    archive: { at: 8000, problems: [{ code: 'drift-lifecycle', detail: '', hint: '' }] },
    roundAt: 9000,
    unreadable: 3,
  });
  const told = await lines({ ...observed, counts: new Map([['collect', new Map([['waiting', 12]])]]) });
  const trail = 'trail="arn:aws:cloudtrail:us-east-1:222222222222:trail/main"';
  expect(told.filter((line) => !/_total[ {]/.test(line))).toEqual([
    'orgtrail_redis_up 1',
    'orgtrail_board_up 0',
    'orgtrail_records_unreadable 3',
    'orgtrail_series_left_out{of="accounts"} 0',
    'orgtrail_series_left_out{of="chains"} 0',
    'orgtrail_jobs{queue="collect",state="waiting"} 12',
    'orgtrail_round_ended_seconds 9',
    'orgtrail_archive_looked_seconds 8',
    'orgtrail_archive_problems{code="drift-lifecycle"} 1',
    'orgtrail_account_lag_seconds{account="222222222222"} 6',
    'orgtrail_account_lag_seconds{account="333333333333"} 9',
    'orgtrail_account_problems{account="222222222222"} 1',
    'orgtrail_account_problems{account="333333333333"} 1',
    `orgtrail_chain_verified_until_seconds{account="222222222222",region="us-east-1",${trail}} 3.6`,
    `orgtrail_chain_newest_proven_seconds{account="222222222222",region="us-east-1",${trail}} 7.2`,
    `orgtrail_chain_newest_proven_seconds{account="222222222222",region="eu-west-1",${trail}} 7.2`,
  ]);
});

test('the state that is being rebuilt, and records that were left out, are told', async () => {
  const observed = seen({ unreadable: 1 }, { rebuilding: true, unreadable: 4 });
  const told = await lines(observed);
  expect(told).toEqual(
    expect.arrayContaining(['orgtrail_rebuilding 1', 'orgtrail_records_unreadable 5', 'orgtrail_board_up 1']),
  );
  expect(await lines(seen({}, {}), 'rebuilding')).toEqual(['orgtrail_rebuilding 0']);
});

describe('what could not be read', () => {
  const full = seen(
    {
      accounts: [ACCOUNT],
      chains: [{ ...CHAIN, region: 'us-east-1', problem: null, cleanAt: 1, provenUntil: 1, verifiedUntil: 1 }],
      archive: { at: 1, problems: [{ code: 'drift-lifecycle', detail: '', hint: '' }] },
      roundAt: 1,
    },
    {
      standings: [standing(ONE, { state: 'failed' })],
      findings: [findings([{ code: 'log-missing' }])],
      rebuilding: true,
    },
  );

  test('is not repeated from memory: without Redis nothing but that is told', async () => {
    const metrics = createMetrics();
    metrics.observe({ ...full, counts: new Map([['collect', new Map([['waiting', 12]])]]) });
    metrics.observe(null);
    const text = await metrics.text();
    const told = linesOf(text).filter((line) => !/_total[ {]/.test(line));
    expect(told).toEqual(['orgtrail_redis_up 0', 'orgtrail_board_up 0']);
    expect(text).toContain('process_resident_memory_bytes');
  });

  test('of coverage leaves the rest standing, and says that it is missing', async () => {
    const metrics = createMetrics();
    metrics.observe(full);
    const { board: _, ...rest } = full;
    metrics.observe({ ...rest, board: null });
    const told = linesOf(await metrics.text());
    expect(told).toContain('orgtrail_board_up 0');
    expect(told).toContain('orgtrail_redis_up 1');
    const names = new Set(told.map((line) => /^orgtrail_[a-z_]+/.exec(line)?.[0] ?? ''));
    expect(
      [...names].filter((name) => /accounts|state|blocked|silence|findings|rebuilding|account_ver/.test(name)),
    ).toEqual([]);
    expect([...names]).toContain('orgtrail_account_lag_seconds');
  });
});

test('ten thousand accounts and twenty thousand chains are told, the worst ones, and how many more there are', async () => {
  const id = (at: number): string => String(at).padStart(12, '0');
  const chains = Array.from({ length: 20_100 }, (_, at) => ({
    ...CHAIN,
    region: `r-${at}`,
    problem: null,
    cleanAt: NOW - 1,
    provenUntil: 5000,
    verifiedUntil: at === 20_050 ? 1000 : 5000,
  }));
  const accounts = Array.from({ length: 10_500 }, (_, at) => ({
    ...ACCOUNT,
    id: id(at),
    surveyedAt: at === 10_400 ? 1 : 9000,
  }));
  const standings = Array.from({ length: 10_200 }, (_, at) =>
    standing(id(at), { state: at === 0 ? 'failed' : 'verified' }),
  );
  const metrics = createMetrics();
  metrics.observe(seen({ accounts, chains }, { standings }));
  const told = linesOf(await metrics.text());
  const count = (name: string) => told.filter((line) => line.startsWith(`orgtrail_${name}{`)).length;
  expect(
    ['chain_verified_until_seconds', 'chain_newest_proven_seconds', 'account_lag_seconds', 'account_blocked'].map(
      count,
    ),
  ).toEqual([20_000, 20_000, 10_000, 10_000]);
  expect(told.some((line) => line.includes('region="r-20050"'))).toBe(true);
  expect(told.some((line) => line.startsWith(`orgtrail_account_lag_seconds{account="${id(10_400)}"}`))).toBe(true);
  expect(told).toContain('orgtrail_series_left_out{of="chains"} 100');
  expect(told).toContain('orgtrail_series_left_out{of="accounts"} 501');
  expect(told).toContain('orgtrail_accounts{state="verified"} 10199');
});
