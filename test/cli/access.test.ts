/** `orgtrail access`: entries that the daemon takes, secrets that are shown once, passwords that are no good. */
import { hash } from 'node:crypto';
import { Readable } from 'node:stream';
import { Command } from 'commander';
import { expect, test } from 'vitest';
import { addAccess } from '../../src/cli/access.ts';
import { parseAccess } from '../../src/config/access-file.ts';
import { isPassword } from '../../src/core/password.ts';

const NOW = Date.parse('2026-11-21T23:59:00Z');
const PASSWORD = 'violet gravel mosaic';

interface Typed {
  readonly stdin?: Readable & { isTTY?: boolean };
}

/** Runs one command; what it wrote where. Throws what it throws. */
async function run(args: readonly string[], { stdin = Readable.from([`${PASSWORD}\n`]) }: Typed = {}) {
  const out: string[] = [];
  const screen: string[] = [];
  const program = new Command('orgtrail').exitOverride().configureOutput({ writeErr: () => undefined });
  const quiet = (command: Command): Command => command.exitOverride().configureOutput({ writeErr: () => undefined });
  addAccess(program, {
    clock: { now: () => NOW },
    stdin,
    stdout: { write: (text: string) => out.push(text) },
    screen: { write: (text: string) => screen.push(text) },
  });
  for (const group of program.commands) [group, ...group.commands].forEach(quiet);
  await program.parseAsync(['access', ...args], { from: 'user' });
  return { out: out.join(''), screen: screen.join('') };
}

/** A terminal on which lines are typed, each as a person would. */
function terminal(...lines: readonly string[]): Readable & { isTTY?: boolean } {
  const typed = [...lines];
  const stdin: Readable & { isTTY?: boolean } = new Readable({
    read() {
      const next = typed.shift();
      setTimeout(() => this.push(next === undefined ? null : `${next}\r`), 20);
    },
  });
  stdin.isTTY = true;
  return stdin;
}

test('a user entry is one that the daemon takes, and does not hold the password', async () => {
  const { out, screen } = await run(['user', 'ada', '--role', 'auditor']);
  const [user] = parseAccess(`users:\n${out}`, 'f', null).users;
  expect(user).toMatchObject({ name: 'ada', role: 'auditor' });
  expect(await isPassword(user?.password ?? '', PASSWORD)).toBe(true);
  expect(await isPassword(user?.password ?? '', `${PASSWORD} `)).toBe(false);
  expect(out + screen).not.toContain(PASSWORD);
});

test('the same password twice makes two entries', async () => {
  const [one, two] = [await run(['user', 'a', '--role', 'viewer']), await run(['user', 'a', '--role', 'viewer'])];
  expect(one.out).not.toBe(two.out);
});

test.each(['yes', '0123', '1e5', 'null', '#x'])('a user named %s stays one', async (name) => {
  const { out } = await run(['user', name, '--role', 'viewer', '--generate']);
  expect(parseAccess(`users:\n${out}`, 'f', null).users[0]?.name).toBe(name);
});

test('a generated password is shown once, apart from the entry', async () => {
  const { out, screen } = await run(['user', 'ada', '--role', 'operator', '--generate']);
  const password = /shown this once: (\S{24})\n/.exec(screen)?.[1] ?? '';
  const [user] = parseAccess(`users:\n${out}`, 'f', null).users;
  expect(await isPassword(user?.password ?? '', password)).toBe(true);
  expect(out).not.toContain(password);
});

test('a token entry holds its hash, its rights and its last day', async () => {
  const { out, screen } = await run(['token', 'prom', '--right', 'metrics', '--right', 'read', '--days', '90']);
  const token = /shown this once: (ot_[A-Za-z0-9_-]{43})\n/.exec(screen)?.[1] ?? '';
  expect(parseAccess(`tokens:\n${out}`, 'f', null).tokens).toEqual([
    { name: 'prom', rights: ['metrics', 'read'], sha256: hash('sha256', token), expires: '2027-02-19' },
  ]);
  expect(out).not.toContain(token);
});

test('a password is asked for twice on a terminal and never echoed', async () => {
  const stdin = terminal(PASSWORD, PASSWORD);
  const { out, screen } = await run(['user', 'ada', '--role', 'viewer'], { stdin });
  const [user] = parseAccess(`users:\n${out}`, 'f', null).users;
  expect(await isPassword(user?.password ?? '', PASSWORD)).toBe(true);
  expect(screen).toContain('Password: \nThe same again: \n');
  expect(screen).not.toContain('violet');
});

test('two passwords that differ, and none at all, are refused', async () => {
  const differing = terminal(PASSWORD, 'violet gravel mosaik');
  await expect(run(['user', 'ada', '--role', 'viewer'], { stdin: differing })).rejects.toThrow('differ');
  await expect(run(['user', 'ada', '--role', 'viewer'], { stdin: terminal() })).rejects.toThrow('no password');
});

test.each([
  ['', 'has 0 characters'],
  ['eleven sign', 'has 11 characters'],
  ['ÄÖÜ ÄÖÜ ÄÖ', 'has 10 characters'],
  ['aaaaaaaaaaaaaaaa', 'different characters'],
  ['abcdefghijklmnop', 'one after the other'],
  ['0123456789012345', 'one after the other'],
  ['9876543210987654', 'one after the other'],
  ['Password123456!', 'first that are tried'],
  ['correct horse battery staple', 'first that are tried'],
  ['administrator2026', 'first that are tried'],
  ['ada.lovelace.1815', 'first that are tried'],
  ['x'.repeat(512) + PASSWORD.repeat(30), 'longer than 1024'],
  [`${PASSWORD}\nsecond line`, 'more than one line'],
])('the password %j is refused', async (password, why) => {
  const stdin = Readable.from([Buffer.from(password)]);
  await expect(run(['user', 'adalovelace', '--role', 'viewer'], { stdin })).rejects.toThrow(why);
});

test('a password of 1024 characters counts to its last one', async () => {
  const long = PASSWORD.repeat(52).slice(0, 1024);
  const { out } = await run(['user', 'ada', '--role', 'viewer'], { stdin: Readable.from([long]) });
  const [user] = parseAccess(`users:\n${out}`, 'f', null).users;
  expect(await isPassword(user?.password ?? '', long)).toBe(true);
  expect(await isPassword(user?.password ?? '', `${long.slice(0, -1)}#`)).toBe(false);
});

test.each([
  ['user', 'a:b', '--role', 'viewer'],
  ['user', 'ada', '--role', 'root'],
  ['user', 'ada'],
  ['token', 'prom', '--right', 'administer', '--days', '1'],
  ['token', 'prom', '--right', 'read', '--days', '0'],
  ['token', 'prom', '--right', 'read', '--days', '731'],
  ['token', 'prom', '--right', 'read'],
  ['token', 'prom', '--days', '5'],
])('refused: %s %s %s %s', async (...args) => {
  await expect(run(args.filter((one) => one !== undefined))).rejects.toThrow(/error/);
});
