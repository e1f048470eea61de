/** The server process of the bench: started, ordered about, and ended with the bench. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Ground, Order, Told } from './protocol.ts';

const SERVER = join(import.meta.dirname, 'server.ts');

/** The ground on which all runs stand. */
export interface Server {
  readonly ground: Ground;
  readonly pid: number;
  /** Milliseconds that every request waits from now on. */
  latency(ms: number): Promise<void>;
  /** Later runs write below a prefix of the archive bucket where nothing is yet. */
  freshArchive(prefix: string): Promise<void>;
  /** How many requests there were since this was last asked. */
  requests(): Promise<number>;
  close(): Promise<void>;
}

/** Forges the chain in a process of its own and serves it; takes some seconds. */
export async function startServer(): Promise<Server> {
  const child = fork(SERVER, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const ended = once(child, 'exit');
  const ground = await nextMessage(child);
  if (ground.type !== 'ground') throw new Error(`the server began with ${ground.type}`);
  const order = async (wanted: Order): Promise<number> => {
    child.send(wanted);
    const done = await nextMessage(child);
    if (done.type !== 'done') throw new Error(`the server answered with ${done.type}`);
    return done.requests;
  };
  return {
    ground,
    pid: child.pid ?? 0,
    latency: async (ms) => void (await order({ type: 'latency', ms })),
    freshArchive: async (prefix) => void (await order({ type: 'archive', prefix })),
    requests: () => order({ type: 'requests' }),
    close: async () => {
      child.disconnect();
      await ended;
    },
  };
}

/** One order at a time, so that the next message is its answer; a server that dies is an error, not a wait for ever. */
async function nextMessage(child: ChildProcess): Promise<Told> {
  const over = new AbortController();
  const message = once(child, 'message', { signal: over.signal }) as Promise<[Told]>;
  const death = once(child, 'exit', { signal: over.signal });
  try {
    const first = await Promise.race([message, death.then(() => null)]);
    if (first === null) throw new Error(`the server ended with status ${child.exitCode}`);
    return first[0];
  } finally {
    over.abort();
    await Promise.allSettled([message, death]);
  }
}
