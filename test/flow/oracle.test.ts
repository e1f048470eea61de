import { describe, expect, test } from 'vitest';
import { orgtrail } from './organization.ts';
import { askedOf, newestEnd, openScenario, readScenarios, type OracleCloud, type Scenario } from './oracle-scenario.ts';
import { EXPECTED } from './oracle-table.ts';
import { verifyHere, type Answered } from './verify-here.ts';
import { readReport, tally } from './verify-report.ts';

const VERSIONS = ['1.45.11', '1.45.55', '2.9.19-debian'] as const;
const scenarios = readScenarios();
const present = scenarios.size > 0;

interface Ended extends Answered {
  readonly open: OracleCloud;
}

type Terms = { readonly to?: number; readonly formerBuckets?: readonly string[] };

/** Verifies from where the CLI was asked to, up to the end of the newest digest unless its range ends before that. */
async function verify(scenario: Scenario, terms: Terms): Promise<Ended> {
  const { formerBuckets = [], to = newestOf(scenario) } = terms;
  const open = await openScenario(scenario, { formerBuckets });
  try {
    return { ...(await verifyHere(open, { from: askedOf(scenario).from, to })), open };
  } finally {
    await open.close();
  }
}

function newestOf(scenario: Scenario): number {
  return Math.min(askedOf(scenario).to, newestEnd(scenario));
}

function named(name: string): Scenario {
  const scenario = scenarios.get(name);
  if (scenario === undefined) throw new Error(`there is no scenario ${name}`);
  return scenario;
}

if (!present) console.warn('skipped: no shared data (../shared/data/oracle), so no scenario was judged');

describe.skipIf(!present)('the recorded scenarios', () => {
  test('are the eighteen of the table, no more and no fewer', () => {
    expect([...scenarios.keys()].toSorted()).toEqual([...EXPECTED.keys()].toSorted());
    expect(EXPECTED.size).toBe(18);
  });

  test.for([...EXPECTED])('%s: ours as the rules demand, and the CLI as recorded', async ([name, expected]) => {
    const scenario = named(name);
    const { exit, report, open } = await verify(scenario, expected);
    const { verdict, findings, digests, logs } = expected;
    expect({ exit, verdict: report.verdict, findings: tally(report), counts: report.counts }).toEqual({
      exit: expected.exit,
      verdict,
      findings,
      counts: { digests, logs },
    });
    expect(VERSIONS.map((version) => scenario.cli[version]?.rc)).toEqual(expected.cli);
    expect(open.cloud.requests.entries.filter((entry) => entry.mutating)).toEqual([]);
  });

  test.for([...EXPECTED])('%s: where we differ from the CLI a reason stands, and only there', ([name, expected]) => {
    const scenario = named(name);
    const same = VERSIONS.every((version, index) => {
      const bad = (expected.cli[index] ?? 0) !== 0;
      return bad === (expected.exit !== 0) && validOf(scenario, version) === countsOf(expected.digests, expected.logs);
    });
    expect(same).toBe(expected.why === undefined);
  });
});

/** "valid digests/valid logs" and how many are not, in the CLI's own counts (backfill digests are digests). */
function validOf(scenario: Scenario, version: string): string {
  const out = scenario.cli[version]?.stdout ?? '';
  const sum = (pattern: RegExp): number => [...out.matchAll(pattern)].reduce((all, match) => all + Number(match[1]), 0);
  const digests = `${sum(/^(\d+)\/\d+ (?:backfill )?digest files valid/gm)}+${sum(/ (\d+)\/\d+ (?:backfill )?digest files INVALID/g)}`;
  return `${digests} ${sum(/^(\d+)\/\d+ log files valid/gm)}+${sum(/ (\d+)\/\d+ log files INVALID/g)}`;
}

function countsOf(digests: Readonly<Record<string, number>>, logs: Readonly<Record<string, number>>): string {
  const both = (counts: Readonly<Record<string, number>>): string => {
    const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
    return `${counts['valid'] ?? 0}+${all - (counts['valid'] ?? 0)}`;
  };
  return `${both(digests)} ${both(logs)}`;
}

describe.skipIf(!present)('rows of their own', () => {
  test('clean up to the end that was asked for: six hours without a digest are chain-truncated, where the CLI ends with 0', async () => {
    const scenario = named('clean');
    const { exit, report } = await verify(scenario, { to: askedOf(scenario).to });
    expect({ exit, verdict: report.verdict, findings: tally(report) }).toEqual({
      exit: 3,
      verdict: 'failed',
      findings: { 'chain-truncated': 1 },
    });
    expect(report.findings[0]).toMatchObject({ from: '2024-05-01T06:13:52Z', to: '2024-05-01T12:00:00Z', key: null });
    expect(VERSIONS.map((version) => scenario.cli[version]?.rc)).toEqual([0, 0, 0]);
  });

  test('bucket-changed without the former bucket in the configuration: blocked, not followed and not green', async () => {
    const { exit, report, open } = await verify(named('bucket-changed'), {});
    expect({ exit, verdict: report.verdict, findings: tally(report) }).toEqual({
      exit: 5,
      verdict: 'blocked',
      findings: { 'blocked-access': 1 },
    });
    expect(report.findings[0]?.detail).toContain('formerBuckets');
    expect(open.cloud.requests.entries.filter((entry) => entry.bucket === 'src-bucket')).toEqual([]);
  });

  test.for(['clean', 'public-key-spki', 'log-extra-unlisted'])('%s as a process of its own', async (name) => {
    const scenario = named(name);
    const expected = EXPECTED.get(name);
    const open = await openScenario(scenario, { formerBuckets: [] });
    try {
      const range = ['--from', iso(askedOf(scenario).from), '--to', iso(newestOf(scenario))];
      const { code, stdout, stderr } = await orgtrail(open, 'verify', '--source', '--json', ...range);
      expect({ code, findings: tally(readReport(stdout)), stderr }).toEqual({
        code: expected?.exit,
        findings: expected?.findings,
        stderr: expect.not.stringContaining('bug'),
      });
    } finally {
      await open.close();
    }
  });
});

function iso(time: number): string {
  return new Date(time).toISOString();
}
