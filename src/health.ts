/**
 * What the image's HEALTHCHECK runs: asks the daemon whether it is alive. A program of its own, because the image
 * has no shell and no curl. Status 0: alive; 1: not, with the reason on stderr. Where the daemon listens is its
 * configuration's word, which may lie anywhere: it is looked for at every address of this machine, by http and by https.
 * ORGTRAIL_HEALTH_PORT names another port than 8080, ORGTRAIL_HEALTH_URL one address alone.
 */
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { networkInterfaces } from 'node:os';

const DEFAULT_PORT = '8080';
/** For all of it: the engine's own patience is five seconds. */
const TIMEOUT_MS = 4_000;
const USUAL = ['127.0.0.1', '::1'];

/** The addresses of this machine, the usual ones first. Link-local ones mean nothing without their interface. */
function ownAddresses(): readonly string[] {
  const all = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  const others = all.map(({ address }) => address).filter((one) => !one.startsWith('fe80:'));
  return [...new Set([...USUAL, ...others])];
}

function addressesToAsk(own: readonly string[]): readonly string[] {
  const given = process.env['ORGTRAIL_HEALTH_URL'];
  if (given !== undefined) return [given];
  const port = process.env['ORGTRAIL_HEALTH_PORT'] ?? DEFAULT_PORT;
  const hosts = own.map((address) => (address.includes(':') ? `[${address}]` : address));
  return hosts.flatMap((host) => ['http', 'https'].map((scheme) => `${scheme}://${host}:${port}/livez`));
}

/** A certificate names what people call us by: at an address of this machine it is not held against that. */
function isHere({ hostname }: URL, own: readonly string[]): boolean {
  return hostname === 'localhost' || own.includes(hostname.replace(/^\[|\]$/g, ''));
}

/** Null when the daemon says that it is alive, else why it is not. A redirect is no such word. */
function complaint(url: URL, rejectUnauthorized: boolean, signal: AbortSignal): Promise<string | null> {
  return new Promise((resolve) => {
    const request =
      url.protocol === 'https:' ? requestHttps(url, { rejectUnauthorized, signal }) : requestHttp(url, { signal });
    request.once('response', ({ statusCode = 0 }) => {
      resolve(statusCode >= 200 && statusCode < 300 ? null : `answered ${statusCode}`);
      request.destroy();
    });
    request.on('error', (error) => resolve(error.cause instanceof Error ? error.cause.message : error.message));
    request.end();
  });
}

/** Null when one of them is the living daemon; else what the most telling of them said. */
async function ask(): Promise<string | null> {
  const own = ownAddresses();
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const said: string[] = [];
  for (const address of addressesToAsk(own)) {
    if (!URL.canParse(address)) return `${address}: is no address`;
    const url = new URL(address);
    const problem = await complaint(url, !isHere(url, own), signal);
    if (problem === null) return null;
    said.push(`${address}: ${problem}`);
  }
  return said.find((one) => !one.includes('ECONNREFUSED')) ?? said[0] ?? 'there is nowhere to ask';
}

const problem = await ask();
if (problem !== null) {
  console.error(`not healthy: ${problem}`);
  process.exitCode = 1;
}
