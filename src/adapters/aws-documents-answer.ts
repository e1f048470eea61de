/**
 * Looks at an answer before the SDK reads it. The SDK takes an empty page for an empty setting, and drops what its
 * version does not know: written back, a foreign rule would lose that part without a word.
 */
import type { S3Client } from '@aws-sdk/client-s3';
import { OperatingError } from '../errors.ts';
import { failedTo, garbledError, type CallContext } from './aws-errors.ts';

/** The largest setting, a lifecycle of 1,000 rules, has about 1 MB. */
const MAX_BYTES = 8 * 1024 * 1024;

/** Any command of S3 whose answer is to be looked at. */
interface Watched {
  readonly middlewareStack: unknown;
}

interface Response {
  readonly statusCode: number;
  body: unknown;
}

/** Hands the text of each successful answer to `look`, which throws for what is no answer. */
export function lookAtAnswer<Command extends Watched>(
  command: Command,
  context: CallContext,
  look: (text: string) => void,
): Command {
  // The stacks of all commands differ in their type parameters only.
  const stack = command.middlewareStack as S3Client['middlewareStack'];
  stack.add(
    (next) => async (args) => {
      const result = await next(args);
      const response = result.response as Response;
      if (response.statusCode >= 300) return result;
      const bytes = await wholeBody(response.body, context);
      response.body = bytes;
      const text = bytes.toString('utf8');
      // The SDK knows this one: an error with status 200.
      if (elementNames(text)[0] !== 'Error') look(text);
      return result;
    },
    // Nearest to the network, so that the bytes are those that came.
    { step: 'deserialize', name: 'orgtrailAnswer', priority: 'low' },
  );
  return command;
}

async function wholeBody(body: unknown, context: CallContext): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of (body ?? []) as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > MAX_BYTES) throw garbledError(context, `the answer has more than ${MAX_BYTES} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/**
 * The answer is a document with one of these roots, or none of S3's. A listing is the answer of a store that does not
 * know the subresource and takes the call for one on the bucket itself: there a DELETE would be one of the bucket.
 */
export function demandRoot(text: string, roots: readonly string[], context: CallContext): void {
  const [found] = elementNames(text);
  if (found !== undefined && roots.includes(found)) return;
  if (found !== 'ListBucketResult') throw garbledError(context, `the answer is no ${roots[0]}`);
  throw new OperatingError({
    code: 'document-refused',
    message: `${failedTo(context)}: the store answers with a list of objects, so it has no such setting`,
    hint: 'Leave this setting out of the configuration, or use a store that has it.',
  });
}

/** A write is answered without a body; anything else was said by somebody else, and leaves open whether it happened. */
export function demandNothing(text: string, context: CallContext): void {
  if (text.trim() !== '') throw garbledError(context, 'the answer to a write has a body');
}

/** Throws for an element that would be lost when the document is written back. */
export function demandKnown(text: string, known: ReadonlySet<string>, context: CallContext): void {
  const strange = elementNames(text).find((name) => !known.has(name));
  if (strange === undefined) return;
  throw new OperatingError({
    code: 'document-refused',
    message: `${failedTo(context)}: it holds <${strange}>, which this version of orgtrail does not know and would lose by writing it back`,
    hint: 'Use a newer version of orgtrail, or take that part out of the setting.',
  });
}

/** Names of the opening tags in order, without namespace prefixes. */
function elementNames(text: string): readonly string[] {
  const names: string[] = [];
  for (const [, name = ''] of text.matchAll(/<(?:[A-Za-z][\w.-]{0,100}:)?([A-Za-z][\w.-]{0,100})/g)) names.push(name);
  return names;
}
