/** What was changed in policies and settings, page by page, from the change records in the archive. */
import type { EvidenceReader } from '../web/sources.ts';
import { MOST_DIFF, type DriftEntry } from '../core/board/plan.ts';
import { OperatingError, problemOf } from '../errors.ts';
import { changesBefore, type RecordedChange, type RecordShelf } from '../stages/change-records.ts';
import { cutDiff, documentDiff } from './document-diff.ts';

const MOST_ON_A_PAGE = 50;
const MARK = /^\d{8}T\d{6}Z_[a-z-]{1,40}_[0-9a-f]{16}$/;

/** Newest first. A record that is damaged is a problem; the others are shown. */
export async function driftOf(
  { before, limit }: Parameters<EvidenceReader['drift']>[0],
  shelf: RecordShelf,
): ReturnType<EvidenceReader['drift']> {
  if (before !== null && !MARK.test(before))
    throw new OperatingError({
      code: 'usage',
      message: 'the cursor is none that was given out here',
      hint: 'open the list from its beginning',
    });
  const most = Math.max(1, Math.min(limit, MOST_ON_A_PAGE));
  const { changes, next } = await changesBefore({ before, limit: most }, shelf);
  const entries = changes.flatMap((one) => (one instanceof OperatingError ? [] : entryOf(one)));
  const problems = changes.flatMap((one) => (one instanceof OperatingError ? problemOf(one) : []));
  return { entries, next, problems };
}

function entryOf({ note, end }: RecordedChange): DriftEntry {
  const { ref, at, who, by, reasons } = note;
  return { ...ref, at, who, by, outcome: end?.outcome ?? null, reasons, diff: cutDiff(documentDiff(note), MOST_DIFF) };
}
