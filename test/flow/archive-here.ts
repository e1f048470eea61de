/** `verify --archive` within the test's own process, and a copy of the archive as `aws s3 sync` leaves it. */
import { mkdirSync, mkdtempSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { verifySource } from '../../src/cli/verify.ts';
import { verifyArchive, type ArchiveRequest } from '../../src/cli/verify-archive.ts';
import { objectAt, keysWith } from './evidence.ts';
import { ARCHIVE, type Organization } from './organization.ts';
import { requestHere, type RunnableWorld } from './request-here.ts';
import { readReport, type VerifyReport } from './verify-report.ts';

export type ArchiveAsk = Partial<Pick<ArchiveRequest, 'dir' | 'full' | 'sample' | 'from' | 'to' | 'json'>> & {
  readonly now?: number;
};

export interface ArchiveAnswer {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs it with the world's own credentials. Nothing is sampled unless asked for. */
export async function archiveAnswer(world: RunnableWorld, ask: ArchiveAsk = {}): Promise<ArchiveAnswer> {
  let stderr = '';
  const { now, dir = null, full = false, sample = 0, ...asked } = ask;
  const screen = { write: (text: string) => (stderr += text) };
  const request = requestHere(world, () => now ?? Date.now(), { screen, ...asked });
  const answer = await verifyArchive({ ...request, dir, full, sample });
  return { exit: answer.exitCode, stdout: answer.stdout, stderr };
}

/** `verify --source --json` of the same moment. */
export async function sourceAnswer(
  world: RunnableWorld,
  ask: Pick<ArchiveAsk, 'now' | 'from' | 'to'> = {},
): Promise<Pick<ArchiveAnswer, 'exit' | 'stdout'>> {
  const { now, ...asked } = ask;
  const answer = await verifySource(requestHere(world, () => now ?? Date.now(), asked));
  return { exit: answer.exitCode, stdout: answer.stdout };
}

/** The same with the report read. */
export async function archiveHere(
  world: RunnableWorld,
  ask: ArchiveAsk = {},
): Promise<ArchiveAnswer & { readonly report: VerifyReport }> {
  const answer = await archiveAnswer(world, ask);
  return { ...answer, report: readReport(answer.stdout) };
}

/** Every current object of the archive below a new folder, with its time and without its metadata. */
export function copyArchive(organization: Pick<Organization, 'cloud' | 'folder'>): string {
  const folder = mkdtempSync(join(organization.folder, 'copy-'));
  for (const key of keysWith(organization, ARCHIVE, '')) {
    const { body, lastModified } = objectAt(organization, ARCHIVE, key);
    const file = join(folder, key);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, body);
    utimesSync(file, lastModified / 1000, lastModified / 1000);
  }
  return folder;
}

/** The keys of archive objects that were downloaded since the journal was cleared. */
export function downloads({ cloud }: Pick<Organization, 'cloud'>): readonly string[] {
  if (cloud.requests.dropped > 0) throw new Error('the journal has lost entries');
  return cloud.requests.entries.flatMap(({ operation, bucket, key }) =>
    operation === 'GetObject' && bucket === ARCHIVE && key !== null ? [key] : [],
  );
}
