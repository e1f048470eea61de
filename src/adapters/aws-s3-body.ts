/**
 * Reads an object's body whole or not at all. The SDK neither retries nor times out once a body has begun, and it
 * takes a body without a length for whole when the connection closes (reliability.md 1.3, rows 51, 52 and 54).
 */
import { Readable } from 'node:stream';

/** What came instead of the whole body. `stalled`: too slow; `cut`: ended early, ran over, or failed its checksum. */
export class BodyError extends Error {
  readonly reason: 'stalled' | 'cut';

  constructor(reason: 'stalled' | 'cut', message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'BodyError';
    this.reason = reason;
  }
}

/**
 * Exactly `length` bytes as they came over the wire.
 * @param body ends, fails or is destroyed; nothing is left unread, so no connection is kept busy
 * @param limits `length` from Content-Length; `idleMs` the longest silence; `signal` the deadline of the whole call
 */
export async function readBody(
  body: Readable,
  limits: { readonly length: number; readonly idleMs: number; readonly signal: AbortSignal },
): Promise<Uint8Array> {
  const bytes = Buffer.allocUnsafeSlow(limits.length);
  const stop = (message: string) => () => body.destroy(new BodyError('stalled', message));
  const overdue = stop('the object was not read to its end in time');
  const idle = setTimeout(stop(`no byte came for ${limits.idleMs} ms`), limits.idleMs);
  limits.signal.addEventListener('abort', overdue, { once: true });
  if (limits.signal.aborted) overdue();
  try {
    const read = await fill(bytes, body, () => idle.refresh());
    if (read !== limits.length) throw new BodyError('cut', `the body has ${read} of ${limits.length} bytes`);
    return bytes;
  } catch (error) {
    if (error instanceof BodyError) throw error;
    const message = error instanceof Error ? error.message : String(error);
    // The SDK's own timers destroy the stream as well, and may be faster.
    const stalled = limits.signal.aborted || (error instanceof Error && error.name === 'TimeoutError');
    throw new BodyError(stalled ? 'stalled' : 'cut', message, error);
  } finally {
    clearTimeout(idle);
    limits.signal.removeEventListener('abort', overdue);
    body.destroy();
  }
}

async function fill(bytes: Buffer, body: Readable, onChunk: () => void): Promise<number> {
  let at = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    if (at + chunk.length > bytes.length)
      throw new BodyError('cut', `the body is longer than the ${bytes.length} bytes it announced`);
    bytes.set(chunk, at);
    at += chunk.length;
    onChunk();
  }
  return at;
}

/** The SDK's body as a Node stream; null when there is none. */
export function bodyStream(body: unknown): Readable | null {
  return body instanceof Readable ? body : null;
}
