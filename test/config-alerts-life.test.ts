/** The alert rules over the life of an installation: a first start, a restart, a quiet account, and what never comes at all. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { CELL_STATES } from '../src/core/verdict.ts';
import { findExecutable } from './stack/executable.ts';
import { PROMTOOL, reasonToSkip } from './stack/need.ts';

/** Values a minute apart, as promtool writes them: `_` is no sample, `1x5` is six of them. */
type Series = Readonly<Record<string, string>>;

/** What every process tells from its first scrape on, and goes on telling where all is well. */
const WELL: Series = {
  'redis_up{instance="a"}': '1x600',
  'board_up{instance="a"}': '1x600',
  'rebuilding{instance="a"}': '0x600',
  'records_unreadable{instance="a"}': '0x600',
  'round_ended_seconds{instance="a"}': '0+60x600',
  'archive_looked_seconds{instance="a"}': '0+60x600',
  'jobs{queue="collect",state="failed"}': '0x600',
  'digests_total{state="verified"}': '0+1x600',
  'digests_total{state="failed"}': '0x600',
  ...Object.fromEntries(
    CELL_STATES.map((state) => [`accounts{state="${state}"}`, state === 'verified' ? '3x600' : '0x600']),
  ),
};

/** The account as it is while a daemon sees it for the first time: unknown, then late while its digests are judged. */
const FIRST: Series = {
  'rebuilding{instance="a"}': '1x40 0x500',
  'round_ended_seconds{instance="a"}': '_x25 1500+60x500',
  'archive_looked_seconds{instance="a"}': '_x5 300+60x500',
  'accounts{state="verified"}': '0x50 3x500',
  'accounts{state="unknown"}': '0x10 3x10 0x500',
  'accounts{state="late"}': '0x20 3x29 0x500',
  'account_state{account="1",state="unknown"}': '_x10 1x10 _x500',
  'account_state{account="1",state="late"}': '_x21 1x29 _x500',
};

interface Case {
  readonly series: Series;
  /** Which rules fire after so many minutes. */
  readonly after: readonly (readonly [minutes: number, firing: readonly string[]])[];
}

/** An hour and ten minutes of silence, then the next digest: as quiet as an account can be. */
const QUIET = Array.from({ length: 5 }, () => '3600+60x70').join(' ');

const CASES: Readonly<Record<string, Case>> = {
  'a first start raises no alarm at any time': {
    series: { ...WELL, ...FIRST },
    after: [5, 15, 30, 31, 45, 60, 90, 180, 480].map((minutes) => [minutes, []] as const),
  },
  'nor does a restart, which begins its counters anew': {
    series: {
      ...WELL,
      'redis_up{instance="a"}': '1x100 _x3 1x400',
      'board_up{instance="a"}': '1x100 _x3 1x400',
      'digests_total{state="failed"}': '7x100 _x3 0x400',
    },
    after: [99, 102, 104, 108, 140, 400].map((minutes) => [minutes, []] as const),
  },
  'nor an account in which nothing happens but a digest an hour': {
    series: { ...WELL, 'account_silence_seconds{account="1"}': QUIET },
    after: [60, 140, 300].map((minutes) => [minutes, []] as const),
  },
  'the first digest that fails after a start does: its counter began with it, and had not grown': {
    series: { ...WELL, 'digests_total{state="failed"}': '0x100 1x400' },
    after: [
      [100, []],
      [105, ['OrgtrailDigestsFail']],
      [150, []],
    ],
  },
  'an archive that was never looked at does: nothing was told of it, and nothing was late': {
    series: { ...WELL, 'archive_looked_seconds{instance="a"}': '_x600' },
    after: [
      [30, []],
      [70, ['OrgtrailArchiveNotLooked']],
    ],
  },
  'an organization of nobody does, whose rounds all end': {
    series: { ...WELL, 'accounts{state="verified"}': '0x600' },
    after: [
      [30, []],
      [70, ['OrgtrailNoAccounts']],
    ],
  },
  'an account without trails does, which no rule spoke of': {
    series: { ...WELL, 'account_state{account="1",state="unknown"}': '1x600' },
    after: [
      [60, []],
      [130, ['OrgtrailAccountUnknown']],
    ],
  },
};

function testOf({ series, after }: Case): object {
  return {
    interval: '1m',
    input_series: Object.entries(series).map(([name, values]) => ({ series: `orgtrail_${name}`, values })),
    promql_expr_test: after.map(([minutes, firing]) => ({
      expr: 'count by (alertname) (ALERTS{alertstate="firing"})',
      eval_time: `${minutes}m`,
      exp_samples: firing.map((alert) => ({ labels: `{alertname="${alert}"}`, value: 1 })),
    })),
  };
}

const SKIP = reasonToSkip('alert rules are not tried', [PROMTOOL]);
describe.skipIf(SKIP !== null)('by promtool', () => {
  const promtool = findExecutable([PROMTOOL.binary]) ?? '';

  test.each(Object.entries(CASES))('%s', { timeout: 60_000 }, (_title, one) => {
    const folder = mkdtempSync(join(tmpdir(), 'orgtrail-rules-'));
    try {
      const file = join(folder, 'life.yml');
      const rules = join(process.cwd(), 'config/prometheus/alerts.yml');
      const groups = { rule_files: [rules], evaluation_interval: '1m', tests: [testOf(one)] };
      writeFileSync(file, stringify(groups, { aliasDuplicateObjects: false }));
      expect(execFileSync(promtool, ['test', 'rules', file], { encoding: 'utf8', stdio: 'pipe' })).toContain('SUCCESS');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
