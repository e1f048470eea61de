/** Whether two readings of a document say the same, and whether a reading holds what was written. */
import { isDeepStrictEqual } from 'node:util';
import type { Json } from '../core/json.ts';
import type { DocumentKind, DocumentState } from '../core/plan/document.ts';
import { sameLifecycle } from '../core/plan/lifecycle-same.ts';
import { samePolicy } from '../core/plan/policy.ts';

/** Canonically the same: what AWS rewrites on its own is no difference. Null: it is not set. */
export function sameDocument(kind: DocumentKind, a: Json | null, b: Json | null): boolean {
  if (kind === 'lifecycle') return sameLifecycle(a, b);
  if (a === null || b === null) return a === b;
  return kind.endsWith('-policy') ? samePolicy(a, b) : isDeepStrictEqual(a, b);
}

/** True when the reading holds all that was written. AWS adds parts to settings that nobody wrote, such as MFADelete. */
export function holdsDocument(kind: DocumentKind, found: Json | null, written: Json | null): boolean {
  if (kind === 'lifecycle' || kind.endsWith('-policy') || found === null || written === null)
    return sameDocument(kind, found, written);
  return holds(found, written);
}

function holds(found: Json, written: Json): boolean {
  if (Array.isArray(written)) {
    const list = written as readonly Json[];
    return (
      Array.isArray(found) && found.length === list.length && list.every((one, at) => holds(found[at] as Json, one))
    );
  }
  if (written === null || typeof written !== 'object') return found === written;
  if (found === null || typeof found !== 'object' || Array.isArray(found)) return false;
  const [held, fields] = [new Map(Object.entries(found)), Object.entries(written)];
  return fields.every(([name, value]) => holds(held.get(name) ?? null, value));
}

/** A reading as before and after of a change are told: null where it is not set. Unreadable is no such thing. */
export function valueOf(state: Exclude<DocumentState, { readonly state: 'unreadable' }>): Json | null {
  return state.state === 'present' ? state.value : null;
}
