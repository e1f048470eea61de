/** Loopback as the machine's own network stack sees it: the pure test must never call a foreign address ours. */
import { BlockList, isIP } from 'node:net';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isLoopback, withoutBrackets } from '../../src/core/address.ts';

/** The same question, put to Node. */
function nodeSays(host: string): boolean {
  const version = isIP(host);
  const list = new BlockList();
  list.addSubnet('127.0.0.0', 8, 'ipv4');
  list.addAddress('::1', 'ipv6');
  return host === 'localhost' || (version !== 0 && list.check(host, version === 6 ? 'ipv6' : 'ipv4'));
}

describe('loopback', () => {
  const own = [
    'localhost',
    '127.0.0.1',
    '127.255.255.255',
    '127.200.249.19',
    '::1',
    '[::1]',
    '0:0:0:0:0:0:0:1',
    '::ffff:127.0.0.1',
  ];
  test.each([...own, '::FFFF:7f00:1', '0000:0000::0001'])('%s is', (host) => expect(isLoopback(host)).toBe(true));

  const foreign = ['0.0.0.0', '::', '128.0.0.1', '::2', '::ffff:10.0.0.1', '::127.0.0.1', '::ffff:0:127.0.0.1'];
  const trick = ['127.1', '2130706433', '0x7f.0.0.1', '127.0.0.01', '127.0.0.256', '127.0.0.1.evil.example'];
  test.each([...foreign, ...trick, '', '[', '::1]@[::2', '::1]', 'localhost.', 'xlocalhost', '127.0.0.1\n', '::1%lo'])(
    '%j is not',
    (host) => expect(isLoopback(host)).toBe(false),
  );

  test('the answer is that of the network stack, however an address is written', () => {
    const group = fc.constantFrom('0', '0000', '1', '0001', 'ffff', 'FFFF', '7f00', '7f', '127.0.0.1', '10.0.0.1', '');
    const written = fc.array(group, { minLength: 1, maxLength: 9 }).map((groups) => groups.join(':'));
    const dotted = fc
      .array(fc.constantFrom('0', '1', '127', '126', '255', '256', '01', ''), { minLength: 3, maxLength: 5 })
      .map((parts) => parts.join('.'));
    fc.assert(
      fc.property(fc.oneof(written, dotted, fc.ipV4(), fc.ipV6(), fc.string()), (host) => {
        expect([host, isLoopback(host)]).toEqual([host, nodeSays(withoutBrackets(host))]);
      }),
      { numRuns: 5000 },
    );
  });
});

describe('what only begins or ends like an address of ours', () => {
  test.each(['::2]@[::1', '::1]/', '::1]:80/[', 'a@[::1', '::1]?[', '::1]#'])('%j is not one', (host) =>
    expect(isLoopback(host)).toBe(false),
  );
  test('127.0.0.0/8 inside IPv6 is ours to its last address', () => {
    for (const host of ['::ffff:127.1.2.3', '::ffff:127.255.255.255', '::ffff:7f01:0203'])
      expect(isLoopback(host)).toBe(true);
    for (const host of ['::ffff:126.1.2.3', '::ffff:128.0.0.1', '::ffff:7f:1', '::fffe:7f00:1'])
      expect(isLoopback(host)).toBe(false);
  });
});

test('brackets are taken off in pairs only', () => {
  expect(['[::1]', '[::1', '::1]', '::1', '[]', ''].map(withoutBrackets)).toEqual([
    '::1',
    '[::1',
    '::1]',
    '::1',
    '',
    '',
  ]);
});
