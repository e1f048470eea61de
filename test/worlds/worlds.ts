/**
 * `npm run worlds`: many random worlds on every core. Healthy ones must yield no finding, damaged ones must be told
 * of, and the second verifier must agree on each. Each world is made from one number, printed with its failure.
 *
 *   node test/worlds/worlds.ts [--healthy N] [--damaged N] [--runs N] [--seed S] [--workers W]
 */
import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import type { WorldPlan } from './plan.ts';
import { damagedTrial, healthyTrial, type Kind } from './trial.ts';

const USUAL = 10_000;
const BATCH = 25;
const SHOWN = 5;
/** Of one world: a digest of a hundred thousand files can fail as often. */
const LINES = 10;
const PROGRESS_MS = 2000;
/** The first argument of a worker process. */
const WORKER = 'worker';

interface Batch {
  readonly kind: Kind;
  readonly from: number;
  readonly count: number;
}

interface Failure {
  readonly kind: Kind;
  readonly seed: number;
  readonly plan: WorldPlan | null;
  readonly damage: string | null;
  readonly failures: readonly string[];
}

/** What a batch came to. `unspoilt`: damaged worlds that held nothing for their damage to strike, so others are made. */
interface Outcome {
  readonly batch: Batch;
  readonly unspoilt: number;
  readonly failures: readonly Failure[];
}

function runBatch(batch: Batch): Outcome {
  const failures: Failure[] = [];
  let unspoilt = 0;
  for (let seed = batch.from; seed < batch.from + batch.count; seed += 1) {
    try {
      const { plan, damage, failures: found } = batch.kind === 'healthy' ? healthyTrial(seed) : damagedTrial(seed);
      if (batch.kind === 'damaged' && damage === null) unspoilt += 1;
      if (found.length > 0)
        failures.push({ kind: batch.kind, seed, plan, damage: damage?.name ?? null, failures: found.slice(0, LINES) });
    } catch (error) {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      failures.push({ kind: batch.kind, seed, plan: null, damage: null, failures: [text] });
    }
  }
  return { batch, unspoilt, failures };
}

interface Options {
  readonly healthy: number;
  readonly damaged: number;
  readonly seed: number;
  readonly workers: number;
}

function optionsOf(args: readonly string[]): Options {
  const text = { type: 'string' } as const;
  const options = { healthy: text, damaged: text, runs: text, seed: text, workers: text } as const;
  const { values } = parseArgs({ args: [...args], options });
  const numberOf = (name: keyof typeof options, usual: number): number => {
    const value = values[name];
    if (value === undefined) return usual;
    if (!/^\d{1,9}$/.test(value)) throw new RangeError(`--${name} takes a whole number, not ${value}`);
    return Number(value);
  };
  const runs = numberOf('runs', USUAL);
  return {
    healthy: numberOf('healthy', runs),
    damaged: numberOf('damaged', runs),
    seed: numberOf('seed', Date.now() % 1_000_000_000),
    workers: Math.max(1, numberOf('workers', Math.min(availableParallelism(), 8))),
  };
}

/** What is left to do, and what was done. */
class Tally {
  readonly started = performance.now();
  readonly failures: Failure[] = [];
  readonly #wanted: Record<Kind, number>;
  readonly #done: Record<Kind, number> = { healthy: 0, damaged: 0 };
  readonly #given: Record<Kind, number> = { healthy: 0, damaged: 0 };
  readonly #next: Record<Kind, number>;

  constructor({ healthy, damaged, seed }: Options) {
    this.#wanted = { healthy, damaged };
    this.#next = { healthy: seed, damaged: seed };
  }

  next(): Batch | null {
    const kind = (['healthy', 'damaged'] as const).find((one) => this.#given[one] < this.#wanted[one]);
    if (kind === undefined) return null;
    const batch = { kind, from: this.#next[kind], count: Math.min(BATCH, this.#wanted[kind] - this.#given[kind]) };
    this.#next[kind] += batch.count;
    this.#given[kind] += batch.count;
    return batch;
  }

  /** Worlds that came short are made up for by further seeds. */
  take({ batch, unspoilt, failures }: Outcome): void {
    this.#done[batch.kind] += batch.count - unspoilt;
    this.#given[batch.kind] -= unspoilt;
    for (const failure of failures) {
      if (this.failures.length < SHOWN) console.info(describe(failure));
      this.failures.push(failure);
    }
  }

  get line(): string {
    const { healthy, damaged } = this.#done;
    const seconds = (performance.now() - this.started) / 1000;
    const rate = ((healthy + damaged) / seconds).toFixed(0);
    return `worlds: ${healthy} healthy, ${damaged} damaged, ${this.failures.length} failed; ${rate}/s`;
  }

  get closing(): string {
    const seconds = ((performance.now() - this.started) / 1000).toFixed(0);
    const { healthy, damaged } = this.#done;
    if (this.failures.length > 0) return `worlds: ${this.failures.length} of ${healthy + damaged} failed; ${seconds} s`;
    return `worlds: ${healthy} healthy, 0 findings; ${damaged} damaged, 0 clean; second verifier agrees on all; ${seconds} s`;
  }
}

/** A process of its own, given one batch after the other. */
function runWorker(tally: Tally): Promise<void> {
  const child = fork(import.meta.filename, [WORKER]);
  return new Promise((resolve, reject) => {
    const give = (): void => {
      const batch = tally.next();
      if (batch === null) child.disconnect();
      else child.send(batch);
    };
    child.on('message', (outcome) => {
      tally.take(outcome as Outcome);
      give();
    });
    child.on('error', reject);
    child.on('exit', (code, signal) =>
      code === 0 ? resolve() : reject(new Error(`a worker ended with ${signal ?? code ?? 'nothing'}`)),
    );
    give();
  });
}

function describe({ kind, seed, plan, damage, failures }: Failure): string {
  const [healthy, damaged] = kind === 'healthy' ? [1, 0] : [0, 1];
  return [
    `${kind} world ${seed}${damage === null ? '' : ` (${damage})`} failed`,
    ...failures.map((one) => `  ${one}`),
    `  plan: ${JSON.stringify(plan)}`,
    `  again: node test/worlds/worlds.ts --seed ${seed} --healthy ${healthy} --damaged ${damaged}`,
  ].join('\n');
}

async function main(): Promise<void> {
  const options = optionsOf(process.argv.slice(2));
  const tally = new Tally(options);
  console.info(`worlds: seed ${options.seed}, ${options.workers} workers`);
  const progress = setInterval(() => console.info(tally.line), PROGRESS_MS);
  await Promise.all(Array.from({ length: options.workers }, () => runWorker(tally)));
  clearInterval(progress);
  if (tally.failures.length > SHOWN)
    console.info(
      `and ${tally.failures.length - SHOWN} more: ${tally.failures
        .slice(SHOWN)
        .map(({ kind, seed }) => `${kind} ${seed}`)
        .join(', ')}`,
    );
  console.info(tally.closing);
  process.exitCode = tally.failures.length > 0 ? 1 : 0;
}

if (process.argv[2] === WORKER) process.on('message', (batch) => process.send?.(runBatch(batch as Batch)));
else await main();
