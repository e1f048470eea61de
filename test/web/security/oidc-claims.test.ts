/** What a provider says of an address: only where it is confirmed, or nothing is said of that, does it name a person. */
import type { FastifyInstance } from 'fastify';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { securedApp } from './app.ts';
import { buildTestSecurity } from './fixture.ts';
import { startIssuer, type Issuer } from './issuer.ts';
import { Browser, oidcSettings, PUBLIC } from './oidc-browser.ts';

let issuer: Issuer;
let app: FastifyInstance;

beforeAll(async () => {
  issuer = await startIssuer();
});
afterAll(() => issuer.stop());
beforeEach(async () => {
  const { parts } = buildTestSecurity({ oidc: oidcSettings(issuer, {}), publicUrl: PUBLIC });
  ({ app } = await securedApp(parts));
});
afterEach(() => app.close());

/** Where somebody of such claims ends. */
async function end(verified: unknown): Promise<string> {
  issuer.behaviour.claims = { email: 'ada@example.com', groups: ['platform'], email_verified: verified };
  return new Browser(() => app, issuer).signIn();
}

test.each([[true], ['true'], [undefined]])('confirmed as %j is let in', async (verified) => {
  expect(await end(verified)).toBe('/');
});

test.each([['false'], [false], [null], [0], [''], [{}], ['TRUE, honestly']])(
  'confirmed as %j is not: "false" as a word, as some providers say it, was taken for a yes',
  async (verified) => {
    expect(await end(verified)).toBe('/sign-in?refused=no-name');
  },
);
