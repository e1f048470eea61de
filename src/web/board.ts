/** The job board: bull-board over our queues, for looking, and for whoever may operate, for retrying. */
import { createRequire } from 'node:module';
import path from 'node:path';
import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import type { BoardOptions, IServerAdapter, QueueJobJson } from '@bull-board/api/typings/app';
import { FastifyAdapter } from '@bull-board/fastify';
import type { Queue } from 'bullmq';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { OperatingError } from '../errors.ts';
import { BOARD_THEME } from './board-theme.ts';
import { errorHandler, notFound, RefusedError } from './problem.ts';
import type { Log } from '../ports.ts';
import type { Acts, Actor } from './sources.ts';

const BASE = '/jobs';
/** More failed jobs of one queue are retried by another click: every one is put on record before it goes. */
const MOST_AT_ONCE = 100;
/** Failed jobs that are looked through for them; the queues keep fewer. */
const MOST_LOOKED_AT = 10_000;
/** The page asks for a font of another site; ours do not. */
const FOREIGN_LINK = /<link[^>]{0,200}https?:\/\/[^>]{0,300}>/g;

export interface BoardParts {
  readonly queues: readonly Queue[];
  readonly acts: Pick<Acts, 'retry'>;
  readonly redisTrouble: () => string | null;
  readonly log: Log;
  /** Whoever may not is shown a board without buttons. */
  readonly mayOperate: (request: FastifyRequest) => boolean;
  readonly actorOf: (request: FastifyRequest) => Actor;
}

/** Serves the board below /jobs. */
export async function registerBoard(app: FastifyInstance, parts: BoardParts): Promise<void> {
  const adapter = new FastifyAdapter().setBasePath(BASE);
  // The board's hooks see the headers alone: by them the request is found again, and nobody can send that.
  const askers = new WeakMap<object, FastifyRequest>();
  const readOnly = (headers: object): boolean => {
    const request = askers.get(headers);
    return request === undefined || !parts.mayOperate(request);
  };
  createBullBoard({
    queues: parts.queues.map((queue) => new BullMQAdapter(queue, BUTTONS)),
    // The Fastify adapter brings a copy of the board's types of its own; the objects are the same.
    serverAdapter: adapter as unknown as IServerAdapter,
    options: boardOptions(readOnly),
  });
  await app.register(async (scope) => {
    // The board's own handler would make every refusal a failure, and say an unexpected error's text.
    scope.addHook('onRoute', (route) => {
      route.errorHandler = errorHandler(parts.log);
    });
    scope.addHook('preHandler', async (request, reply) => {
      askers.set(request.headers, request);
      return answerHere(request, reply, parts);
    });
    scope.addHook('onSend', async (_request, reply, payload) => {
      const isPage = typeof payload === 'string' && String(reply.getHeader('content-type')).startsWith('text/html');
      return isPage ? payload.replace(FOREIGN_LINK, '') : payload;
    });
    await scope.register(adapter.registerPlugin(), { prefix: BASE });
  });
}

function boardOptions(readOnly: (headers: object) => boolean): BoardOptions {
  return {
    uiBasePath: uiPath(),
    uiConfig: {
      boardTitle: 'orgtrail jobs',
      hideDocsLink: true,
      hideRedisDetails: true,
      miscLinks: [{ text: 'Back to orgtrail', url: '/' }],
      theme: BOARD_THEME,
    },
    handlerHooks: {
      // Retries are answered before they come here. The rest (add, edit, clean, empty, obliterate, pause) either makes
      // jobs that nobody derived, or hides work.
      before: ({ method }) =>
        method === 'get' ? { allow: true } : { allow: false, status: 403, message: 'the job board only retries jobs' },
      after: ({ route, request }, result) => {
        const { body } = result;
        if (route !== '/api/queues' || typeof body !== 'object' || !('queues' in body)) return result;
        if (!readOnly(request.headers) || !Array.isArray(body.queues)) return result;
        const queues = body.queues.map((queue: object) => ({ ...queue, readOnlyMode: true, allowRetries: false }));
        return { ...result, body: { ...body, queues } };
      },
    },
  };
}

/** What the board itself is not asked: anything while Redis is away, since it would wait without limit; and retries. */
async function answerHere(request: FastifyRequest, reply: FastifyReply, parts: BoardParts) {
  const pattern = request.routeOptions.url ?? '';
  if (!pattern.startsWith(`${BASE}/api`)) return undefined;
  const trouble = parts.redisTrouble();
  if (trouble !== null) {
    const hint = 'check that Redis is up and that redis.url is right';
    throw new RefusedError({ status: 503, code: 'redis', detail: 'Redis cannot be used', hint });
  }
  if (request.method === 'PUT' && /\/retry(\/|$)/.test(pattern)) return reply.send(await retry(request, parts));
  await checkNames(request, parts);
  return undefined;
}

/** Names that the board would take as they are: other records of a queue lie under names that look like ids of jobs. */
async function checkNames({ params, query }: FastifyRequest, { queues }: BoardParts): Promise<void> {
  const { queueName, jobId } = params as Readonly<Record<string, string | undefined>>;
  const { activeQueue = '' } = query as Readonly<Record<string, string | undefined>>;
  // The board decodes it a second time, and no queue of ours has such a name.
  if (activeQueue.includes('%')) throw notFound('a queue by this name');
  const queue = queues.find(({ name }) => name === queueName);
  if (queue === undefined || jobId === undefined) return;
  if ((await queue.getJobState(jobId)) === 'unknown') throw notFound('a job by this name');
}

/** Retried as on our own pages: put on record, then done. */
async function retry(request: FastifyRequest, { queues, acts, actorOf }: BoardParts): Promise<Retried> {
  const { queueName, jobId, queueStatus = 'failed' } = request.params as Readonly<Record<string, string | undefined>>;
  const queue = queues.find(({ name }) => name === queueName);
  if (queue === undefined || queueStatus !== 'failed') throw notFound('a queue of failed jobs by this name');
  const actor = actorOf(request);
  const one = (id: string) => acts.retry({ queue: queue.name, id }, actor);
  if (jobId === undefined) return retryAll(queue, one);
  const { retried } = await one(jobId);
  if (retried === 0) throw notFound('a failed job by this name');
  return { retried, skipped: 0 };
}

/** What the board tells whoever clicked: jobs that wait again, and failed ones that are left. */
interface Retried {
  readonly retried: number;
  readonly skipped: number;
}

/** Of many, one that nobody may retry keeps none of the others back, however many of them stand before it. */
async function retryAll(queue: Queue, one: (id: string) => Promise<{ readonly retried: number }>): Promise<Retried> {
  let retried = 0;
  // All of them now: one that fails again at once would stand before the others.
  for (const id of await queue.getRanges(['failed'], 0, MOST_LOOKED_AT - 1)) {
    if (await isRetried(one(id))) retried += 1;
    if (retried === MOST_AT_ONCE) break;
  }
  return { retried, skipped: await queue.getFailedCount() };
}

async function isRetried(retrying: Promise<{ readonly retried: number }>): Promise<boolean> {
  try {
    return (await retrying).retried > 0;
  } catch (error) {
    if (error instanceof OperatingError && error.code === 'job-refused') return false;
    throw error;
  }
}

/** Each job leads to its account's page. Job data come from Redis: only an account's id goes into an address. */
function accountUrl({ data }: QueueJobJson): { readonly displayText: string; readonly href: string } {
  const account: unknown = typeof data === 'object' && data !== null && 'account' in data ? data.account : null;
  const known = typeof account === 'string' && /^\d{12}$/.test(account);
  return known
    ? { displayText: `Account ${account}`, href: `/accounts/${account}` }
    : { displayText: 'All accounts', href: '/accounts' };
}

/** What is done is not done again: the failed ones would be tried in its place. */
const BUTTONS = { allowRetries: true, allowCompletedRetries: false, externalJobUrl: accountUrl } as const;

/** Where the board's pages lie. It would find them by eval of require.resolve, which ES modules do not have. */
function uiPath(): string {
  return path.dirname(createRequire(import.meta.url).resolve('@bull-board/ui/package.json'));
}
