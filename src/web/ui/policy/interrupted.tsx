/** Changes that were begun and whose end is not on record. */
import type { ReactNode } from 'react';
import type { PolicyPage } from '../../contract/policy.ts';
import { Command } from '../parts/command.tsx';
import { Id } from '../parts/name.tsx';
import { Section } from '../parts/section.tsx';
import { Time } from '../parts/time.tsx';
import { entryText, kindText } from './words.ts';
import classes from './policy.module.css';

export function Interrupted({ changes }: { readonly changes: PolicyPage['interrupted'] }): ReactNode {
  if (changes.length === 0) return null;
  const moved = changes.some(({ outcome }) => outcome === 'moved');
  return (
    <Section title="Interrupted changes" sentence="Whoever wrote these was ended in between.">
      <ul className={classes['history']}>
        {changes.map(({ kind, target, who, begun, outcome }) => (
          <li key={`${kind} ${target} ${begun}`} className={classes['entry']}>
            <div className={classes['entryHead']}>
              <strong>{kindText(kind)}</strong>
              <Id value={target} kind="name" />
              <span>
                begun <Time at={begun} />
              </span>
              <span>
                by <Id value={who} kind="name" />
              </span>
            </div>
            {entryText([], outcome)}
          </li>
        ))}
      </ul>
      <p>Next: {moved ? 'look at the difference below, then ' : ''}apply completes it.</p>
      <Command text="orgtrail apply" />
    </Section>
  );
}
