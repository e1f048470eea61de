/**
 * Redis connections, all made and closed here. BullMQ never closes an instance it was handed, and one open socket
 * keeps the process alive, so every connection, duplicates included, is tracked (ecosystem.md, section 2).
 */
import { Redis, type RedisOptions } from 'ioredis';
import { errorText, OperatingError } from '../errors.ts';
import type { Log } from '../ports.ts';

/** One hash tag for all keys, so that a cluster keeps them on one node. Cannot be changed without a migration. */
export const KEY_PREFIX = '{orgtrail}';

/** How long a producer waits for one command. A hung Redis neither answers nor closes (reliability.md 1.3). */
export const COMMAND_TIMEOUT_MS = 5000;

export interface RedisAccess {
  readonly url: string;
  /** The password itself, read from its file by the caller; null when the URL or nobody has one. */
  readonly password: string | null;
  /** `ca`: PEM text of the authorities to trust, null for the machine's. Null: TLS only if the URL says rediss. */
  readonly tls: { readonly ca: string | null } | null;
}

export interface Connections {
  /** For producers and probes: refuses at once while Redis is away, gives up after COMMAND_TIMEOUT_MS. */
  command(): Redis;
  /** For BullMQ workers: waits without limit, as a blocking read must. */
  worker(): Redis;
  /** Why Redis cannot be used right now; null when every connection stands. */
  trouble(): string | null;
  /** Ends every connection, politely while `timeoutMs` lasts, then at once. */
  close(timeoutMs: number): Promise<void>;
}

/** Opens nothing yet; connections retry for ever, so Redis may be down at start. */
export function createConnections(access: RedisAccess, log: Log): Connections {
  const open = new Set<Redis>();
  const troubles = createTroubles(log);
  const track = (client: Redis): Redis => {
    open.add(client);
    troubles.watch(client);
    const duplicate = client.duplicate.bind(client);
    client.duplicate = (override) => track(duplicate(override));
    return client;
  };
  const { url, ...credentials } = splitUrl(access);
  const base = { ...baseOptions(access), ...credentials };
  return {
    command: () => track(new Redis(url, { ...base, enableOfflineQueue: false, commandTimeout: COMMAND_TIMEOUT_MS })),
    worker: () => track(new Redis(url, base)),
    trouble: troubles.current,
    close: async (timeoutMs) => {
      troubles.silence();
      await Promise.all([...open].map((client) => quit(client, timeoutMs)));
    },
  };
}

/** A user in the URL would bring an empty password along, which the client prefers to the one it is given beside it. */
function splitUrl(access: RedisAccess): {
  readonly url: string;
  readonly username?: string;
  readonly password?: string;
} {
  const url = new URL(access.url);
  const username = decodeURIComponent(url.username);
  const password = access.password ?? decodeURIComponent(url.password);
  url.username = '';
  url.password = '';
  return { url: url.href, ...(username === '' ? {} : { username }), ...(password === '' ? {} : { password }) };
}

function baseOptions(access: RedisAccess): Omit<RedisOptions, 'replyMapping'> {
  return {
    maxRetriesPerRequest: null,
    connectTimeout: COMMAND_TIMEOUT_MS,
    // Jitter, so that a restarted Redis does not meet every replica in the same instant.
    retryStrategy: (times) => Math.min(100 * 2 ** Math.min(times, 5), 2000) * (0.5 + Math.random() / 2),
    ...(access.tls === null ? {} : { tls: access.tls.ca === null ? {} : { ca: access.tls.ca } }),
  };
}

/** Remembers which connections are in trouble, and logs the first loss and the last recovery instead of every retry. */
function createTroubles(log: Log) {
  const byClient = new Map<Redis, string>();
  let silent = false;
  const note = (client: Redis, reason: string) => {
    if (!silent && byClient.size === 0) log.warn({ event: 'redis-lost', reason }, 'Redis cannot be used; retrying');
    byClient.set(client, reason);
  };
  const clear = (client: Redis) => {
    if (byClient.delete(client) && byClient.size === 0 && !silent)
      log.info({ event: 'redis-back' }, 'Redis can be used again');
  };
  return {
    silence: () => {
      silent = true;
    },
    current: () => [...byClient.values()][0] ?? null,
    watch: (client: Redis) => {
      client.on('error', (error) => note(client, errorText(error)));
      client.on('reconnecting', () => byClient.has(client) || note(client, 'connection closed'));
      client.on('ready', () => clear(client));
      client.on('end', () => byClient.delete(client));
    },
  };
}

async function quit(client: Redis, timeoutMs: number): Promise<void> {
  if (client.status === 'end') return;
  if (client.status === 'ready') {
    await within(client.quit(), timeoutMs, 'QUIT').catch(() => undefined); // it is cut off below either way
  }
  client.disconnect();
}

/**
 * The promise, or `redis-unreachable` when it has not settled in time. The command may still take effect later, so
 * only repeatable commands go through here.
 */
export async function within<T>(promise: Promise<T>, timeoutMs: number, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(unreachable(what, `no answer in ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    return await Promise.race([promise, timeout]);
  } catch (error) {
    throw error instanceof OperatingError ? error : unreachable(what, errorText(error), error);
  } finally {
    clearTimeout(timer);
  }
}

function unreachable(what: string, reason: string, cause?: unknown): OperatingError {
  return new OperatingError({
    code: 'redis-unreachable',
    message: `Redis did not do ${what}: ${reason}`,
    hint: 'check redis.url, the password file and that Redis is up and has memory left',
    retryable: true,
    cause,
  });
}
