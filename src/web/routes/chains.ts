/** One chain, its digests, one digest, and that digest's bytes. */
import type { FastifyReply } from 'fastify';
import * as z from 'zod';
import type { ChainCover } from '../../core/board/cover.ts';
import { HOUR } from '../../core/time.ts';
import { chainPage, digestKey, digestPage, digestsPage, digestsQuery, type DigestsQuery } from '../contract/chains.ts';
import { chainKey } from '../contract/shape.ts';
import { notFound, RefusedError } from '../problem.ts';
import { chainView } from '../views/chain.ts';
import { tellFindings } from '../views/findings.ts';
import { isoOf } from '../views/times.ts';
import { chainParams, namesOf, noQuery, type Api, type ApiParts } from './api.ts';

const DAY = 24 * HOUR;
const MOST_DAYS = 8;
const tags = ['chains'];
const digestParams = z.strictObject({ chain: chainKey, digest: digestKey });

export function registerChains(api: Api, parts: ApiParts): void {
  const { pages, estate } = parts;
  const { board, now, maxAgeMs } = pages;
  api.get(
    '/api/chains/:chain',
    {
      config: { right: 'read' },
      schema: {
        tags,
        summary: 'One chain',
        params: chainParams,
        querystring: noQuery,
        response: { 200: chainPage },
      },
    },
    async ({ params }) => {
      const chain = await chainNamed(parts, params.chain);
      const [own, all] = await Promise.all([board.findingsOf(chain.account), estate.get()]);
      return chainView({ chain, told: tellFindings(own), names: namesOf(all), now: now(), maxAgeMs });
    },
  );
  api.get(
    '/api/chains/:chain/digests',
    {
      config: { right: 'read' },
      schema: {
        tags,
        summary: 'Its digests within at most eight days, from the archive',
        params: chainParams,
        querystring: digestsQuery,
        response: { 200: digestsPage },
      },
    },
    async ({ params, query }) => {
      const chain = await chainNamed(parts, params.chain);
      const page = await pages.evidence.digests(chain, windowOf(query, chain.lastDigest ?? now()));
      return { readAt: isoOf(now()), ...page };
    },
  );
  registerDigest(api, parts);
}

function registerDigest(api: Api, parts: ApiParts): void {
  const { evidence, now } = parts.pages;
  api.get(
    '/api/chains/:chain/digests/:digest',
    {
      config: { right: 'read' },
      schema: {
        tags,
        summary: 'One digest with its evidence',
        params: digestParams,
        querystring: noQuery,
        response: { 200: digestPage },
      },
    },
    async ({ params }) => {
      const page = await evidence.digest(await chainNamed(parts, params.chain), params.digest);
      if (page === null) throw notFound('this digest');
      return { readAt: isoOf(now()), ...page };
    },
  );
  api.get(
    '/api/chains/:chain/digests/:digest/raw',
    {
      config: { right: 'evidence' },
      schema: { tags, summary: "The digest's bytes as kept", params: digestParams, querystring: noQuery },
    },
    async ({ params }, reply) => {
      const raw = await evidence.raw(await chainNamed(parts, params.chain), params.digest);
      if (raw === null) throw notFound('the bytes of this digest');
      return download(reply, raw.name).type('application/octet-stream').send(Buffer.from(raw.bytes));
    },
  );
}

/** A name from outside may hold quotes, line ends and more: what is no plain letter is replaced. */
export function download(reply: FastifyReply, name: string): FastifyReply {
  const plain = name.replaceAll(/[^\w.-]/g, '_').slice(-200);
  return reply.header('content-disposition', `attachment; filename="${plain}"`);
}

async function chainNamed({ pages }: ApiParts, id: string): Promise<ChainCover> {
  const chain = await pages.board.chain(id);
  if (chain === null) throw notFound('this chain');
  return chain;
}

/** A day up to the newest digest where nothing is asked for, and a day from or up to what is. */
function windowOf({ from, to }: DigestsQuery, newest: number): { readonly from: number; readonly to: number } {
  const end = to === undefined ? (from === undefined ? newest : Date.parse(from) + DAY) : Date.parse(to);
  const start = from === undefined ? end - DAY : Date.parse(from);
  if (start < end && end - start <= MOST_DAYS * DAY) return { from: start, to: end };
  const detail = `the window must be longer than nothing, and no longer than ${MOST_DAYS} days`;
  throw new RefusedError({ status: 400, code: 'invalid-request', detail, hint: 'ask for less at once' });
}
