/** A daemon that looks at the archive every second, and what it tells. */
import { Redis } from 'ioredis';
import { setTimeout as wait } from 'node:timers/promises';
import type { ArchiveView } from '../../src/core/snapshot.ts';
import { STATE_KEYS } from '../../src/daemon/keys.ts';
import type { RedisServer } from '../stack/redis.ts';
import type { Organization } from './organization.ts';
import { lastWords, startRun, type Running } from './process.ts';

const PATIENCE_MS = 25_000;

export interface Watched {
  readonly daemon: Running;
  readonly redis: Redis;
  /** The codes of the problems that a look tells which began after the call, and the whole of them. */
  nextLook(): Promise<{ readonly codes: readonly string[]; readonly problems: ArchiveView['problems'] }>;
  /** A page or a probe. */
  get(path: string): Promise<{ readonly status: number; readonly text: string }>;
  close(): Promise<void>;
}

export function watch(organization: Organization, server: RedisServer): Watched {
  const { configFile, env } = organization;
  const daemon = startRun({ name: 'daemon', role: 'all', configFile, env });
  const redis = new Redis(server.url);
  const newest = async (after: number): Promise<ArchiveView> => {
    for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline; await wait(50)) {
      const text = await redis.hget(STATE_KEYS.state, 'archive');
      const view = text === null ? null : (JSON.parse(text) as ArchiveView);
      if (view !== null && view.at > after) return view;
    }
    throw new Error(`no look at the archive was told:\n${lastWords([daemon])}`);
  };
  return {
    daemon,
    redis,
    nextLook: async () => {
      // The first to be told may have begun before the call.
      const { problems } = await newest((await newest(Date.now())).at);
      return { codes: problems.map(({ code }) => code), problems };
    },
    get: async (path) => {
      const url = daemon.events('started').at(-1)?.['url'];
      const answer = await fetch(`${String(url)}${path}`);
      return { status: answer.status, text: await answer.text() };
    },
    close: async () => {
      redis.disconnect();
      await daemon.kill();
    },
  };
}
