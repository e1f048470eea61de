/** The pictures of the README show the pages as they are. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { MADE_FROM, pagesHash, SCREENSHOTS } from './made-from.ts';

const PICTURES: readonly (readonly [string, number, number])[] = [
  ['overview-light.png', 1440, 900],
  ['overview-dark.png', 1440, 900],
  ['account.png', 1440, 900],
  ['digest.png', 1440, 900],
  ['overview-phone.png', 390, 844],
];

test('the pictures are of these very pages', () => {
  const made = existsSync(MADE_FROM) ? readFileSync(MADE_FROM, 'utf8').trim() : 'nothing';
  expect(made, 'the screenshots are older than the pages: node test/pages/screenshots.ts').toBe(pagesHash());
});

test.each(PICTURES)('%s is a picture of %d × %d pixels, small enough for a README', (name, width, height) => {
  const path = join(SCREENSHOTS, name);
  const bytes = readFileSync(path);
  expect(bytes.subarray(1, 4).toString('latin1')).toBe('PNG');
  expect([bytes.readUInt32BE(16), bytes.readUInt32BE(20)]).toEqual([width, height]);
  expect(statSync(path).size).toBeLessThan(250_000);
});
