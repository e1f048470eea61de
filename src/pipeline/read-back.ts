/** Reading back what was written: S3's settings are seen by every reader only after a while. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Change } from '../core/plan/document.ts';
import { OperatingError } from '../errors.ts';
import type { DocumentStore } from '../ports.ts';
import { documentDiff } from './document-diff.ts';
import { holdsDocument, valueOf } from './same-document.ts';

/** Nine seconds in all, then it is an error. */
const WAITS_MS = [0, 100, 300, 600, 1000, 2000, 2000, 3000];
const MOST_TOLD = 2000;

/** Resolves when a reading holds what was written. Throws `archive-changed` with the difference when none does. */
export async function readBack({ ref, after }: Change, store: DocumentStore): Promise<void> {
  let state = await store.read(ref);
  for (const pause of WAITS_MS) {
    if (state.state !== 'unreadable' && holdsDocument(ref.kind, valueOf(state), after)) return;
    await wait(pause);
    state = await store.read(ref);
  }
  if (state.state !== 'unreadable' && holdsDocument(ref.kind, valueOf(state), after)) return;
  const found = state.state === 'unreadable' ? null : valueOf(state);
  const how =
    state.state === 'unreadable'
      ? `it cannot be read back: ${state.problem.detail}`
      : `what is read back is something else:\n${documentDiff({ ref, before: after, after: found }).slice(0, MOST_TOLD)}`;
  throw new OperatingError({
    code: 'archive-changed',
    message: `the ${ref.kind} of ${ref.target} was written, and ${how}`,
    hint: state.state === 'unreadable' ? state.problem.hint : 'plan again: another writer, or a store of its own mind',
  });
}
