/** `orgtrail config member-role`: what lets orgtrail read a member account, as a template, a module or plain policies. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Option, type Command } from 'commander';
import { keyArn, writerArn } from '../config/arn.ts';
import { loadConfig } from '../config.ts';
import { roleSizeProblem, type RoleDocument, type RolePolicy } from '../core/plan/reader-role.ts';
import { OperatingError } from '../errors.ts';
import type { Clock } from '../ports.ts';
import { parseAccount, repeatable, withConfigOptions } from './arguments.ts';
import type { CommandResult } from './config.ts';
import { cloudformationTemplate } from './member-cloudformation.ts';
import type { MemberPolicies, PolicyWish } from './member-policies.ts';
import { terraformModule } from './member-terraform.ts';
import { openParts } from './open.ts';
import { clean } from './text.ts';

const FORMATS = ['cloudformation', 'terraform', 'policy'] as const;
const SCHEMA = 'orgtrail.member-role/1';

interface MemberRoleOptions {
  readonly config: string;
  readonly json?: true;
  readonly format: (typeof FORMATS)[number];
  readonly account?: string;
  readonly principal?: string;
  readonly key: readonly string[];
  readonly folder?: string;
}

/** Adds the command. `finish` says its result. */
export function addMemberRole(
  command: Command,
  { clock, finish }: { readonly clock: Clock; readonly finish: (result: CommandResult) => void },
): void {
  withConfigOptions(command.command('member-role'))
    .description('the least that lets orgtrail read a member account; template and module need no configuration')
    .addOption(new Option('--format <format>', 'what to print it as').choices(FORMATS).makeOptionMandatory())
    .addOption(new Option('--account <id>', 'with policy: exactly the trails of this account').argParser(parseAccount))
    .option(
      '--principal <arn>',
      'with policy: the role or user that orgtrail runs as; else policy.writer, or who calls',
    )
    .addOption(repeatable('--key <arn>', 'with policy: a KMS key that trails encrypt with (repeatable)', (key) => key))
    .option('--folder <folder>', 'with terraform: write the files there instead of printing them')
    .action(async (options: MemberRoleOptions) => finish(done(await memberRole(options, clock))));
}

function done(stdout: string): CommandResult {
  return { exitCode: 0, stdout, stderr: '' };
}

/** What the command prints. Throws OperatingError. */
export async function memberRole(options: MemberRoleOptions, clock: Clock): Promise<string> {
  const policyOnly = options.account ?? options.principal ?? options.key[0];
  if (options.format !== 'policy' && policyOnly !== undefined)
    throw usage('--account, --principal and --key go with --format policy; the others take parameters');
  if (options.format !== 'terraform' && options.folder !== undefined)
    throw usage('--folder goes with --format terraform');
  switch (options.format) {
    case 'cloudformation':
      return whole(new Map([['member-role.yaml', cloudformationTemplate()]]), options);
    case 'terraform':
      return options.folder === undefined ? whole(terraformModule(), options) : written(options.folder);
    case 'policy':
      return policyText(await policies(options, clock), options);
  }
}

/** All files one behind the other, or by name. */
function whole(files: ReadonlyMap<string, string>, { json }: MemberRoleOptions): string {
  if (json === true) return `${JSON.stringify({ schema: SCHEMA, files: Object.fromEntries(files) })}\n`;
  return [...files.values()].join('\n');
}

function written(folder: string): string {
  const files = terraformModule();
  try {
    mkdirSync(folder, { recursive: true });
    for (const [name, text] of files) writeFileSync(join(folder, name), text);
  } catch (error) {
    throw usage(`cannot write to ${folder}: ${(error as Error).message}`);
  }
  return [...files.keys()].map((name) => `${join(folder, name)}\n`).join('');
}

async function policies(options: MemberRoleOptions, clock: Clock): Promise<MemberPolicies> {
  const { account, principal, key: keys } = options;
  if (principal !== undefined) accept('--principal', principal, writerArn(principal));
  for (const key of keys) accept('--key', key, key.includes(':alias/') ? ALIAS : keyArn(key));
  const config = loadConfig(options.config);
  // The policies of the plan are loaded for this format alone: every command starts by way of this file.
  const { policiesForAccount, policiesForAll } = await import('./member-policies.ts');
  const open = openParts(config, clock);
  try {
    const writer = principal ?? config.policy?.writer ?? (await callerOf(() => open.caller()));
    const wish: PolicyWish = { writer, keys };
    const made =
      account === undefined ? policiesForAll(config, wish) : await policiesForAccount(account, open.parts, wish);
    fit('inline', made.policy);
    for (const { policy } of made.trust) fit('trust', policy);
    return made;
  } finally {
    await open.close();
  }
}

/** A policy that names an alias grants nothing on the key behind it (KMS guide, "controlling access with aliases"). */
const ALIAS = 'names an alias, on which no policy grants anything: give the ARN of the key itself';

function accept(option: string, value: string, problem: string | null): void {
  if (problem !== null) throw usage(`${option} ${clean(value)} ${problem}`);
}

/** Whoever calls is taken for the daemon. A session is no principal to trust: the role behind it is. */
async function callerOf(ask: () => Promise<string>): Promise<string> {
  const arn = await ask().catch((error: unknown) => {
    if (!(error instanceof OperatingError)) throw error;
    throw usage(`AWS does not say who calls (${error.message}): give the daemon's role with --principal`);
  });
  const writer = arn.replace(/^(arn:[^:]+):sts::(\d{12}):assumed-role\/([^/]+)\/.*$/, '$1:iam::$2:role/$3');
  if (writerArn(writer) === null) return writer;
  throw usage(`${arn} is no role or user that could be trusted: give the daemon's role with --principal`);
}

function fit(kind: RoleDocument, document: RolePolicy): void {
  const problem = roleSizeProblem(kind, document);
  if (problem === null) return;
  throw new OperatingError({ code: 'document-refused', message: problem.detail, hint: problem.hint });
}

function policyText(made: MemberPolicies, { json }: MemberRoleOptions): string {
  if (json === true) return `${JSON.stringify({ schema: SCHEMA, ...made })}\n`;
  const documents: (readonly [string, unknown])[] = [
    [made.role === null ? "policy of the daemon's own role" : `policy of the role ${made.role}`, made.policy],
    ...made.trust.map(({ of, policy }) => [`its trust policy, ${of}`, policy] as const),
    ...made.buckets.map(
      ({ bucket, owner, statements }) =>
        [`statements for the policy of the bucket ${bucket}, which belongs to account ${owner}`, statements] as const,
    ),
  ];
  const notes = made.notes.map((note) => `# ${note}\n`).join('');
  return `${notes}${documents.map(([head, value]) => `# ${clean(head)}\n${JSON.stringify(value, null, 2)}\n`).join('\n')}`;
}

function usage(message: string): OperatingError {
  return new OperatingError({ code: 'usage', message, hint: 'see `orgtrail config member-role --help`' });
}
