/** Signing in: back to the page that was asked for and nowhere else, errors said plainly, nothing secret in an address. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { returnAddress } from '../../src/web/ui/api/return-address.ts';
import { failureText, refusedText } from '../../src/web/ui/sign-in/words.ts';
import { skipWithoutBrowser } from './browser.ts';
import { Refusal, type FixtureRoute } from './fixtures/route.ts';
import { sessionOf, signedOut, signedOutNoWay, signedOutOidcOnly, signedOutPasswordOnly } from './fixtures/session.ts';
import { policyRoutes } from './fixtures/policy.ts';
import { faultsInEveryMode, openLook, type Look } from './look.ts';

const ORIGIN = 'https://orgtrail.example';
const PASSWORD = 'correct horse battery staple';

describe('the way back', () => {
  test.each([
    ['/policy', '/policy'],
    ['/findings?code=log-missing#x', '/findings?code=log-missing#x'],
    ['/accounts/../policy', '/policy'],
  ])('leads to the page that was asked for: %s', (to, back) => {
    expect(returnAddress(`?to=${encodeURIComponent(to)}`, ORIGIN)).toBe(back);
  });

  test.each([
    '//evil.example',
    '///evil.example',
    'https://evil.example',
    'https:evil.example',
    'https:/evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/\t/evil.example',
    '/\n/evil.example',
    '/.//evil.example',
    '/a/..//evil.example',
    'javascript:alert(1)',
    'data:text/html,x',
    'evil.example',
    ' //evil.example',
    '/sign-in?to=/sign-in',
    '/api/session/oidc',
    '/jobs',
    '',
  ])('leads nowhere else: %j', (to) => {
    expect(returnAddress(`?to=${encodeURIComponent(to)}`, ORIGIN)).toBe('/');
  });
});

describe('what is said', () => {
  const failure = { title: '', detail: 'too many requests', hint: 'wait 42 seconds', request: 'r' };

  test('of tries that come too fast names the wait', () => {
    expect(failureText({ ...failure, status: 429 })).toEqual({ text: 'Too many tries.', next: 'Wait 42 seconds.' });
  });

  test('of a reason that is not known never holds what the address says', () => {
    expect(refusedText('?refused=<b>call 555</b>')).toBe('You were not let in. The log of orgtrail says why.');
    expect(refusedText('?refused=no-role')).toContain('nothing gives you a role here');
    expect(refusedText('?to=/policy')).toBeNull();
  });
});

describe.skipIf(skipWithoutBrowser() !== null)('the sign-in page', () => {
  let look: Look;
  const post: FixtureRoute = {
    method: 'POST',
    path: '/api/session',
    shape: null,
    answer: ({ body }) => {
      if (!JSON.stringify(body).includes(PASSWORD))
        return new Refusal(401, 'sign-in-refused', { detail: 'no', hint: 'Check both.' });
      look.as('operator');
      return sessionOf('operator');
    },
  };
  beforeAll(async () => {
    look = await openLook([post, ...policyRoutes({ trouble: true })]);
  });
  afterAll(async () => look?.close());
  afterEach(() => look.reset());

  test('takes a password by keyboard alone and goes back to the page that was asked for', async () => {
    look.as(signedOutPasswordOnly);
    const { page, context, complaints } = await look.open('/policy');
    await page.waitForURL('**/sign-in?to=%2Fpolicy');
    expect(await page.getByLabel('User').getAttribute('autocomplete')).toBe('username');
    expect(await page.getByLabel('Password', { exact: true }).getAttribute('autocomplete')).toBe('current-password');
    expect(await page.getByLabel('Password', { exact: true }).getAttribute('type')).toBe('password');
    await page.keyboard.type('nadia');
    await page.keyboard.press('Tab');
    await page.keyboard.type(PASSWORD);
    await page.keyboard.press('Enter');
    await page.waitForURL('**/policy');
    await page.getByRole('heading', { name: 'Policy and lifecycle' }).waitFor();
    expect(look.sent).toEqual([{ to: 'POST /api/session', body: { user: 'nadia', password: PASSWORD } }]);
    expect(look.server.asked.filter((path) => path.includes('nadia') || path.includes('horse'))).toEqual([]);
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('never leads to another site, whatever the address asks for', async () => {
    look.as(signedOutPasswordOnly);
    const { page, context, complaints } = await look.open('/sign-in?to=%2F.%2F%2Fevil.example');
    await page.getByLabel('User').fill('nadia');
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.waitForURL(`${look.server.url}/`);
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('says that the password is wrong, forgets it, and waits in its field', async () => {
    look.as(signedOutPasswordOnly);
    const { page, context } = await look.open('/sign-in');
    await page.getByLabel('User').fill('nadia');
    await page.getByLabel('Password', { exact: true }).fill('wrong');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('The user or the password is wrong. Check both.').waitFor();
    const password = page.getByLabel('Password', { exact: true });
    expect(await password.inputValue()).toBe('');
    expect(await password.evaluate((field) => field === document.activeElement)).toBe(true);
    expect(await page.getByLabel('User').inputValue()).toBe('nadia');
    expect(new URL(page.url()).search).toBe('');
    await context.close();
  });

  test.each([
    [
      new Refusal(429, 'x', { detail: 'too many requests', hint: 'wait 42 seconds' }),
      'Too many tries. Wait 42 seconds.',
    ],
    [
      new Refusal(503, 'redis', { detail: 'Redis is away', hint: 'try again later' }),
      'Redis is away. Try again later.',
    ],
    ['drop' as const, 'The orgtrail server cannot be reached from this browser.'],
  ])('says what else is in the way: %#', async (refusal, text) => {
    look.as(signedOutPasswordOnly);
    const { page, context } = await look.open('/sign-in');
    look.server.intercept = (path, { method }) => (path === '/api/session' && method === 'POST' ? refusal : null);
    await page.getByLabel('User').fill('nadia');
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await page.keyboard.press('Enter');
    await expect.poll(() => page.getByRole('alert').innerText()).toContain(text);
    await context.close();
  });

  test('offers what the server offers: both, a provider alone, or nothing with what to do', async () => {
    look.as(signedOut);
    const { page, context } = await look.open('/sign-in?to=%2Fpolicy&refused=no-role');
    const provider = page.getByRole('link', { name: 'Example single sign-on' });
    expect(await provider.getAttribute('href')).toBe('/api/session/oidc?to=%2Fpolicy');
    await page.getByRole('alert').getByText('nothing gives you a role here').waitFor();
    expect(await page.getByLabel('User').count()).toBe(1);
    look.as(signedOutOidcOnly);
    await page.goto('/sign-in');
    await page.getByRole('link', { name: 'Example SSO' }).waitFor();
    expect(await page.getByLabel('User').count()).toBe(0);
    look.as(signedOutNoWay);
    await page.goto('/sign-in');
    await page.getByText('Nobody can sign in yet').waitFor();
    await context.close();
  });

  test('has no serious fault in any mode', async () => {
    look.as(signedOut);
    const { page, context, complaints } = await look.open('/sign-in?refused=expired');
    expect(await faultsInEveryMode(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await context.close();
  });
});
