/** The processes of one Ceph, by the pid files in its directory. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const END_MS = 10_000;

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

/** Waits for the end of those that were killed: the kernel takes its time with a process that holds much memory. */
export async function untilEnded(dir: string, pids: readonly number[]): Promise<void> {
  const left = (): readonly number[] => pids.filter((pid) => commandOf(pid).includes(dir));
  for (const deadline = Date.now() + END_MS; left().length > 0; await wait(10))
    if (Date.now() > deadline) throw new Error(`killed ${END_MS / 1000} s ago and still there: ${left().join(', ')}`);
}

/** The command line; empty when there is no such process. */
export function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}
