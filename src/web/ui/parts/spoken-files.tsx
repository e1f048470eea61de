/** What lies behind a square, told apart from the square itself: it comes later, and nothing is to be read out twice. */
import type { ReactNode } from 'react';
import { READING } from './square-files.ts';

export function SpokenFiles({ lines }: { readonly lines: readonly string[] }): ReactNode {
  return (
    <span className="visually-hidden" aria-live="polite">
      {lines.filter((line) => line !== READING).join('; ')}
    </span>
  );
}
