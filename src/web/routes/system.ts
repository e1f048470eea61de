/** `GET /api/system`: also while Redis is away, since that is when it is looked at. */
import type { ProcessBeat } from '../../core/board/work.ts';
import type { JobCounts, Snapshot } from '../../core/snapshot.ts';
import type { Problem } from '../../core/source.ts';
import { systemPage, type SystemPage } from '../contract/system.ts';
import { systemView } from '../views/system.ts';
import { attempt, noQuery, type Api, type ApiParts } from './api.ts';

export function registerSystem(api: Api, parts: ApiParts): void {
  api.get(
    '/api/system',
    {
      config: { right: 'read' },
      schema: {
        tags: ['system'],
        summary: 'What orgtrail runs on',
        querystring: noQuery,
        response: { 200: systemPage },
      },
    },
    () => readSystem(parts),
  );
}

async function readSystem({ pages, troubles }: ApiParts): Promise<SystemPage> {
  const { system, jobs, board, now, redisTrouble } = pages;
  const at = now();
  const problems: Problem[] = [...troubles()];
  const trouble = redisTrouble();
  const read = <Value>(ask: () => Promise<Value>, instead: Value): Promise<Value> =>
    trouble === null ? attempt(ask(), instead, problems) : Promise.resolve(instead);
  if (trouble !== null) problems.push({ code: 'redis', detail: `Redis cannot be used: ${trouble}`, hint: REDIS_HINT });
  const [info, counts, processes, snapshot, readiness] = await Promise.all([
    read<ReadonlyMap<string, string> | null>(() => system.redisInfo(), null),
    read<JobCounts>(() => jobs.counts(), new Map()),
    read<readonly ProcessBeat[]>(() => system.processes(), []),
    read<Pick<Snapshot, 'archive' | 'unreadable'>>(() => board.snapshot(), { archive: null, unreadable: 0 }),
    system.readiness(),
  ]);
  const { version, configuration } = system;
  const { archive, unreadable } = snapshot;
  const view = systemView({
    at,
    version,
    readiness,
    info,
    counts,
    processes,
    configuration,
    archive,
    unreadable,
  });
  return { ...view, problems: [...problems, ...view.problems] };
}

const REDIS_HINT = 'check that Redis is up and that redis.url is right';
