/** Where a request comes from, as limits count it and as logs and records name it. */
import { afterEach, describe, expect, test } from 'vitest';
import { householdOf } from '../../../src/web/security/origin.ts';
import { SAME_ORIGIN } from './fixture.ts';
import { opening } from './opened.ts';

const at = opening();
afterEach(() => at.close());

/** How often a wrong password is heard before the asker has to wait, from these addresses in turn. */
async function tries(addresses: readonly string[], send: (address: string) => object): Promise<readonly number[]> {
  const statuses: number[] = [];
  for (const [index, address] of addresses.entries()) {
    const payload = { user: `user${index}`, password: 'x' };
    const request = { method: 'POST', url: '/api/session', payload, headers: SAME_ORIGIN, ...send(address) } as const;
    statuses.push((await at.app.inject(request)).statusCode);
  }
  return statuses;
}

describe('the limit by address', () => {
  test('holds a whole /64 of IPv6: one household could try as many passwords as it has addresses', async () => {
    await at.open({ rates: { signInsByAddress: 2, signInsByName: 1000 } });
    const own = ['2001:db8:1:2::1', '2001:db8:1:2:ffff::9', '2001:db8:1:2:a:b:c:d', '2001:db8:1:3::1'];
    expect(await tries(own, (remoteAddress) => ({ remoteAddress }))).toEqual([401, 401, 429, 401]);
  });

  test('takes a port behind the address for no other asker: each connection had tries of its own', async () => {
    await at.open({ rates: { signInsByAddress: 2, signInsByName: 1000 } }, ['127.0.0.1']);
    const said = [
      '192.0.2.7:1',
      '192.0.2.7:2',
      '192.0.2.7:65535',
      '[2001:db8::1]:1',
      '[2001:db8::1]:2',
      '[2001:db8::1]',
    ];
    const send = (address: string) => ({ headers: { ...SAME_ORIGIN, 'x-forwarded-for': address } });
    expect(await tries(said, send)).toEqual([401, 401, 429, 401, 401, 429]);
  });

  test('knows no one apart by what is no address: every word was another asker', async () => {
    await at.open({ rates: { signInsByAddress: 2, signInsByName: 1000 } }, ['127.0.0.1']);
    const send = (address: string) => ({ headers: { ...SAME_ORIGIN, 'x-forwarded-for': address } });
    expect(await tries(['unknown', '999.1.1.1', 'x'.repeat(9000)], send)).toEqual([401, 401, 429]);
  });
});

test.each([
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', 'c000:207'],
  ['::FFFF:c000:0208', 'c000:208'],
  ['::1', '0:0:0:0'],
  ['fe80::1%eth0', 'fe80:0:0:0'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
  ['2001:0DB8:0001:0002::', '2001:db8:1:2'],
  ['', ''],
])('%s counts as %s', (address, household) => {
  expect(householdOf(address)).toBe(household);
});

test('what is no address of a proxy is in no log: anybody could have nine thousand letters written there', async () => {
  await at.open({}, ['127.0.0.1']);
  const headers = { 'x-forwarded-for': `canary${'x'.repeat(9000)}` };
  await at.app.inject({ url: '/api/read', headers });
  const line = at.security.lines.find((one) => one.includes('"denied"')) ?? '';
  expect(JSON.parse(line)).toMatchObject({ from: '127.0.0.1' });
  expect(at.security.lines.join('')).not.toContain('canary');
});
