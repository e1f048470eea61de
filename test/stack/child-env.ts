/** What a program of ours gets when a test starts it: where programs lie, what the test names, and nothing else of here. */
import { join } from 'node:path';

const CACHE = 'NODE_COMPILE_CACHE';

/**
 * Has Node keep what it compiles, for this process's children: the program starts in half the time. Whoever writes into
 * that folder runs code as we do, so it lies below our own `node_modules` and never in a `/tmp` that others share.
 */
export function keepCompiled(root: string): void {
  process.env[CACHE] = join(root, 'node_modules/.cache/orgtrail-tests');
}

/** The environment of one child. Not the one of this process: a test must not pass by what this machine is set to. */
export function childEnv(own: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const { PATH, [CACHE]: kept } = process.env;
  return { PATH, ...(kept === undefined ? {} : { [CACHE]: kept }), ...own };
}
