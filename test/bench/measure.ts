/** Wall time, processor time and peak memory of a program, as the kernel counts them (Linux: /proc). */
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';

const SAMPLE_MS = 20;
/** /proc counts in ticks of 1/100 s on every Linux that Node runs on (USER_HZ). */
const TICKS_PER_SECOND = 100;
/** `cutime` and `cstime` of /proc/PID/stat, counted from the field after the name. */
const CHILDREN_TIMES = [13, 14] as const;

/** Seconds and bytes. */
export interface Cost {
  readonly wall: number;
  readonly cpu: number;
  readonly peak: number;
}

export interface Measured<Result> {
  readonly cost: Cost;
  readonly result: Result;
}

/**
 * Measures the child process that `act` starts and waits for. All other children must be running before and after, and
 * are named by `others`: processor time is that of children that ended meanwhile, threads and grandchildren included.
 */
export async function measure<Result>(
  act: () => Promise<Result>,
  others: ReadonlySet<number>,
): Promise<Measured<Result>> {
  let peak = 0;
  const sampler = setInterval(() => (peak = Math.max(peak, peakOfChildren(others))), SAMPLE_MS);
  const cpuBefore = cpuOfEndedChildren();
  const before = performance.now();
  try {
    const result = await act();
    const wall = (performance.now() - before) / 1000;
    return { cost: { wall, cpu: cpuOfEndedChildren() - cpuBefore, peak }, result };
  } finally {
    clearInterval(sampler);
  }
}

function cpuOfEndedChildren(): number {
  const stat = readFileSync('/proc/self/stat', 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return CHILDREN_TIMES.reduce((sum, index) => sum + Number(fields[index]), 0) / TICKS_PER_SECOND;
}

/** The high-water mark of the largest child, in bytes: it only grows, so that the last sample is the peak. */
function peakOfChildren(others: ReadonlySet<number>): number {
  const listed = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').trim();
  const children = listed === '' ? [] : listed.split(' ').map(Number);
  return Math.max(0, ...children.filter((pid) => !others.has(pid)).map(peakOf));
}

function peakOf(pid: number): number {
  try {
    const [, kibibytes = '0'] = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Number(kibibytes) * 1024;
  } catch {
    return 0; // it ended between the two looks
  }
}
