/** Ids that YAML would take for numbers, and the bounds of limits and tags: refused with place, reason and cure. */
import { describe, expect, test } from 'vitest';
import { parseConfig } from '../src/config.ts';
import { FILE, linesOf } from './config/refusal.ts';
import { archive, organization, SLOTS, TRAIL } from './config/slots.ts';

describe('an account id without quotes', () => {
  const cure = 'is read as a number by YAML, and leading zeros get lost: quote the id';
  test.each(['012345678901', '111111111111', '0o17', '1e11', '0x1'])('%s is shown as written, with the cure', (id) => {
    expect(linesOf(`${archive({})}accounts:\n  - id: ${id}\n`)).toEqual([`c.yaml:6:9 accounts[0].id: "${id}" ${cure}`]);
  });

  test('is refused in every place where one may stand', () => {
    const text = `${archive({ owner: '111111111111' })}organizations:
  - name: x
    include: { accounts: [012345678901] }
    exclude: { accounts: ["222222222222", 333333333333] }
accounts:
  - id: "222222222222"
    trails: [{ arn: "${TRAIL}", bucket: logs, bucketOwner: 012345678901 }]
`;
    expect(linesOf(text)).toEqual([
      `c.yaml:4:10 archive.owner: "111111111111" ${cure}`,
      `c.yaml:7:27 organizations[0].include.accounts[0]: "012345678901" ${cure}`,
      `c.yaml:8:43 organizations[0].exclude.accounts[1]: "333333333333" ${cure}`,
      `c.yaml:11:104 accounts[0].trails[0].bucketOwner: "012345678901" ${cure}`,
    ]);
  });

  test('is refused under YAML 1.1 too, where a leading zero means octal', () => {
    expect(linesOf(`%YAML 1.1\n---\n${archive({})}accounts:\n  - id: 011111111111\n`)).toEqual([
      `c.yaml:8:9 accounts[0].id: "011111111111" ${cure}`,
    ]);
  });
});

describe('bounds', () => {
  test('of every limit are told from both sides', () => {
    const { limits } = parseConfig(SLOTS.bucket.write('abc'), FILE, {});
    for (const name of Object.keys(limits)) {
      const base = `${SLOTS.bucket.write('abc')}limits:\n  ${name}: `;
      const low = linesOf(`${base}-1\n`).join('\n');
      expect(low).toMatch(
        new RegExp(`^c\\.yaml:7:${name.length + 5} limits\\.${name}: "-1" is too small: at least \\d+ is wanted`),
      );
      const high = linesOf(`${base}9000000000000\n`).join('\n');
      expect(high).toContain(`limits.${name}: "9000000000000" is too large: at most`);
    }
  });

  test('of tags', () => {
    const many = Array.from({ length: 51 }, (_, index) => `k${index}: v`).join(', ');
    expect(linesOf(organization({ include: `{ tags: { ${many} } }` }))).toEqual([
      'c.yaml:7:22 organizations[0].include.tags: has more than 50 tags',
    ]);
    const long = 'v'.repeat(257);
    expect(linesOf(organization({ include: `{ tags: { k: ${long} } }` }))[0]).toMatch(
      /^c\.yaml:7:27 organizations\[0\]\.include\.tags\.k: is longer than a tag value may be/,
    );
    expect(linesOf(organization({ include: `{ tags: { "": v } }` }))[0]).toContain('has a key that is no tag key');
  });
});
