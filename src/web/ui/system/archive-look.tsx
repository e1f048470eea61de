/** What the last look at the archive bucket found. */
import type { ReactNode } from 'react';
import type { SystemPage } from '../../contract/system.ts';
import { ProblemNote } from '../parts/problem.tsx';
import { Section } from '../parts/section.tsx';
import { Time } from '../parts/time.tsx';
import { Nothing } from './nothing.tsx';
import classes from './system.module.css';

export function ArchiveLook({ archive }: { readonly archive: SystemPage['archive'] }): ReactNode {
  if (archive === null) {
    return (
      <Section title="Archive bucket">
        <Nothing>
          It has not been looked at yet, or the look was lost with Redis: whether it is fit is not known.
        </Nothing>
      </Section>
    );
  }
  return (
    <Section
      title="Archive bucket"
      sentence={
        <>
          Looked at <Time at={archive.at} relative />, <Time at={archive.at} />.
        </>
      }
    >
      {archive.problems.length === 0 ? (
        <Nothing>That look met no problem.</Nothing>
      ) : (
        <div className={classes['problems']}>
          {archive.problems.map((problem) => (
            <ProblemNote key={`${problem.code} ${problem.detail}`} problem={problem} />
          ))}
        </div>
      )}
    </Section>
  );
}
