/** Every role with what it may do. */
import type { ReactNode } from 'react';
import { rightsOf, type PageRole } from '../../../core/access.ts';
import { RIGHT_WORDS, ROLE_WORDS } from './access-words.ts';
import { Meanings } from './meanings.tsx';

export function RoleTable({ roles }: { readonly roles: readonly PageRole[] }): ReactNode {
  return <Meanings of={roles.map((role) => ({ id: `role-${role}`, name: role, sentence: roleSentence(role) }))} />;
}

function roleSentence(role: PageRole): string {
  const rights = rightsOf(role).map((right) => `\`${right}\` (${RIGHT_WORDS[right].replaceAll('`', '')})`);
  return `${ROLE_WORDS[role]}. Rights: ${rights.join(', ')}.`;
}
