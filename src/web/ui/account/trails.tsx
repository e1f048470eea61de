/** The trails of an account as its last survey saw them: where they deliver, what they record, who says so. */
import type { ReactNode } from 'react';
import type { TrailView } from '../../contract/accounts.ts';
import { Facts } from '../findings/facts.tsx';
import { Code } from '../parts/code.tsx';
import { Id } from '../parts/name.tsx';
import { Section } from '../parts/section.tsx';
import { Time } from '../parts/time.tsx';
import styles from './account.module.css';

const SAYS: Readonly<Record<TrailView['regionsFrom'], string>> = {
  configured: 'as the configuration, or a trail of one region, says',
  enabled: 'as ListRegions says, and those that were ever seen',
  seen: 'those that were ever seen: nobody says which ought to deliver',
};

/** One block a trail. */
export function Trails({ trails }: { readonly trails: readonly TrailView[] }): ReactNode {
  return (
    <Section title="Trails">
      {trails.length === 0 && <p className={styles.dim}>No trail is known: the account has not been surveyed yet.</p>}
      {trails.map((trail) => (
        <Trail key={trail.trailArn + trail.trail} trail={trail} />
      ))}
    </Section>
  );
}

function Trail({ trail }: { readonly trail: TrailView }): ReactNode {
  const { narrowed, prefix, bucket, bucketOwner } = trail;
  return (
    <div className={styles.trail}>
      <h3 className={styles.trailName}>
        <bdi>{trail.trail}</bdi> {trail.gone && <span className={styles.tag}>gone</span>}
      </h3>
      {trail.gone && (
        <p className={styles.dim}>It is no longer described. What it delivered ought to exist all the same.</p>
      )}
      <Facts
        facts={[
          ['ARN', <Id key="arn" value={trail.trailArn} kind="ARN" />],
          ['Delivers to', <Id key="place" value={`s3://${bucket}/${prefix}`} kind="place" />],
          ['Bucket owner', <Id key="owner" value={bucketOwner} kind="bucket owner" />],
          ['Delivered before to', formerText(trail)],
          ['Organization', trail.organization],
          ['Regions', <Regions key="regions" trail={trail} />],
          ['Logging', <Logging key="logging" trail={trail} />],
          ['Validation', <Validation key="validation" trail={trail} />],
          [
            'Newest digest',
            <span key="digest">
              <Time at={trail.latestDigestDelivery} none="not told" />
              {trail.latestDigestError !== null && `; CloudTrail could not deliver: ${trail.latestDigestError}`}
            </span>,
          ],
          [
            'Records less',
            narrowed === null ? null : (
              <span key="narrowed">
                <Code code="selectors-narrowed" /> since <Time at={narrowed.at} />: {narrowed.detail}
              </span>
            ),
          ],
          ['Selectors', <Selectors key="selectors" selectors={trail.selectors} />],
        ]}
      />
    </div>
  );
}

function formerText({ formerBuckets }: TrailView): string | null {
  if (formerBuckets.length === 0) return null;
  return formerBuckets.map(({ bucket, prefix }) => `s3://${bucket}/${prefix}`).join(', ');
}

function Regions({ trail }: { readonly trail: TrailView }): ReactNode {
  const { regions, regionsFrom, homeRegion, multiRegion } = trail;
  return (
    <>
      {regions === null ? 'not told' : regions.length === 0 ? 'none' : regions.join(', ')}{' '}
      <span className={styles.dim}>
        ({SAYS[regionsFrom]}; {multiRegion ? 'multi-region' : 'of one region'}, home {homeRegion})
      </span>
    </>
  );
}

function Logging({ trail }: { readonly trail: TrailView }): ReactNode {
  const { logging, startedLogging, stoppedLogging } = trail;
  if (logging === null) return <span className={styles.dim}>not told</span>;
  if (logging)
    return (
      <>
        on, since <Time at={startedLogging} none="a time that is not told" />
      </>
    );
  return (
    <>
      <Code code="logging-stopped" /> off, since <Time at={stoppedLogging} none="a time that is not told" />
    </>
  );
}

function Validation({ trail }: { readonly trail: TrailView }): ReactNode {
  if (trail.validation) return 'on';
  return (
    <>
      <Code code="validation-off" /> off: no digest is written
    </>
  );
}

function Selectors({ selectors }: { readonly selectors: string | null }): ReactNode {
  if (selectors === null) return <span className={styles.dim}>may not be read</span>;
  return (
    <details className={styles.selectors}>
      <summary>What it records, as JSON</summary>
      <pre tabIndex={0} aria-label="Selectors">
        {selectors}
      </pre>
    </details>
  );
}
