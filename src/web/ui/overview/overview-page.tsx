/** The overview: one sentence, and the evidence for it. */
import { useCallback, useState, type ReactNode } from 'react';
import { useMediaQuery } from '@mantine/hooks';
import { Link, useSearch } from 'wouter';
import type { Overview } from '../../contract/overview.ts';
import { useApi } from '../api/client.ts';
import { Page } from '../frame/page.tsx';
import { View } from '../frame/view.tsx';
import { STATE_WORDS } from '../parts/state.tsx';
import { Facts } from './facts.tsx';
import { CoverageMap } from './map.tsx';
import { MapControls } from './map-controls.tsx';
import { useMapPages, type Range } from './map-pages.ts';
import { addressOf, choiceOf, type MapChoice } from './map-query.ts';
import { Notices } from './notices.tsx';
import { Hint } from '../parts/problem.tsx';
import styles from './overview.module.css';
import { StateList } from './state-list.tsx';

/** What an on-call engineer opens at two in the morning. */
export function OverviewPage(): ReactNode {
  const overview = useApi<Overview>('/api/overview', { topics: ['overview'] });
  const query = useSearch();
  // A week of hours does not fit on a telephone.
  const narrow = useMediaQuery('(max-width: 48em)', undefined, { getInitialValueInEffect: false });
  const choice = choiceOf(query, narrow ? '24h' : '7d');
  return (
    <Page title={overview.data?.sentence ?? 'Overview'} tab="Overview" readAt={overview.at}>
      <View of={overview}>
        {(data) => (
          <>
            <Notices overview={data} />
            <div className={styles.body}>
              <aside className={styles.aside} aria-label="Figures">
                <StateList overview={data} chosen={choice.state} query={query} />
                {narrow ? (
                  <details className={styles.more}>
                    <summary>What goes on</summary>
                    <Facts overview={data} />
                  </details>
                ) : (
                  <Facts overview={data} />
                )}
              </aside>
              <MapPart choice={choice} query={query} />
            </div>
          </>
        )}
      </View>
    </Page>
  );
}

interface MapPartProps {
  readonly choice: MapChoice;
  readonly query: string;
}

function MapPart({ choice, query }: MapPartProps): ReactNode {
  const [range, setRange] = useState<Range>({ from: 0, to: 0 });
  const pages = useMapPages(choice, range);
  const onRange = useCallback((from: number, to: number) => {
    setRange((was) => (was.from === from && was.to === to ? was : { from, to }));
  }, []);
  return (
    <section className={styles.mapPart} aria-label="Coverage">
      <MapControls choice={choice} query={query} />
      <View
        of={pages.result}
        loading={<div className={styles.mapLoading} role="status" aria-label="Loading the map" />}
        empty={(page) => (page.total === 0 ? <NoRows choice={choice} query={query} /> : null)}
      >
        {() => <CoverageMap pages={pages} span={choice.span} onRange={onRange} />}
      </View>
    </section>
  );
}

function NoRows({ choice, query }: MapPartProps): ReactNode {
  const { state, search } = choice;
  if (state === null && search === '') {
    return (
      <Hint text="No account is known yet. orgtrail looks for accounts on its schedule; `orgtrail plan` says what it lacks for that." />
    );
  }
  const searched = search === '' ? '' : ` that matches “${search}”`;
  return (
    <>
      No account{searched}
      {state !== null && ` is ${STATE_WORDS[state]}`}
      {'. '}
      <Link href={addressOf(query, { state: null, search: '' })}>Show all</Link>
    </>
  );
}
