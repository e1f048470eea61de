/** A bare HTTP front on loopback for trying one endpoint alone. It keeps the path as it came over the wire. */
import { createServer, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { CloudRequest, Endpoint } from '../endpoint.ts';

/** `requests` keeps what arrived, for looking at the wire; `url` is `http://127.0.0.1:PORT`. */
export interface Loopback extends AsyncDisposable {
  readonly url: string;
  readonly requests: readonly CloudRequest[];
}

/** Serves one endpoint on a free port until it is disposed of. */
export async function serveEndpoint(endpoint: Endpoint): Promise<Loopback> {
  const requests: CloudRequest[] = [];
  const server = createServer((incoming, outgoing) => {
    void (async () => {
      const request = await readRequest(incoming);
      requests.push(request);
      const response = await endpoint(request);
      outgoing.writeHead(response.status, Object.fromEntries(response.headers));
      outgoing.end(request.method === 'HEAD' ? undefined : response.body);
    })().catch((error: unknown) => outgoing.destroy(error instanceof Error ? error : new Error(String(error))));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function readRequest(incoming: IncomingMessage): Promise<CloudRequest> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of incoming as AsyncIterable<Uint8Array>) chunks.push(chunk);
  const [rawPath = '/', ...rest] = (incoming.url ?? '/').split('?');
  const rawQuery = rest.join('?');
  const headers = new Map(
    Object.entries(incoming.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(',') : (value ?? ''),
    ]),
  );
  return {
    method: incoming.method ?? 'GET',
    rawPath,
    query: new Map(new URLSearchParams(rawQuery)),
    rawQuery,
    headers,
    body: Buffer.concat(chunks),
  };
}
