/** The chains of an account by trail: a row of squares each, with until when it is proven and, if not now, why. */
import { useElementSize } from '@mantine/hooks';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { AccountPage, ChainLine } from '../../contract/accounts.ts';
import type { SquaresView } from '../../contract/shape.ts';
import { accountAddress, chainAddress } from '../accounts/addresses.ts';
import { Section } from '../parts/section.tsx';
import { STEP_MS } from '../parts/square-runs.ts';
import { SquareRow, stepFor } from '../parts/squares.tsx';
import { StateMark } from '../parts/state.tsx';
import { Time } from '../parts/time.tsx';
import { byTrail } from './chain-groups.ts';
import styles from './account.module.css';

/** As many hours as a narrow screen can hold. */
const SHOWN = 168;

interface ChainsProps {
  readonly page: AccountPage;
  /** The hour that is asked for, epoch milliseconds; null: none is. */
  readonly at: number | null;
}

/** Each square opens this page at its hour. */
export function Chains({ page, at }: ChainsProps): ReactNode {
  if (page.chains.length === 0)
    return (
      <Section title="Chains">
        <p className={styles.dim}>No chain of this account is known: no trail of it has been seen, in no region.</p>
      </Section>
    );
  return byTrail(page.chains).map(({ trailArn, trail, chains }) => (
    <Section
      key={trailArn}
      title={`Chains of ${trail}`}
      side={
        <span className={styles.dim}>
          {chains.length === 1 ? 'one region' : `${chains.length} regions`}, the last 7 days
        </span>
      }
    >
      <ul className={styles.chains}>
        {chains.map((chain) => (
          <Row key={chain.id} chain={chain} at={at} />
        ))}
      </ul>
    </Section>
  ));
}

function Row({ chain, at }: { readonly chain: ChainLine; readonly at: number | null }): ReactNode {
  const squares = recent(chain.hours);
  const index = at === null ? -1 : Math.floor((at - Date.parse(squares.from)) / STEP_MS.hours);
  const { ref, width } = useElementSize();
  const step = stepFor(width, squares.letters.length);
  return (
    <li className={styles.chain}>
      <Link href={chainAddress(chain.account, chain.id)} className={styles.region}>
        {chain.region}
      </Link>
      <div className={styles.squares} ref={ref}>
        {index >= 0 && index < squares.letters.length && (
          <span className={styles.asked} style={{ left: index * step - 2, width: step + 3 }} aria-hidden="true" />
        )}
        <SquareRow
          label={`Hours of ${chain.region}`}
          squares={squares}
          view="hours"
          state={chain.state}
          reason={chain.reason}
          of={{ account: chain.account, chain: chain.id }}
          step={step}
          href={(from) => accountAddress(chain.account, new Date(from).toISOString())}
        />
      </div>
      <span className={styles.until}>
        <Time at={chain.verifiedUntil} none="not proven yet" />
      </span>
      <span className={styles.why}>
        <StateMark state={chain.state} /> {chain.reason !== null && <span className={styles.dim}>{chain.reason}</span>}
      </span>
    </li>
  );
}

function recent({ from, letters }: SquaresView): SquaresView {
  const skipped = Math.max(0, letters.length - SHOWN);
  return { from: new Date(Date.parse(from) + skipped * STEP_MS.hours).toISOString(), letters: letters.slice(skipped) };
}
