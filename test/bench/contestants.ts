/** The programs that are measured, each as a child process, and what each says of the chain. */
import { orgtrail, type Ended } from '../flow/organization.ts';
import { validateLogs } from '../cloud/awscli.ts';
import type { Ground } from './protocol.ts';

/** How many files a program found valid, and how many it looked at. */
export interface Tally {
  readonly digests: { readonly valid: number; readonly all: number };
  readonly logs: { readonly valid: number; readonly all: number };
}

/** Our verification of the chain where it lies. */
export async function verifySource(ground: Ground): Promise<Tally> {
  const window = ['--from', iso(ground.from), '--to', iso(ground.to)];
  const ended = await orgtrail(ground, 'verify', '--source', '--json', ...window);
  if (ended.code !== 0) throw failure('orgtrail verify --source', ended);
  const { counts } = JSON.parse(ended.stdout) as {
    counts: { digests: Readonly<Record<string, number>>; logs: Readonly<Record<string, number>> };
  };
  return { digests: tallyOf(counts.digests), logs: tallyOf(counts.logs) };
}

/** The AWS CLI's validation of the same chain. */
export async function validateWithCli(ground: Ground): Promise<Tally> {
  const { url, keys, trailArn, from, to } = ground;
  const ended = await validateLogs({ cloudUrl: url, keys, trailArn, start: from, end: to });
  if (ended.code !== 0) throw failure('aws cloudtrail validate-logs', ended);
  return { digests: cliCount(ended, 'digest'), logs: cliCount(ended, 'log') };
}

/** Our whole gathering: read, verify, store, record. */
export async function collect(ground: Ground): Promise<void> {
  const ended = await orgtrail(ground, 'collect', '--json');
  if (ended.code !== 0) throw failure('orgtrail collect', ended);
}

function tallyOf(codes: Readonly<Record<string, number>>): Tally['logs'] {
  return { valid: codes['valid'] ?? 0, all: Object.values(codes).reduce((sum, count) => sum + count, 0) };
}

function cliCount(ended: Ended, kind: 'digest' | 'log'): Tally['logs'] {
  const found = new RegExp(`^(\\d+)/(\\d+) ${kind} files valid`, 'm').exec(ended.stdout);
  if (found === null) throw failure(`aws cloudtrail validate-logs, which names no ${kind} files,`, ended);
  return { valid: Number(found[1]), all: Number(found[2]) };
}

function failure(program: string, { code, stdout, stderr }: Ended): Error {
  return new Error(`${program} ended with ${code}\n${stdout.slice(-2000)}\n${stderr.slice(-2000)}`);
}

function iso(time: number): string {
  return new Date(time).toISOString().replace(/\.\d+Z$/, 'Z');
}
