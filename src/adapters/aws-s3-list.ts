/** Listing a bucket, page by page; a page that does not prove itself is asked for again, and then it is an error. */
import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { OperatingError } from '../errors.ts';
import type { ListedObject, ListRequest } from '../ports.ts';
import type { AwsClients } from './aws-clients.ts';
import { awsError, failedTo, garbledError, type CallContext } from './aws-errors.ts';
import { s3Context } from './aws-s3-context.ts';
import { readPage, type ListPage, type PageQuestion } from './aws-s3-page.ts';
import { backoff } from './backoff.ts';

const PAGE_ATTEMPTS = 3;
/** 100 million keys: no trail prefix comes near, and a store that never ends is stopped. */
const MAX_PAGES = 100_000;
/** Empty pages with a token are legal, but not without end. */
const MAX_EMPTY_PAGES = 1000;
const MAX_FOLDERS = 10_000;

/** Every object below the prefix, in the order of its UTF-8 bytes. */
export async function* listObjects(clients: AwsClients, request: ListRequest): AsyncGenerator<ListedObject> {
  for await (const page of pages(clients, request, false)) yield* page.objects;
}

/** The names of the folders directly below the prefix, without it, each ending in `/`. */
export async function listFolders(clients: AwsClients, request: ListRequest): Promise<readonly string[]> {
  const names: string[] = [];
  for await (const page of pages(clients, request, true)) {
    names.push(...page.folders.map((folder) => folder.slice(request.prefix.length)));
    if (names.length > MAX_FOLDERS) throw tooManyFolders(listContext(clients, request));
  }
  return names;
}

async function* pages(clients: AwsClients, request: ListRequest, byFolder: boolean): AsyncGenerator<ListPage> {
  const context = listContext(clients, request);
  const asked = { bucket: request.bucket, prefix: request.prefix, byFolder };
  let after = request.startAfter ?? null;
  let token: string | null = null;
  let empty = 0;
  for (let count = 0; count < MAX_PAGES; count += 1) {
    const page: ListPage = await certainPage(clients, request, { ...asked, after, token });
    yield page;
    if (page.next === null) return;
    empty = page.objects.length + page.folders.length === 0 ? empty + 1 : 0;
    if (empty > MAX_EMPTY_PAGES)
      throw garbledError(context, `the listing goes on after ${MAX_EMPTY_PAGES} empty pages`);
    after = page.last;
    token = page.next;
  }
  throw garbledError(context, `the listing does not end after ${MAX_PAGES} pages`);
}

async function certainPage(clients: AwsClients, request: ListRequest, question: PageQuestion): Promise<ListPage> {
  const context = listContext(clients, request);
  for (let attempt = 1; ; attempt += 1) {
    const page = await askPage(clients, request, question).catch((error: unknown) => {
      const mapped = awsError(error, context);
      if (mapped.code === 'transport-garbled') return mapped.message;
      throw mapped;
    });
    if (typeof page !== 'string') return page;
    if (attempt === PAGE_ATTEMPTS)
      throw garbledError(context, `the answer is no page of this listing (asked ${attempt} times): ${page}`);
    await backoff(attempt);
  }
}

async function askPage(clients: AwsClients, request: ListRequest, question: PageQuestion): Promise<ListPage | string> {
  const command = new ListObjectsV2Command({
    Bucket: request.bucket,
    Prefix: request.prefix,
    ExpectedBucketOwner: request.owner,
    EncodingType: 'url',
    ...(question.byFolder ? { Delimiter: '/' } : {}),
    ...(question.token === null ? {} : { ContinuationToken: question.token }),
    ...(question.token === null && question.after !== null ? { StartAfter: question.after } : {}),
  });
  return readPage(await clients.onBucket(request.bucket, (client, options) => client.send(command, options)), question);
}

function listContext(clients: AwsClients, request: ListRequest): CallContext {
  const context = s3Context(clients, {
    verb: 'list',
    permission: 's3:ListBucket',
    bucket: request.bucket,
    owner: request.owner,
  });
  return { ...context, doing: `${context.doing}/${request.prefix}` };
}

function tooManyFolders(context: CallContext): OperatingError {
  return new OperatingError({
    code: 'blocked-access',
    message: `${failedTo(context)}: there are more than ${MAX_FOLDERS} folders`,
    hint: 'A trail keeps far fewer. Check the prefix in the configuration, and who else writes to the bucket.',
  });
}
