/** What to type next about a finding. */
import type { BoardFinding } from '../../core/board/finding.ts';
import { option, word } from './shell.ts';

/** What is gone left no bytes to keep in quarantine. */
const LEFT_NOTHING: ReadonlySet<string> = new Set(['log-missing', 'digest-missing']);

/** Commands to copy, the most telling first. */
export function findingCommands(finding: BoardFinding): readonly string[] {
  const { account, bucket, key, from } = finding;
  const commands = [verifyCommand(finding)];
  if (key !== null) {
    if (!LEFT_NOTHING.has(finding.code)) commands.push(`orgtrail quarantine show -- ${word(`${bucket}/${key}`)}`);
    commands.push(`aws s3api list-object-versions ${option('bucket', bucket)} ${option('prefix', key)}`);
  } else if (from !== null) {
    commands.push(`orgtrail status --chains ${option('account', account)}`);
  }
  return commands;
}

function verifyCommand({ account, region, trail, from, to }: BoardFinding): string {
  const words = ['orgtrail verify --source', option('account', account)];
  if (region !== '') words.push(option('region', region));
  if (trail !== '') words.push(option('trail', trail));
  if (from !== null) words.push(option('from', from));
  if (to !== null) words.push(option('to', to));
  return words.join(' ');
}
