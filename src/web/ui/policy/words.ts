/** What the page of policies says in words. */
import type { DocumentView, PolicyPage } from '../../contract/policy.ts';

type State = DocumentView['state'];

/** A shape and a word each: no colour is needed to tell them apart. */
export const STATES: Readonly<Record<State, { readonly glyph: string; readonly word: string }>> = {
  'as-wanted': { glyph: '▪', word: 'as wanted' },
  differs: { glyph: '≠', word: 'differs' },
  refused: { glyph: '✕', word: 'refused' },
  unknown: { glyph: '?', word: 'unknown' },
};

/** `Bucket policy` for `bucket-policy`. */
export function kindText(kind: string): string {
  const words = kind.replaceAll('-', ' ');
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}

/** One sentence over the whole page. It never says "all" of what was not read. */
export function policySentence(page: PolicyPage): string {
  const { at, configured, documents, interrupted } = page;
  if (at === null) return 'No plan has been made yet: what differs is not known.';
  if (!configured) return 'The configuration holds no policy, posture or lifecycle: nothing is compared.';
  const parts = [
    partText(documents, 'differs', 'differs from what is wanted', 'differ from what is wanted'),
    partText(documents, 'refused', 'is refused', 'are refused'),
    partText(documents, 'unknown', 'could not be read', 'could not be read'),
    interrupted.length === 0
      ? null
      : `${interrupted.length} ${interrupted.length === 1 ? 'change was' : 'changes were'} interrupted`,
  ].filter((part) => part !== null);
  if (parts.length > 0) return `${parts.join('; ')}.`;
  if (documents.length === 0) return 'The plan names no document: nothing was compared.';
  return documents.length === 1 ? 'The one document is as wanted.' : `All ${documents.length} documents are as wanted.`;
}

function partText(documents: readonly DocumentView[], ...[state, one, many]: readonly [State, string, string]) {
  const count = documents.filter((document) => document.state === state).length;
  return count === 0 ? null : `${count} of ${documents.length} documents ${count === 1 ? one : many}`;
}

/** `3,786 of 20,480 bytes, form merged, gives up: …` */
export function budgetText({ bytes, most, form, givesUp }: NonNullable<DocumentView['budget']>): string {
  const used = `${bytes.toLocaleString('en')} of ${most.toLocaleString('en')} bytes, form ${form}`;
  return givesUp.length === 0 ? used : `${used}, gives up: ${givesUp.join('; ')}`;
}

const OUTCOMES: ReadonlyMap<string, string> = new Map([
  ['written', 'written and read back'],
  ['not-written', 'not written: the document was found as it was before'],
  ['moved', 'found as neither: somebody else has written since'],
  ['unknown', 'not known: it could not be read back'],
]);

/** How a change ended. Null: only its beginning is on record. */
export function outcomeText(outcome: string | null): string {
  if (outcome === null) return 'only its beginning is on record';
  return OUTCOMES.get(outcome) ?? outcome;
}

/** Why a change was made and how it ended, as sentences: some reasons are whole ones, others are parts of one. */
export function entryText(reasons: readonly string[], outcome: string | null): string {
  const sentences = [...reasons, outcomeText(outcome)].map((text) => (text.endsWith('.') ? text : `${text}.`));
  return sentences.map((text) => text.charAt(0).toUpperCase() + text.slice(1)).join(' ');
}

/** The worst first, and in the order of the plan otherwise. */
export function byUrgency(documents: readonly DocumentView[]): readonly DocumentView[] {
  const rank: Readonly<Record<State, number>> = { refused: 0, differs: 1, unknown: 2, 'as-wanted': 3 };
  return documents.toSorted((a, b) => rank[a.state] - rank[b.state]);
}

/** True where nothing of it asks for a person. */
export function isQuiet({ state, refusals, findings, warnings, budget }: DocumentView): boolean {
  const full = budget !== null && budget.bytes >= budget.most * 0.8;
  return state === 'as-wanted' && refusals.length + findings.length + warnings.length === 0 && !full;
}
