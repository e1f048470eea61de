/** What the API's routes share: the typed server, the copies that they read from, and the usual parts of schemas. */
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import * as z from 'zod';
import type { FindingsPart } from '../../core/board/finding.ts';
import { OperatingError, problemOf } from '../../errors.ts';
import type { Problem } from '../../core/source.ts';
import { accountId, chainKey, findingKey } from '../contract/shape.ts';
import { createCopy, type Copy } from '../copy.ts';
import type { PageSources } from '../sources.ts';
import { readEstate, type Estate } from '../views/estate.ts';
import type { Names } from '../views/findings.ts';
import type { Beside } from '../views/overview.ts';

/** The server with types and checks from zod schemas. */
export function typed(app: FastifyInstance) {
  return app.withTypeProvider<ZodTypeProvider>();
}
export type Api = ReturnType<typeof typed>;

/** A second: people and programs that page, sort and search at once read Redis once. */
const COPY_MS = 1000;

export interface ApiParts {
  readonly pages: PageSources;
  readonly estate: Copy<Estate>;
  readonly findings: Copy<{ readonly parts: readonly FindingsPart[]; readonly at: number }>;
  readonly beside: Copy<Omit<Beside, 'system'>>;
  /** What is wrong with the server itself: its certificate, its list of who may enter. */
  readonly troubles: () => readonly Problem[];
}

/** The sources with one copy of what is costly to read. `drop` when something changed. */
export function createApiParts(
  pages: PageSources,
  troubles: ApiParts['troubles'],
): ApiParts & { readonly drop: () => void } {
  const { board, now, maxAgeMs } = pages;
  const options = { now, maxAgeMs: COPY_MS };
  const estate = createCopy(() => readEstate(board, now, maxAgeMs), options);
  const findings = createCopy(async () => {
    const at = now();
    return { parts: await board.findings(), at };
  }, options);
  const beside = createCopy(() => readBeside(pages), options);
  const drop = (): void => [estate, findings, beside].forEach((copy) => copy.drop());
  return { pages, estate, findings, beside, troubles, drop };
}

async function readBeside({ board, jobs, system }: PageSources): Promise<Omit<Beside, 'system'>> {
  const [rebuilding, throughput, counts, readiness] = await Promise.all([
    board.rebuilding(),
    board.throughput(),
    jobs.counts(),
    system.readiness(),
  ]);
  return { rebuilding, throughput, counts, readiness };
}

/** The names of accounts as they are known now. */
export function namesOf({ byAccount }: Estate): Names {
  return (account) => byAccount.get(account)?.name ?? '';
}

/** For routes that take no query: an unknown parameter is a mistake of who asks. */
export const noQuery = z.strictObject({});
/** For changes that say all in their address. */
export const nothing = z.strictObject({}).nullish();
export const accountParams = z.strictObject({ account: accountId });
export const chainParams = z.strictObject({ chain: chainKey });
export const findingParams = z.strictObject({ finding: findingKey });
/** What was asked for is on its way. */
export const taken = z.object({ queued: z.literal(true) });

/** What was read; where it could not be, what is said instead, with why among the problems. */
export async function attempt<Value>(read: Promise<Value>, instead: Value, problems: Problem[]): Promise<Value> {
  try {
    return await read;
  } catch (error) {
    if (!(error instanceof OperatingError)) throw error;
    problems.push(problemOf(error));
    return instead;
  }
}
