/** The built pages as they are served: a folder made up here stands for what Vite writes. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { fakeSecurity, fakeServer } from './fake-server.ts';
import { fakeSources } from './fake-sources.ts';

const HTML = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
const SCRIPT = 'console.log("orgtrail");'.repeat(100);

let folder: string;
let app: Awaited<ReturnType<typeof fakeServer>>;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'orgtrail-pages-'));
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'index.html'), '<meta name="style-nonce" content="__STYLE_NONCE__"><div id="root"></div>');
  writeFileSync(join(folder, 'assets/main-abc123.js'), SCRIPT);
  writeFileSync(join(folder, 'assets/main-abc123.js.map'), '{}');
  writeFileSync(join(folder, 'icon.svg'), '<svg/>');
  writeFileSync(join(folder, '.secret'), 'x');
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => app.close());

/** Nobody is signed in: the pages themselves are public, what they show is not. */
async function open(publicFolder = folder): Promise<void> {
  app = await fakeServer(fakeSources(), { publicFolder, security: fakeSecurity({ signInWanted: true }) });
}

test.each(['/', '/accounts', '/accounts/222222222222/chains/0123456789abcdef', '/findings/x?y=1', '/work', '/sign-in'])(
  'the address %s answers the first page, with the nonce of this very answer in it',
  async (url) => {
    await open();
    const [one, other] = [await app.inject({ url, headers: HTML }), await app.inject({ url, headers: HTML })];
    const nonce = /content="([^"]+)"/.exec(one.body)?.[1] ?? '';
    expect([one.statusCode, one.headers['cache-control'], nonce.length > 20]).toEqual([200, 'no-store', true]);
    expect(one.headers['content-security-policy']).toContain(`style-src 'self' 'nonce-${nonce}'`);
    expect(other.body).not.toContain(nonce);
  },
);

test.each([
  ['/accounts', { accept: '*/*' }, 'a script asks'],
  ['/accounts/x.js', HTML, 'a file is missing'],
  ['/accounts/x.map', HTML, 'a file is missing'],
  ['/nothing', HTML, 'no page of ours'],
  ['/api/nothing', HTML, 'nothing of the API'],
  ['/assets/gone.js', HTML, 'a file of another build'],
  ['/assets/main-abc123.js.map', HTML, 'a source map'],
  ['/.secret', HTML, 'a hidden file'],
  ['/assets/../index.html', { accept: '*/*' }, 'a way around'],
  ['/assets/%2e%2e/%2e%2e/package.json', HTML, 'a way out'],
  ['/assets/..%2f..%2fpackage.json', HTML, 'a way out'],
  ['/__proto__', HTML, 'no page of ours'],
])('%s is not found: with %j, %s', async (url, headers) => {
  await open();
  const answer = await app.inject({ url, headers });
  expect([answer.statusCode, answer.headers['content-type']]).toEqual([404, 'application/problem+json; charset=utf-8']);
});

test('the first address answers whatever is asked for, as a probe or curl does', async () => {
  await open();
  const { statusCode, headers } = await app.inject({ url: '/', headers: { accept: '*/*' } });
  expect([statusCode, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
});

test('pages are for looking: no other method finds them', async () => {
  await open();
  const headers = { ...HTML, host: 'localhost:8080', origin: 'http://localhost:8080' };
  expect((await app.inject({ method: 'POST', url: '/accounts', headers })).statusCode).toBe(404);
  expect((await app.inject({ method: 'HEAD', url: '/accounts', headers: HTML })).statusCode).toBe(200);
});

test('files with a hash in their name are kept for a year, others are asked for again', async () => {
  await open();
  const script = await app.inject('/assets/main-abc123.js');
  expect(script.headers['cache-control']).toBe('public, max-age=31536000, immutable');
  expect(script.headers['content-type']).toContain('javascript');
  const icon = await app.inject('/icon.svg');
  expect([icon.statusCode, icon.headers['cache-control']]).toEqual([200, 'public, max-age=0']);
  const etag = String(icon.headers.etag);
  expect((await app.inject({ url: '/icon.svg', headers: { 'if-none-match': etag } })).statusCode).toBe(304);
});

test('text is compressed where that is taken', async () => {
  await open();
  const { headers, rawPayload } = await app.inject({
    url: '/assets/main-abc123.js',
    headers: { 'accept-encoding': 'gzip' },
  });
  expect([headers['content-encoding'], headers['content-length'], headers.vary]).toEqual([
    'gzip',
    undefined,
    'accept-encoding',
  ]);
  expect(gunzipSync(rawPayload).toString()).toBe(SCRIPT);
  expect((await app.inject('/assets/main-abc123.js')).body).toBe(SCRIPT);
});

test('where the pages are not built a plain page says how, and the API works', async () => {
  await open('/nowhere');
  const page = await app.inject({ url: '/findings', headers: HTML });
  expect([page.statusCode, page.body.includes('npm run build')]).toEqual([200, true]);
  expect((await app.inject('/api/session')).statusCode).toBe(200);
});
