/**
 * The example alert rules and the dashboard: they speak of metrics and labels that exist, every rule says what to do, and,
 * where promtool is there (Debian's package prometheus), each rule is seen to fire and to stay quiet.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { CELL_STATES } from '../src/core/verdict.ts';
import { createMetrics } from '../src/web/metrics.ts';
import { findExecutable } from './stack/executable.ts';
import { PROMTOOL, reasonToSkip } from './stack/need.ts';

const RULES = 'config/prometheus/alerts.yml';
const ACCOUNT = '222222222222';

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: { readonly severity: string };
  readonly annotations: Readonly<Record<'summary' | 'description' | 'next_step', string>>;
}
interface Panel {
  readonly id: number;
  readonly title: string;
  readonly type: string;
  readonly description?: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
}
interface Dashboard {
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly query: unknown }[] };
}

const rules = (parse(readFileSync(RULES, 'utf8')) as { groups: { rules: Rule[] }[] }).groups.flatMap(
  (one) => one.rules,
);
const dashboard = JSON.parse(readFileSync('config/grafana/dashboard.json', 'utf8')) as Dashboard;
const expressions = dashboard.panels.flatMap(({ title, targets = [] }) =>
  targets.map(({ expr, legendFormat }) => ({ title, expr, legendFormat })),
);

/** The labels of every metric, from an exposition in which each has a value. */
let known: ReadonlyMap<string, ReadonlySet<string>>;
beforeAll(async () => {
  known = labelsIn(await exposition());
});

async function exposition(): Promise<string> {
  const metrics = createMetrics();
  const problem = { code: 'drift-lifecycle', detail: '', hint: '' };
  const call = {
    service: 's3',
    operation: 'GetObject',
    account: ACCOUNT,
    attempts: 2,
    throttled: 1,
    ms: 1,
    status: 200,
  };
  metrics.onCall(call);
  metrics.onDigest({ state: 'verified', logs: 1 });
  metrics.onReapplied('lifecycle');
  const chain = { reader: ACCOUNT, account: ACCOUNT, region: 'us-east-1', trailArn: 'arn', problem: null, lookedAt: 1 };
  const account = { id: ACCOUNT, name: null, state: 'ACTIVE', surveyedAt: 1, seenAt: 1, sources: 1, problems: [] };
  const standing = { account: ACCOUNT, state: 'failed', open: 1, organizationState: 'ACTIVE', chains: 1 } as const;
  metrics.observe({
    counts: new Map([['collect', new Map([['waiting', 1]])]]),
    snapshot: {
      accounts: [account],
      chains: [{ ...chain, cleanAt: 1, provenUntil: 1, verifiedUntil: 1 }],
      survey: null,
      archive: { at: 1, problems: [problem] },
      roundAt: 1,
      oldestChain: null,
      unreadable: 0,
    },
    now: 2,
    board: {
      standings: [{ ...standing, lastDigest: 1, verifiedUntil: 1 }],
      findings: [{ account: ACCOUNT, reader: ACCOUNT, at: 1, findings: [], more: 1 }],
      rebuilding: false,
      unreadable: 0,
    },
  });
  return metrics.text();
}

function labelsIn(text: string): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  for (const line of text.split('\n')) {
    const [, name, labels = ''] = /^(orgtrail_[a-z0-9_]+)(?:\{(.*)\})? \S+$/.exec(line) ?? [];
    if (name === undefined) continue;
    const own = found.get(name) ?? new Set();
    for (const [, label = ''] of labels.matchAll(/([a-z_]+)="/g)) own.add(label);
    found.set(name, own);
  }
  return found;
}

/** Prometheus adds these to whatever it scrapes. */
const OWN_LABELS = ['instance', 'job'];

/** What an expression says of metrics that do not exist, or of labels that they do not have. */
function complaints(expr: string): readonly string[] {
  const wrong: string[] = [];
  const all = new Set(OWN_LABELS);
  for (const [, name = '', matchers = ''] of expr.matchAll(/\b(orgtrail_[a-z0-9_]+)(?:\{([^}]*)\})?/g)) {
    const labels = known.get(name);
    if (labels === undefined) wrong.push(`no metric ${name}`);
    for (const label of labels ?? []) all.add(label);
    for (const [, label = ''] of matchers.matchAll(/([a-z_]+)\s*(?:=~|!~|!=|=)/g))
      if (labels?.has(label) === false) wrong.push(`${name} has no label ${label}`);
  }
  if (!/orgtrail_/.test(expr)) wrong.push('it is about no metric of ours');
  for (const label of grouped(expr)) if (!all.has(label)) wrong.push(`nothing has the label ${label} to group by`);
  return wrong;
}

/** The labels that an expression keeps. */
function grouped(expr: string): readonly string[] {
  return [...expr.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, list = '']) =>
    list.split(',').map((label) => label.trim()),
  );
}

describe('what finds mistakes', () => {
  test.each([
    ['max(orgtrail_nonsense)', 'no metric orgtrail_nonsense'],
    ['orgtrail_findings{account="1"}', 'orgtrail_findings has no label account'],
    ['max by (trail) (orgtrail_findings)', 'nothing has the label trail to group by'],
    ['up == 0', 'it is about no metric of ours'],
  ])('%s: %s', (expr, complaint) => expect(complaints(expr)).toEqual([complaint]));

  test('knows every metric that there is', () => {
    expect(known.size).toBeGreaterThanOrEqual(25);
    expect([...(known.get('orgtrail_chain_verified_until_seconds') ?? [])]).toEqual(['account', 'region', 'trail']);
  });
});

describe('the alert rules', () => {
  test.each(rules.map((rule) => [rule.alert, rule] as const))(
    '%s is about what exists, and says what to do',
    (_name, rule) => {
      expect(complaints(rule.expr)).toEqual([]);
      expect(rule.alert).toMatch(/^Orgtrail[A-Z]/);
      expect(['critical', 'warning', 'info']).toContain(rule.labels.severity);
      expect(Object.keys(rule.annotations)).toEqual(['summary', 'description', 'next_step']);
      for (const text of Object.values(rule.annotations)) expect(text.length).toBeGreaterThan(15);
      const told = [
        ...Object.values(rule.annotations)
          .join(' ')
          .matchAll(/\$labels\.([a-z_]+)/g),
      ].map(([, one]) => one);
      expect(told.filter((label) => !grouped(rule.expr).includes(label ?? ''))).toEqual([]);
    },
  );

  test('states in them are states that there are', () => {
    const named = [...rules.map(({ expr }) => expr), ...expressions.map(({ expr }) => expr)].flatMap((expr) =>
      [...expr.matchAll(/orgtrail_account(?:s|_state)\{state=~?"([^"]+)"/g)].flatMap(([, list = '']) =>
        list.split('|'),
      ),
    );
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((state) => !CELL_STATES.some((one) => one === state))).toEqual([]);
  });
});

describe('the dashboard', () => {
  test.each(expressions.map(({ title, expr, legendFormat }) => [title, expr, legendFormat] as const))(
    '%s: %s',
    (_title, expr, legendFormat) => {
      const plain = expr.replaceAll('$account', '.*');
      expect(plain).not.toContain('$');
      expect(complaints(plain)).toEqual([]);
      const told = [...legendFormat.matchAll(/\{\{([a-z_]+)\}\}/g)].map(([, one = '']) => one);
      expect(told.filter((label) => !grouped(expr).includes(label))).toEqual([]);
    },
  );

  test('its panels have a description each, names of their own, and none lies over another', () => {
    const { panels } = dashboard;
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const shown = panels.filter(({ type }) => type !== 'row');
    expect(shown.filter(({ description = '', targets = [] }) => description === '' || targets.length === 0)).toEqual(
      [],
    );
    const taken = new Set<string>();
    for (const { gridPos } of panels)
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1)
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
          expect(x).toBeLessThan(24);
          expect(taken.has(`${x} ${y}`)).toBe(false);
          taken.add(`${x} ${y}`);
        }
  });

  test('its variables are asked of a metric that has the label', () => {
    const account = dashboard.templating.list.find(({ name }) => name === 'account')?.query as { query: string };
    const [, metric = '', label = ''] = /^label_values\((\w+), (\w+)\)$/.exec(account.query) ?? [];
    expect(known.get(metric)?.has(label)).toBe(true);
  });
});

test('every metric is looked at by a rule or a panel', () => {
  const all = [...rules, ...expressions].map(({ expr }) => expr).join('\n');
  expect([...known.keys()].filter((name) => !new RegExp(`\\b${name}\\b`).test(all))).toEqual([]);
});

/** What a rule is held against at the eighth hour, a sample every five minutes. Values as promtool writes them. */
type Series = Readonly<Record<string, string>>;
const LONG_AGO = '-100000+0x200';
const NOW = '0+300x200';
const CHAIN = '{account="222222222222",region="us-east-1",trail="arn"}';
const account = (name: string) => `account_${name}{account="${ACCOUNT}"}`;
const state = (name: string) => `account_state{account="${ACCOUNT}",state="${name}"}`;

/** Each rule's series: with the first values it fires, with the second it does not. */
const SAMPLES: Readonly<Record<string, readonly [series: string, fires: string, quiet: string]>> = {
  OrgtrailAccountFailed: [state('failed'), '1x200', '0x200'],
  OrgtrailAccountBlocked: [account('blocked'), '1x200', '0x200'],
  OrgtrailAccountLate: [state('stale'), '1x200', '0x200'],
  OrgtrailAccountUnknown: [state('unknown'), '1x200', '0x200'],
  OrgtrailAccountSilent: [account('silence_seconds'), '15000x200', '14000x200'],
  OrgtrailFindings: ['findings{code="log-missing"}', '2x200', '0x200'],
  OrgtrailDigestsFail: ['digests_total{state="failed"}', '0+1x200', '7x200'],
  OrgtrailChainBehind: [`chain_verified_until_seconds${CHAIN}`, LONG_AGO, NOW],
  OrgtrailArchiveProblem: ['archive_problems{code="blocked-access"}', '1x200', '0x200'],
  OrgtrailDrift: ['archive_problems{code="drift-lifecycle"}', '1x200', '0x200'],
  OrgtrailArchiveNotLooked: ['archive_looked_seconds', LONG_AGO, NOW],
  OrgtrailDown: ['redis_up{instance="a"}', '_x200', '1x200'],
  OrgtrailRedisDown: ['redis_up{instance="b"}', '0x200', '1x200'],
  OrgtrailCoverageUnreadable: ['board_up{instance="a"}', '0x200', '1x200'],
  OrgtrailNoRound: ['round_ended_seconds{instance="a"}', LONG_AGO, NOW],
  OrgtrailNoAccounts: ['accounts{state="verified"}', '0x200', '3x200'],
  OrgtrailRebuildStuck: ['rebuilding{instance="a"}', '1x200', '0x200'],
  OrgtrailJobsFail: ['jobs{queue="collect",state="failed"}', '3x200', '0x200'],
  OrgtrailThrottled: [`throttles_total{account="${ACCOUNT}"}`, '0+300x200', '0+30x200'],
  OrgtrailForeignRecords: ['records_unreadable{instance="a"}', '1x200', '0x200'],
  OrgtrailSeriesLeftOut: ['series_left_out{of="chains"}', '5x200', '0x200'],
};

/** One test of promtool: which of the rules fire over these series. */
function expected(series: Series, firing: readonly string[]): object {
  return {
    interval: '5m',
    input_series: Object.entries(series).map(([name, values]) => ({ series: `orgtrail_${name}`, values })),
    promql_expr_test: Object.keys(SAMPLES).map((alert) => ({
      expr: `count(ALERTS{alertname="${alert}",alertstate="firing"}) or vector(0)`,
      eval_time: '8h',
      exp_samples: [{ labels: '{}', value: firing.includes(alert) ? 1 : 0 }],
    })),
  };
}

/** Everything as it ought to be, but for one rule's series. */
function testOf([alert, [own, values]]: readonly [string, readonly [string, string, string]]): object {
  if (alert === 'OrgtrailDown') return expected({}, [alert]);
  const quiet = Object.values(SAMPLES).map(([series, , fine]) => [series, fine] as const);
  return expected({ ...Object.fromEntries(quiet), [own]: values }, [alert]);
}

test('a sample for firing and one for staying quiet is there for every rule', () => {
  expect(Object.keys(SAMPLES)).toEqual(rules.map(({ alert }) => alert));
});

const SKIP = reasonToSkip('alert rules are not tried', [PROMTOOL]);
describe.skipIf(SKIP !== null)('by promtool', () => {
  const promtool = findExecutable([PROMTOOL.binary]);
  const run = (...args: readonly string[]): string =>
    execFileSync(promtool ?? '', [...args], { encoding: 'utf8', stdio: 'pipe' });

  test('the rules are rules', () => expect(run('check', 'rules', RULES)).toContain(`${rules.length} rules found`));

  test('each rule fires where it ought to, and stays quiet where it ought to', { timeout: 120_000 }, () => {
    const folder = mkdtempSync(join(tmpdir(), 'orgtrail-rules-'));
    try {
      const quiet = Object.values(SAMPLES).map(([series, , fine]) => [series, fine] as const);
      const tests = [expected(Object.fromEntries(quiet), []), ...Object.entries(SAMPLES).map(testOf)];
      const file = join(folder, 'rules-test.yml');
      const groups = { rule_files: [join(process.cwd(), RULES)], evaluation_interval: '5m', tests };
      writeFileSync(file, stringify(groups, { aliasDuplicateObjects: false }));
      expect(run('test', 'rules', file)).toContain('SUCCESS');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
