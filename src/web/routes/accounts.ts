/** Accounts: the table, one account, its history, and a preflight of it. */
import { HOUR } from '../../core/time.ts';
import { accountPage, accountsPage, accountsQuery, historyPage } from '../contract/accounts.ts';
import { squarePage, squareQuery, type SquareQuery } from '../contract/square.ts';
import { notFound, RefusedError } from '../problem.ts';
import { actorOf } from '../security/security.ts';
import { accountView } from '../views/account.ts';
import { accountsView } from '../views/accounts.ts';
import type { Estate } from '../views/estate.ts';
import { isoOf } from '../views/times.ts';
import { accountParams, noQuery, nothing, taken, type Api, type ApiParts } from './api.ts';

const DAY = 24 * HOUR;
const tags = ['accounts'];

export function registerAccounts(api: Api, parts: ApiParts): void {
  const { pages, estate } = parts;
  api.get(
    '/api/accounts',
    {
      config: { right: 'read' },
      schema: { tags, summary: 'The table of accounts', querystring: accountsQuery, response: { 200: accountsPage } },
    },
    async ({ query }) => accountsView(await estate.get(), query),
  );
  api.get(
    '/api/accounts/:account',
    {
      config: { right: 'read' },
      schema: {
        tags,
        summary: 'One account with its trails and chains',
        params: accountParams,
        querystring: noQuery,
        response: { 200: accountPage },
      },
    },
    async ({ params: { account } }) => accountView(...(await readAccount(parts, account))),
  );
  api.get(
    '/api/accounts/:account/history',
    {
      config: { right: 'read' },
      schema: {
        tags,
        summary: 'What happened to its trails, from the records in the archive',
        params: accountParams,
        querystring: noQuery,
        response: { 200: historyPage },
      },
    },
    async ({ params: { account } }) => {
      standingOf(await estate.get(), account);
      return { readAt: isoOf(pages.now()), ...(await pages.evidence.history(account)) };
    },
  );
  registerSquare(api, parts);
  registerPreflight(api, parts);
}

function registerSquare(api: Api, parts: ApiParts): void {
  const { board, evidence, now } = parts.pages;
  api.get(
    '/api/accounts/:account/square',
    {
      config: { right: 'read' },
      schema: {
        tags,
        summary: 'The digests and files behind one square, of at most a day, from the archive',
        params: accountParams,
        querystring: squareQuery,
        response: { 200: squarePage },
      },
    },
    async ({ params: { account }, query }) => {
      const window = squareTime(query);
      standingOf(await parts.estate.get(), account);
      const chains = await board.chainsOf(account);
      const asked = query.chain === undefined ? chains : chains.filter(({ id }) => id === query.chain);
      if (query.chain !== undefined && asked.length === 0) throw notFound('this chain');
      const behind = await evidence.square(asked, window);
      return { readAt: isoOf(now()), from: isoOf(window.from), to: isoOf(window.to), ...behind };
    },
  );
}

function squareTime(query: SquareQuery): { readonly from: number; readonly to: number } {
  const [from, to] = [Date.parse(query.from), Date.parse(query.to)];
  if (from < to && to - from <= DAY) return { from, to };
  const detail = 'a square is longer than nothing and no longer than a day';
  throw new RefusedError({ status: 400, code: 'invalid-request', detail, hint: 'ask for an hour or a day' });
}

function registerPreflight(api: Api, { pages, estate }: ApiParts): void {
  api.post(
    '/api/accounts/:account/preflight',
    {
      config: { right: 'operate' },
      schema: {
        tags,
        summary: 'Tries every permission that collecting needs',
        params: accountParams,
        querystring: noQuery,
        body: nothing,
        response: { 202: taken },
      },
    },
    async (request, reply) => {
      const { account } = request.params;
      standingOf(await estate.get(), account);
      await pages.acts.preflight(account, actorOf(request));
      return reply.code(202).send({ queued: true });
    },
  );
}

async function readAccount({ pages, estate }: ApiParts, account: string): Promise<Parameters<typeof accountView>> {
  const { board, maxAgeMs } = pages;
  const all = await estate.get();
  const standing = standingOf(all, account);
  const [chains, facts, preflight] = await Promise.all([
    board.chainsOf(account),
    board.facts(account),
    board.preflight(account),
  ]);
  return [all, { standing, chains, facts, preflight, maxAgeMs }];
}

function standingOf({ byAccount }: Estate, account: string) {
  const standing = byAccount.get(account);
  if (standing === undefined) throw notFound('this account');
  return standing;
}
