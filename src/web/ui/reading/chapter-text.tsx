/** One chapter: its heading, its paragraphs, and the table that belongs to it. */
import type { ReactNode } from 'react';
import { Hint } from '../parts/problem.tsx';
import type { Chapter } from './chapters.ts';
import classes from './reading.module.css';

export function ChapterText({ chapter, children }: { readonly chapter: Chapter; readonly children: ReactNode }) {
  const { id, title, paragraphs } = chapter;
  return (
    <section className={classes['chapter']} aria-labelledby={id}>
      <h2 id={id} tabIndex={-1} className={classes['heading']}>
        {title}
      </h2>
      {paragraphs.map((paragraph) => (
        <p key={paragraph} className={classes['paragraph']}>
          <Hint text={paragraph} />
        </p>
      ))}
      {children}
    </section>
  );
}
