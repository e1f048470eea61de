/** A loopback server that answers exactly what a test says, for answers that no honest S3 gives. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { vi } from 'vitest';
import { createTransport, type AwsSettings, type AwsTransport } from '../../src/adapters/aws-client.ts';
import { createClients, type AwsClients } from '../../src/adapters/aws-clients.ts';
import { OperatingError } from '../../src/errors.ts';

export interface Raw extends AsyncDisposable {
  readonly url: string;
  readonly requests: IncomingMessage[];
}

/** `answer` gets the request, the response, and how many requests came before. */
export async function startRaw(
  answer: (request: IncomingMessage, response: ServerResponse, before: number) => void,
): Promise<Raw> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    const before = requests.length - 1;
    request.resume().on('end', () => answer(request, response, before));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Short times and few attempts; never a look at another machine for credentials. */
export function transportTo(url: string, change: Partial<AwsSettings> = {}): AwsTransport {
  useCredentials('AKIDTEST', 'secret');
  return createTransport({
    region: 'us-east-1',
    forcePathStyle: true,
    endpoint: url,
    timeouts: { connectMs: 1000, requestMs: 400, readMs: 3000 },
    maxSockets: 50,
    maxAttempts: 1,
    ...change,
  });
}

/** Clients without a check of the account. */
export function clientsTo(url: string, change: Partial<AwsSettings> = {}): AwsClients {
  return createClients(transportTo(url, change), { account: null, role: null, externalId: null });
}

export function useCredentials(id: string, secret: string): void {
  const nowhere = {
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
  const environment = { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret, ...nowhere };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
}

export function xml(
  response: ServerResponse,
  status: number,
  body: string,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, {
    'content-type': 'application/xml',
    'content-length': String(Buffer.byteLength(body)),
    ...headers,
  });
  response.end(body);
}

export function s3Error(response: ServerResponse, status: number, code: string, message = 'as asked for'): void {
  xml(
    response,
    status,
    `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${message}</Message><RequestId>1</RequestId></Error>`,
  );
}

/** The OperatingError that work fails with. */
export async function failure(work: Promise<unknown>): Promise<OperatingError> {
  const outcome = await work.then(
    () => new Error('it did not fail'),
    (error: unknown) => error,
  );
  if (outcome instanceof OperatingError) return outcome;
  throw outcome;
}

export async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}
