/** Documents that are as wanted: one quiet line each. */
import type { ReactNode } from 'react';
import type { DocumentView } from '../../contract/policy.ts';
import { Id } from '../parts/name.tsx';
import { DocumentState, SizeMeter } from './document-card.tsx';
import { kindText } from './words.ts';
import classes from './policy.module.css';

export function QuietDocuments({ documents }: { readonly documents: readonly DocumentView[] }): ReactNode {
  return (
    <ul className={classes['quiet']}>
      {documents.map((document) => (
        <Line key={`${document.kind} ${document.account} ${document.target}`} document={document} />
      ))}
    </ul>
  );
}

function Line({ document }: { readonly document: DocumentView }): ReactNode {
  const { kind, target, state, budget } = document;
  return (
    <li>
      <span>{kindText(kind)}</span>
      <Id value={target} kind="name" />
      <DocumentState state={state} />
      {budget !== null && (
        <div className={classes['quietMeter']}>
          <SizeMeter kind={kind} budget={budget} />
        </div>
      )}
    </li>
  );
}
