/** Closes every run with one plain line, `12 passed, 0 failed, 1 skipped`, for readers that do not know vitest. */
import { writeSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';

interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** Counts the tests; a file that broke before its tests could run is one failure. */
function tallyOf(modules: readonly TestModule[]): Tally {
  const states = modules.flatMap((module) => [...module.children.allTests()].map((test) => test.result().state));
  const broken = modules.filter((module) => module.errors().length > 0).length;
  const count = (state: string): number => states.filter((one) => one === state).length;
  // A test that never came to a result (the run was cut off) has not passed.
  return { passed: count('passed'), failed: count('failed') + count('pending') + broken, skipped: count('skipped') };
}

/** The line itself. A run that ended with a bad status never closes with `0 failed`. */
export function closingLine(tally: Tally, status: number): string {
  const failed = status === 0 ? tally.failed : Math.max(tally.failed, 1);
  const skipped = tally.skipped > 0 ? `, ${tally.skipped} skipped` : '';
  return `${tally.passed} passed, ${failed} failed${skipped}`;
}

/** The reporter. It writes as the process ends, so that nothing comes after it. */
export class ClosingLine implements Reporter {
  private tally: Tally = { passed: 0, failed: 0, skipped: 0 };

  onInit(): void {
    process.once('exit', (status) => writeSync(1, `${closingLine(this.tally, status)}\n`));
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    this.tally = tallyOf(modules);
  }
}
