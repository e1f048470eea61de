/** A name for what a plan would write: whoever applies it must have looked at these very changes. */
import { hash } from 'node:crypto';
import type { Json } from '../json.ts';
import type { Change, DocumentKind } from '../plan/document.ts';
import { canonicalStatements } from '../plan/policy-canonical.ts';
import { readPolicy } from '../plan/policy.ts';
import { isRecord } from '../plan/policy-element.ts';

/**
 * 16 hex digits over every change: which document, as it is and as it would be. The order of changes, of fields, and of
 * what AWS reorders in policies does not count; anything else does.
 */
export function planId(changes: readonly Pick<Change, 'ref' | 'before' | 'after'>[]): string {
  const lines = changes.map(({ ref, before, after }) =>
    JSON.stringify([ref.kind, ref.account, ref.target, canonical(ref.kind, before), canonical(ref.kind, after)]),
  );
  return hash('sha256', lines.toSorted().join('\n')).slice(0, 16);
}

function canonical(kind: DocumentKind, value: Json | null): Json {
  if (value === null || !kind.endsWith('-policy')) return inOrder(value);
  const policy = readPolicy(value);
  if ('problem' in policy) return inOrder(value);
  return [policy.version, policy.id, canonicalStatements(policy.statements)];
}

/** With the names of every object in order. */
function inOrder(value: Json): Json {
  if (Array.isArray(value)) return ['list', ...(value as readonly Json[]).map(inOrder)];
  if (!isRecord(value)) return value;
  const names = Object.keys(value).toSorted();
  // A list of pairs and no object: a name such as __proto__ stays a name.
  return ['object', ...names.map((name): Json => [name, inOrder(value[name] ?? null)])];
}
