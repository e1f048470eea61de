/** The pages, built when their sources are newer than what lies in dist: the demo and the tests serve what was built. */
import { spawn } from 'node:child_process';
import { globSync, statSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');
const BUILT = 'dist/web/public/index.html';
const SOURCES = ['src/web/ui/**/*', 'src/core/**/*.ts', 'vite.config.ts', 'package-lock.json'];

/** Builds them where that is needed; true when it was. Throws with the build's own words. */
export async function ensurePages(): Promise<boolean> {
  const built = timeOf(BUILT);
  const newest = Math.max(...globSync(SOURCES, { cwd: ROOT }).map((path) => timeOf(path) ?? 0));
  if (built !== null && built >= newest) return false;
  await build();
  return true;
}

function timeOf(path: string): number | null {
  return statSync(join(ROOT, path), { throwIfNoEntry: false })?.mtimeMs ?? null;
}

function build(): Promise<void> {
  const vite = join(ROOT, 'node_modules/vite/bin/vite.js');
  const child = spawn(process.execPath, [vite, 'build', '--logLevel', 'warn'], { cwd: ROOT, stdio: 'pipe' });
  const said: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => said.push(part.toString()));
  return new Promise((done, failed) => {
    child.once('error', failed);
    child.once('close', (code) => {
      if (code === 0) done();
      else failed(new Error(`the pages could not be built (vite build ended with ${code}):\n${said.join('')}`));
    });
  });
}
