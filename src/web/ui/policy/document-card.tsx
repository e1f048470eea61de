/** One document that asks for a person: its state, why, what a change would break, and the difference itself. */
import { List, Text } from '@mantine/core';
import { useId, type ReactNode } from 'react';
import type { DocumentView } from '../../contract/policy.ts';
import type { ProblemView } from '../../contract/shape.ts';
import { Diff } from '../parts/diff.tsx';
import { Meter } from '../parts/meter.tsx';
import { Id } from '../parts/name.tsx';
import { ProblemNote } from '../parts/problem.tsx';
import { budgetText, kindText, STATES } from './words.ts';
import classes from './policy.module.css';

export function DocumentCard({ document }: { readonly document: DocumentView }): ReactNode {
  const id = useId();
  const { kind, target, diff, reasons, breaks, budget } = document;
  return (
    <article className={classes['card']} aria-labelledby={id} data-state={document.state}>
      <header className={classes['head']}>
        <h3 id={id} className={classes['title']}>
          {kindText(kind)}
        </h3>
        <DocumentState state={document.state} />
      </header>
      <Where document={document} />
      <Sentences title="Why" sentences={reasons} />
      <Sentences title="Breaks" sentences={breaks} strong />
      <Problems title="Refused" problems={document.refusals} />
      <Problems title="Found" problems={document.findings} />
      <Problems title="Know before you apply" problems={document.warnings} />
      {budget !== null && (
        <div className={classes['block']}>
          <SizeMeter kind={kind} budget={budget} />
        </div>
      )}
      {diff !== '' && (
        <div className={classes['block']}>
          <Diff text={diff} name={`${kindText(kind).toLowerCase()} of ${target}`} />
        </div>
      )}
    </article>
  );
}

/** Glyph and word. */
export function DocumentState({ state }: { readonly state: DocumentView['state'] }): ReactNode {
  const { glyph, word } = STATES[state];
  return (
    <span className={classes['state']} data-state={state}>
      <span aria-hidden="true">{glyph}</span> {word}
    </span>
  );
}

interface SizeMeterProps {
  readonly kind: string;
  readonly budget: NonNullable<DocumentView['budget']>;
}

/** How much of what AWS takes the document fills. */
export function SizeMeter({ kind, budget }: SizeMeterProps): ReactNode {
  const label = `Size of the ${kindText(kind).toLowerCase()}`;
  return <Meter value={budget.bytes} most={budget.most} label={label} text={budgetText(budget)} />;
}

function Where({ document }: { readonly document: DocumentView }): ReactNode {
  return (
    <Text size="sm" component="div" c="dimmed" className={classes['where']}>
      <Id value={document.target} kind="name" />
      <span>
        in account <Id value={document.account} kind="account" />
      </span>
    </Text>
  );
}

interface SentencesProps {
  readonly title: string;
  readonly sentences: readonly string[];
  readonly strong?: boolean;
}

function Sentences({ title, sentences, strong = false }: SentencesProps): ReactNode {
  if (sentences.length === 0) return null;
  return (
    <div className={classes['block']} data-strong={strong}>
      <h4 className={classes['label']}>{title}</h4>
      <List size="sm" listStyleType="disc">
        {sentences.map((sentence) => (
          <List.Item key={sentence} className={classes['sentence']}>
            {sentence}
          </List.Item>
        ))}
      </List>
    </div>
  );
}

function Problems({ title, problems }: { readonly title: string; readonly problems: readonly ProblemView[] }) {
  if (problems.length === 0) return null;
  return (
    <div className={classes['block']}>
      <h4 className={classes['label']}>{title}</h4>
      {problems.map((problem) => (
        <ProblemNote key={`${problem.code} ${problem.detail}`} problem={problem} />
      ))}
    </div>
  );
}
