/**
 * What the pages read from the archive when somebody opens them: digests, their bytes, the history of trails, quarantine
 * and drift. It reads the archive alone. Places come from receipts and from the names of objects, never from a client;
 * what cannot be read is an OperatingError or told beside the rest, and never an empty page.
 */
import pLimit, { type LimitFunction } from 'p-limit';
import { OperatingError } from '../errors.ts';
import type { EvidenceReader } from '../web/sources.ts';
import { digestPageOf, openReceipt } from './evidence-digest.ts';
import { digestsIn } from './evidence-digests.ts';
import { driftOf } from './evidence-drift.ts';
import { historyOf } from './evidence-history.ts';
import { checkChain, digestId, type EvidenceParts } from './evidence-names.ts';
import { quarantineOf } from './evidence-quarantine.ts';
import { keptBytes } from './evidence-raw.ts';
import { squareOf } from './evidence-square.ts';
import { archivePlace } from './parts.ts';

/** A receipt of a busy hour takes tens of megabytes while it is read: so many pages are made at a time, and no more. */
const AT_ONCE = 4;
/** More than this wait for none that is made in time, and what nobody waits for any more would still be read. */
const MOST_WAITING = 64;

/** Reads with the daemon's own credentials; nothing is written. */
export function createEvidence(parts: EvidenceParts): EvidenceReader {
  const place = archivePlace(parts.config);
  const shelf = { archive: parts.archive, place };
  const limit = bounded(pLimit(AT_ONCE));
  return {
    archive: { bucket: place.bucket, prefix: place.prefix },
    digests: (chain, window) =>
      limit(async () => {
        checkChain(chain);
        return digestsIn(chain, window, parts);
      }),
    square: (chains, window) =>
      limit(async () => {
        chains.forEach(checkChain);
        return squareOf(chains, window, parts);
      }),
    digest: (chain, id) =>
      limit(async () => {
        checkChain(chain);
        const opened = await openReceipt(chain, id, parts);
        return opened === null ? null : digestPageOf(chain, opened, parts);
      }),
    raw: (chain, id) =>
      limit(async () => {
        checkChain(chain);
        const opened = await openReceipt(chain, id, parts);
        const bytes = opened === null ? null : await keptBytes(opened.receipt, parts);
        if (opened === null || bytes === null) return null;
        // Every part of the name has been held against its grammar: no slash, no quote, no control character.
        const name = `${chain.account}_${chain.region}_${chain.trail}_${digestId(opened.name)}.json.gz`;
        return { name, bytes };
      }),
    history: (account) => limit(() => historyOf(account, parts)),
    quarantine: (finding) => limit(() => quarantineOf(finding, shelf)),
    drift: (page) => limit(() => driftOf(page, shelf)),
  };
}

/** Turns away at once whoever comes when too many wait. */
function bounded(limit: LimitFunction): <Page>(make: () => Promise<Page>) => Promise<Page> {
  return async (make) => {
    if (limit.pendingCount < MOST_WAITING) return limit(make);
    const message = 'too many pages are read from the archive at once';
    throw new OperatingError({ code: 'interrupted', message, hint: 'try again in a minute', retryable: true });
  };
}
