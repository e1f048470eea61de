/** What the user typed, read strictly: usage errors end with exit status 2 and name the option. */
import { InvalidArgumentError, Option, type Command } from 'commander';
import { parseIso } from '../core/time.ts';
import type { Role } from '../daemon/stage.ts';

/** The options that every command looking at chains shares, as commander hands them over. */
export interface ChainOptions {
  readonly config: string;
  readonly json?: true;
  readonly from?: number;
  readonly to?: number;
  readonly account: readonly string[];
  readonly region: readonly string[];
  readonly trail: readonly string[];
}

export const DEFAULT_CONFIG = 'config/orgtrail.yaml';
export const ROLES: readonly Role[] = ['all', 'worker', 'scheduler', 'web'];

/** Adds `--config` and `--json`. */
export function withConfigOptions(command: Command): Command {
  return command
    .option('--config <file>', 'the configuration', DEFAULT_CONFIG)
    .option('--json', 'print one JSON object instead of text');
}

/** Adds the range and the filters. */
export function withChainOptions(command: Command): Command {
  return withConfigOptions(command)
    .addOption(new Option('--from <time>', 'from this time on (ISO 8601, UTC)').argParser(parseTime))
    .addOption(new Option('--to <time>', 'up to this time (ISO 8601, UTC)').argParser(parseTime))
    .addOption(repeatable('--account <id>', 'this account only (repeatable)', parseAccount))
    .addOption(repeatable('--region <region>', 'this region only (repeatable)', (text) => text))
    .addOption(repeatable('--trail <name>', 'this trail only, by name or ARN (repeatable)', (text) => text));
}

/** An option that may be given several times. */
export function repeatable(flags: string, description: string, parse: (text: string) => string): Option {
  const collect = (text: string, before: readonly string[]): readonly string[] => [...before, parse(text)];
  return new Option(flags, description).default([]).argParser(collect);
}

/** A UTC time to the second, or a UTC day. An offset is refused rather than thrown away, as AWS's verifier does. */
function parseTime(text: string): number {
  const time = parseIso(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : text.replace(/\.\d{1,9}Z$/, 'Z'));
  if (time === null) throw new InvalidArgumentError('write it as 2026-05-01T13:00:00Z or 2026-05-01 (UTC).');
  return time;
}

/** Twelve digits, as text: a number would lose leading zeros. */
export function parseAccount(text: string): string {
  if (!/^\d{12}$/.test(text)) throw new InvalidArgumentError('an account id has twelve digits.');
  return text;
}

/** A fraction of all. */
export function parseRate(text: string): number {
  const rate = /^(?:[01]|0?\.\d{1,9})$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isNaN(rate)) throw new InvalidArgumentError('a rate lies between 0 and 1, such as 0.05.');
  return rate;
}

/** A whole number from 1 to 100,000. */
export function parseCount(text: string): number {
  const count = /^[1-9]\d{0,5}$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isNaN(count) || count > 100_000) throw new InvalidArgumentError('a count lies between 1 and 100000.');
  return count;
}
