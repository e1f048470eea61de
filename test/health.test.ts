/** The health check of the image, as the program that it is. */
import { execFile } from 'node:child_process';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';

const HEALTH = join(import.meta.dirname, '..', 'src', 'health.ts');

function check(url: string): Promise<{ status: number; said: string }> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [HEALTH], { env: { ORGTRAIL_HEALTH_URL: url } }, (_error, _out, said) =>
      resolve({ status: child.exitCode ?? -1, said }),
    );
  });
}

describe('the health check', () => {
  let server: Server | null = null;
  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
    server = null;
  });

  async function serve(listener: RequestListener): Promise<string> {
    const listening = createServer(listener).listen(0, '127.0.0.1');
    server = listening;
    await new Promise((resolve) => listening.once('listening', resolve));
    return `http://127.0.0.1:${(listening.address() as AddressInfo).port}/livez`;
  }

  test('is well when the daemon says so', async () => {
    const asked: (string | undefined)[] = [];
    const url = await serve((request, response) => {
      asked.push(request.url);
      response.end('ok');
    });
    expect(await check(url)).toEqual({ status: 0, said: '' });
    expect(asked).toEqual(['/livez']);
  });

  test('is not when the daemon answers badly, elsewhere, or not at all', async () => {
    const bad = await serve((_request, response) => void response.writeHead(503).end());
    expect(await check(bad)).toEqual({ status: 1, said: `not healthy: ${bad}: answered 503\n` });
    server?.close();
    const moved = await serve((_request, response) => void response.writeHead(302, { location: '/' }).end());
    expect((await check(moved)).status).toBe(1);
    const refused = await check('http://127.0.0.1:9/livez');
    expect(refused.status).toBe(1);
    expect(refused.said).toContain('not healthy');
  });

  test('does not wait for ever', async () => {
    const silent = await serve(() => undefined);
    const silence = await check(silent);
    expect(silence.status).toBe(1);
    expect(silence.said).toContain('timeout');
  });
});
