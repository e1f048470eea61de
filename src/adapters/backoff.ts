import { setTimeout as sleep } from 'node:timers/promises';

const FIRST_MS = 150;
const LONGEST_MS = 5000;

/** Waits before the next attempt: full jitter under a doubling limit, at most 5 s. `attempt` counts from 1. */
export async function backoff(attempt: number): Promise<void> {
  const limit = Math.min(LONGEST_MS, FIRST_MS * 2 ** (attempt - 1));
  await sleep(Math.ceil(Math.random() * limit));
}
