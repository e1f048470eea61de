/** What to type next about a finding. */
import { expect, test } from 'vitest';
import type { BoardFinding } from '../../src/core/board/finding.ts';
import { findingCommands } from '../../src/web/views/commands.ts';

const FINDING: BoardFinding = {
  id: '0',
  code: 'log-hash-mismatch',
  account: '111111111111',
  chain: 'c',
  region: 'eu-west-1',
  trail: 'main',
  bucket: 'trail-bucket',
  key: 'AWSLogs/a.json.gz',
  from: '2026-11-17T03:00:00Z',
  to: '2026-11-17T04:00:00Z',
  detail: '',
  hint: '',
  firstSeen: 0,
  accepted: null,
  goneAt: null,
};

test('a file that is missing left no bytes: nobody is sent to look for them in quarantine', () => {
  const quarantine = 'orgtrail quarantine show -- trail-bucket/AWSLogs/a.json.gz';
  expect(findingCommands(FINDING)).toContain(quarantine);
  for (const code of ['log-missing', 'digest-missing'] as const) {
    const commands = findingCommands({ ...FINDING, code });
    expect(commands).not.toContain(quarantine);
    expect(commands.at(-1)).toBe('aws s3api list-object-versions --bucket=trail-bucket --prefix=AWSLogs/a.json.gz');
  }
});
