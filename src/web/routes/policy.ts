/** Policies and settings: wanted against actual, the changes on record, and applying the plan. */
import { applyRequest, driftPage, historyQuery, policyPage } from '../contract/policy.ts';
import { RefusedError } from '../problem.ts';
import { actorOf } from '../security/security.ts';
import { driftView, policyView } from '../views/policy.ts';
import { readCursor, writeCursor } from '../views/paging.ts';
import { noQuery, taken, type Api, type ApiParts } from './api.ts';

const tags = ['policy'];
const HISTORY = 'policy/history';

export function registerPolicy(api: Api, { pages }: ApiParts): void {
  const { board, evidence, now, applyEnabled } = pages;
  api.get(
    '/api/policy',
    {
      config: { right: 'read' },
      schema: { tags, summary: 'The last plan', querystring: noQuery, response: { 200: policyPage } },
    },
    async () => {
      const at = now();
      const [plan, applied] = await Promise.all([board.plan(), board.applied()]);
      return policyView({ at, plan, applied, applyEnabled });
    },
  );
  api.get(
    '/api/policy/history',
    {
      config: { right: 'read' },
      schema: {
        tags,
        summary: 'Changes that were made, from their records in the archive',
        querystring: historyQuery,
        response: { 200: driftPage },
      },
    },
    async ({ query: { cursor, limit } }) => {
      const [before = null] = cursor === undefined ? [] : readCursor(cursor, HISTORY);
      const { next, ...page } = await evidence.drift({ before: before === null ? null : String(before), limit });
      return driftView({ at: now(), ...page, next: next === null ? null : writeCursor(HISTORY, [next]) });
    },
  );
  registerApply(api, pages);
}

function registerApply(api: Api, { acts, board, applyEnabled }: ApiParts['pages']): void {
  api.post(
    '/api/policy/apply',
    {
      config: { right: 'administer' },
      schema: {
        tags,
        summary: 'Applies the plan that was looked at, where the configuration lets pages do so',
        querystring: noQuery,
        body: applyRequest,
        response: { 202: taken },
      },
    },
    async (request, reply) => {
      if (!applyEnabled) throw leftToCommandLine();
      // The queue takes one at a time: a second one would be dropped, and its asker told that it is on its way.
      if ((await board.applied()).pending) throw underWay();
      await acts.apply(request.body.plan, request.body.reason, actorOf(request));
      return reply.code(202).send({ queued: true });
    },
  );
}

function leftToCommandLine(): RefusedError {
  const detail = 'applying is left to the command line';
  const hint = 'run `orgtrail apply`, or set http.apply to true';
  return new RefusedError({ status: 403, code: 'apply-off', detail, hint });
}

function underWay(): RefusedError {
  const detail = 'another apply was asked for and is not through';
  const hint = 'wait for its end, which this page shows; then look at the plan again';
  return new RefusedError({ status: 409, code: 'applying', detail, hint });
}
