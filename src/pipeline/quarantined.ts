/** What lies in quarantine of one file, whatever it failed of: found by the file's own bucket and key. */
import { parseKey } from '../core/key.ts';
import { quarantineKey } from '../core/layout.ts';
import { listEntries, quarantinedVerdicts, type QuarantineEntry, type QuarantineShelf } from '../stages/quarantine.ts';

/** A file in its source. */
export interface FileName {
  readonly bucket: string;
  readonly key: string;
}

/**
 * The entries of one file, verdict by verdict; none for what is no file of CloudTrail's.
 * @param verdict those of this one alone; null: of all
 */
export async function* entriesOfFile(
  file: FileName,
  verdict: string | null,
  shelf: QuarantineShelf,
): AsyncGenerator<QuarantineEntry> {
  if (parseKey(file.key) === null || !/^[A-Za-z0-9._-]{3,255}$/.test(file.bucket)) return;
  const verdicts = verdict === null ? await quarantinedVerdicts(shelf) : [verdict];
  for (const one of verdicts) yield* listEntries({ folder: `${quarantineKey(shelf.place.prefix, file, one)}/` }, shelf);
}
