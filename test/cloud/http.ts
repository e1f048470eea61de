/** The wire: Node's HTTP messages to cloud requests with their raw path, and deliveries back to sockets. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { CloudRequest, CloudResponse } from './endpoint.ts';
import type { Delivery } from './sabotage.ts';

/** Larger bodies are no part of any scenario here; the server must not hold them. */
const MAX_BODY_BYTES = 256 * 1024 * 1024;

/** Reads the whole request; null when its sender went away or sent more than the limit. */
export async function readRequest(message: IncomingMessage): Promise<CloudRequest | null> {
  const body = await readBody(message);
  if (body === null) return null;
  const target = message.url ?? '/';
  const question = target.indexOf('?');
  const rawPath = question < 0 ? target : target.slice(0, question);
  const rawQuery = question < 0 ? '' : target.slice(question + 1);
  return {
    method: message.method ?? 'GET',
    rawPath,
    rawQuery,
    query: decodeQuery(rawQuery),
    headers: headersOf(message),
    body,
  };
}

async function readBody(message: IncomingMessage): Promise<Uint8Array | null> {
  const parts: Buffer[] = [];
  let size = 0;
  try {
    for await (const part of message as AsyncIterable<Buffer>) {
      size += part.length;
      if (size > MAX_BODY_BYTES) return null;
      parts.push(part);
    }
  } catch {
    return null;
  }
  return Buffer.concat(parts);
}

/** The first of two parameters of one name counts. A `+` is a space in AWS's queries only when it came as `%20`. */
function decodeQuery(rawQuery: string): ReadonlyMap<string, string> {
  const query = new Map<string, string>();
  for (const part of rawQuery === '' ? [] : rawQuery.split('&')) {
    const equals = part.indexOf('=');
    const name = decoded(equals < 0 ? part : part.slice(0, equals));
    if (!query.has(name)) query.set(name, equals < 0 ? '' : decoded(part.slice(equals + 1)));
  }
  return query;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function headersOf(message: IncomingMessage): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  for (const [name, value] of Object.entries(message.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(',') : value);
  }
  return headers;
}

/** Sends what there is to send, and ends or leaves the connection as the delivery says. */
export function sendDelivery(delivery: Delivery, request: CloudRequest, to: ServerResponse): void {
  switch (delivery.kind) {
    case 'whole':
      sendHead(delivery.response, to);
      to.end(request.method === 'HEAD' ? undefined : delivery.response.body);
      return;
    case 'part':
      sendHead(delivery.response, to);
      to.flushHeaders();
      to.write(delivery.response.body.subarray(0, delivery.bytes), () => {
        if (delivery.after === 'end') to.socket?.destroy();
      });
      return;
    case 'reset':
      to.socket?.resetAndDestroy();
      return;
    case 'stall':
      // The client's own timeout, or the end of the server, has to end this.
      return;
  }
}

function sendHead(response: CloudResponse, to: ServerResponse): void {
  to.statusCode = response.status;
  for (const [name, value] of response.headers) to.setHeader(name, value);
  if (response.status !== 204 && response.status !== 304) to.setHeader('content-length', response.body.length);
}
