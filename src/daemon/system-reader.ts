/** The daemon as a whole, for the system page: version, processes, Redis, and the configuration without its secrets. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { stringify } from 'yaml';
import { COMMAND_TIMEOUT_MS, within } from '../adapters/redis.ts';
import { nextRun } from '../adapters/schedule.ts';
import type { Config } from '../config.ts';
import { redactedConfig } from '../config/secrets.ts';
import type { Readiness } from '../core/snapshot.ts';
import type { Clock } from '../ports.ts';
import type { SystemReader } from '../web/sources.ts';
import { readBeats } from './beats.ts';

/** INFO has some two hundred lines; what is longer is not Redis. */
const MOST_LINES = 2000;
const MOST_VALUE = 1000;

export interface SystemParts {
  readonly config: Config;
  /** For commands, with a time limit of its own. */
  readonly redis: Redis;
  readonly readiness: () => Promise<Readiness>;
  readonly clock: Clock;
  readonly version: string;
}

export function createSystemReader({ config, redis, readiness, clock, version }: SystemParts): SystemReader {
  const { discover, collect, reconcile } = config.schedules;
  return {
    version,
    readiness,
    processes: () => readBeats(redis, clock.now()),
    redisInfo: async () => {
      const text = await within(infoOf(redis), COMMAND_TIMEOUT_MS, 'reading INFO');
      return text === null ? null : infoLines(text);
    },
    configuration: stringify(redactedConfig(config), { lineWidth: 0 }),
    schedules: { discover, collect, reconcile },
    nextRun,
  };
}

/** Null: this Redis does not say, as managed ones may not. */
async function infoOf(redis: Redis): Promise<string | null> {
  try {
    return await redis.info();
  } catch (error) {
    if (error instanceof Error && error.name === 'ReplyError') return null;
    throw error;
  }
}

function infoLines(text: string): ReadonlyMap<string, string> {
  const pairs = text.split(/\r?\n/, MOST_LINES).flatMap((line): readonly (readonly [string, string])[] => {
    const at = line.indexOf(':');
    return at <= 0 || line.startsWith('#') ? [] : [[line.slice(0, at), line.slice(at + 1, at + 1 + MOST_VALUE)]];
  });
  return new Map(pairs);
}

/** As package.json says, beside `src` or `dist`: the image holds it too. Throws where it is not there, which is a bug. */
export function readVersion(): string {
  const file = join(import.meta.dirname, '..', '..', 'package.json');
  const { version } = JSON.parse(readFileSync(file, 'utf8')) as { readonly version?: unknown };
  if (typeof version !== 'string') throw new Error(`no version in ${file}`);
  return version;
}
