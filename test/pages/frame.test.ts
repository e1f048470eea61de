/** The frame around the pages: going somewhere and back, signing in, losing the server and finding it again. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { NO_BROWSER, openStage, PHONE, type Stage } from './browser.ts';
import type { FakeServer } from './fake-server.ts';
import { OPERATOR, overviewRoutes } from './fixtures/overview.ts';
import { Refusal, type FixtureRoute } from './fixtures/route.ts';

const SHAPE = { accounts: 6, trouble: true };
const SIGNED_OUT: FixtureRoute = {
  method: 'GET',
  path: '/api/session',
  shape: null,
  answer: () => ({ ...OPERATOR, user: null }),
};

describe.skipIf(NO_BROWSER !== null)(`the frame${NO_BROWSER === null ? '' : `: ${NO_BROWSER}`}`, () => {
  let stage: Stage;
  let server: FakeServer;

  beforeAll(async () => {
    stage = await openStage();
    server = await stage.serve(overviewRoutes(SHAPE));
  });
  afterAll(() => stage.close());

  test('the navigation says where one is, the heading takes the focus, and back goes back', async () => {
    const { page, complaints } = await stage.visit();
    await page.goto(server.url);
    await page.getByRole('heading', { level: 1, name: /accounts proven/ }).waitFor();
    expect(await page.title()).toBe('Overview · orgtrail');
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('BODY');
    await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'System' }).click();
    await page.getByRole('heading', { level: 1, name: /System/ }).waitFor();
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('H1');
    expect(await page.locator('[aria-current="page"]').innerText()).toBe('System');
    await page.goBack();
    await page.getByRole('heading', { level: 1, name: /accounts proven/ }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/');
    expect(complaints.filter((one) => !one.includes('404'))).toEqual([]);
  });

  test('an address that names nothing gets a page that says so, with the way home', async () => {
    const { page, complaints } = await stage.visit();
    await page.goto(`${server.url}/no/such/page`);
    await page.getByRole('heading', { level: 1, name: 'There is no such page' }).waitFor();
    await page.getByRole('link', { name: 'To the overview' }).click();
    await page.getByRole('heading', { level: 1, name: /accounts proven/ }).waitFor();
    expect(complaints).toEqual([]);
  });

  test('keys go to pages, focus the search and tell of themselves, but not while one writes', async () => {
    const { page } = await stage.visit();
    await page.goto(server.url);
    const search = page.getByRole('searchbox');
    await search.waitFor();
    await page.keyboard.press('/');
    expect(await search.evaluate((field) => field === document.activeElement)).toBe(true);
    await page.keyboard.type('gs');
    expect(new URL(page.url()).pathname).toBe('/');
    await search.blur();
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor({ state: 'detached' });
    // The pair has a time limit, which a machine under load may miss.
    const pair = async (): Promise<string> => {
      await page.keyboard.press('g');
      await page.keyboard.press('s');
      return new URL(page.url()).pathname;
    };
    await expect.poll(pair).toBe('/system');
  });

  test('nobody signed in: to the sign-in page, which keeps the way back', async () => {
    const closed = await stage.serve([SIGNED_OUT, ...overviewRoutes(SHAPE)]);
    const { page } = await stage.visit();
    await page.goto(`${closed.url}/accounts?state=failed`);
    await page.waitForURL('**/sign-in?*');
    expect(new URL(page.url()).searchParams.get('to')).toBe('/accounts?state=failed');
    expect(closed.asked.filter((path) => path.startsWith('/api/accounts'))).toEqual([]);
  });

  test('a session that ends while one looks leads to the sign-in page', async () => {
    let user: typeof OPERATOR.user = OPERATOR.user;
    const session = { ...SIGNED_OUT, answer: () => ({ ...OPERATOR, user }) };
    const ending = await stage.serve([session, ...overviewRoutes(SHAPE)]);
    const { page } = await stage.visit();
    await page.goto(ending.url);
    await page.getByRole('grid').waitFor();
    user = null;
    ending.intercept = (path) =>
      path === '/api/session' ? null : new Refusal(401, 'not-signed-in', { detail: 'Sign in first.' });
    ending.tell({ topics: ['overview'], accounts: [] });
    await expect.poll(() => new URL(page.url()).pathname).toBe('/sign-in');
  });

  test.each([
    '//evil.example/policy',
    'https://evil.example/policy',
    '/\\evil.example/policy',
    '/sign-in',
    '/api/session',
    'javascript:alert(1)',
  ])('signing in never leads to %s', async (to) => {
    const { page } = await stage.visit();
    await page.goto(`${server.url}/sign-in?to=${encodeURIComponent(to)}`);
    await page.getByRole('heading', { level: 1, name: /accounts proven/ }).waitFor();
    expect(page.url()).toBe(`${server.url}/`);
  });

  test('what could not be read again stays with its age, and says why', async () => {
    const failing = await stage.serve(overviewRoutes(SHAPE));
    const { page } = await stage.visit();
    await page.goto(failing.url);
    await page.getByRole('grid').waitFor();
    failing.intercept = (path) =>
      path.startsWith('/api/overview') ? new Refusal(503, 'redis', { detail: 'Redis cannot be used.' }) : null;
    failing.tell({ topics: ['overview'], accounts: [] });
    await page.getByText(/^As of \d\d:\d\d:\d\d UTC, .* It could not be read since: Redis cannot be used\./).waitFor();
    await page.getByRole('heading', { level: 1, name: /accounts proven/ }).waitFor();
    failing.intercept = null;
    await page.getByRole('button', { name: 'Read again' }).click();
    await expect.poll(() => page.getByText(/It could not be read since/).count()).toBe(0);
  });

  test('what could never be read says why and what to do, and is tried again on request', async () => {
    const refusing = await stage.serve(overviewRoutes(SHAPE));
    refusing.intercept = (path) =>
      path === '/api/overview'
        ? new Refusal(403, 'not-allowed', { detail: 'Your role may not see this.', hint: 'Ask an administrator.' })
        : null;
    const { page } = await stage.visit();
    await page.goto(refusing.url);
    const alert = page.getByRole('alert');
    await alert.getByText('Your role may not see this.').waitFor();
    expect(await alert.innerText()).toContain('Ask an administrator.');
    expect(await alert.innerText()).toContain('req-1');
    refusing.intercept = null;
    await alert.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('grid').waitFor();
  });

  test('a server that does not answer at all gets a designed page, which recovers', async () => {
    const silent = await stage.serve(overviewRoutes(SHAPE));
    silent.intercept = (path) => (path === '/api/session' ? 'drop' : null);
    const { page } = await stage.visit();
    await page.goto(silent.url);
    await page.getByText('The orgtrail server cannot be reached from this browser.').waitFor();
    silent.intercept = null;
    await page.getByRole('button', { name: 'Try again' }).click();
    await expect.poll(() => page.getByRole('grid').count()).toBe(1);
  });

  test('news that stop are said to be lost, and live again when they come back', async () => {
    const flaky = await stage.serve(overviewRoutes(SHAPE));
    const { page } = await stage.visit();
    await page.goto(flaky.url);
    const mark = page.getByTitle(/What changes is shown/);
    await mark.waitFor();
    expect(await mark.innerText()).toContain('live');
    flaky.intercept = (path) => (path === '/api/events' ? 'drop' : null);
    flaky.cut();
    await page.getByTitle(/every 15 seconds/).waitFor();
    const before = flaky.asked.filter((path) => path === '/api/overview').length;
    flaky.intercept = null;
    await mark.waitFor();
    await expect.poll(() => flaky.asked.filter((path) => path === '/api/overview').length).toBeGreaterThan(before);
  });

  test('many news at once are read once', async () => {
    const busy = await stage.serve(overviewRoutes(SHAPE));
    const { page } = await stage.visit();
    await page.goto(busy.url);
    await page.getByTitle(/What changes is shown/).waitFor();
    await page.getByRole('grid').waitFor();
    const asked = (): number => busy.asked.filter((path) => path === '/api/overview').length;
    const before = asked();
    for (let at = 0; at < 20; at += 1) busy.tell({ topics: ['overview'], accounts: [] });
    await expect.poll(asked).toBe(before + 1);
    await page.waitForTimeout(800);
    expect(asked()).toBe(before + 1);
  });

  test('what is not JSON is no answer, also with status 200 (a proxy that signs people in)', async () => {
    const { page } = await stage.visit();
    await page.route('**/api/overview', (route) =>
      route.fulfill({ contentType: 'text/html', body: '<p>Sign in here</p>' }),
    );
    await page.goto(server.url);
    const said = page.getByText('Something between this browser and orgtrail answered in its place.');
    await expect.poll(() => said.count()).toBe(1);
  });

  test('a page that breaks leaves the frame standing and says so', async () => {
    const { page } = await stage.visit();
    await page.route('**/api/overview', (route) =>
      route.fulfill({ contentType: 'application/json', body: '{"sentence":"x"}' }),
    );
    await page.goto(server.url);
    await page.getByRole('heading', { level: 1, name: 'This page broke' }).waitFor();
    expect(await page.getByRole('navigation', { name: 'Pages' }).count()).toBe(1);
  });

  test('on a telephone the navigation is a drawer that closes when one goes somewhere', async () => {
    const { page, complaints } = await stage.visit(PHONE);
    await page.goto(server.url);
    await page.getByRole('button', { name: 'Pages' }).click();
    const drawer = page.getByRole('dialog');
    await drawer.getByRole('link', { name: 'Policy' }).click();
    await page.waitForURL('**/policy');
    await drawer.waitFor({ state: 'hidden' });
    expect(complaints.filter((one) => !one.includes('404'))).toEqual([]);
  });

  test('colours: as the system has them, or as chosen, which stays', async () => {
    const { page } = await stage.visit({ colorScheme: 'dark' });
    await page.goto(server.url);
    const scheme = (): Promise<string | null> => page.locator('html').getAttribute('data-mantine-color-scheme');
    await expect.poll(scheme).toBe('dark');
    await page.getByRole('button', { name: /^Colours/ }).click();
    await expect.poll(scheme).toBe('light');
    await page.reload();
    await expect.poll(scheme).toBe('light');
  });

  test('who is signed in is named, and may sign out', async () => {
    let user: typeof OPERATOR.user = OPERATOR.user;
    const out = { method: 'DELETE', path: '/api/session', shape: null, answer: () => (user = null) } as const;
    const leaving = await stage.serve([
      out,
      { ...SIGNED_OUT, answer: () => ({ ...OPERATOR, user }) },
      ...overviewRoutes(SHAPE),
    ]);
    const { page } = await stage.visit();
    await page.goto(leaving.url);
    await page.getByRole('button', { name: 'Signed in: nadia' }).click();
    await page.getByText('operator, by password').waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await expect.poll(() => new URL(page.url()).pathname).toBe('/sign-in');
  });
});
