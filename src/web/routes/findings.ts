/** Findings: the list, one of them, and its acceptance. */
import * as z from 'zod';
import { acceptance, finding, findingPage, findingsPage, findingsQuery } from '../contract/findings.ts';
import { readAt } from '../contract/shape.ts';
import { notFound, RefusedError } from '../problem.ts';
import { actorOf } from '../security/security.ts';
import type { Actor } from '../sources.ts';
import { findingCommands } from '../views/commands.ts';
import { findingsView, findingView, isOpen, tellFindings, type Told } from '../views/findings.ts';
import { isoOf } from '../views/times.ts';
import { findingParams, namesOf, noQuery, type Api, type ApiParts } from './api.ts';

const tags = ['findings'];

export function registerFindings(api: Api, parts: ApiParts & { readonly drop: () => void }): void {
  const { pages, estate, findings } = parts;
  api.get(
    '/api/findings',
    {
      config: { right: 'read' },
      schema: { tags, summary: 'What a person must see', querystring: findingsQuery, response: { 200: findingsPage } },
    },
    async ({ query }) => {
      const [read, all] = await Promise.all([findings.get(), estate.get()]);
      return findingsView({ ...read, names: namesOf(all) }, query);
    },
  );
  api.get(
    '/api/findings/:finding',
    {
      config: { right: 'read' },
      schema: {
        tags,
        summary: 'One finding with its evidence and next steps',
        params: findingParams,
        querystring: noQuery,
        response: { 200: findingPage },
      },
    },
    async ({ params }) => {
      const [told, all] = await Promise.all([findingNamed(parts, params.finding), estate.get()]);
      const quarantine = await pages.evidence.quarantine(told.finding);
      return {
        readAt: isoOf(pages.now()),
        finding: findingView(told, namesOf(all)),
        archive: pages.evidence.archive.bucket,
        quarantine: [...quarantine],
        commands: [...findingCommands(told.finding)],
      };
    },
  );
  registerAcceptance(api, parts);
}

type AcceptParts = ApiParts & { readonly drop: () => void };

function registerAcceptance(api: Api, parts: AcceptParts): void {
  api.post(
    '/api/findings/:finding/acceptance',
    {
      config: { right: 'operate' },
      schema: {
        tags,
        summary: 'Records that somebody has seen it, and why it may stand; no verdict changes',
        params: findingParams,
        querystring: noQuery,
        body: acceptance,
        response: { 200: z.object({ readAt, finding }) },
      },
    },
    (request) => accept(parts, request.params.finding, { reason: request.body.reason, actor: actorOf(request) }),
  );
}

interface Word {
  readonly reason: string;
  readonly actor: Actor;
}

async function accept(parts: AcceptParts, id: string, { reason, actor }: Word) {
  const { pages, estate, drop } = parts;
  const { at, finding: wanted } = await findingNamed(parts, id);
  const accepted = isOpen(wanted) ? await pages.acts.accept(wanted, reason, actor) : null;
  drop();
  if (accepted === null) throw settledBefore();
  const told = { at, finding: { ...wanted, accepted } };
  return { readAt: isoOf(pages.now()), finding: findingView(told, namesOf(await estate.get())) };
}

function settledBefore(): RefusedError {
  const detail = 'somebody has accepted this finding before, or it is gone';
  return new RefusedError({ status: 409, code: 'settled', detail, hint: 'read it again to see by whom' });
}

async function findingNamed({ findings }: ApiParts, id: string): Promise<Told> {
  const told = tellFindings((await findings.get()).parts).find((one) => one.finding.id === id);
  if (told === undefined) throw notFound('this finding');
  return told;
}
