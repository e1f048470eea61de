/** `orgtrail config check|schema|print`. */
import { stringify } from 'yaml';
import { type Config, loadConfig } from '../config.ts';
import type { Environment } from '../config/environment.ts';
import { ConfigError } from '../config/problem.ts';
import { inputSchema } from '../config/schema.ts';
import { redactedConfig } from '../config/secrets.ts';

/** What a command says and how it ends; main prints it and exits. */
export interface CommandResult {
  readonly exitCode: 0 | 2;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ConfigRequest {
  readonly file: string;
  readonly json: boolean;
  /** The process's own when it is not given. */
  readonly env?: Environment;
}

/** Checks a configuration and says every problem in it. */
export function configCheck(request: ConfigRequest): CommandResult {
  return withConfig(request, (config) => {
    const counts = { accounts: config.accounts.length, organizations: config.organizations.length };
    if (request.json)
      return json({ schema: 'orgtrail.config-check/1', file: request.file, ok: true, ...counts, problems: [] });
    return `${request.file}: ok, ${amount(counts.accounts, 'account')}, ${amount(counts.organizations, 'organization')}\n`;
  });
}

/** The JSON Schema (draft-07) of the file, for editors. */
export function configSchema(): CommandResult {
  return { exitCode: 0, stdout: json(inputSchema()), stderr: '' };
}

/** The configuration as it is in force, defaults and environment included, without secrets. */
export function configPrint(request: ConfigRequest): CommandResult {
  return withConfig(request, (config) =>
    request.json ? json(redactedConfig(config)) : stringify(redactedConfig(config), { lineWidth: 0 }),
  );
}

function withConfig(request: ConfigRequest, print: (config: Config) => string): CommandResult {
  try {
    const config = request.env === undefined ? loadConfig(request.file) : loadConfig(request.file, request.env);
    return { exitCode: 0, stdout: print(config), stderr: '' };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const { problems } = error;
    const stderr = `${error.message}\n${amount(problems.length, 'problem')}. ${error.hint}\n`;
    const stdout = request.json
      ? json({ schema: 'orgtrail.config-check/1', file: request.file, ok: false, problems })
      : '';
    return { exitCode: 2, stdout, stderr };
  }
}

function amount(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
