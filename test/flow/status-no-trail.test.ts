/** An account that no trail covers: nothing of it failed, and nothing of it is proven. */
import { expect, test } from 'vitest';
import { pass } from './pass.ts';
import { NOW, open, show, text } from './status-here.ts';
import type { Organization } from './organization.ts';

/** Three accounts, of which one has no trail. */
async function partly(): Promise<{ readonly organization: Organization; readonly bare: string }> {
  const organization = await open({ accounts: 3 });
  const bare = organization.world.accounts[2]?.id ?? '';
  const { trails } = organization.cloud.control;
  trails.splice(0, trails.length, ...trails.filter(({ account }) => account !== bare));
  return { organization, bare };
}

test('an active account without a trail is no success (status and collect ended with 0, "verified")', async () => {
  const { organization, bare } = await partly();
  expect((await pass(organization, NOW)).exitCode).toBe(4);
  const { exitCode, report } = await show(organization, NOW);
  expect([exitCode, report.verdict, report.findings]).toEqual([4, 'nothing', []]);
  expect(report.accounts.map(({ account, state }) => (account === bare ? state : null))).toContain('unknown');
  expect(await text(organization, NOW)).toContain(`no trail covers ${bare}: create one, with log file validation`);
});

test('asked for a region, or for another account, it is not missed', async () => {
  const { organization, bare } = await partly();
  await pass(organization, NOW);
  const others = organization.world.accounts.map(({ id }) => id).filter((id) => id !== bare);
  expect((await show(organization, NOW, { regions: ['us-east-1'] })).exitCode).toBe(0);
  expect((await show(organization, NOW, { accounts: others })).exitCode).toBe(0);
  expect((await show(organization, NOW, { accounts: [bare] })).exitCode).toBe(4);
});

test('one that is suspended is told of by its state, and nobody is asked for a trail', async () => {
  const { organization, bare } = await partly();
  organization.cloud.control.changeAccount(bare, { state: 'SUSPENDED' });
  expect((await pass(organization, NOW)).exitCode).toBe(0);
});
