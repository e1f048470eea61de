#!/usr/bin/env node
/** The process: argv, signals, exit codes. The only file that may exit. */
import { Command, CommanderError, Option } from 'commander';
import { DEFAULT_CONFIG, ROLES, withChainOptions, withConfigOptions, type ChainOptions } from './cli/arguments.ts';
import { collect } from './cli/collect.ts';
import { configCheck, configPrint, configSchema, type CommandResult } from './cli/config.ts';
import type { Answer, Request } from './cli/request.ts';
import { status } from './cli/status.ts';
import { verifySource } from './cli/verify.ts';
import { loadConfig } from './config.ts';
import type { Role } from './daemon/stage.ts';
import { OperatingError } from './errors.ts';

const VERSION = '0.1.0';
const EXIT = { error: 1, usage: 2, interrupted: 130 } as const;
const clock = { now: () => Date.now() };

const EXIT_HELP = `
Exit status: 0 all that was asked for is proven · 1 operating error · 2 usage or configuration
             3 something failed or is missing · 4 nothing there to verify · 5 could not look at part of it
             130 interrupted`;

await main();

async function main(): Promise<void> {
  const program = new Command('orgtrail')
    .description('gathers CloudTrail output of many accounts into one bucket and proves it complete and unchanged')
    .version(VERSION)
    .exitOverride()
    .addHelpText('after', EXIT_HELP);
  addRun(program);
  addChainCommand(
    program.command('collect').description('one pass over everything, now, then exit; needs no Redis'),
    collect,
  );
  addVerify(program);
  addChainCommand(
    program.command('status').description('what the archive proves per account; what is late, failed, blocked'),
    status,
  );
  addConfig(program);
  try {
    await program.parseAsync(process.argv);
  } catch (error) {
    fail(error);
  }
}

function addRun(program: Command): void {
  program
    .command('run')
    .description('the daemon: schedules, workers, HTTP surface')
    .option('--config <file>', 'the configuration', DEFAULT_CONFIG)
    .addOption(
      new Option('--role <role>', 'one part only, to split the daemon over containers').choices(ROLES).default('all'),
    )
    .action(async (options: { config: string; role: Role }) => {
      const config = loadConfig(options.config, process.env);
      // Queue and web server are loaded for the daemon alone: the other commands start in half the time and memory.
      const { runDaemon } = await import('./cli/run.ts');
      const running = await runDaemon({
        file: options.config,
        config,
        env: process.env,
        role: options.role,
        clock,
        onBug: fail,
      });
      let stopping = false;
      const stop = (): void => {
        if (stopping) process.exit(EXIT.interrupted);
        stopping = true;
        void running.close().then(() => process.exit(0), fail);
      };
      process.on('SIGTERM', stop);
      process.on('SIGINT', stop);
      process.on('SIGHUP', () => void running.reload().catch(fail));
    });
}

function addVerify(program: Command): void {
  const command = program
    .command('verify')
    .description('verify the digest chains and say so')
    .option('--source', 'where they lie: the member buckets');
  addChainCommand(command, (request, options) => {
    if (options['source'] !== true) throw usage('say what to verify: --source (the member buckets)');
    return verifySource(request);
  });
}

type ChainAction = (request: Request, options: Readonly<Record<string, unknown>>) => Promise<Answer>;

function addChainCommand(command: Command, act: ChainAction): void {
  withChainOptions(command).action(async (options: ChainOptions) => {
    const config = loadConfig(options.config, process.env);
    const interrupted = new AbortController();
    process.once('SIGINT', () => {
      interrupted.abort();
      process.once('SIGINT', () => process.exit(EXIT.interrupted));
    });
    process.once('SIGTERM', () => interrupted.abort());
    const { from = null, to = null, account, region, trail } = options;
    if (from !== null && to !== null && from > to) throw usage('--from is later than --to');
    const filters = { accounts: account, regions: region, trails: trail };
    const request: Request = {
      config,
      clock,
      screen: process.stderr,
      json: options.json === true,
      from,
      to,
      ...filters,
      signal: interrupted.signal,
    };
    try {
      const answer = await act(request, { ...options });
      process.stdout.write(answer.stdout);
      process.exitCode = answer.exitCode;
    } catch (error) {
      if (!interrupted.signal.aborted) throw error;
      process.stderr.write('interrupted: what was written so far stays, and the next run goes on from there\n');
      process.exit(EXIT.interrupted);
    }
  });
}

function addConfig(program: Command): void {
  const command = program.command('config').description('check, describe or print the configuration');
  const finish = (result: CommandResult): void => {
    process.stdout.write(result.stdout);
    process.stderr.write(result.stderr);
    process.exitCode = result.exitCode;
  };
  const add = (name: string, description: string, act: typeof configCheck): void => {
    withConfigOptions(command.command(name).description(description)).action((options: ChainOptions) =>
      finish(act({ file: options.config, json: options.json === true, env: process.env })),
    );
  };
  add('check', 'every error with its line and column', configCheck);
  add('print', 'what is in force, defaults included, without secrets', configPrint);
  command
    .command('schema')
    .description('the JSON Schema of the file, for editors')
    .action(() => finish(configSchema()));
}

function usage(what: string): CommanderError {
  return new CommanderError(EXIT.usage, 'orgtrail.usage', `error: ${what}`);
}

/** Usage and configuration end with 2, operating errors with 1 and their next step; anything else is a bug and shows its stack. */
function fail(error: unknown): never {
  if (error instanceof CommanderError) {
    if (error.code === 'orgtrail.usage') process.stderr.write(`${error.message}\n`);
    process.exit(error.exitCode === 0 ? 0 : EXIT.usage);
  }
  if (error instanceof OperatingError) {
    process.stderr.write(`${error.code}: ${error.message}\nnext: ${error.hint}\n`);
    process.exit(error.code === 'config-invalid' || error.code === 'usage' ? EXIT.usage : EXIT.error);
  }
  process.stderr.write(`bug: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(EXIT.error);
}
