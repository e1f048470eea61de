/** Inflates and hashes: large files on threads of their own, so that the event loop stays free for sockets. */
import { fileURLToPath } from 'node:url';
import pLimit from 'p-limit';
import { Piscina } from 'piscina';
import { inspectGzip, type Inspection, type InspectionOptions } from '../core/gzip.ts';
import type { Inspector } from '../ports.ts';
import type { InspectionTask } from './inspector-worker.ts';

/** Small batches keep all threads busy to the end; a file a task costs a third of the speed (ecosystem.md 7). */
const BATCH_FILES = 50;
const BATCH_BYTES = 4 * 1024 * 1024;
/**
 * Up to here, starting threads and handing files over costs more than inspecting them, and nearly every log file is
 * smaller. What inflates to more than a bomb may take from the event loop goes to the threads all the same.
 */
const IN_PLACE_STORED = 64 * 1024;
const IN_PLACE_INFLATED = 1024 * 1024;

/** A pool of threads. `close` lets running batches end and stops the threads. */
export interface InspectorPool extends Inspector {
  close(): Promise<void>;
}

/** Starts no thread before there is something to inspect. */
export function createInspector({ threads }: { readonly threads: number }): InspectorPool {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const filename = fileURLToPath(new URL(`./inspector-worker.${extension}`, import.meta.url));
  const pool = new Piscina({ filename, name: 'inspectBatch', minThreads: 0, maxThreads: threads, idleTimeout: 30_000 });
  // Files are copied when their turn comes: what waits holds no second copy.
  const limit = pLimit(threads * 2);
  const onThreads: Inspector['inspect'] = async (files, options) => {
    const done = await Promise.all(batches(files).map((batch) => limit(() => run(pool, { files: batch, ...options }))));
    return done.flat();
  };
  return {
    inspect: async (files, options) => inspectInPlace(files, options) ?? onThreads(files, options),
    close: () => pool.close(),
  };
}

/** Null when it would keep the event loop busy for more than a few milliseconds. */
function inspectInPlace(files: readonly Uint8Array[], options: InspectionOptions): readonly Inspection[] | null {
  let left = IN_PLACE_INFLATED;
  if (files.reduce((sum, file) => sum + file.length, 0) > IN_PLACE_STORED) return null;
  const results: Inspection[] = [];
  for (const file of files) {
    const result = inspectGzip(file, { ...options, maxInflated: Math.max(1, Math.min(left, options.maxInflated)) });
    if (!result.ok && result.tooLarge && left < options.maxInflated) return null;
    if (result.ok) left -= result.inflatedSize;
    results.push(result);
  }
  return results;
}

/** The caller keeps its bytes: exact copies are handed to the thread (a view's whole pool would go along otherwise). */
async function run(pool: Piscina, task: InspectionTask): Promise<readonly Inspection[]> {
  const copies = task.files.map((file) => new Uint8Array(file));
  const results: readonly Inspection[] = await pool.run(
    { ...task, files: copies },
    { transferList: copies.map((copy) => copy.buffer) },
  );
  if (results.length !== task.files.length)
    throw new Error(`inspected ${results.length} of ${task.files.length} files`);
  return results;
}

function batches(files: readonly Uint8Array[]): Uint8Array[][] {
  const groups: Uint8Array[][] = [];
  let group: Uint8Array[] = [];
  let bytes = 0;
  for (const file of files) {
    if (group.length > 0 && (group.length === BATCH_FILES || bytes + file.length > BATCH_BYTES)) {
      groups.push(group);
      group = [];
      bytes = 0;
    }
    group.push(file);
    bytes += file.length;
  }
  return group.length === 0 ? groups : [...groups, group];
}
