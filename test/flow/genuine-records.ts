/** Records of real accounts (Stratus Red Team's detonation logs), for the forge to mix in. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Json } from '../cloud/forge/actors.ts';

const FOLDER = join(import.meta.dirname, '../../../shared/data/stratus-red-team/docs/detonation-logs');

/** Empty, and said aloud, where the shared data is not there: the forge's own records stand in for them. */
export function genuineRecords(): readonly Json[] {
  if (!existsSync(FOLDER)) {
    process.stderr.write('skipped: no shared data (stratus-red-team); the run goes on with forged records alone\n');
    return [];
  }
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith('.json'))
    .flatMap((name) => JSON.parse(readFileSync(join(FOLDER, name), 'utf8')) as Json[]);
}

/** A record without what the forge replaces: how a genuine one is recognised in an archived log file. */
export function withoutPlace(record: Json): string {
  const { eventTime: _time, awsRegion: _region, recipientAccountId: _account, eventID: _id, ...rest } = record;
  return JSON.stringify(rest);
}
