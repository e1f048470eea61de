/** Jobs: what runs, what failed, and trying it again. */
import { failedPage, failedQuery, jobsPage, retried, retryRequest } from '../contract/jobs.ts';
import { actorOf } from '../security/security.ts';
import { failedView, jobsView } from '../views/jobs.ts';
import { readCursor, writeCursor } from '../views/paging.ts';
import { namesOf, noQuery, type Api, type ApiParts } from './api.ts';

const tags = ['jobs'];
const FAILED = 'jobs/failed';

export function registerJobs(api: Api, { pages, estate }: ApiParts): void {
  const { jobs, acts, now } = pages;
  api.get(
    '/api/jobs',
    {
      config: { right: 'read' },
      schema: { tags, summary: 'What runs and what waits', querystring: noQuery, response: { 200: jobsPage } },
    },
    async () => {
      const at = now();
      const [counts, running, backfills, failed, all] = await Promise.all([
        jobs.counts(),
        jobs.running(),
        jobs.backfills(),
        jobs.failedByAccount(),
        estate.get(),
      ]);
      return jobsView({ at, counts, running, backfills, failed, names: namesOf(all) });
    },
  );
  api.get(
    '/api/jobs/failed',
    {
      config: { right: 'read' },
      schema: { tags, summary: 'Jobs that failed for good', querystring: failedQuery, response: { 200: failedPage } },
    },
    async ({ query: { account = null, cursor, limit } }) => {
      const at = now();
      const [first = 0] = cursor === undefined ? [] : readCursor(cursor, FAILED);
      // A cursor may hold anything: what is no place in a list is its beginning.
      const offset = typeof first === 'number' && Number.isSafeInteger(first) && first > 0 ? first : 0;
      const page = await jobs.failed({ account, offset, limit });
      const end = offset + page.jobs.length;
      const next = page.jobs.length > 0 && end < page.total ? writeCursor(FAILED, [end]) : null;
      return failedView({ at, ...page, next });
    },
  );
  api.post(
    '/api/jobs/retry',
    {
      config: { right: 'operate' },
      schema: {
        tags,
        summary: 'Tries one failed job again, or all of one account',
        querystring: noQuery,
        body: retryRequest,
        response: { 200: retried },
      },
    },
    (request) => acts.retry(request.body, actorOf(request)),
  );
}
