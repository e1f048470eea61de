/** The job board: bull-board over our queues, for looking and for retrying. */
import { createRequire } from 'node:module';
import path from 'node:path';
import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import type { IServerAdapter } from '@bull-board/api/typings/app';
import { FastifyAdapter } from '@bull-board/fastify';
import type { Queue } from 'bullmq';
import type { FastifyInstance } from 'fastify';

const BASE = '/jobs';

/**
 * What may be changed through the board. Everything else it can do (add, edit, clean, empty, obliterate, pause) either
 * makes jobs that nobody derived or hides work, and is refused.
 */
const RETRIES: ReadonlySet<string> = new Set([
  '/api/queues/:queueName/retry/:queueStatus',
  '/api/queues/:queueName/:jobId/retry',
]);

/** Serves the board below /jobs. */
export async function registerBoard(app: FastifyInstance, queues: readonly Queue[]): Promise<void> {
  const adapter = new FastifyAdapter().setBasePath(BASE);
  createBullBoard({
    queues: queues.map((queue) => new BullMQAdapter(queue, { allowRetries: true })),
    // The Fastify adapter brings a copy of the board's types of its own; the objects are the same.
    serverAdapter: adapter as unknown as IServerAdapter,
    options: {
      uiBasePath: uiPath(),
      uiConfig: {
        boardTitle: 'orgtrail',
        hideDocsLink: true,
        hideRedisDetails: true,
        miscLinks: [{ text: 'orgtrail', url: '/' }],
      },
      handlerHooks: {
        before: ({ method, route }) => {
          if (method === 'get' || (method === 'put' && RETRIES.has(route))) return { allow: true };
          return { allow: false, status: 403, message: 'the job board only retries jobs' };
        },
      },
    },
  });
  await app.register(adapter.registerPlugin(), { prefix: BASE });
}

/** Where the board's pages lie. It would find them by eval of require.resolve, which ES modules do not have. */
function uiPath(): string {
  return path.dirname(createRequire(import.meta.url).resolve('@bull-board/ui/package.json'));
}
