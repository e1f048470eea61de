/** Refusals and failures as `application/problem+json` (RFC 9457). The text of an unexpected error never leaves. */
import { STATUS_CODES } from 'node:http';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { OperatingError, type OperatingCode } from '../errors.ts';
import type { Log } from '../ports.ts';
import type { ProblemAnswer } from './contract/shape.ts';

/** What went wrong, for people. `code` names it for programs; absent: the status says all there is. */
export interface Refusal {
  readonly status: number;
  readonly code?: string;
  readonly detail: string;
  /** The next step. */
  readonly hint: string;
}

const REASON_BUSY: ReadonlySet<OperatingCode> = new Set([
  'redis-unreachable',
  'redis-unfit',
  'transport-garbled',
  'archive-unfit',
  'archive-changed',
  'identity-mismatch',
  'interrupted',
]);
const REASON_CONFLICT: ReadonlySet<OperatingCode> = new Set([
  'job-refused',
  'plan-refused',
  'plan-stale',
  'document-refused',
]);

/** What a handler throws to refuse a request. */
export class RefusedError extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.detail);
    this.name = 'RefusedError';
    this.refusal = refusal;
  }
}

/** There is nothing of that name. */
export function notFound(what: string): RefusedError {
  const hint = 'it may be gone, or not known yet: look at the list that it was in';
  return new RefusedError({ status: 404, detail: `${what} is not known`, hint });
}

/** Sends a refusal. */
export function sendProblem(reply: FastifyReply, refusal: Refusal): FastifyReply {
  const { status, code, detail, hint } = refusal;
  const body: ProblemAnswer = {
    type: code === undefined ? 'about:blank' : `urn:orgtrail:${code}`,
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail,
    hint,
    request: reply.request.id,
  };
  // As text: the schema of a route's answers says nothing of refusals.
  return reply.code(status).type('application/problem+json; charset=utf-8').send(JSON.stringify(body));
}

/** The last-resort handlers of the whole server. */
export function setErrors(app: FastifyInstance, log: Log): void {
  app.setErrorHandler(errorHandler(log));
  app.setNotFoundHandler((_request, reply) =>
    sendProblem(reply, { status: 404, detail: 'there is nothing at this address', hint: 'see /api/docs' }),
  );
}

/** Answers an error, and logs those that nobody who asks can mend. For plug-ins that bring a handler of their own, too. */
export function errorHandler(log: Log) {
  return (error: FastifyError, request: FastifyRequest, reply: FastifyReply): void => {
    const refusal = sayable(refusalOf(error), error, request);
    if (refusal.status >= 500) {
      const fields = { event: 'http-error', request: request.id, method: request.method, route: routeOf(request) };
      log.error({ ...fields, err: error }, 'a request failed');
    }
    void sendProblem(reply, refusal);
  };
}

/**
 * Failures name hosts, buckets and roles: that is for people who are let in. Whoever is nobody, as while the sessions
 * cannot be read, hears what kind of failure it is.
 */
function sayable(refusal: Refusal, error: unknown, { actor }: FastifyRequest): Refusal {
  if (actor !== null || !(error instanceof OperatingError)) return refusal;
  const hint = "look for the request's name in the daemon's log";
  return { ...refusal, detail: 'something that this needs cannot be used', hint };
}

/** The pattern, not the address: names from outside stay out of the log. */
function routeOf(request: FastifyRequest): string {
  return request.routeOptions.url ?? '';
}

/** What may be said of an error. */
function refusalOf(error: unknown): Refusal {
  if (error instanceof RefusedError) return error.refusal;
  if (hasZodFastifySchemaValidationErrors(error)) return invalid(error.validation);
  if (error instanceof OperatingError) {
    return { status: statusOf(error.code), code: error.code, detail: error.message, hint: error.hint };
  }
  return byStatus(error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500);
}

function statusOf(code: OperatingCode): number {
  if (code.startsWith('blocked-') || REASON_BUSY.has(code)) return 503;
  if (REASON_CONFLICT.has(code)) return 409;
  return code === 'usage' ? 400 : 500;
}

/** Fields and rules are ours and may be said; what was sent is not repeated. */
function invalid(errors: readonly { readonly instancePath: string; readonly message?: string | undefined }[]): Refusal {
  const said = errors.slice(0, 5).map(({ instancePath, message }) => `${instancePath || '/'} ${message ?? ''}`.trim());
  const hint = 'see /api/docs for what may be asked';
  return { status: 400, code: 'invalid-request', detail: `the request is not valid: ${said.join('; ')}`, hint };
}

const SAID: ReadonlyMap<number, readonly [detail: string, hint: string]> = new Map([
  [400, ['the request is not valid', 'see /api/docs for what may be asked']],
  [401, ['nobody is signed in', 'sign in']],
  [403, ['this is not allowed', 'ask an administrator for the right']],
  [404, ['there is nothing at this address', 'see /api/docs']],
  [413, ['the request is too large', 'send less at once']],
  [415, ['this type of content is not taken', 'send application/json']],
  [429, ['too many requests', 'wait a minute']],
]);

function byStatus(status: number): Refusal {
  const unknown = status >= 400 && status < 500 ? 'the request was refused' : 'internal error';
  const hint = "look for the request's name in the daemon's log";
  const [detail, step] = SAID.get(status) ?? [unknown, hint];
  return { status: status >= 400 && status < 600 ? status : 500, detail, hint: step };
}
