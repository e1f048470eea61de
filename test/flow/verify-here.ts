/** `verify --source --json` within the test's own process: the same command, without the second that a process costs. */
import { verifySource } from '../../src/cli/verify.ts';
import { requestHere, type RunnableWorld } from './request-here.ts';
import { readReport, type VerifyReport } from './verify-report.ts';

/** What is verified: any opened world with its configuration. Times in epoch milliseconds. */
export interface Ask {
  readonly from?: number;
  readonly to?: number;
}

export interface Answered {
  readonly exit: number;
  readonly report: VerifyReport;
}

/** Verifies with the world's own credentials, which are taken out of the environment again. */
export async function verifyHere(world: RunnableWorld, ask: Ask = {}): Promise<Answered> {
  const before = Object.keys(world.env).map((name) => [name, process.env[name]] as const);
  try {
    const answer = await verifySource(requestHere(world, () => Date.now(), ask));
    return { exit: answer.exitCode, report: readReport(answer.stdout) };
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
}
