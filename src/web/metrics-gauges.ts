/** The gauges that are set anew at every scrape, with what each means. Times are seconds, points in time since 1970. */
import { Gauge, type Registry } from 'prom-client';

const CHAIN = ['account', 'region', 'trail'] as const;

function options<Label extends string>(
  registry: Registry,
  text: readonly [name: string, help: string],
  labelNames: readonly Label[],
) {
  const [name, help] = text;
  return { name: `orgtrail_${name}`, help, labelNames: [...labelNames], registers: [registry] };
}

export type Gauges = ReturnType<typeof createGauges>;

/** Accounts and chains are labels, files never are: how many there may be of each is in metrics-board.ts. */
export function createGauges(registry: Registry) {
  const gauge = <Label extends string = never>(name: string, help: string, ...labels: readonly Label[]) =>
    new Gauge(options(registry, [name, help], labels));
  return {
    redis: gauge('redis_up', '1 when Redis answered this scrape.'),
    board: gauge('board_up', '1 when the coverage of accounts could be read: without it nothing is said of them.'),
    rebuilding: gauge('rebuilding', '1 while the coverage is being computed anew, as after a flush of Redis.'),
    unreadable: gauge('records_unreadable', 'Records in Redis that are not of ours and were left out.'),
    leftOut: gauge('series_left_out', 'Accounts or chains beyond the most that metrics tell of.', 'of'),
    jobs: gauge('jobs', 'Jobs by queue and state.', 'queue', 'state'),
    round: gauge('round_ended_seconds', 'When the last round over every known chain had ended.'),
    looked: gauge('archive_looked_seconds', 'When the archive bucket and its documents were last looked at.'),
    archive: gauge(
      'archive_problems',
      'Problems that the last look at the archive bucket and its documents met.',
      'code',
    ),
    accounts: gauge('accounts', 'Accounts by the state of their coverage.', 'state'),
    state: gauge('account_state', '1 for the state of an account that a person ought to look at.', 'account', 'state'),
    blocked: gauge('account_blocked', '1 when the account could not be looked at, 0 when it could.', 'account'),
    silence: gauge(
      'account_silence_seconds',
      'Since the end of the newest digest with a receipt; without one since the account was first seen. None for an account without chains, or that is suspended or closed.',
      'account',
    ),
    accountUntil: gauge(
      'account_verified_until_seconds',
      'Up to here every chain of the account is proven. None while one is not proven from its beginning on.',
      'account',
    ),
    lag: gauge(
      'account_lag_seconds',
      'Seconds since every chain of the account had been looked at without trouble.',
      'account',
    ),
    problems: gauge('account_problems', 'Problems that the last looks at the account met.', 'account'),
    findings: gauge(
      'findings',
      'Findings that nobody has accepted, by code; those not kept as code not-listed.',
      'code',
    ),
    chainUntil: gauge(
      'chain_verified_until_seconds',
      'Up to here every hour since the first of the chain is proven, as its coverage was last computed.',
      ...CHAIN,
    ),
    newest: gauge(
      'chain_newest_proven_seconds',
      'End of the newest digest of the chain that was proven; hours before it may be missing.',
      ...CHAIN,
    ),
  };
}

/** Nothing is told until it is set again. */
export function clearGauges(gauges: Gauges): void {
  for (const gauge of Object.values(gauges)) gauge.reset();
  // Without labels a reset leaves a 0, which nobody has read.
  const { redis, board, rebuilding, unreadable, round, looked } = gauges;
  for (const gauge of [redis, board, rebuilding, unreadable, round, looked]) gauge.remove();
}
