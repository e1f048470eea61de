/** Of which pages the pictures of the README are: a hash over their sources, kept beside the pictures. */
import { createHash } from 'node:crypto';
import { globSync, readFileSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
const SOURCES = ['src/web/ui/**/*', 'src/core/board/*.ts'];

export const SCREENSHOTS = join(ROOT, 'src/web/screenshots');
export const MADE_FROM = join(SCREENSHOTS, 'made-from.txt');

/** SHA-256 over the paths and contents of what the pages are made from, hex. */
export function pagesHash(): string {
  const hash = createHash('sha256');
  const paths = globSync(SOURCES, { cwd: ROOT }).filter((path) => statSync(join(ROOT, path)).isFile());
  for (const path of paths.map((one) => one.split(sep).join('/')).toSorted()) {
    const content = readFileSync(join(ROOT, path));
    hash.update(`${path}\n${content.length}\n`).update(content);
  }
  return hash.digest('hex');
}
