/** The pages, built when their sources are newer than what lies in dist: the demo and the tests serve what was built. */
import { spawn } from 'node:child_process';
import { globSync, statSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');
/** Where they lie once they are built. */
export const PAGES = join(ROOT, 'dist/web/public');
const SOURCES = ['src/web/ui/**/*', 'src/core/**/*.ts', 'vite.config.ts', 'package-lock.json'];

/** Builds them where that is needed; true when it was. Throws with the build's own words. */
export async function ensurePages(): Promise<boolean> {
  if (pagesAreBuilt()) return false;
  await build();
  return true;
}

/** Whether what was built is as new as its sources. */
export function pagesAreBuilt(): boolean {
  const built = timeOf(join(PAGES, 'index.html'));
  const sources = globSync(SOURCES, { cwd: ROOT }).map((path) => timeOf(join(ROOT, path)) ?? 0);
  return built !== null && built >= Math.max(...sources);
}

function timeOf(path: string): number | null {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? null;
}

function build(): Promise<void> {
  const vite = join(ROOT, 'node_modules/vite/bin/vite.js');
  // The test runner says `test` here, with which they would be built as for development.
  const env = { ...process.env, NODE_ENV: 'production' };
  const child = spawn(process.execPath, [vite, 'build', '--logLevel', 'warn'], { cwd: ROOT, env, stdio: 'pipe' });
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
