/**
 * Loaded before main.ts (`node --import`): locks of seconds instead of a minute, so that a test need not wait that long
 * until the jobs of a killed worker are taken up. Nothing else about the program changes.
 */
import { QUEUE_TIMING } from '../../src/adapters/queue-worker.ts';

Object.assign(QUEUE_TIMING, { lockMs: 4000, stalledMs: 1000, backoffMs: 500 });
