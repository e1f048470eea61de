/**
 * What the image's HEALTHCHECK runs: asks the daemon whether it is alive. A program of its own, because the image
 * has no shell and no curl. Status 0: alive; 1: not, with the reason on stderr.
 */
const DEFAULT_URL = 'http://127.0.0.1:8080/livez';
const TIMEOUT_MS = 4_000;

/** Null when the daemon says that it is alive, else why it is not. */
async function complaint(url: string): Promise<string | null> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS), redirect: 'error' });
    await response.body?.cancel();
    return response.ok ? null : `answered ${response.status}`;
  } catch (error) {
    return error instanceof Error
      ? error.cause instanceof Error
        ? error.cause.message
        : error.message
      : String(error);
  }
}

const url = process.env['ORGTRAIL_HEALTH_URL'] ?? DEFAULT_URL;
const problem = await complaint(url);
if (problem !== null) {
  console.error(`not healthy: ${url}: ${problem}`);
  process.exitCode = 1;
}
