/** What the API's answers get on their way out: a weak ETag, 304 where nothing changed, and gzip where it pays. */
import { hash } from 'node:crypto';
import { promisify } from 'node:util';
import { constants, createGzip, gzip } from 'node:zlib';
import { pipeline, Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** Below this, gzip costs more than it saves. */
const LEAST_BYTES = 8 * 1024;
const compress = promisify(gzip);
/** A quick level: these answers are made anew all the time. */
const LEVEL = { level: constants.Z_BEST_SPEED } as const;
/** Every answer begins with when it was read, which alone makes it no other answer. */
const READ_AT = /^\{"readAt":"[^"]{1,40}",/;

/** For routes whose answers are JSON texts. */
export function addEncoding(app: FastifyInstance): void {
  app.addHook('onSend', async (request, reply, payload) => {
    if (typeof payload !== 'string' || reply.statusCode !== 200) return payload;
    if (request.method === 'GET' || request.method === 'HEAD') {
      const tag = `W/"${hash('sha256', payload.replace(READ_AT, '{')).slice(0, 32)}"`;
      reply.header('etag', tag);
      if (matches(request.headers['if-none-match'], tag)) {
        reply.code(304);
        // What answers HEAD asks the body for its length, which a 304 does not tell: nothing has none, and breaks it.
        return request.method === 'HEAD' ? Readable.from([]) : null;
      }
    }
    return squeeze(request, reply, payload);
  });
}

async function squeeze(request: FastifyRequest, reply: FastifyReply, payload: string): Promise<string | Buffer> {
  if (payload.length < LEAST_BYTES) return payload;
  reply.header('vary', 'accept-encoding');
  if (!takesGzip(request)) return payload;
  reply.header('content-encoding', 'gzip');
  reply.removeHeader('content-length');
  return compress(payload, LEVEL);
}

/** For files: whatever is text, and is sent whole. */
export function addFileEncoding(app: FastifyInstance): void {
  app.addHook('onSend', async (request, reply, payload) => {
    const type = String(reply.getHeader('content-type') ?? '');
    if (!/^(text\/|application\/(javascript|json)|image\/svg)/.test(type)) return payload;
    reply.header('vary', 'accept-encoding');
    if (!(payload instanceof Readable) || reply.statusCode !== 200 || !takesGzip(request)) return payload;
    reply.header('content-encoding', 'gzip');
    reply.removeHeader('content-length');
    reply.removeHeader('accept-ranges');
    const squeezed = createGzip();
    // An error of the file ends both; the answer is cut off and seen to be.
    pipeline(payload, squeezed, () => undefined);
    return squeezed;
  });
}

/** `gzip` is named and not refused. */
function takesGzip(request: FastifyRequest): boolean {
  const accepted = [request.headers['accept-encoding'] ?? ''].flat().join(', ');
  return /(^|[,\s])gzip\s*(,|;|$)/i.test(accepted) && !/gzip\s*;\s*q=0(\.0{0,3})?\s*(,|$)/i.test(accepted);
}

/** If-None-Match compares weakly (RFC 9110, 13.1.2). */
function matches(header: string | undefined, tag: string): boolean {
  const bare = tag.replace(/^W\//, '');
  return (header ?? '').split(',').some((one) => one.trim() === '*' || one.trim().replace(/^W\//, '') === bare);
}
