/** What Prometheus is told of accounts and findings: as the pages count them, and bounded. */
import { describe, expect, test } from 'vitest';
import { ACCOUNT, findings, lines, NOW, ONE, seen, standing, THREE, TWO } from './metrics-seen.ts';

describe('accounts', () => {
  test('are counted by state, all states told, and those that need a person are named', async () => {
    const standings = [
      standing(ONE, { state: 'failed', open: 2 }),
      standing(TWO, { state: 'blocked', verifiedUntil: null }),
      standing(THREE, { open: 1 }),
    ];
    const observed = seen({}, { standings });
    expect(await lines(observed, 'accounts{')).toEqual([
      'orgtrail_accounts{state="verified"} 1',
      'orgtrail_accounts{state="pending"} 0',
      'orgtrail_accounts{state="gap-explained"} 0',
      'orgtrail_accounts{state="unverifiable"} 0',
      'orgtrail_accounts{state="unknown"} 0',
      'orgtrail_accounts{state="stale"} 0',
      'orgtrail_accounts{state="late"} 0',
      'orgtrail_accounts{state="blocked"} 1',
      'orgtrail_accounts{state="failed"} 1',
    ]);
    expect(await lines(observed, 'account_state')).toEqual([
      `orgtrail_account_state{account="${ONE}",state="failed"} 1`,
      `orgtrail_account_state{account="${TWO}",state="blocked"} 1`,
    ]);
    expect(await lines(observed, 'account_blocked')).toEqual([
      `orgtrail_account_blocked{account="${ONE}"} 0`,
      `orgtrail_account_blocked{account="${TWO}"} 1`,
      `orgtrail_account_blocked{account="${THREE}"} 0`,
    ]);
    expect(await lines(observed, 'account_verified_until')).toEqual([
      `orgtrail_account_verified_until_seconds{account="${ONE}"} 6`,
      `orgtrail_account_verified_until_seconds{account="${THREE}"} 6`,
    ]);
  });

  test('whose findings are all accepted, or that are only suspended, raise no alarm: the overview counted nobody, the alert fired', async () => {
    const suspended = { state: 'unknown', organizationState: 'SUSPENDED', fresh: true, problem: null } as const;
    const standings = [
      standing(ONE, { state: 'failed', accepted: 2 }),
      standing(TWO, suspended),
      standing(THREE, { ...suspended, open: 1 }),
      standing('555555555555', { state: 'failed', accepted: 1, open: 1 }),
    ];
    expect(await lines(seen({}, { standings }), 'account_state')).toEqual([
      `orgtrail_account_state{account="${THREE}",state="unknown"} 1`,
      'orgtrail_account_state{account="555555555555",state="failed"} 1',
    ]);
    // They are counted by state all the same.
    expect(await lines(seen({}, { standings }), 'accounts{state="unknown')).toEqual([
      'orgtrail_accounts{state="unknown"} 2',
    ]);
  });

  test('are silent since their newest digest, and without one since they were first seen', async () => {
    const standings = [
      standing(ONE),
      standing(TWO, { lastDigest: null }),
      standing(THREE, { chains: 0 }),
      standing('555555555555', { organizationState: 'SUSPENDED' }),
      standing('666666666666', { organizationState: 'CLOSED' }),
      standing('777777777777', { lastDigest: NOW + 5000 }),
    ];
    const observed = seen({ accounts: [ACCOUNT, { ...ACCOUNT, id: TWO, seenAt: 2000 }] }, { standings });
    expect(await lines(observed, 'account_silence')).toEqual([
      `orgtrail_account_silence_seconds{account="${ONE}"} 3`,
      `orgtrail_account_silence_seconds{account="${TWO}"} 8`,
      'orgtrail_account_silence_seconds{account="777777777777"} 0',
    ]);
  });
});

describe('findings', () => {
  test('that nobody has accepted and that stand are counted by code, with those that are not kept', async () => {
    const accepted = { reason: 'seen', by: 'alice', at: 1 };
    const board = {
      findings: [
        findings([{ code: 'digest-missing' }, { code: 'digest-missing' }, { code: 'log-missing', accepted }], 4),
        findings([{ code: 'digest-missing' }, { code: 'late', goneAt: 5 } as never], 1),
      ],
    };
    expect(await lines(seen({}, board), 'findings')).toEqual([
      'orgtrail_findings{code="digest-missing"} 3',
      'orgtrail_findings{code="not-listed"} 5',
    ]);
  });

  test('that two readers tell of count once, as the pages list them: twice as many were alarmed of', async () => {
    const one = { id: 'same', code: 'digest-missing' } as const;
    const gone = { ...one, goneAt: 5 };
    const board = { findings: [findings([one]), findings([gone]), findings([one])] };
    expect(await lines(seen({}, board), 'findings')).toEqual(['orgtrail_findings{code="digest-missing"} 1']);
  });

  test('of codes that are none, or of more codes than there are, are counted as one', async () => {
    const odd = [{ code: 'a"} 1\norgtrail_redis_up 7' }, { code: 'x'.repeat(65) }] as never[];
    expect(await lines(seen({}, { findings: [findings(odd)] }), 'findings')).toEqual([
      'orgtrail_findings{code="other"} 2',
    ]);
    const many = Array.from({ length: 1000 }, (_, at) => ({ code: `code-${at}` })) as never[];
    const told = await lines(seen({}, { findings: [findings(many)] }), 'findings');
    expect([told.length, told.at(-1)]).toEqual([201, 'orgtrail_findings{code="other"} 800']);
  });
});
