import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const HERE = import.meta.dirname;
/** A title, or the first column of a table of titles: the row's number, then words. */
const TITLE = /['"`](\d{2,3}) [a-z%]/g;
const FIRST = 91;
const LAST = 158;

/** The rows that a file tests, by the titles in it. */
function rowsIn(file: string): readonly number[] {
  const numbers = Array.from(readFileSync(join(HERE, file), 'utf8').matchAll(TITLE), (match) => Number(match[1]));
  return [...new Set(numbers)];
}

test('each row of the failure model on digests, log files and archive settings has its tests, in one file', () => {
  const files = readdirSync(HERE).filter((name) => name.endsWith('.test.ts') && name !== 'every-row.test.ts');
  const rows = files.flatMap((file) => rowsIn(file)).toSorted((a, b) => a - b);
  expect(rows).toEqual(Array.from({ length: LAST - FIRST + 1 }, (_, index) => FIRST + index));
});
