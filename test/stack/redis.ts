/** Starts a real Redis (or Valkey) of a test's own, and ends it with the test. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { findExecutable, freePorts } from './executable.ts';
import { commandFor, REDIS } from './need.ts';

const START_ATTEMPTS = 5;
const ANSWER_MS = 10_000;
const STOP_MS = 5_000;
const NAMES = ['redis-server', 'valkey-server'];
/** Nothing is kept on disk, and nothing is thrown away silently: what BullMQ asks of its Redis. */
const SETTINGS = new Map([
  ['save', ''],
  ['appendonly', 'no'],
  ['maxmemory-policy', 'noeviction'],
]);

export interface RedisOptions {
  /** A free one when absent. Given, to start again where another one ended. */
  readonly port?: number;
  /** Redis settings by name, over the ones above: `new Map([['maxmemory', '20mb']])`. */
  readonly settings?: ReadonlyMap<string, string>;
  /** Working directory, kept afterwards; a temporary one, removed at the end, when absent. */
  readonly dir?: string;
}

export interface RedisServer {
  /** `redis://127.0.0.1:PORT`, with the password where `requirepass` is set. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Ends it in order (SIGTERM); by force after 5 seconds. */
  stop(): Promise<void>;
  /** Ends it at once (SIGKILL), as a crash would. */
  kill(): Promise<void>;
}

/** Starts it on loopback and waits until it answers PING. */
export async function startRedis(options: RedisOptions = {}): Promise<RedisServer> {
  const program = findExecutable(NAMES);
  if (program === null) throw new Error(`redis-server is not installed. Type: ${commandFor(REDIS)}`);
  const attempts = options.port === undefined ? START_ATTEMPTS : 1;
  let trouble = '';
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const port = options.port ?? (await freePorts(1))[0] ?? 0;
    const started = await startOnce(program, port, options);
    if (typeof started !== 'string') return started;
    trouble = started;
  }
  throw new Error(`${program} did not start: ${trouble}`);
}

/** One try; the server's last words when it did not come up (somebody took the port, a setting it does not know). */
async function startOnce(program: string, port: number, options: RedisOptions): Promise<RedisServer | string> {
  const dir = options.dir ?? mkdtempSync(join(tmpdir(), 'orgtrail-redis-'));
  const settings = new Map([...SETTINGS, ['dir', dir], ...(options.settings ?? [])]);
  const flags = [...settings].flatMap(([name, value]) => [`--${name}`, value]);
  const child = spawn(program, ['--port', String(port), '--bind', '127.0.0.1', ...flags], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // Ctrl-C at a terminal is for who started us: Redis goes last, after those who still need it.
    detached: true,
  });
  const words = lastWords(child);
  const end = ending(child, options.dir === undefined ? dir : null);
  if (!(await answers(child, port))) {
    await end('SIGKILL');
    return words();
  }
  const password = settings.get('requirepass');
  const secret = password === undefined ? '' : `:${encodeURIComponent(password)}@`;
  return {
    url: `redis://${secret}127.0.0.1:${port}`,
    port,
    pid: child.pid ?? 0,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  };
}

function lastWords(child: ChildProcess): () => string {
  let text = '';
  const keep = (part: Buffer): void => {
    text = (text + part.toString('utf8')).slice(-2000);
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  child.on('error', (error) => keep(Buffer.from(error.message)));
  return () => text.trim();
}

/** Runs beside the server and ends it when the test process was killed without a chance to do so itself. */
const WATCH = `
while kill -0 "$0" 2>/dev/null && kill -0 "$1" 2>/dev/null; do sleep 1; done
kill -0 "$0" 2>/dev/null && exit
kill -9 "$1" 2>/dev/null
[ -z "$2" ] || rm -rf "$2"`;

function watch(child: ChildProcess, temporary: string | null): void {
  if (child.pid === undefined) return;
  const words = [process.pid, child.pid, temporary ?? ''].map(String);
  spawn('sh', ['-c', WATCH, ...words], { detached: true, stdio: 'ignore' }).unref();
}

/** Ends exactly this child, also when the test process ends without having asked for it. */
function ending(child: ChildProcess, temporary: string | null): (signal: NodeJS.Signals) => Promise<void> {
  const tidy = (): void => {
    if (temporary !== null) rmSync(temporary, { recursive: true, force: true });
  };
  const onExit = (): void => {
    child.kill('SIGKILL');
    tidy();
  };
  process.once('exit', onExit);
  watch(child, temporary);
  return async (signal) => {
    process.off('exit', onExit);
    if (isAlive(child)) {
      const ended = once(child, 'exit');
      child.kill(signal);
      // A paused process does not hear SIGTERM.
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
      await ended;
      clearTimeout(timer);
    }
    tidy();
  };
}

function isAlive(child: ChildProcess): boolean {
  return child.pid !== undefined && child.exitCode === null && child.signalCode === null;
}

async function answers(child: ChildProcess, port: number): Promise<boolean> {
  const deadline = Date.now() + ANSWER_MS;
  while (isAlive(child) && Date.now() < deadline) {
    if (await ping(port)) return isAlive(child);
    await wait(20);
  }
  return false;
}

/** True when a Redis that is ready is there; one that wants a password first is ready too. */
function ping(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, timeout: 1000 }, () => socket.write('PING\r\n'));
    const settle = (ready: boolean): void => {
      socket.destroy();
      resolve(ready);
    };
    socket.once('data', (reply) => settle(/^(?:\+PONG|-NOAUTH)/.test(reply.toString('latin1'))));
    socket.once('timeout', () => settle(false));
    socket.once('error', () => settle(false));
    socket.once('close', () => settle(false));
  });
}
