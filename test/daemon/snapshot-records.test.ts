/** Records of accounts and chains as Redis may hold them: ours come back as they were, all else is none. */
import { describe, expect, test } from 'vitest';
import { accountRecord, chainRecord } from '../../src/daemon/snapshot-records.ts';

const PROBLEM = { code: 'blocked-access', detail: 's3:GetObject', hint: 'allow it' };
const ACCOUNT = {
  id: '222222222222',
  name: null,
  state: 'ACTIVE',
  surveyedAt: 1.5,
  sources: 2,
  problems: [PROBLEM],
};
const CHAIN = {
  reader: '111111111111',
  account: '222222222222',
  region: 'us-east-1',
  trailArn: 'arn:aws:cloudtrail:us-east-1:111111111111:trail/main',
  problem: PROBLEM,
  captured: 1,
  pendingLogs: 2,
  unrecognised: 0,
  newestDigestEnd: null,
  found: 3,
  held: 0,
};
const text = (record: object, over: object): string => JSON.stringify({ ...record, ...over });

describe('an account', () => {
  test('comes back as it was, and nothing beside it', () => {
    expect(accountRecord(text(ACCOUNT, { name: 'payments', more: 1 }))).toEqual({ ...ACCOUNT, name: 'payments' });
  });

  test.each([
    { id: '22222222222' },
    { id: 222_222_222_222 },
    { name: undefined },
    { name: 'n'.repeat(257) },
    { state: 's'.repeat(33) },
    { surveyedAt: -1 },
    { surveyedAt: '1' },
    { sources: 1.5 },
    { sources: -1 },
    { problems: null },
    { problems: [PROBLEM, { ...PROBLEM, code: 'c'.repeat(65) }] },
    { problems: [null] },
    { problems: [{ ...PROBLEM, hint: 'h'.repeat(4097) }] },
    { problems: Array.from({ length: 1001 }, () => PROBLEM) },
  ])('with %j is none', (over) => {
    expect(accountRecord(text(ACCOUNT, over))).toBeNull();
  });
});

describe('a chain', () => {
  test('comes back as it was, also where its sweep failed', () => {
    expect(chainRecord(text(CHAIN, { more: 1 }))).toEqual(CHAIN);
    const { reader, account, region, trailArn, problem } = CHAIN;
    expect(chainRecord(text({ reader, account, region, trailArn, problem }, {}))).toEqual({
      reader,
      account,
      region,
      trailArn,
      problem,
    });
    expect(chainRecord(text(CHAIN, { problem: null, newestDigestEnd: 7 }))).toMatchObject({
      problem: null,
      newestDigestEnd: 7,
    });
  });

  test.each([
    { reader: 'x' },
    { account: '2222222222223' },
    { region: 'r'.repeat(65) },
    { trailArn: 't'.repeat(513) },
    { problem: undefined },
    { problem: 'no' },
    { problem: { code: 'c', detail: 'd' } },
    { captured: -1 },
    { held: null },
    { found: '3' },
    { newestDigestEnd: -1 },
    { newestDigestEnd: '7' },
  ])('with %j is none', (over) => {
    expect(chainRecord(text(CHAIN, over))).toBeNull();
  });
});

test.each(['', '[]', 'null', '1', '{', '"a"'])('%s is neither', (odd) => {
  expect([accountRecord(odd), chainRecord(odd)]).toEqual([null, null]);
});
