/** Runs cases of one target and keeps the slowest and the first that fails. */
import { setImmediate } from 'node:timers/promises';
import * as fc from 'fast-check';
import { asJson, type Target } from './target.ts';

export interface Plan {
  readonly cases: number;
  /** Of the first batch. */
  readonly seed: number;
  /** From one batch's seed to the next one's: as many as there are threads, so that they share one row of seeds. */
  readonly step: number;
  /** Where in the seed's cases to begin, as a failing case printed it; null: at the first. */
  readonly path: string | null;
}

export interface Outcome {
  readonly cases: number;
  /** Milliseconds. */
  readonly slowest: number;
  readonly failure: Failure | null;
}

/** What replays the case, the smallest input like it that fails too, and why. */
export interface Failure {
  readonly seed: number;
  readonly path: string;
  readonly input: string;
  readonly reason: string;
}

/**
 * Cases between two turns of the event loop. zlib gives the memory of a stream that ended in an error free in the next
 * turn, so one long turn would fill the memory with what nobody needs any more.
 */
export const BATCH = 2000;
/** A case may take as long; longer counts as a hang. Milliseconds. */
export const LONGEST_CASE = 1000;
/** A slow case is looked at again before it counts: others' garbage may have been collected in it. */
const LOOKS = 3;

export interface Watch {
  /** Called before each case. */
  readonly onCase?: () => void;
  /** Milliseconds of work. Without: this thread's own time on the processor, which a busy machine does not lengthen. */
  readonly clock?: () => number;
}

/** Ends with the first failing case. */
export async function runTarget(target: Target, plan: Plan, watch: Watch = {}): Promise<Outcome> {
  const { onCase = (): void => undefined, clock = threadTime } = watch;
  const timed = (look: () => void): number => {
    const started = clock();
    look();
    return clock() - started;
  };
  let [cases, slowest] = [0, 0];
  const property = target.property((look) => {
    onCase();
    cases += 1;
    let took = timed(look);
    for (let again = 1; again < LOOKS && took > LONGEST_CASE; again += 1) took = Math.min(took, timed(look));
    slowest = Math.max(slowest, took);
    if (took > LONGEST_CASE) throw new Error(`it took ${took.toFixed(0)} ms`);
  });
  const path = plan.path === null ? {} : { path: plan.path };
  for (let seed = plan.seed; cases < plan.cases; seed += plan.step) {
    const run = fc.check(property, { numRuns: Math.min(BATCH, plan.cases - cases), seed, ...path });
    if (run.failed) return { cases, slowest, failure: failureOf(run) };
    if (plan.path !== null) break;
    await setImmediate();
  }
  return { cases, slowest, failure: null };
}

function failureOf(run: fc.RunDetails<readonly [unknown]>): Failure {
  const { seed, counterexamplePath, counterexample, errorInstance } = run;
  const reason = errorInstance instanceof Error ? errorInstance.message : String(errorInstance);
  return { seed, path: counterexamplePath ?? '', input: asJson(counterexample?.[0]), reason };
}

function threadTime(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
