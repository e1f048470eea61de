/** Apply killed at every one of its writes, before the write or just after: plan tells it, and apply completes it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { childEnv } from '../stack/child-env.ts';
import { mutations, openHeld, recordsIn, settingsOf } from './held.ts';
import { orgtrail, type Organization } from './organization.ts';

const PATIENCE_MS = 30_000;
/** Three documents, each with a record before and after it. */
const WRITES = 9;
const opened: Organization[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close()));
});

async function held(): Promise<Organization> {
  const organization = await openHeld({ accounts: 1 });
  opened.push(organization);
  return organization;
}

/**
 * Lets so many writes through and holds the next one for ever, nothing of it done; or holds, after the last of them was
 * done, the request that follows it.
 */
function holdWrite({ cloud }: Organization, through: number, done: boolean): void {
  const operation = /^(Put|Delete|Create|Copy)/;
  let seen = 0;
  const hold = (): void => {
    cloud.faults.clear();
    cloud.faults.add({ match: done ? {} : { operation }, fault: { kind: 'stall', at: null } });
  };
  if (through === 0) return hold();
  const act = (): void => {
    seen += 1;
    if (seen === through) hold();
  };
  cloud.faults.add({ match: { operation }, fault: { kind: 'interfere', act } });
}

/** Starts apply, waits until it stands before the held write, and kills it there. */
async function killedAt(organization: Organization, through: number, done: boolean): Promise<void> {
  holdWrite(organization, through, done);
  const child = spawn(process.execPath, ['src/main.ts', 'apply', '--yes', '--config', organization.configFile], {
    env: childEnv(organization.env),
    stdio: 'ignore',
  });
  const ended = once(child, 'close');
  const until = Date.now() + PATIENCE_MS;
  while ((organization.cloud.faults.counts().get('stall') ?? 0) === 0) {
    if (child.exitCode !== null || Date.now() > until) throw new Error(`it did not get beyond write ${through}`);
    await wait(20);
  }
  child.kill('SIGKILL');
  await ended;
  expect(child.signalCode).toBe('SIGKILL');
  organization.cloud.faults.clear();
}

let undisturbed: Promise<string> | null = null;

async function settingsUndisturbed(): Promise<string> {
  const organization = await held();
  organization.cloud.requests.clear();
  expect(await orgtrail(organization, 'apply', '--yes')).toMatchObject({ code: 0 });
  expect(mutations(organization)).toHaveLength(WRITES);
  return settingsOf(organization);
}

/** Before each write, and between the write of each document and its being read back. */
const PLACES = [
  ...Array.from({ length: WRITES }, (_, through) => ({ through, done: false })),
  ...[2, 5, 8].map((through) => ({ through, done: true })),
];

test.each(PLACES)(
  'killed after $through writes (before it is read back: $done) leaves what plan tells and apply completes',
  { timeout: 120_000 },
  async ({ through, done }) => {
    undisturbed ??= settingsUndisturbed();
    const wanted = await undisturbed;
    const organization = await held();
    await killedAt(organization, through, done);
    const begun = recordsIn(organization); // throws for one that is not whole
    const open = begun.filter(({ end }) => end === null).length - begun.filter(({ end }) => end !== null).length;
    expect(open).toBe(through % 3 === 0 ? 0 : 1);

    const plan = await orgtrail(organization, 'plan', '--no-preflight', '--json');
    expect(plan.code).toBe(through === WRITES - 1 ? 0 : 6);
    const told = JSON.parse(plan.stdout) as { interrupted: { outcome: string; kind: string }[] };
    const wrote = through % 3 === 2;
    expect(told.interrupted.map(({ outcome }) => outcome)).toEqual(
      open === 0 ? [] : [wrote ? 'written' : 'not-written'],
    );

    const apply = await orgtrail(organization, 'apply', '--yes');
    expect(apply).toMatchObject({ code: 0, stderr: '' });
    expect(settingsOf(organization)).toBe(wanted);
    const records = recordsIn(organization);
    expect(records.filter(({ end }) => end === null)).toHaveLength(records.length / 2);
    organization.cloud.requests.clear();
    const again = await orgtrail(organization, 'plan', '--no-preflight', '--json');
    expect(again.code).toBe(0);
    expect(JSON.parse(again.stdout)).toMatchObject({ interrupted: [], changes: [] });
    expect(mutations(organization)).toEqual([]);
  },
);
