/** Accounts: the table, one account, its history, and a preflight of it. */
import { accountPage, accountsPage, accountsQuery, historyPage } from '../contract/accounts.ts';
import { notFound } from '../problem.ts';
import { actorOf } from '../security/security.ts';
import { accountView } from '../views/account.ts';
import { accountsView } from '../views/accounts.ts';
import type { Estate } from '../views/estate.ts';
import { isoOf } from '../views/times.ts';
import { accountParams, noQuery, nothing, taken, type Api, type ApiParts } from './api.ts';

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
  registerPreflight(api, parts);
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
