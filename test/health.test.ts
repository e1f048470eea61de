/** The health check of the image, as the program that it is. */
import { execFile } from 'node:child_process';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { makeCertificate } from './web/security/certificate.ts';

const HEALTH = join(import.meta.dirname, '..', 'src', 'health.ts');

const check = (url: string) => checkWith({ ORGTRAIL_HEALTH_URL: url });

function checkWith(env: Readonly<Record<string, string>>): Promise<{ status: number; said: string }> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [HEALTH], { env }, (_error, _out, said) =>
      resolve({ status: child.exitCode ?? -1, said }),
    );
  });
}

/** Addresses of this machine that are not the one asked first. */
const elsewhere = Object.values(networkInterfaces())
  .flatMap((list) => list ?? [])
  .map(({ address }) => address)
  .filter((address) => address !== '127.0.0.1' && !address.startsWith('fe80:'));

describe('the health check', () => {
  let server: Pick<Server, 'close' | 'closeAllConnections'> | null = null;
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

  test('finds a daemon with a certificate: asked by http alone, the container was killed for serving https', async () => {
    const secure = createSecureServer(makeCertificate(), (_request, response) => void response.end('ok'));
    server = secure.listen(0, '127.0.0.1');
    await new Promise((resolve) => secure.once('listening', resolve));
    const port = String((secure.address() as AddressInfo).port);
    expect(await checkWith({ ORGTRAIL_HEALTH_PORT: port })).toEqual({ status: 0, said: '' });
    expect(await check(`https://127.0.0.1:${port}/livez`)).toEqual({ status: 0, said: '' });
  });

  test.skipIf(elsewhere.length === 0)('finds a daemon at another address of this machine than 127.0.0.1', async () => {
    const own = createServer((_request, response) => void response.end('ok')).listen(0, elsewhere[0]);
    server = own;
    await new Promise((resolve) => own.once('listening', resolve));
    const port = String((own.address() as AddressInfo).port);
    expect(await checkWith({ ORGTRAIL_HEALTH_PORT: port })).toEqual({ status: 0, said: '' });
  });

  test('says where it asked when nobody is there', async () => {
    const { status, said } = await checkWith({ ORGTRAIL_HEALTH_PORT: '9' });
    expect([status, said]).toEqual([1, 'not healthy: http://127.0.0.1:9/livez: connect ECONNREFUSED 127.0.0.1:9\n']);
  });

  test('does not wait for ever', async () => {
    const silent = await serve(() => undefined);
    const silence = await check(silent);
    expect(silence.status).toBe(1);
    expect(silence.said).toContain('timeout');
  });
});
