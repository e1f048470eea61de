/** The container image, built from the Dockerfile and run as compose.yaml runs it. */
import { execFileSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DAEMON_KEYS, type Organization } from '../flow/organization.ts';
import { BUILDAH, DEBOOTSTRAP, reasonToSkip } from '../stack/need.ts';
import { buildImage, ended, runInImage, startInImage, type Image } from './image.ts';
import { openSurroundings } from './surroundings.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const SKIP = reasonToSkip('the image is not built', [BUILDAH, DEBOOTSTRAP], { root: true });

/** Asked of the process from inside: who it is and what it can do. */
const PROBE = `
  const { readFileSync, writeFileSync } = require('node:fs');
  const attempt = (path) => { try { writeFileSync(path, 'x'); return 'written'; } catch (error) { return error.code; } };
  const status = readFileSync('/proc/self/status', 'utf8');
  const field = (name) => status.match(new RegExp(name + ':\\\\s*(\\\\S+)'))[1];
  console.log(JSON.stringify({
    uid: process.getuid(), gid: process.getgid(), groups: process.getgroups(),
    capabilities: field('CapEff'), noNewPrivileges: field('NoNewPrivs'), node: process.version.split('.')[0],
    root: attempt('/x'), app: attempt('/app/x'), config: attempt('/app/config/x'), tmp: attempt('/tmp/x'),
  }));`;

describe.skipIf(SKIP !== null)('the image', () => {
  let image: Image;
  beforeAll(async () => {
    image = await buildImage();
    const [bytes = ''] = execFileSync('du', ['-sb', image.root], { encoding: 'utf8' }).split('\t');
    const [app = ''] = execFileSync('du', ['-sb', join(image.root, 'app')], { encoding: 'utf8' }).split('\t');
    const mebibytes = (text: string): string => `${Math.round(Number(text) / 2 ** 20)} MiB`;
    process.stderr.write(`image: ${mebibytes(bytes)} unpacked, ${mebibytes(app)} of it orgtrail and its packages\n`);
  }, 600_000);
  afterAll(() => image?.release());

  test('says how it is to be run', () => {
    const { config } = image;
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
    expect(config.User).toBe('65532:65532');
    expect(config.Entrypoint).toEqual(['node', '--enable-source-maps', 'dist/main.js']);
    expect(config.Cmd).toEqual(['run']);
    expect(config.StopSignal).toBe('SIGTERM');
    expect(config.Healthcheck.Test).toEqual(['CMD', 'node', 'dist/health.js']);
    expect(config.Env).toContain('NODE_ENV=production');
    expect(config.Labels['org.opencontainers.image.version']).toBe(version);
    expect(config.Labels['org.opencontainers.image.licenses']).toBe('Apache-2.0');
  });

  test('holds the product and nothing of its making', () => {
    const names = globSync('app/**/*', { cwd: image.root, exclude: (name) => name.includes('node_modules') });
    expect(names).toContain('app/dist/core/verdict.js');
    expect(names).toContain('app/dist/core/verdict.js.map');
    expect(names.filter((name) => name.endsWith('.ts') || /npmrc|tsconfig|test/.test(name))).toEqual([]);
    const { devDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      devDependencies: Record<string, string>;
    };
    const tools = Object.keys(devDependencies).filter((name) => existsSync(join(image.root, 'app/node_modules', name)));
    expect(tools).toEqual([]);
    const left = globSync(['root/**/*npmrc*', 'usr/local/etc/*', 'bin/*', 'usr/bin/*'], { cwd: image.root });
    expect(left).toEqual([]); // npm settings, or a shell
  });

  test('runs as nobody in particular, who can write to /tmp only', async () => {
    const probe = await runInImage(image, { command: ['node', '-e', PROBE], configFolder: join(ROOT, 'config') });
    expect(probe.stderr).toBe('');
    expect(JSON.parse(probe.stdout)).toEqual({
      uid: 65532,
      gid: 65532,
      groups: [65532],
      capabilities: '0000000000000000',
      noNewPrivileges: '1',
      node: 'v24',
      root: 'EROFS',
      app: 'EROFS',
      config: 'EROFS',
      tmp: 'written',
    });
  });

  test('every package it needs can be loaded there', async () => {
    const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      dependencies: Record<string, string>;
    };
    const pages = '@bull-board/ui'; // files to be served, no code
    const names = Object.keys(dependencies).filter((name) => name !== pages);
    const script = `Promise.all(${JSON.stringify(names)}.map((name) => import(name))).then((all) => console.log(all.length))`;
    const loaded = await runInImage(image, { command: ['node', '-e', script] });
    expect(loaded).toEqual({ status: 0, stdout: `${names.length}\n`, stderr: '' });
  });

  test('its health check tells a living daemon from none', async () => {
    const command = image.config.Healthcheck.Test.slice(1);
    const server: Server = createServer((_request, response) => response.end('ok')).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/livez`;
    const alive = await runInImage(image, { command, env: { ORGTRAIL_HEALTH_URL: url } });
    await new Promise((resolve) => server.close(resolve));
    expect(alive).toEqual({ status: 0, stdout: '', stderr: '' });
    const gone = await runInImage(image, { command, env: { ORGTRAIL_HEALTH_URL: url } });
    expect(gone.status).toBe(1);
    expect(gone.stderr).toContain('not healthy');
  });

  test('checks the example of a configuration', async () => {
    const args = ['config', 'check', '--config', 'config/example.yaml'];
    const checked = await runInImage(image, { args });
    expect(checked.stderr).toBe('');
    expect(checked.status).toBe(0);
  });

  test('says where it looked for a configuration that is not there', async () => {
    const started = await runInImage(image, {});
    expect(started.status).toBe(2);
    expect(started.stderr).toContain('config/orgtrail.yaml');
  });

  test('gathers, is healthy, and ends in order on SIGTERM', async () => {
    const around = await openSurroundings();
    const { organization, url } = around;
    try {
      const daemon = startInImage(image, { configFolder: organization.folder, env: daemonEnv(organization) });
      const end = ended(daemon);
      try {
        await expect.poll(() => answers(url), { timeout: 30_000, interval: 250 }).toBe(true);
        const command = image.config.Healthcheck.Test.slice(1);
        const health = await runInImage(image, { command, env: { ORGTRAIL_HEALTH_URL: `${url}/livez` } });
        expect(health).toEqual({ status: 0, stdout: '', stderr: '' });
        const receipts = () => organization.archived().filter((key) => key.startsWith('orgtrail/receipts/'));
        const digests = organization.world.chains.reduce((sum, chain) => sum + chain.hours.length, 0);
        await expect.poll(() => receipts().length, { timeout: 60_000, interval: 500 }).toBe(digests);
        expect(organization.archived().some((key) => key.startsWith('AWSLogs/'))).toBe(true);
        await expectPages(url);
      } finally {
        daemon.kill('SIGTERM');
      }
      // As long as compose.yaml waits; whoever does not end by itself has not passed, and is not left behind.
      const overdue = setTimeout(() => daemon.kill('SIGKILL'), 45_000);
      const { status, stdout, stderr } = await end;
      clearTimeout(overdue);
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      expect(stdout).not.toContain(DAEMON_KEYS.secretAccessKey);
    } finally {
      await around.close();
    }
  }, 180_000);
});

/** The credentials of the container, as strings. */
function daemonEnv({ env }: Organization): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(env).map(([name, value]) => [name, value ?? '']));
}

/** The pages and what they load come out of the image, and say what was gathered. */
async function expectPages(url: string): Promise<void> {
  const page = await fetch(url, { headers: { accept: 'text/html' } });
  const html = await page.text();
  const [, script = 'no script'] = /<script type="module"[^>]* src="([^"]+)"/.exec(html) ?? [];
  const loaded = await fetch(new URL(script, url));
  expect([page.status, loaded.status, loaded.headers.get('content-type')]).toEqual([
    200,
    200,
    expect.stringContaining('javascript'),
  ]);
  const licences = await fetch(new URL('/licenses.md', url));
  expect(await licences.text()).toContain('react-dom');
  const overview = async (): Promise<unknown> => (await fetch(`${url}/api/overview`)).json();
  await expect
    .poll(overview, { timeout: 60_000, interval: 500 })
    .toMatchObject({ sentence: expect.stringMatching(/^All 2 accounts proven up to /) as unknown });
}

async function answers(url: string): Promise<boolean> {
  return fetch(`${url}/livez`).then(
    (response) => response.ok,
    () => false,
  );
}
