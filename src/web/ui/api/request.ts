/** One request to the API: JSON in, JSON out, problem+json read, and nothing sent again that has not changed. */

import { hearServerClock, onServerClock } from '../parts/server-clock.ts';

/** What went wrong with a request, as the API said it, or as it can be said without it. */
export interface ApiFailure {
  /** 0: there was no answer. */
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  /** The next step; empty where there is none to give. */
  readonly hint: string;
  /** Names the line in the daemon's log; empty where there was no answer. */
  readonly request: string;
}

/** An `ApiFailure` on its way up. */
export class RequestError extends Error implements ApiFailure {
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly hint: string;
  readonly request: string;

  constructor({ status, title, detail, hint, request }: ApiFailure) {
    super(`${title}: ${detail}`);
    this.name = 'RequestError';
    this.status = status;
    this.title = title;
    this.detail = detail;
    this.hint = hint;
    this.request = request;
  }
}

interface Kept {
  readonly etag: string;
  readonly answer: unknown;
}

/** Answers by path, so that `304 Not Modified` has something to stand for. The oldest go first. */
const kept = new Map<string, Kept>();
const MOST_KEPT = 120;
/** An answer that takes longer is none: the view says so, and keeps what it has. */
const PATIENCE_MS = 30_000;

/** Reads one path; throws `RequestError`. `signal` of the caller that no longer wants it. */
export async function read(path: string, signal: AbortSignal): Promise<unknown> {
  const known = kept.get(path);
  const headers: Record<string, string> = { accept: 'application/json' };
  if (known !== undefined) headers['if-none-match'] = known.etag;
  const limit = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]);
  // `no-store`: what was answered is kept here, with its tag; two memories would contradict each other.
  const answer = await reach(path, { headers, signal: limit, cache: 'no-store' });
  if (answer.status === 304 && known !== undefined) return confirmed(known.answer);
  if (!answer.ok) throw await failureOf(answer);
  const body = await jsonOf(answer);
  const readAt = readAtOf(body);
  if (readAt !== null) hearServerClock(readAt, Date.now());
  keep(path, answer.headers.get('etag'), body);
  return body;
}

/** The same answer, read anew: its tag leaves out `readAt`, which is now the time of the confirmation. */
function confirmed(answer: unknown): unknown {
  if (readAtOf(answer) === null || typeof answer !== 'object') return answer;
  return { ...answer, readAt: new Date(onServerClock(Date.now())).toISOString() };
}

/** When an answer was read, by the server's clock; null: it does not say. */
function readAtOf(answer: unknown): string | null {
  if (typeof answer !== 'object' || answer === null || !('readAt' in answer)) return null;
  return typeof answer.readAt === 'string' ? answer.readAt : null;
}

/** Sends a change; throws `RequestError`. An answer without a body is `null`. */
export async function send(method: 'POST' | 'PUT' | 'DELETE', path: string, body: unknown): Promise<unknown> {
  const json = body === undefined ? {} : { body: JSON.stringify(body) };
  const headers: Record<string, string> = { accept: 'application/json' };
  if (body !== undefined) headers['content-type'] = 'application/json';
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const answer = await reach(path, { method, headers, signal, cache: 'no-store', ...json });
  if (!answer.ok) throw await failureOf(answer);
  return answer.status === 204 ? null : jsonOf(answer);
}

/** Forgets every answer: another person may be signed in. */
export function forgetAnswers(): void {
  kept.clear();
}

async function reach(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(path, { credentials: 'same-origin', redirect: 'error', ...init });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new RequestError({
      status: 0,
      title: 'No answer',
      detail: 'The orgtrail server cannot be reached from this browser.',
      hint: 'Look whether the daemon runs: `curl -fsS http://…/healthz` on its machine.',
      request: '',
    });
  }
}

async function jsonOf(answer: Response): Promise<unknown> {
  if (/\bjson\b/.test(answer.headers.get('content-type') ?? '')) return answer.json();
  throw new RequestError({
    status: answer.status,
    title: 'Not an answer of the API',
    detail: 'Something between this browser and orgtrail answered in its place.',
    hint: 'Look at the proxy in front of orgtrail; it must pass /api on unchanged.',
    request: '',
  });
}

async function failureOf(answer: Response): Promise<RequestError> {
  const body = await answer.json().catch(() => null);
  const said = new Map<string, unknown>(typeof body === 'object' && body !== null ? Object.entries(body) : []);
  const text = (name: string, otherwise: string): string => {
    const value = said.get(name);
    return typeof value === 'string' ? value : otherwise;
  };
  return new RequestError({
    status: answer.status,
    title: text('title', answer.statusText === '' ? 'Refused' : answer.statusText),
    detail: text('detail', `The server answered with status ${answer.status}.`),
    hint: text('hint', ''),
    request: text('request', ''),
  });
}

function keep(path: string, etag: string | null, answer: unknown): void {
  kept.delete(path);
  if (etag === null) return;
  kept.set(path, { etag, answer });
  for (const oldest of kept.keys()) {
    if (kept.size <= MOST_KEPT) return;
    kept.delete(oldest);
  }
}
