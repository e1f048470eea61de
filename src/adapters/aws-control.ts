/** The words for errors of control-plane calls, and the guard on their pages. */
import { OperatingError } from '../errors.ts';
import type { AwsClients } from './aws-clients.ts';
import { awsError, garbledError, type CallContext } from './aws-errors.ts';
import { accountLabel, principalOf } from './aws-identity.ts';
import { backoff } from './backoff.ts';

export function controlContext(clients: AwsClients, doing: string, permission: string): CallContext {
  return {
    doing,
    account: accountLabel(clients.identity),
    principal: principalOf(clients.identity),
    permission,
    resource: '*',
  };
}

const GARBLED_ATTEMPTS = 3;

/**
 * Runs one call; whatever it throws becomes an OperatingError in the context's words. An answer that is none of the
 * service's (a proxy's page, an empty one) is asked for again: the SDK takes it for a success and does not.
 */
export async function controlled<Output>(context: CallContext, call: () => Promise<Output>): Promise<Output> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await call();
    } catch (error) {
      const failure = awsError(error, context);
      if (failure.code !== 'transport-garbled' || attempt === GARBLED_ATTEMPTS) throw failure;
      await backoff(attempt);
    }
  }
}

/**
 * All items of a paged call. Empty pages with a token are legal; a token that comes back, or pages without end,
 * are not (reliability.md row 83). Any failure throws: half a list is never returned.
 */
export async function allPages<Item>(
  context: CallContext,
  maxPages: number,
  ask: (
    token: string | undefined,
  ) => Promise<{ readonly items: readonly Item[] | undefined; readonly next: string | undefined }>,
): Promise<Item[]> {
  const items: Item[] = [];
  const tokens = new Set<string>();
  let token: string | undefined;
  for (let page = 0; page < maxPages; page += 1) {
    const answer = await controlled(context, async () => {
      const { items: listed, next } = await ask(token);
      if (listed === undefined) throw garbledError(context, 'the answer holds no list');
      return { listed, next };
    });
    items.push(...answer.listed);
    if (answer.next === undefined || answer.next === '') return items;
    if (tokens.has(answer.next)) throw garbledError(context, 'a page token came twice, so the list cannot be complete');
    tokens.add(answer.next);
    token = answer.next;
  }
  throw garbledError(context, `the list does not end after ${maxPages} pages`);
}

/** The same error under another code. */
export function recoded(error: OperatingError, code: OperatingError['code']): OperatingError {
  return new OperatingError({
    code,
    message: error.message,
    hint: error.hint,
    retryable: error.retryable,
    cause: error.cause,
  });
}
