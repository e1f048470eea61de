/** What goes on: how much is judged, how far behind it is, what waits, what runs next. */
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { Overview } from '../../contract/overview.ts';
import { Count } from '../parts/number.tsx';
import { ago, inUtc, lengthOf } from '../parts/moment.ts';
import { useNow } from '../parts/now.ts';
import styles from './overview.module.css';
import { Sparkline } from './sparkline.tsx';

const RUNS: Readonly<Record<Overview['nextRuns'][number]['name'], string>> = {
  discover: 'accounts',
  collect: 'files',
  reconcile: 'policy',
};

/** Small, since it is not why one comes; what needs somebody stands above the map. */
export function Facts({ overview }: { readonly overview: Overview }): ReactNode {
  const { throughput, lag, waiting, nextRuns } = overview;
  return (
    <dl className={styles.facts}>
      <Fact name="judged in the last hour">
        <Sparkline values={throughput.minutes} label="Digests judged in each of the last 60 minutes" />
        <Count n={throughput.digests} /> digests
        <br />
        <Count n={throughput.files} /> log files
      </Fact>
      <Fact name="waiting">
        <Link href="/work" className={styles.quietLink}>
          <Count n={waiting} /> {waiting === 1 ? 'digest' : 'digests'}
        </Link>
      </Fact>
      <Fact name="lag">
        {lag === null ? (
          'nobody knows'
        ) : (
          <Link
            href={`/accounts/${lag.account}`}
            className={styles.quietLink}
            title={`Account ${lag.account} lags most: so long ago it was looked at without trouble`}
          >
            {lengthOf(lag.seconds * 1000)}
          </Link>
        )}
      </Fact>
      <Fact name="looks next for">
        {nextRuns.map(({ name, at, cron }) => (
          <span key={name} className={styles.run} title={cron}>
            <span>{RUNS[name]}</span>
            <NextRun at={at} />
          </span>
        ))}
      </Fact>
    </dl>
  );
}

/** What is due runs now; a schedule that never fires says so. */
function NextRun({ at }: { readonly at: string | null }): ReactNode {
  const now = useNow();
  if (at === null) return 'never';
  const time = Date.parse(at);
  return (
    <time dateTime={at} title={inUtc(time)}>
      {time <= now + 1000 ? 'now' : ago(time, now)}
    </time>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }): ReactNode {
  return (
    <div className={styles.fact}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
