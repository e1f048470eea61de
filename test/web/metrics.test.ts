import { expect, test } from 'vitest';
import { createMetrics } from '../../src/web/metrics.ts';

const CHAIN = {
  reader: '222222222222',
  account: '222222222222',
  trailArn: 'arn:aws:cloudtrail:us-east-1:222222222222:trail/main',
  lookedAt: 5000,
};
const ACCOUNT = {
  id: '222222222222',
  name: 'payments',
  state: 'ACTIVE',
  surveyedAt: 9000,
  sources: 1,
  seenAt: 1000,
  problems: [],
};
const EMPTY = { survey: null, archive: null, roundAt: null, oldestChain: null, unreadable: 0 };

test('calls, digests, jobs and accounts are counted by name', async () => {
  const metrics = createMetrics();
  const call = { service: 's3', operation: 'GetObject', account: '222222222222', attempts: 1, throttled: 0, ms: 250 };
  metrics.onCall({ ...call, status: 200 });
  metrics.onCall({ ...call, status: 503, attempts: 3, throttled: 2 });
  metrics.onCall({ ...call, status: null });
  metrics.onDigest({ state: 'verified', logs: 7 });
  metrics.onDigest({ state: 'failed', logs: 1 });
  metrics.observe({
    counts: new Map([['collect', new Map([['waiting', 12]])]]),
    snapshot: {
      ...EMPTY,
      accounts: [
        ACCOUNT,
        { ...ACCOUNT, id: '333333333333', problems: [{ code: 'blocked-access', detail: '', hint: '' }] },
      ],
      chains: [
        { ...CHAIN, region: 'us-east-1', problem: null, cleanAt: 8000, provenUntil: 3_600_000 },
        {
          ...CHAIN,
          region: 'eu-west-1',
          problem: { code: 'blocked-kms', detail: '', hint: '' },
          cleanAt: 4000,
          provenUntil: null,
        },
      ],
    },
    now: 10_000,
  });
  const lines = (await metrics.text()).split('\n').filter((line) => line.startsWith('orgtrail_'));
  expect(lines).toEqual([
    'orgtrail_s3_calls_total{service="s3",operation="GetObject",status="200"} 1',
    'orgtrail_s3_calls_total{service="s3",operation="GetObject",status="503"} 1',
    'orgtrail_s3_calls_total{service="s3",operation="GetObject",status="none"} 1',
    'orgtrail_aws_call_seconds_total{service="s3",operation="GetObject"} 0.75',
    'orgtrail_throttles_total{account="222222222222"} 2',
    'orgtrail_digests_total{state="verified"} 1',
    'orgtrail_digests_total{state="failed"} 1',
    'orgtrail_logs_total 8',
    'orgtrail_jobs{queue="collect",state="waiting"} 12',
    'orgtrail_account_lag_seconds{account="222222222222"} 6',
    'orgtrail_account_lag_seconds{account="333333333333"} 9',
    'orgtrail_chain_verified_until_seconds{account="222222222222",region="us-east-1",trail="arn:aws:cloudtrail:us-east-1:222222222222:trail/main"} 3600',
    'orgtrail_account_problems{account="222222222222"} 1',
    'orgtrail_account_problems{account="333333333333"} 1',
    'orgtrail_redis_up 1',
  ]);
});

test('what Redis no longer says is not repeated from memory', async () => {
  const metrics = createMetrics();
  metrics.observe({
    counts: new Map([['collect', new Map([['waiting', 12]])]]),
    snapshot: { ...EMPTY, accounts: [ACCOUNT], chains: [] },
    now: 10_000,
  });
  metrics.observe(null);
  const text = await metrics.text();
  expect(text).toContain('orgtrail_redis_up 0');
  expect(text).not.toMatch(/orgtrail_jobs\{|orgtrail_account_lag_seconds\{/);
  expect(text).toContain('process_resident_memory_bytes');
});
