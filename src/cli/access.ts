/** `orgtrail access user|token`: entries for the access file. What is secret is shown once, on standard error, and kept nowhere. */
import { hash, randomBytes } from 'node:crypto';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { stringify } from 'yaml';
import { userName, label, type Grammar } from '../config/grammar.ts';
import { type PageRole, ROLES } from '../core/access.ts';
import { type AccessToken, type AccessUser, TOKEN_RIGHTS } from '../core/access-list.ts';
import { passwordFault } from '../core/password-rules.ts';
import { passwordEntry } from '../core/password.ts';
import { OperatingError } from '../errors.ts';
import type { Clock } from '../ports.ts';
import { readPassword, type SecretInput } from './secret-input.ts';

const DAY_MS = 86_400_000;
const MOST_DAYS = 730;
const TOKEN_BYTES = 32;
const SALT_BYTES = 16;
/** 144 bit, in letters that are typed without trouble. */
const PASSWORD_BYTES = 18;

export interface AccessTools extends SecretInput {
  readonly clock: Clock;
  readonly stdout: { write(text: string): unknown };
}

interface UserOptions {
  readonly role: PageRole;
  readonly generate?: true;
}

interface TokenOptions {
  readonly right: AccessToken['rights'];
  readonly days: number;
}

/** Adds the commands. */
export function addAccess(program: Command, tools: AccessTools): void {
  const command = program
    .command('access')
    .description('entries for the access file (http.accessFile): who may sign in, which tokens programs carry');
  command
    .command('user')
    .description('print the entry of a person; the password is asked for, or read from standard input')
    .argument('<name>', 'what the person signs in as', namedBy(userName))
    .addOption(new Option('--role <role>', 'what the person may do').choices(ROLES).makeOptionMandatory())
    .option('--generate', 'make a password and show it once, on standard error')
    .action((name: string, options: UserOptions) => printUser(name, options, tools));
  command
    .command('token')
    .description('make a token for a program and print its entry; the token is shown once, on standard error')
    .argument('<name>', 'what it is for, as records and logs call it', namedBy(label))
    .addOption(
      new Option('--right <right>', 'what it may do (repeatable)')
        .choices(TOKEN_RIGHTS)
        .argParser(collectRights)
        .makeOptionMandatory(),
    )
    .addOption(
      new Option('--days <days>', `how long it is good, 1 to ${MOST_DAYS}`).argParser(parseDays).makeOptionMandatory(),
    )
    .action((name: string, options: TokenOptions) => printToken(name, options, tools));
}

async function printUser(name: string, { role, generate }: UserOptions, tools: AccessTools): Promise<void> {
  const password = generate === true ? randomBytes(PASSWORD_BYTES).toString('base64url') : await readPassword(tools);
  const fault = passwordFault(password, name);
  if (fault !== null) {
    const hint = 'choose another one, such as a few words of your own, or use --generate';
    throw new OperatingError({ code: 'usage', message: `the password ${fault}`, hint });
  }
  const user: AccessUser = { name, role, password: await passwordEntry(password, randomBytes(SALT_BYTES)) };
  tools.stdout.write(entryOf(user));
  if (generate === true) tools.screen.write(`password, shown this once: ${password}\n`);
  tools.screen.write('put the entry below "users:" in the access file\n');
}

function printToken(name: string, { right: rights, days }: TokenOptions, tools: AccessTools): void {
  const token = `ot_${randomBytes(TOKEN_BYTES).toString('base64url')}`;
  const expires = new Date(tools.clock.now() + days * DAY_MS).toISOString().slice(0, 10);
  const entry: AccessToken = { name, rights, sha256: hash('sha256', token), expires };
  tools.stdout.write(entryOf(entry));
  tools.screen.write(`token, shown this once: ${token}\n`);
  tools.screen.write('put the entry below "tokens:" in the access file; remove it there to revoke the token\n');
}

/** One entry of a list, indented to stand below its key. */
function entryOf(entry: object): string {
  return stringify([entry], { lineWidth: 0, flowCollectionPadding: false })
    .split('\n')
    .map((line) => (line === '' ? '' : `  ${line}`))
    .join('\n');
}

function namedBy(grammar: Grammar): (text: string) => string {
  return (text) => {
    const fault = grammar(text);
    if (fault !== null) throw new InvalidArgumentError(`it ${fault}.`);
    return text;
  };
}

function collectRights(text: string, before: AccessToken['rights'] | undefined): AccessToken['rights'] {
  const right = TOKEN_RIGHTS.find((one) => one === text);
  if (right === undefined) throw new InvalidArgumentError(`one of ${TOKEN_RIGHTS.join(', ')} is wanted.`);
  return [...new Set([...(before ?? []), right])];
}

function parseDays(text: string): number {
  const days = /^[1-9]\d{0,3}$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isNaN(days) || days > MOST_DAYS) throw new InvalidArgumentError(`days lie between 1 and ${MOST_DAYS}.`);
  return days;
}
