/** The object in a request body: taken out of `aws-chunked` framing where a client streams it. */
import type { CloudRequest } from '../endpoint.ts';
import { verifyChecksums } from './checksum.ts';
import { S3Error } from './errors.ts';

export interface Payload {
  readonly body: Uint8Array;
  /** The request's headers, with the trailer's fields added. */
  readonly headers: ReadonlyMap<string, string>;
  /** What is left of Content-Encoding without the framing; null when nothing is. */
  readonly contentEncoding: string | null;
}

/** The body as it is to be stored, checksums verified. */
export function payloadOf(request: CloudRequest): Payload {
  const streaming = request.headers.get('x-amz-content-sha256')?.startsWith('STREAMING-') ?? false;
  const payload = streaming ? unframed(request) : { body: request.body, headers: request.headers };
  verifyChecksums(payload.body, payload.headers);
  return { ...payload, contentEncoding: withoutFraming(request.headers.get('content-encoding')) };
}

function withoutFraming(encoding: string | undefined): string | null {
  const left = (encoding ?? '').split(',').map((part) => part.trim());
  const joined = left.filter((part) => part !== '' && part !== 'aws-chunked').join(',');
  return joined === '' ? null : joined;
}

/** `size[;extension]CRLF bytes CRLF … 0CRLF name:value CRLF … CRLF`; the declared decoded length must be met. */
function unframed(request: CloudRequest): Omit<Payload, 'contentEncoding'> {
  const bytes = Buffer.from(request.body);
  const parts: Uint8Array[] = [];
  let at = 0;
  for (;;) {
    const line = lineAt(bytes, at);
    const size = /^([0-9a-f]{1,8})(?:;.*)?$/i.exec(line.text)?.[1];
    if (size === undefined) throw incomplete();
    at = line.next;
    const length = Number.parseInt(size, 16);
    if (length === 0) break;
    if (at + length + 2 > bytes.length) throw incomplete();
    parts.push(bytes.subarray(at, at + length));
    at += length + 2;
  }
  const body = Buffer.concat(parts);
  if (String(body.length) !== request.headers.get('x-amz-decoded-content-length')) throw incomplete();
  return { body, headers: new Map([...request.headers, ...trailers(bytes, at)]) };
}

function trailers(bytes: Buffer, from: number): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const line of bytes.subarray(from).toString('latin1').split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) found.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
  }
  return found;
}

function lineAt(bytes: Buffer, at: number): { readonly text: string; readonly next: number } {
  const end = bytes.indexOf('\r\n', at);
  if (end < 0) throw incomplete();
  return { text: bytes.toString('latin1', at, end), next: end + 2 };
}

function incomplete(): S3Error {
  return new S3Error(
    'IncompleteBody',
    'You did not provide the number of bytes specified by the Content-Length HTTP header',
  );
}
