/** `orgtrail run`: the daemon over one configuration, and its reload. Signals belong to main.ts. */
import { createLogger } from '../adapters/log.ts';
import { reloadConfig, type Config } from '../config.ts';
import type { Environment } from '../config/environment.ts';
import { httpPassword, httpTls, oidcSecret, redisPassword } from '../config/secrets.ts';
import { startDaemon, type Daemon } from '../daemon.ts';
import { createCallRates } from '../daemon/call-rates.ts';
import type { DaemonOptions, Role } from '../daemon/stage.ts';
import { createPipeline } from '../pipeline.ts';
import type { Clock, Log } from '../ports.ts';
import { createMetrics } from '../web/metrics.ts';
import { openParts } from './open.ts';

export interface RunSettings {
  readonly file: string;
  readonly config: Config;
  readonly env: Environment;
  readonly role: Role;
  readonly clock: Clock;
  /** Told of errors that are no operating errors: the process must end. */
  readonly onBug: (error: unknown) => void;
  /** Where time runs faster than usual. */
  readonly timing?: DaemonOptions['timing'];
}

export interface RunningProgram {
  readonly url: string | null;
  readonly log: Log;
  /** Reads the configuration again; an invalid one keeps the old in force and is said. */
  reload(): Promise<void>;
  close(): Promise<void>;
}

/** Starts the daemon; resolves when it runs. */
export async function runDaemon(settings: RunSettings): Promise<RunningProgram> {
  const log = createLogger(settings.config.log.level);
  let config = settings.config;
  let current = await startOne(settings, config, log);
  let turn: Promise<void> = Promise.resolve();
  const inTurn = (act: () => Promise<void>): Promise<void> => (turn = turn.then(act));
  return {
    url: current.daemon.url,
    log,
    reload: () =>
      inTurn(async () => {
        const next = reloadConfig(settings.file, settings.env, config);
        if (next.error !== undefined)
          log.error(
            { event: 'reload-refused', problem: next.error.message },
            'the new configuration is not valid: the old one stays in force',
          );
        else if (!next.changed) log.info({ event: 'reload-unchanged' }, 'the configuration has not changed');
        else {
          await current.close();
          config = next.config;
          current = await startOne(settings, config, log);
          log.info({ event: 'reloaded' }, 'the new configuration is in force');
        }
      }),
    close: () => inTurn(() => current.close()),
  };
}

async function startOne(
  settings: RunSettings,
  config: Config,
  log: Log,
): Promise<{ readonly daemon: Daemon; close(): Promise<void> }> {
  const metrics = createMetrics();
  const calls = createCallRates(settings.clock);
  const open = openParts(config, settings.clock, (call) => {
    metrics.onCall(call);
    calls.onCall(call);
  });
  const { env } = settings;
  const passwords = {
    redis: redisPassword(config, env),
    http: httpPassword(config, env),
    oidc: oidcSecret(config, env),
  };
  const work = createPipeline(open.parts);
  const daemon = await startDaemon({
    config,
    work,
    clock: settings.clock,
    log,
    role: settings.role,
    metrics,
    calls,
    parts: open.parts,
    passwords,
    tls: httpTls(config),
    onBug: settings.onBug,
    ...(settings.timing === undefined ? {} : { timing: settings.timing }),
  });
  return {
    daemon,
    close: async () => {
      await daemon.close();
      await open.close();
    },
  };
}
