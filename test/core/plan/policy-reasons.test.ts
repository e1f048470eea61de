/** Why a policy changes, and who loses what by it. */
import { describe, expect, it } from 'vitest';
import type { Json } from '../../../src/core/json.ts';
import type { Change } from '../../../src/core/plan/document.ts';
import { planBucketPolicy } from '../../../src/core/plan/plan-policy.ts';
import type { WantedPolicy } from '../../../src/core/plan/wanted.ts';
import { accountNumber, ORGANIZATION, trails, wantedPolicy } from './wanted-policies.ts';

/** The change from what one configuration wants to what another does. */
function step(from: WantedPolicy, to: WantedPolicy, rewrite = (text: string): string => text): Change {
  const before = planBucketPolicy(from, { state: 'absent' }).change?.after ?? null;
  const value = JSON.parse(rewrite(JSON.stringify(before))) as Json;
  const { change } = planBucketPolicy(to, { state: 'present', value });
  if (change === null) throw new Error('no change');
  return change;
}

const share = (account: string, role = 'auditor') => ({
  principals: [`arn:aws:iam::${account}:role/${role}`],
  accounts: [account],
});

describe('reasons', () => {
  it('count the accounts that join and leave, list by list', () => {
    const { reasons, breaks } = step(
      wantedPolicy({ delivery: trails(3) }),
      wantedPolicy({ delivery: trails(8).slice(1) }),
    );
    const joined = [3, 4, 5].map(accountNumber).join(', ');
    const expected = `+5 accounts (${joined} and 2 more), -1 account (${accountNumber(0)})`;
    expect(reasons).toEqual([
      `OrgtrailDeliveryAcl differs: StringEquals aws:SourceArn ${expected}.`,
      `OrgtrailDelivery differs: resources ${expected}; StringEquals aws:SourceArn ${expected}.`,
    ]);
    expect(breaks).toEqual([`${trails(1)[0]?.arn} can no longer deliver here.`]);
  });

  it('name every statement of a policy that is not there yet', () => {
    const { change } = planBucketPolicy(wantedPolicy(), { state: 'absent' });
    expect(change?.reasons[0]).toBe('There is no policy.');
    expect(change?.reasons).toContain('OrgtrailNoOverwrite is not there: it refuses writes over what is there.');
    expect(change?.reasons).toHaveLength(1 + 11);
  });

  it('name a principal that AWS substituted because it was deleted', () => {
    const wanted = wantedPolicy({ readers: [share(accountNumber(7))] });
    const gone = step(wanted, wanted, (text) =>
      text.replaceAll(`arn:aws:iam::${accountNumber(7)}:role/auditor`, 'AROAEXAMPLEEXAMPLE123'),
    );
    expect(gone.reasons[0]).toMatch(/names AROAEXAMPLEEXAMPLE123, which AWS put in the place of a principal/);
  });

  it('name a statement that is no longer wanted', () => {
    const { reasons } = step(wantedPolicy(), wantedPolicy({ tlsOnly: false }));
    expect(reasons).toEqual(['OrgtrailTlsOnly is there and no longer wanted.']);
  });
});

describe('breaks', () => {
  it('tell a reader what it loses, and nobody who keeps what it had', () => {
    const [a, b] = [accountNumber(1), accountNumber(2)];
    const both = wantedPolicy({ readers: [share(a), share(b)] });
    const { breaks } = step(both, wantedPolicy({ readers: [share(b)] }));
    expect(breaks).toHaveLength(1);
    expect(breaks[0]).toMatch(
      new RegExp(`^arn:aws:iam::${a}:role/auditor loses s3:GetObject, s3:GetObjectVersion, s3:ListBucket on `),
    );
  });

  it('are none when a fold or a wider grant keeps what was granted', () => {
    const account = accountNumber(1);
    const narrow = wantedPolicy({ readers: [share(account)] });
    const wide = wantedPolicy({ readers: [{ ...share(account), accounts: null }] });
    expect(step(narrow, wide).breaks).toEqual([]);
    expect(step(wantedPolicy({ delivery: trails(30) }), wantedPolicy({ delivery: trails(150) })).breaks).toEqual([]);
    const covered = { organizations: [ORGANIZATION] };
    expect(
      step(wantedPolicy({ delivery: trails(30), ...covered }), wantedPolicy({ delivery: trails(1200), ...covered }))
        .breaks,
    ).toEqual([]);
  });

  it('tell accounts of a folded list that leave, and organizations that are dropped', () => {
    const { breaks } = step(wantedPolicy({ delivery: trails(150) }), wantedPolicy({ delivery: trails(149) }));
    expect(breaks).toEqual([`Trails of account ${accountNumber(149)} can no longer deliver here.`]);
    const covered = wantedPolicy({ delivery: trails(1200), organizations: [ORGANIZATION] });
    expect(step(covered, wantedPolicy()).breaks).toEqual([`Trails of ${ORGANIZATION} can no longer deliver here.`]);
  });

  it('tell what a new deny stops, once', () => {
    const { breaks } = step(wantedPolicy({ tlsOnly: false }), wantedPolicy());
    expect(breaks).toEqual(['Requests over plain HTTP are refused from now on.']);
  });

  it('tell the former writer', () => {
    const { breaks } = step(wantedPolicy(), wantedPolicy({ writer: 'arn:aws:iam::111111111111:role/other' }));
    expect(breaks).toEqual([expect.stringMatching(/^arn:aws:iam::111111111111:role\/orgtrail loses s3:Get/)]);
  });

  it('count beyond twenty', () => {
    const { breaks } = step(wantedPolicy({ delivery: trails(40) }), wantedPolicy({ delivery: trails(5) }));
    expect(breaks).toHaveLength(21);
    expect(breaks.at(-1)).toBe('So it is with 15 more.');
  });
});
