/** One worker thread: the cases of one task, and their outcome as the only message. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Task } from './protocol.ts';
import { runTarget } from './run.ts';
import { TARGETS } from './targets.ts';

const task = workerData as Task;
const begun = new Int32Array(task.begun);
const found = TARGETS.find(({ name }) => name === task.target);
if (found === undefined) throw new Error(`no target ${task.target}`);
const outcome = await runTarget(found, task, { onCase: () => void Atomics.add(begun, 0, 1) });
parentPort?.postMessage(outcome, []);
