/** The thread of the inspecting pool: inflates and hashes one batch. */
import { move, transferableSymbol, valueSymbol } from 'piscina';
import { inspectGzip, type Inspection, type InspectionOptions } from '../core/gzip.ts';

/** One batch. The files are the thread's own copies. */
export interface InspectionTask extends InspectionOptions {
  readonly files: readonly Uint8Array[];
}

/** One result a file, in order; inflated contents are handed over, not copied. */
export function inspectBatch({ files, ...options }: InspectionTask): unknown {
  const results = files.map((file) => ownContent(inspectGzip(file, options)));
  const buffers = results.flatMap((result) => (result.ok && result.content !== null ? [result.content.buffer] : []));
  // piscina reads these two when the answer is posted.
  const answer = {
    get [transferableSymbol]() {
      return buffers;
    },
    get [valueSymbol]() {
      return results;
    },
  };
  return move(answer);
}

/** A view into a larger or shared (pooled) buffer is copied: handing the buffer over would take its neighbours along. */
function ownContent(result: Inspection): Inspection {
  if (!result.ok || result.content === null) return result;
  const { content } = result;
  const whole = content.byteLength === content.buffer.byteLength;
  return { ...result, content: whole ? new Uint8Array(content.buffer) : new Uint8Array(content) };
}
