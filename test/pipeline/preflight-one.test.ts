/** The preflight of one account that somebody asks for on the pages, on our own cloud. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openParts, type OpenParts } from '../../src/cli/open.ts';
import { loadConfig } from '../../src/config.ts';
import { preflightOne } from '../../src/pipeline/preflight.ts';
import { mutations, openHeld } from '../flow/held.ts';
import { ROLE, type Organization } from '../flow/organization.ts';

const { signal } = new AbortController();
let organization: Organization, open: OpenParts;
beforeEach(async () => {
  organization = await openHeld({ accounts: 2, hours: 2 });
  Object.assign(process.env, organization.env);
  open = openParts(loadConfig(organization.configFile, {}), { now: () => Date.UTC(2026, 2, 1, 2) });
  organization.cloud.requests.clear();
});
afterEach(async () => {
  await open.close();
  await organization.close();
});

const account = () => organization.world.accounts.at(-1)?.id ?? expect.unreachable();

test.each([0, 1])('tries that account and no other, and writes nothing (account %i)', async (at) => {
  const { id } = organization.world.accounts[at] ?? expect.unreachable();
  const check = await preflightOne(open.parts, id, signal);
  expect(check).toMatchObject({ account: id, skipped: null });
  expect(check.steps.filter(({ state }) => state === 'failed')).toEqual([]);
  expect(check.steps.filter(({ state }) => state === 'ok').length).toBeGreaterThan(5);
  const assumed = organization.cloud.requests.entries.filter(({ operation }) => operation === 'AssumeRole');
  expect(new Set(assumed.map(({ key }) => key))).toEqual(new Set([`arn:aws:iam::${id}:role/${ROLE}`]));
  expect(mutations(organization)).toEqual([]);
});

test('a role that was withdrawn is a result that names what is missing', async () => {
  organization.cloud.identities.roles.delete(`arn:aws:iam::${account()}:role/${ROLE}`);
  const check = await preflightOne(open.parts, account(), signal);
  const [assume] = check.steps;
  expect(assume).toMatchObject({ step: 'assume', state: 'failed', problems: [{ code: 'preflight-assume' }] });
  expect(check.steps.slice(1).every(({ state }) => state === 'untried')).toBe(true);
});

test('an account that nobody knows is refused, and not entered', async () => {
  await expect(preflightOne(open.parts, '999999999999', signal)).rejects.toMatchObject({ code: 'job-refused' });
  expect(organization.cloud.requests.entries.filter(({ operation }) => operation === 'AssumeRole')).toEqual([]);
});
