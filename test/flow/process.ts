/** One `orgtrail run` as a process of its own: its lines, and an end by its pid, gently or not. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { childEnv } from '../stack/child-env.ts';

const ROOT = join(import.meta.dirname, '../..');
const STOP_MS = 10_000;
const KEPT_CHARACTERS = 32 * 1024 * 1024;

export interface Running {
  readonly name: string;
  readonly pid: number;
  /** Everything that it has written so far, standard output and error alike. */
  output(): string;
  /** Its log lines of one event. */
  events(event: string): readonly Readonly<Record<string, unknown>>[];
  alive(): boolean;
  /** SIGKILL, and waits for the end. */
  kill(): Promise<void>;
  /** SIGTERM; the exit code, or null when it had to be killed. */
  stop(): Promise<number | null>;
}

export interface RunOptions {
  readonly name: string;
  readonly role: 'worker' | 'scheduler' | 'all';
  readonly configFile: string;
  readonly env: NodeJS.ProcessEnv;
}

/** Starts it with the locks of `quick-locks.ts`, so that a killed worker's jobs are taken up within seconds. */
export function startRun({ name, role, configFile, env }: RunOptions): Running {
  const words = ['--import', './test/flow/quick-locks.ts', 'src/main.ts', 'run', '--role', role];
  const child = spawn(process.execPath, [...words, '--config', configFile], {
    cwd: ROOT,
    env: childEnv(env),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  const keep = (part: Buffer): void => {
    text = (text + part.toString('utf8')).slice(-KEPT_CHARACTERS);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  child.on('error', (error) => keep(Buffer.from(`${error.message}\n`)));
  const onExit = (): void => void child.kill('SIGKILL');
  process.once('exit', onExit);
  const closed = once(child, 'close').finally(() => process.off('exit', onExit));
  closed.catch(() => undefined); // an error of spawning is in the output
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    if (isAlive(child)) child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    await closed.catch(() => undefined).finally(() => clearTimeout(timer));
    return child.exitCode;
  };
  return {
    name,
    pid: child.pid ?? 0,
    output: () => text,
    events: (event) => eventsOf(text, event),
    alive: () => isAlive(child),
    kill: async () => void (await end('SIGKILL')),
    stop: () => end('SIGTERM'),
  };
}

function isAlive(child: ChildProcess): boolean {
  return child.pid !== undefined && child.exitCode === null && child.signalCode === null;
}

function eventsOf(text: string, event: string): readonly Readonly<Record<string, unknown>>[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('{') && line.endsWith('}') && line.includes(`"event":"${event}"`))
    .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
}

/** The last lines of every process, for the message of a test that waited in vain. */
export function lastWords(processes: readonly Running[]): string {
  return processes
    .map((one) => `--- ${one.name} (pid ${one.pid}, ${one.alive() ? 'alive' : 'ended'})\n${one.output().slice(-3000)}`)
    .join('\n');
}
