/** Findings of one code: what the code means, how many there are, and each of them in two lines. */
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { explanationOf } from '../../../core/board/explanations.ts';
import type { FindingsPage, FindingView } from '../../contract/findings.ts';
import { Section } from '../parts/section.tsx';
import { FindingList } from './finding-list.tsx';
import styles from './findings.module.css';
import { useUrlQuery } from '../accounts/url-query.ts';

type Group = FindingsPage['groups'][number];

interface FindingGroupProps {
  readonly group: Group;
  readonly status: 'open' | 'settled' | 'all';
  /** Those of this code that were read so far. */
  readonly findings: readonly FindingView[];
}

/** One section. */
export function FindingGroup({ group, status, findings }: FindingGroupProps): ReactNode {
  const query = useUrlQuery();
  const shown = countShown(group, status);
  const explanation = explanationOf(group.code);
  const only = new URLSearchParams({ ...(status === 'open' ? {} : { status }), code: group.code });
  return (
    <Section
      title={group.code}
      sentence={
        <>
          {explanation} <Link href={`/reading#code-${encodeURIComponent(group.code)}`}>More about {group.code}</Link>
        </>
      }
      side={<span className={styles.counts}>{told(group)}</span>}
    >
      <FindingList findings={findings} codes={false} />
      {findings.length < shown && (
        <p className={styles.dim}>
          {findings.length} of {shown} are shown.{' '}
          {query.get('code') === null && <Link href={`/findings?${only.toString()}`}>Only {group.code}</Link>}
        </p>
      )}
    </Section>
  );
}

/** How many of a group are of this status. */
export function countShown({ open, settled }: Group, status: FindingGroupProps['status']): number {
  if (status === 'all') return open + settled;
  return status === 'open' ? open : settled;
}

function told({ open, settled, accounts }: Group): string {
  return `${open} open, ${settled} settled, in ${accounts} ${accounts === 1 ? 'account' : 'accounts'}`;
}
