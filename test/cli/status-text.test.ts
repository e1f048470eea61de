/** The text of a status that no small world gives: many findings, many accounts, hostile names. */
import { describe, expect, test } from 'vitest';
import type { AccountLine, ChainLine } from '../../src/cli/status-lines.ts';
import { statusText } from '../../src/cli/status-text.ts';
import type { StatusReport } from '../../src/cli/status.ts';
import type { Finding } from '../../src/core/coverage.ts';
import type { DayCell } from '../../src/core/days.ts';
import { hintFor } from '../../src/core/hint.ts';
import { CELL_STATES, type FindingCode } from '../../src/core/verdict.ts';

const DAYS = Array.from({ length: 8 }, (_, index) => `2026-05-0${index + 1}`);

function finding(code: FindingCode, account: string, hour: number): Finding {
  const at = (time: number): string => `2026-05-01T${String(time).padStart(2, '0')}:00:00Z`;
  const where = { account, region: 'us-east-1', trail: 'main', bucket: 'logs', key: `AWSLogs/${hour}` };
  return { code, ...where, from: at(hour), to: at(hour + 1), detail: `detail ${hour}`, hint: hintFor(code) };
}

function chain(parts: Partial<ChainLine> = {}): ChainLine {
  const days = DAYS.map((day) => ({ day, state: 'verified' as const, reason: null }));
  const known = { verifiedUntil: '2026-05-08T10:00:00Z', receipts: 9, waiting: 0, regionsFrom: 'enabled' as const };
  return { region: 'us-east-1', trail: 'main', state: 'verified', reason: null, ...known, days, ...parts };
}

function line(account: string, parts: Partial<AccountLine> = {}): AccountLine {
  const usual = {
    name: 'payments',
    organizationState: 'ACTIVE',
    state: 'verified' as const,
    reason: null,
    unknowns: [],
  };
  return { account, ...usual, chains: [chain()], ...parts };
}

function report(accounts: readonly AccountLine[], parts: Partial<StatusReport> = {}): StatusReport {
  const days = accounts.flatMap(({ account }) =>
    DAYS.map((day): DayCell => ({ account, day, state: 'verified', reason: null })),
  );
  const window = { at: '2026-05-08T12:00:00Z', from: '2026-05-01T12:00:00Z', to: null };
  return { schema: 'orgtrail.status/1', ...window, verdict: 'verified', accounts, days, findings: [], ...parts };
}

const show = (...parts: Parameters<typeof report>): string => statusText(report(...parts), { withChains: false });

describe('findings', () => {
  test('of one kind and chain are one entry, twenty entries are shown, the most urgent first, and the rest is counted', () => {
    const findings = [
      ...Array.from({ length: 30 }, (_, index) => finding('log-missing', String(100000000000 + index), 1)),
      ...Array.from({ length: 10 }, (_, hour) => finding('digest-missing', '111122223333', hour)),
      finding('blocked-access', '111122223333', 1),
    ];
    const shown = show([line('111122223333')], { findings, verdict: 'failed' });
    expect(shown.match(/^ {4}next: /gm)).toHaveLength(20);
    expect(shown).toContain(
      'digest-missing ×10  111122223333 us-east-1 main [2026-05-01T00:00:00Z to 2026-05-01T10:00:00Z]\n    detail 0',
    );
    expect(shown.indexOf('digest-missing')).toBeLessThan(shown.indexOf('log-missing'));
    expect(shown).toContain('… and 12 more; --json has all');
    expect(shown).toContain('failed: 41 findings\n');
  });

  test('keep control characters from the terminal, in keys, names, details and reasons alike', () => {
    const bad = 'x\u001b[2J\n\u202efake: all proven';
    const findings = [{ ...finding('log-unlisted', '111122223333', 1), key: bad, detail: bad }];
    const unknowns = [{ code: 'blocked-access', detail: bad, hint: bad }];
    const shown = show(
      [line('111122223333', { name: bad, unknowns, chains: [chain({ trail: bad, regionsFrom: 'seen' })] })],
      { findings },
    );
    // oxlint-disable-next-line no-control-regex -- what must not be there
    expect(shown).not.toMatch(/[\u001b\u202e]/);
    expect(shown.split('\n').some((one) => one.startsWith('fake') || one.startsWith('\\u202efake'))).toBe(false);
  });
});

describe('the grid', () => {
  test('is at most 160 columns wide whatever states, names and codes there are, the worst account first', () => {
    const accounts = CELL_STATES.map((state, index) =>
      line(String(100000000000 + index), {
        name: 'a name that is far too long for a column of a table',
        state,
        reason: 'digest-signature-missing',
        chains: [chain({ region: 'ap-southeast-1', trail: 'x'.repeat(128), state })],
      }),
    );
    const days = accounts.flatMap(({ account, state }) =>
      DAYS.map((day): DayCell => ({ account, day, state, reason: 'word' })),
    );
    const shown = statusText(report(accounts, { days }), { withChains: true });
    const grid = shown.split('\n').slice(0, 1 + 2 * accounts.length);
    expect(Math.max(...grid.map((one) => one.length))).toBeLessThanOrEqual(160);
    expect(grid[1]).toMatch(/^failed /);
    expect(grid.at(-2)).toMatch(/^verified /);
    const legend = shown.split('\n').find((one) => one.includes(' · ')) ?? '';
    for (const word of ['ok!', '..', 'gap', 'unpr', '?', 'old', 'late', 'blkd', 'FAIL']) expect(legend).toContain(word);
  });

  test('names the earliest end of the proven time of all chains, and none where one chain has none', () => {
    const chains = [chain(), chain({ verifiedUntil: '2026-05-03T00:00:00Z' })];
    expect(show([line('111122223333', { chains })])).toContain('2026-05-03T00:00:00Z');
    expect(show([line('111122223333', { chains: [...chains, chain({ verifiedUntil: null })] })])).not.toContain(
      'T00:00:00Z',
    );
  });

  test('says why a verdict is blocked when nothing but late chains is', () => {
    const late = chain({ state: 'late', waiting: 3 });
    const shown = show([line('111122223333', { state: 'late', chains: [late] })], { verdict: 'blocked' });
    expect(shown).toContain('late: 111122223333 us-east-1 main: 3 digests in the source wait to be judged');
    expect(shown).toContain('blocked: 1 chain is late, so not proven up to its end\n0 of 1 accounts proven');
  });

  test('says which regions are not known, bounded', () => {
    const accounts = Array.from({ length: 15 }, (_, index) =>
      line(String(100000000000 + index), { chains: [chain({ regionsFrom: 'seen' })] }),
    );
    const shown = show(accounts);
    expect(shown.match(/^regions not known: /gm)).toHaveLength(10);
    expect(shown).toContain('… and 5 more; --json has all');
  });

  test('of no account says so', () => {
    expect(show([], { verdict: 'nothing' })).toBe(
      'no account is known\n\nnothing: there is nothing to prove\n0 of 0 accounts proven from 2026-05-01T12:00:00Z; looked at 2026-05-08T12:00:00Z\n',
    );
  });
});
