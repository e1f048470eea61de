/** What the page of the system says in words. */
import type { SystemPage } from '../../contract/system.ts';

type Process = SystemPage['processes'][number];

/** One sentence: ready or not, and what about the processes. It claims nothing that was not read. */
export function systemSentence({ readiness, processes, problems }: SystemPage): string {
  const ready = readiness.ok ? 'Ready' : 'Not ready';
  if (processes.length === 0 && problems.length > 0) return `${ready}; which processes run could not be read.`;
  const silent = processes.filter((one) => one.silent).length;
  const versions = new Set(processes.map(({ version }) => version)).size;
  const heard = processes.length - silent;
  const parts = [
    processes.length === 0 ? 'no process has been heard of' : `${counted(heard)} heard of just now`,
    silent === 0 ? null : `${counted(silent)} silent`,
    versions > 1 ? `${versions} different versions` : null,
  ];
  return `${ready}; ${parts.filter((part) => part !== null).join(', ')}.`;
}

function counted(count: number): string {
  return count === 1 ? '1 process' : `${count} processes`;
}

/** Where versions differ: which there are and how many processes run each, newest spelling first; null: they agree. */
export function versionsText(processes: readonly Process[]): string | null {
  const groups = Map.groupBy(processes, ({ version }) => version);
  if (groups.size < 2) return null;
  const each = [...groups].map(([version, those]) => `${version} in ${counted(those.length)}`);
  return `Processes run different versions: ${each.toSorted().toReversed().join(', ')}. Fine while an upgrade rolls out, a mistake when it stays.`;
}

/** The only policy under which Redis never drops a job. */
export const WANTED_POLICY = 'noeviction';

/** What is wrong with how Redis is set up; null: nothing. */
export function redisWarning({ policy, maxMemory }: NonNullable<SystemPage['redis']>): string | null {
  if (policy !== WANTED_POLICY) {
    return `maxmemory-policy is ${policy}: Redis drops jobs when memory runs out. Set it: redis-cli config set maxmemory-policy ${WANTED_POLICY}`;
  }
  return maxMemory === null ? 'No memory limit is set: Redis may grow until its machine has none left.' : null;
}
