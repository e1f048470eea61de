/** Apply on a terminal: the diff first, then the question, and only `yes` writes. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { once } from 'node:events';
import { afterEach, expect, test } from 'vitest';
import { childEnv } from '../stack/child-env.ts';
import { mutations, openHeld, statementsOf } from './held.ts';
import type { Organization } from './organization.ts';

/** util-linux: runs a command on a terminal of its own. */
const TERMINAL = '/usr/bin/script';
const PATIENCE_MS = 30_000;
const opened: Organization[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close()));
});

/** Runs apply on a terminal and answers its question; what it has shown, and its exit status. */
async function asked(
  { configFile, env }: Organization,
  answer: string,
): Promise<{ readonly code: number | null; readonly text: string }> {
  const command = `${process.execPath} src/main.ts apply --config ${configFile}`;
  const child = spawn(TERMINAL, ['--quiet', '--return', '--command', command, '/dev/null'], {
    env: childEnv({ TERM: 'xterm', ...env }),
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
  let text = '';
  let answered = false;
  child.stdout.on('data', (part: Buffer) => {
    text += part.toString();
    if (answered || !text.includes('[yes/no]')) return;
    answered = true;
    child.stdin.write(`${answer}\n`);
  });
  await once(child, 'close').finally(() => clearTimeout(timer));
  return { code: child.exitCode, text };
}

test.skipIf(!existsSync(TERMINAL)).each(['no', '', 'y'])(
  '%j writes nothing, and leaves the changes pending',
  async (answer) => {
    const organization = await openHeld({ accounts: 1 });
    opened.push(organization);
    organization.cloud.requests.clear();
    const { code, text } = await asked(organization, answer);
    expect(code).toBe(6);
    expect(text).toContain('nothing was written');
    expect(mutations(organization)).toEqual([]);
  },
);

test.skipIf(!existsSync(TERMINAL))('yes writes, after the coloured diff was shown', async () => {
  const organization = await openHeld({ accounts: 1 });
  opened.push(organization);
  const { code, text } = await asked(organization, 'yes');
  expect(code).toBe(0);
  expect(text.indexOf('"OrgtrailDelivery"')).toBeGreaterThan(0);
  expect(text.indexOf('"OrgtrailDelivery"')).toBeLessThan(text.indexOf('[yes/no]'));
  expect(text).toContain('\u001b[32m+');
  expect(statementsOf(organization).length).toBeGreaterThan(5);
});
