/** How `plan` and `apply` are called. */
import type { Command } from 'commander';
import { loadConfig } from '../config.ts';
import type { Clock } from '../ports.ts';
import { withConfigOptions } from './arguments.ts';
import type { PlanRequest } from './plan.ts';
import type { Answer } from './request.ts';

/** What main lends them: the clock, the environment, and a run that hears signals and sets the exit status. */
export interface PlanHost {
  readonly clock: Clock;
  readonly env: NodeJS.ProcessEnv;
  readonly run: (act: (signal: AbortSignal) => Promise<Answer>) => Promise<void>;
}

type PlanOptions = { readonly config: string; readonly json?: true; readonly preflight: boolean };
type ApplyOptions = Omit<PlanOptions, 'preflight'> & { readonly yes?: true; readonly by?: string };

const PLAN_HELP = `
Exit status: 0 no change · 1 operating error, or refused · 2 usage or configuration · 3 findings that no change mends
             5 part of it could not be looked at · 6 changes are pending · 130 interrupted`;

export function addPlanCommands(program: Command, { clock, env, run }: PlanHost): void {
  const requestOf = (options: Pick<PlanOptions, 'config' | 'json'>, signal: AbortSignal): PlanRequest => ({
    config: loadConfig(options.config, env),
    clock,
    screen: process.stderr,
    json: options.json === true,
    signal,
  });
  withConfigOptions(
    program.command('plan').description('what would be written to policies, settings and lifecycle; writes nothing'),
  )
    .option('--no-preflight', 'do not try in every account what collecting needs')
    .addHelpText('after', PLAN_HELP)
    .action((options: PlanOptions) =>
      run(async (signal) => {
        // Loaded for these commands alone: the others start in less time and memory.
        const { plan } = await import('./plan.ts');
        return plan({ ...requestOf(options, signal), preflight: options.preflight });
      }),
    );
  withConfigOptions(program.command('apply').description('plans, asks, and writes one document after the other'))
    .option('--yes', 'do not ask; wanted where there is no terminal')
    .option('--by <name>', 'who applies, where AWS does not tell')
    .addHelpText('after', PLAN_HELP)
    .action((options: ApplyOptions) =>
      run(async (signal) => {
        const { apply } = await import('./apply.ts');
        return apply({ ...requestOf(options, signal), yes: options.yes === true, by: options.by ?? null });
      }),
    );
}
