#!/usr/bin/env node
/** The process: argv, signals, exit codes. The only file that may exit. */
import { existsSync } from 'node:fs';
import { Command, CommanderError, Option } from 'commander';
import {
  DEFAULT_CONFIG,
  parseCount,
  parseRate,
  ROLES,
  withChainOptions,
  withConfigOptions,
  type ChainOptions,
} from './cli/arguments.ts';
import { addAccess } from './cli/access.ts';
import { collect } from './cli/collect.ts';
import { configCheck, configPrint, configSchema, type CommandResult } from './cli/config.ts';
import { addMemberRole } from './cli/member-role.ts';
import { addPlanCommands } from './cli/plan-command.ts';
import { quarantineAccept, quarantineList, quarantineShow, type EntryRequest } from './cli/quarantine.ts';
import type { Answer, Request } from './cli/request.ts';
import { status } from './cli/status.ts';
import { verifySource } from './cli/verify.ts';
import { configForCopy, verifyArchive } from './cli/verify-archive.ts';
import { loadConfig, type Config } from './config.ts';
import type { Role } from './daemon/stage.ts';
import { OperatingError } from './errors.ts';

const VERSION = '0.1.0';
const EXIT = { error: 1, usage: 2, interrupted: 130 } as const;
/** Of what was proven before and is unchanged by the listing, this fraction is read again on every run. */
const DEFAULT_SAMPLE = 0.01;
/** Entries of one page of `quarantine list`. */
const DEFAULT_LIMIT = 1000;
const clock = { now: () => Date.now() };

const EXIT_HELP = `
Exit status: 0 all that was asked for is proven · 1 operating error · 2 usage or configuration
             3 something failed or is missing · 4 nothing there to verify · 5 could not look at part of it
             6 changes are pending · 130 interrupted`;

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
    program
      .command('status')
      .description('what the archive proves per account and day; what is late, failed, blocked, and the next step')
      .option('--chains', 'one more row for each chain'),
    status,
  );
  addQuarantine(program);
  addPlanCommands(program, { clock, env: process.env, run: runAnswer });
  addConfig(program);
  addAccess(program, { clock, stdin: process.stdin, stdout: process.stdout, screen: process.stderr });
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
    .option('--source', 'where they lie: the member buckets')
    .option('--archive', 'as they were consolidated: the archive alone, by its receipts and kept keys')
    .option('--dir <folder>', 'with --archive: a local copy of the bucket; no network at all')
    .option('--full', 'with --archive: read everything again, also what was proven before and is unchanged')
    .addOption(
      new Option('--sample <rate>', 'with --archive: the fraction of that which is read again (0 to 1)')
        .argParser(parseRate)
        .default(DEFAULT_SAMPLE),
    );
  addChainCommand(
    command,
    (request, options) => {
      if (options['source'] === true) return verifySource(request);
      const { dir, full, sample } = options;
      return verifyArchive({
        ...request,
        dir: typeof dir === 'string' ? dir : null,
        full: full === true,
        sample: Number(sample),
      });
    },
    verifyConfig,
  );
}

/** Who only has a copy of the archive needs no configuration. */
function verifyConfig(options: Readonly<Record<string, unknown>>, file: string): Config {
  const { source, archive, dir, full } = options;
  if ((source === true) === (archive === true))
    throw usage('say what to verify: --source (the member buckets) or --archive (the consolidated copy)');
  if (source === true && (dir !== undefined || full === true)) throw usage('--dir and --full go with --archive');
  const alone = dir !== undefined && file === DEFAULT_CONFIG && !existsSync(file);
  return alone ? configForCopy() : loadConfig(file, process.env);
}

type ChainAction = (request: Request, options: Readonly<Record<string, unknown>>) => Promise<Answer>;
type ConfigReader = (options: Readonly<Record<string, unknown>>, file: string) => Config;

function usualConfig(_: Readonly<Record<string, unknown>>, file: string): Config {
  return loadConfig(file, process.env);
}

function addChainCommand(command: Command, act: ChainAction, read: ConfigReader = usualConfig): void {
  withChainOptions(command).action(async (options: ChainOptions) => {
    const config = read({ ...options }, options.config);
    const { from = null, to = null, account, region, trail } = options;
    if (from !== null && to !== null && from > to) throw usage('--from is later than --to');
    const filters = { accounts: account, regions: region, trails: trail };
    const base = { config, clock, screen: process.stderr, json: options.json === true, from, to, ...filters };
    await runAnswer((signal) => act({ ...base, signal }, { ...options }));
  });
}

/** Runs a command that can be interrupted: the first signal asks it to end, a second SIGINT ends it. */
async function runAnswer(act: (signal: AbortSignal) => Promise<Answer>): Promise<void> {
  const interrupted = new AbortController();
  process.once('SIGINT', () => {
    interrupted.abort();
    process.once('SIGINT', () => process.exit(EXIT.interrupted));
  });
  process.once('SIGTERM', () => interrupted.abort());
  try {
    const answer = await act(interrupted.signal);
    process.stdout.write(answer.stdout);
    process.exitCode = answer.exitCode;
  } catch (error) {
    if (!interrupted.signal.aborted) throw error;
    process.stderr.write('interrupted: what was written so far stays, and the next run goes on from there\n');
    process.exit(EXIT.interrupted);
  }
}

function addQuarantine(program: Command): void {
  const command = program.command('quarantine').description('what failed, why, and what became of it; needs no Redis');
  addChainCommand(
    command
      .command('list')
      .description('what lies there, in the order of its keys')
      .addOption(new Option('--limit <count>', 'about how many are told').argParser(parseCount).default(DEFAULT_LIMIT))
      .option('--after <key>', 'go on where a list ended'),
    (request, { limit, after }) =>
      quarantineList({ ...request, limit: Number(limit), after: typeof after === 'string' ? after : null }),
  );
  const what = 'an archive key below orgtrail/quarantine/, or a file of a source as bucket/key';
  addEntryCommand(
    command.command('show').description('the evidence and history of one file').argument('<file>', what),
    quarantineShow,
  );
  addEntryCommand(
    command
      .command('accept')
      .description('record that somebody has looked at it; it stays unproven, and no verdict changes')
      .argument('<file>', what)
      .requiredOption('--reason <text>', 'why it may stay as it is')
      .option('--by <name>', 'who says so, where AWS does not tell'),
    (request, { reason, by }) =>
      quarantineAccept({ ...request, reason: String(reason), by: typeof by === 'string' ? by : null }),
  );
}

type EntryAction = (request: EntryRequest, options: Readonly<Record<string, unknown>>) => Promise<Answer>;

function addEntryCommand(command: Command, act: EntryAction): void {
  withConfigOptions(command).action(async (what: string, options: ChainOptions) => {
    const request: EntryRequest = {
      config: loadConfig(options.config, process.env),
      clock,
      screen: process.stderr,
      json: options.json === true,
      signal: new AbortController().signal,
      what,
    };
    const answer = await act(request, { ...options });
    process.stdout.write(answer.stdout);
    process.exitCode = answer.exitCode;
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
  addMemberRole(command, { clock, finish });
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
