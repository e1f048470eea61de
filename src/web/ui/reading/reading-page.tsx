/** How to read these pages: every state, code, metric and role in a sentence, each with an address of its own. */
import { useEffect, useState, type ReactNode } from 'react';
import { ROLES } from '../../../core/access.ts';
import { Page } from '../frame/page.tsx';
import { ChapterText } from './chapter-text.tsx';
import * as chapters from './chapters.ts';
import { CodeTables, StrangeCode } from './code-tables.tsx';
import { MetricTable } from './metric-table.tsx';
import { RoleTable } from './role-table.tsx';
import { StateTable } from './state-table.tsx';
import classes from './reading.module.css';

const CONTENTS: readonly (readonly [chapters.Chapter, ReactNode])[] = [
  [chapters.SENTENCE, null],
  [chapters.MAP, null],
  [chapters.STATES, <StateTable key="states" />],
  [chapters.PROVEN, null],
  [chapters.ACCEPTANCE, null],
  [chapters.CODES, <CodeTables key="codes" />],
  [chapters.DOCUMENTS, null],
  [chapters.METRIC_CHAPTER, <MetricTable key="metrics" />],
  [chapters.ACCESS, <RoleTable key="roles" roles={ROLES} />],
  [chapters.NUMBERS, null],
  [chapters.FLUSH, null],
];

/** `/reading`, with anchors `#state-…`, `#code-…`, `#metric-…` and `#role-…` */
export function ReadingPage(): ReactNode {
  const anchor = useAnchor();
  return (
    <Page
      title="Reading the dashboard"
      sentence="What each state, code, metric and role means, and what to do about it."
    >
      <StrangeCode anchor={anchor} />
      <div className={classes['columns']}>
        <nav className={classes['contents']} aria-label="On this page">
          {CONTENTS.map(([{ id, title }]) => (
            <a key={id} href={`#${id}`}>
              {title}
            </a>
          ))}
        </nav>
        <div className={classes['body']}>
          {CONTENTS.map(([chapter, table]) => (
            <ChapterText key={chapter.id} chapter={chapter}>
              {table}
            </ChapterText>
          ))}
          <p className={classes['more']}>
            The API is described at <a href="/api/docs">/api/docs</a>; every job is on the <a href="/jobs">job board</a>
            .
          </p>
        </div>
      </div>
    </Page>
  );
}

/** The part of the address after `#`, taken there: the page came later than the address. */
function useAnchor(): string {
  const [anchor, setAnchor] = useState(() => location.hash.slice(1));
  useEffect(() => {
    const follow = (): void => setAnchor(location.hash.slice(1));
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  useEffect(() => {
    const place = anchor === '' ? null : document.getElementById(anchor);
    if (place === null) return;
    place.dataset['asked'] = 'true';
    place.scrollIntoView({ block: 'center' });
    place.focus({ preventScroll: true });
    return () => {
      delete place.dataset['asked'];
    };
  }, [anchor]);
  return anchor;
}
