/** What lies in quarantine of the file that a finding names: why, since when, and who has looked at it. */
import type { BoardFinding } from '../core/board/finding.ts';
import { quarantinePartKey } from '../core/layout.ts';
import type { Acceptance } from '../core/quarantine.ts';
import { formatIso } from '../core/time.ts';
import { readRecords, type QuarantineEntry, type QuarantineShelf } from '../stages/quarantine.ts';
import type { QuarantineView } from '../web/contract/findings.ts';
import { sizeOf } from './evidence-logs.ts';
import { entriesOfFile } from './quarantined.ts';

/** One file that is written anew every hour has an entry each time: so many of them are read. */
const MOST_ENTRIES = 100;

/** In the order of their keys; none for findings of a chain or an account as a whole. */
export async function quarantineOf(
  { bucket, key }: Pick<BoardFinding, 'bucket' | 'key'>,
  shelf: QuarantineShelf,
): Promise<readonly QuarantineView[]> {
  if (key === null) return [];
  const found: QuarantineView[] = [];
  for await (const entry of entriesOfFile({ bucket, key }, null, shelf)) {
    found.push(await viewOf(entry, shelf));
    if (found.length === MOST_ENTRIES) break;
  }
  return found;
}

async function viewOf(entry: QuarantineEntry, shelf: QuarantineShelf): Promise<QuarantineView> {
  const { name, state, since, parts } = entry;
  const { note, acceptance, problems } = await readRecords(entry, shelf);
  const noted = parts.has('note') ? problems : [...problems, 'there is no note: the process ended in between'];
  return {
    verdict: name.verdict,
    state,
    bytes: quarantinePartKey(shelf.place.prefix, name, 'bytes'),
    note: quarantinePartKey(shelf.place.prefix, name, 'note'),
    detail: note?.detail ?? '',
    expectedSha256: note?.expectedSha256 ?? null,
    contentSha256: note?.contentSha256 ?? null,
    storedSha256: note?.storedSha256 ?? null,
    size: sizeOf(note?.size ?? null),
    since: formatIso(since),
    acceptance: acceptance === null ? null : said(acceptance),
    problems: [...noted],
  };
}

/** On the command line a name is given or AWS says it; `at` is text in the record, and shown as a time only if it is one. */
function said({ reason, by, caller, at }: Acceptance): QuarantineView['acceptance'] {
  const time = Date.parse(at);
  return { reason, by: by ?? caller ?? '', at: formatIso(Number.isNaN(time) ? 0 : time) };
}
