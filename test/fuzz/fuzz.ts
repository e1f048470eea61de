/**
 * `npm run fuzz`: a million cases for each reader of what strangers write, on two worker threads.
 * `-- --target "key grammar" --cases 50000 --seed 7`; with `--path` as a failing case printed it, that case alone.
 */
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import type { Task } from './protocol.ts';
import { BATCH, LONGEST_CASE, type Failure, type Outcome, type Plan } from './run.ts';
import type { Target } from './target.ts';
import { TARGETS } from './targets.ts';

const CASES = 1_000_000;
const THREADS = 2;
const MIB = 2 ** 20;
/** Of the whole program, two threads with everything they load among it. MiB. */
const MOST_MEMORY = 1024;
/** Of one thread's own objects. MiB. */
const MOST_HEAP = 192;
const PROGRESS_EVERY = 15_000;
const LOOK_EVERY = 50;
/** A thread that begins no case for as long hangs in one. */
const HANGS_AFTER = 10 * LONGEST_CASE;

process.exitCode = (await main()) ? 0 : 1;

async function main(): Promise<boolean> {
  const { values } = parseArgs({
    options: {
      cases: { type: 'string', default: String(CASES) },
      target: { type: 'string' },
      seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
      path: { type: 'string' },
    },
  });
  const wanted = TARGETS.filter(({ name }) => values.target === undefined || values.target === name);
  if (wanted.length === 0) throw new Error(`--target is one of: ${TARGETS.map(({ name }) => name).join(', ')}`);
  const path = values.path ?? null;
  const plan: Plan = { cases: path === null ? Number(values.cases) : 1, seed: Number(values.seed), step: 1, path };
  process.stdout.write(`seed ${plan.seed}, ${THREADS} threads\n`);
  let good = true;
  for (const one of wanted) good = (await fuzz(one, plan)) && good;
  return good;
}

async function fuzz(target: Target, plan: Plan): Promise<boolean> {
  const started = performance.now();
  const threads = plansOf(plan).map((share) => startThread(target, share));
  const watch = watchThreads(target, threads, plan.cases);
  const ends = await Promise.all(threads.map(({ end }) => end));
  const peak = watch.stop();
  const seconds = (performance.now() - started) / 1000;
  const failures = ends.flatMap(({ failure }) => (failure === null ? [] : [failure]));
  const cases = ends.reduce((sum, end) => sum + end.cases, 0);
  const slowest = Math.max(...ends.map((end) => end.slowest));
  const tooMuch = peak > MOST_MEMORY;
  for (const failure of failures) process.stdout.write(`${failureText(target, failure)}\n`);
  process.stdout.write(
    `${target.name}: ${cases} cases, ${failures.length} crashes, slowest ${slowest.toFixed(1)} ms, peak ${peak.toFixed(0)} MiB` +
      `${tooMuch ? `, MORE THAN ${MOST_MEMORY} MiB` : ''} (${seconds.toFixed(0)} s)\n`,
  );
  return failures.length === 0 && !tooMuch && (plan.path !== null || cases >= plan.cases);
}

function plansOf(plan: Plan): readonly Plan[] {
  if (plan.path !== null || plan.cases < THREADS) return [plan];
  const cases = Math.ceil(plan.cases / THREADS);
  return Array.from({ length: THREADS }, (_none, index) => ({
    ...plan,
    cases,
    seed: plan.seed + index,
    step: THREADS,
  }));
}

interface Thread {
  readonly begun: Int32Array;
  readonly end: Promise<Outcome>;
  /** Ends a thread that hangs. */
  stop(reason: string): void;
}

function startThread(target: Target, plan: Plan): Thread {
  const shared = new SharedArrayBuffer(4);
  const begun = new Int32Array(shared);
  const task: Task = { ...plan, target: target.name, begun: shared };
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    workerData: task,
    resourceLimits: { maxOldGenerationSizeMb: MOST_HEAP, maxYoungGenerationSizeMb: 16 },
  });
  const { promise: end, resolve } = Promise.withResolvers<Outcome>();
  const fail = (reason: string): void => {
    const cases = Atomics.load(begun, 0);
    const last = Math.max(0, cases - 1);
    const seed = plan.seed + Math.floor(last / BATCH) * plan.step;
    const failure = { seed, path: String(last % BATCH), input: 'not known', reason };
    resolve({ cases, slowest: 0, failure });
  };
  worker.on('message', (outcome: Outcome) => resolve(outcome));
  worker.on('error', (error) => fail(String(error)));
  worker.on('exit', () => fail('the thread ended without a word'));
  const stop = (reason: string): void => {
    fail(reason);
    void worker.terminate();
  };
  return { begun, end, stop };
}

/** Tells the progress, measures memory, and ends what hangs. `stop` gives the peak of the resident memory in MiB. */
function watchThreads(target: Target, threads: readonly Thread[], cases: number): { stop(): number } {
  let peak = 0;
  let told = performance.now();
  const seen = threads.map(() => ({ cases: -1, at: performance.now() }));
  const look = (): void => {
    peak = Math.max(peak, process.memoryUsage.rss() / MIB);
    const now = performance.now();
    const counts = threads.map(({ begun }) => Atomics.load(begun, 0));
    for (const [index, count] of counts.entries()) {
      const last = seen[index];
      if (last?.cases !== count) seen[index] = { cases: count, at: now };
      else if (count > 0 && now - last.at > HANGS_AFTER && count < cases / threads.length)
        threads[index]?.stop(`case ${count} hangs`);
    }
    if (now - told < PROGRESS_EVERY) return;
    told = now;
    process.stderr.write(`${target.name}: ${counts.reduce((sum, count) => sum + count, 0)} of ${cases}\n`);
  };
  const timer = setInterval(look, LOOK_EVERY);
  return {
    stop() {
      clearInterval(timer);
      return peak;
    },
  };
}

function failureText(target: Target, { seed, path, input, reason }: Failure): string {
  const replay = `--target ${JSON.stringify(target.name)} --seed ${seed} --path ${path}`;
  return [`${target.name}: FAILED: ${reason}`, `  input  ${input}`, `  replay npm run fuzz -- ${replay}`].join('\n');
}
