/** Runs once before all tests: what every run needs is there, or is fetched, or the one command is named. */
import { ensurePackage, REDIS } from './stack/need.ts';
import { ensurePages } from './stack/pages.ts';

export async function setup(): Promise<void> {
  await ensurePackage(REDIS);
  await ensurePages();
}
