/** How often one may ask. Counted in this process alone and forgotten with it: a bound on guessing and on load, not a record. */
import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { RefusedError } from '../problem.ts';
import { addressOf, householdOf } from './origin.ts';
import type { Rates } from './parts.ts';

const USUAL: Rates = { signInsByAddress: 10, signInsByName: 20, requestsByActor: 1200, reportsByAddress: 60 };
const MINUTE_MS = 60_000;
const MOST_KEYS = 10_000;

/** Each counts the request and throws a refusal (429) when it was one too many. */
export interface RateChecks {
  readonly signIn: (request: FastifyRequest, reply: FastifyReply, name: string | null) => Promise<void>;
  readonly actor: (request: FastifyRequest, reply: FastifyReply) => Promise<void>;
  /** False, instead of a refusal: nobody reads the answer to a report. */
  readonly report: (request: FastifyRequest) => Promise<boolean>;
}

/** Registers the counting. `signIn` takes a name of bounded length; null where a provider asks for it. */
export async function addRates(app: FastifyInstance, given: Partial<Rates> | undefined): Promise<RateChecks> {
  const rates = { ...USUAL, ...given };
  await app.register(rateLimit, { global: false, cache: MOST_KEYS });
  const names = new WeakMap<FastifyRequest, string>();
  const counter = (max: number, keyGenerator: (request: FastifyRequest) => string) =>
    app.createRateLimit({ max, timeWindow: MINUTE_MS, keyGenerator });
  const household = (request: FastifyRequest): string => householdOf(addressOf(request));
  const byAddress = counter(rates.signInsByAddress, household);
  const byName = counter(rates.signInsByName, (request) => `name ${names.get(request) ?? ''}`);
  const byActor = counter(rates.requestsByActor, (request) =>
    request.actor === null ? household(request) : `${request.actor.via} ${request.actor.name}`,
  );
  const byReporter = counter(rates.reportsByAddress, household);
  return {
    signIn: async (request, reply, name) => {
      hold(await byAddress(request), reply);
      if (name === null) return;
      names.set(request, name);
      hold(await byName(request), reply);
    },
    actor: async (request, reply) => hold(await byActor(request), reply),
    report: async (request) => !isTooMany(await byReporter(request)),
  };
}

type Counted = Awaited<ReturnType<ReturnType<FastifyInstance['createRateLimit']>>>;

function isTooMany(counted: Counted): boolean {
  return !counted.isAllowed && counted.isExceeded;
}

function hold(counted: Counted, reply: FastifyReply): void {
  if (counted.isAllowed || !counted.isExceeded) return;
  reply.header('retry-after', counted.ttlInSeconds);
  throw new RefusedError({ status: 429, detail: 'too many requests', hint: `wait ${counted.ttlInSeconds} seconds` });
}
