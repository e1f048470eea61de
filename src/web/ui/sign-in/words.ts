/** What the sign-in page says when somebody was not let in: plainly, and nothing that helps to guess. */
import type { ApiFailure } from '../api/request.ts';

/** Why a sign-in at the provider ended here again (`?refused=`). What is not in this list is said in general words. */
const REFUSED: ReadonlyMap<string, string> = new Map([
  ['expired', 'The sign-in took too long, or was begun in another browser. Begin again.'],
  ['no-role', 'You are known, but nothing gives you a role here. Ask whoever administers orgtrail.'],
  ['no-name', 'The provider gave no name that can be recorded. Whoever administers orgtrail chooses the claim for it.'],
  ['failed', 'The sign-in at the provider failed. The log of orgtrail says why.'],
  ['provider-away', 'The provider cannot be reached by orgtrail at this moment. Try again in a minute.'],
]);

/** A sentence for `?refused=…`; null where there is none. Never shows what the address says. */
export function refusedText(search: string): string | null {
  const why = new URLSearchParams(search).get('refused');
  if (why === null) return null;
  return REFUSED.get(why) ?? 'You were not let in. The log of orgtrail says why.';
}

export interface Told {
  readonly text: string;
  readonly next: string;
}

/** What went wrong with a sign-in by password. */
export function failureText({ status, title, detail, hint }: ApiFailure): Told {
  if (status === 401) return { text: 'The user or the password is wrong.', next: hint };
  if (status === 429) return { text: 'Too many tries.', next: sentence(hint === '' ? 'wait a minute' : hint) };
  if (status === 503) return { text: sentence(detail), next: hint === '' ? 'Try again in a minute.' : sentence(hint) };
  return { text: detail === '' ? sentence(title) : sentence(detail), next: hint === '' ? '' : sentence(hint) };
}

function sentence(text: string): string {
  const begun = `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
  return /[.!?]$/.test(begun) ? begun : `${begun}.`;
}
