/** Every metric of ours with its sentence. test/pages/reading.test.ts holds this list to what `/metrics` answers. */

export interface MetricWords {
  readonly name: string;
  readonly sentence: string;
}

export const METRICS: readonly MetricWords[] = [
  {
    name: 'orgtrail_s3_calls_total',
    sentence: 'Calls to AWS by service, operation and HTTP status (none: no answer).',
  },
  { name: 'orgtrail_aws_call_seconds_total', sentence: 'Time spent in calls to AWS.' },
  { name: 'orgtrail_throttles_total', sentence: 'Attempts that AWS throttled.' },
  {
    name: 'orgtrail_digests_total',
    sentence: 'Digests judged by this process; one that is judged again counts again.',
  },
  { name: 'orgtrail_logs_total', sentence: 'Log files named by the digests that this process judged.' },
  {
    name: 'orgtrail_documents_reapplied_total',
    sentence: 'Documents of the archive that this process put back into their wanted state.',
  },
  { name: 'orgtrail_redis_up', sentence: '1 when Redis answered this scrape.' },
  {
    name: 'orgtrail_board_up',
    sentence: '1 when the coverage of accounts could be read: without it nothing is said of them.',
  },
  { name: 'orgtrail_rebuilding', sentence: '1 while the coverage is being computed anew, as after a flush of Redis.' },
  { name: 'orgtrail_records_unreadable', sentence: 'Records in Redis that are not of ours and were left out.' },
  { name: 'orgtrail_series_left_out', sentence: 'Accounts or chains beyond the most that metrics tell of.' },
  { name: 'orgtrail_jobs', sentence: 'Jobs by queue and state.' },
  { name: 'orgtrail_round_ended_seconds', sentence: 'When the last round over every known chain had ended.' },
  {
    name: 'orgtrail_archive_looked_seconds',
    sentence: 'When the archive bucket and its documents were last looked at.',
  },
  {
    name: 'orgtrail_archive_problems',
    sentence: 'Problems that the last look at the archive bucket and its documents met.',
  },
  { name: 'orgtrail_accounts', sentence: 'Accounts by the state of their coverage.' },
  { name: 'orgtrail_account_state', sentence: '1 for the state of an account that a person ought to look at.' },
  { name: 'orgtrail_account_blocked', sentence: '1 when the account could not be looked at, 0 when it could.' },
  {
    name: 'orgtrail_account_silence_seconds',
    sentence:
      'Since the end of the newest digest with a receipt; without one since the account was first seen. None for an account without chains, or that is suspended or closed.',
  },
  {
    name: 'orgtrail_account_verified_until_seconds',
    sentence: 'Up to here every chain of the account is proven. None while one is not proven from its beginning on.',
  },
  {
    name: 'orgtrail_account_lag_seconds',
    sentence: 'Seconds since every chain of the account had been looked at without trouble.',
  },
  { name: 'orgtrail_account_problems', sentence: 'Problems that the last looks at the account met.' },
  {
    name: 'orgtrail_findings',
    sentence: 'Findings that nobody has accepted, by code; those not kept as code not-listed.',
  },
  {
    name: 'orgtrail_chain_verified_until_seconds',
    sentence: 'Up to here every hour since the first of the chain is proven, as its coverage was last computed.',
  },
  {
    name: 'orgtrail_chain_newest_proven_seconds',
    sentence: 'End of the newest digest of the chain that was proven; hours before it may be missing.',
  },
];
