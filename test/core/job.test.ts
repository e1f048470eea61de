/** What the queue carries: identifiers only, and a chain's name that no two chains share. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { chainName, chainRef, type ChainRef } from '../../src/core/job.ts';
import type { Chain } from '../../src/core/source.ts';

const REF: ChainRef = {
  reader: '999988887777',
  trailArn: 'arn:aws:cloudtrail:us-east-1:999988887777:trail/main',
  account: '111122223333',
  region: 'eu-west-1',
};

test('a chain is referred to by who reads it, its trail, account and region, and by nothing that could lead elsewhere', () => {
  const source = { reader: REF.reader, trailArn: REF.trailArn, bucket: 'member-logs', prefix: 'logs/' };
  const chain = { account: REF.account, region: REF.region, source } as unknown as Chain;
  expect(chainRef(chain)).toEqual(REF);
});

test('its name is stable, and another chain’s is another', () => {
  expect(chainName(REF)).toBe('arn:aws:cloudtrail:us-east-1:999988887777:trail/main|111122223333|eu-west-1');
  const part = fc.constantFrom('a', 'b', 'ab', 'c:d');
  const refs = fc.record({ reader: part, trailArn: part, account: part, region: part });
  fc.assert(
    fc.property(refs, refs, (one, two) => {
      const same = one.trailArn === two.trailArn && one.account === two.account && one.region === two.region;
      expect(chainName(one) === chainName(two)).toBe(same);
    }),
  );
});
