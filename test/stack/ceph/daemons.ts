/** The processes of one Ceph, by the pid files in its directory. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Pids of what the script started there, the watch among them. Empty when nothing is there. */
export function daemonsOf(dir: string): readonly number[] {
  const run = join(dir, 'run');
  return namesIn(run)
    .filter((name) => name.endsWith('.pid'))
    .map((name) => Number.parseInt(readFileSync(join(run, name), 'utf8'), 10))
    .filter((pid) => Number.isInteger(pid) && pid > 1);
}

function namesIn(dir: string): readonly string[] {
  try {
    return readdirSync(dir);
  } catch {
    return [];
  }
}

/** Ends those that are still processes of this directory; a number that another process has by now is left alone. */
export function endDaemons(dir: string, pids: readonly number[]): void {
  for (const pid of pids) {
    if (!commandOf(pid).includes(dir)) continue;
    try {
      process.kill(pid, 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}

/** The command line; empty when there is no such process. */
export function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}
