/** `verify --source --json` within the test's own process: the same command, without the second that a process costs. */
import { verifySource } from '../../src/cli/verify.ts';
import { loadConfig } from '../../src/config.ts';
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
export async function verifyHere(
  world: { readonly configFile: string; readonly env: NodeJS.ProcessEnv },
  ask: Ask = {},
): Promise<Answered> {
  const before = Object.keys(world.env).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, world.env);
  try {
    const answer = await verifySource({
      config: loadConfig(world.configFile, {}),
      clock: { now: () => Date.now() },
      screen: { write: () => true },
      json: true,
      from: ask.from ?? null,
      to: ask.to ?? null,
      accounts: [],
      regions: [],
      trails: [],
      signal: new AbortController().signal,
    });
    return { exit: answer.exitCode, report: readReport(answer.stdout) };
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
}
