/** One hour of an account: what each chain was then, and the digests that say so. */
import { Button, Group } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { AccountPage } from '../../contract/accounts.ts';
import type { DigestsPage } from '../../contract/chains.ts';
import { apiPath, ARCHIVE_REFRESH_MS, chainAddress, digestAddress } from '../accounts/addresses.ts';
import { useUrlQuery } from '../accounts/url-query.ts';
import { useApi } from '../api/client.ts';
import { RECEIPT_WORDS, ReceiptMark } from '../digest/receipt-mark.tsx';
import { View, Loading } from '../frame/view.tsx';
import { clockOf } from '../parts/moment.ts';
import { Section } from '../parts/section.tsx';
import { intervalText, type Square } from '../parts/square-runs.ts';
import { StateMark } from '../parts/state.tsx';
import { chainsAt, type ChainThen } from './chain-groups.ts';
import styles from './account.module.css';

/** So many chains have their digests read at once; the others say where theirs are. */
const OPENED = 4;
const HOUR = 3_600_000;

/** `at`: epoch milliseconds, from the address. */
export function HourView({ page, at }: { readonly page: AccountPage; readonly at: number }): ReactNode {
  const query = useUrlQuery();
  const chains = chainsAt(page.chains, at);
  const hour = Math.floor(at / HOUR) * HOUR;
  const square = chains.find((one) => one.square !== null)?.square ?? { from: hour, to: hour + HOUR, state: null };
  const step = (by: -1 | 1): void =>
    query.set({ at: new Date(square.from + by * (square.to - square.from)).toISOString() });
  const loud = chains.filter((one) => !isQuiet(one));
  const opened = loud.length > 0 ? loud : chains.slice(0, OPENED);
  const quiet = chains.filter((one) => !opened.includes(one));
  return (
    <Section
      title={intervalText(square)}
      side={
        <Group gap="xs">
          <Button variant="default" size="compact-sm" onClick={() => step(-1)}>
            ← Before
          </Button>
          <Button variant="default" size="compact-sm" onClick={() => step(1)}>
            After →
          </Button>
          <Button variant="subtle" size="compact-sm" onClick={() => query.set({ at: null })}>
            Close
          </Button>
        </Group>
      }
    >
      <ul className={styles.then}>
        {opened.map((one, index) => (
          <Then key={one.chain.id} then={one} square={square} read={index < OPENED} />
        ))}
      </ul>
      {quiet.length > 0 && <Quiet chains={quiet} square={square} />}
    </Section>
  );
}

function isQuiet({ square }: ChainThen): boolean {
  return square === null || square.state === null || square.state === 'verified' || square.state === 'pending';
}

interface ThenProps {
  readonly then: ChainThen;
  readonly square: Square;
  readonly read: boolean;
}

function Then({ then, square, read }: ThenProps): ReactNode {
  const { chain } = then;
  const state = then.square?.state ?? null;
  return (
    <li className={styles.thenChain}>
      <Link href={chainAddress(chain.account, chain.id, new Date(square.from).toISOString())} className={styles.region}>
        {chain.region}
      </Link>
      {state === null ? <span className={styles.dim}>nothing was due</span> : <StateMark state={state} />}
      {read && <DigestsThen then={then} square={square} />}
    </li>
  );
}

/** Of a whole day there are too many: its chain's page has them. */
function DigestsThen({ then, square }: Omit<ThenProps, 'read'>): ReactNode {
  const { chain } = then;
  const isDay = square.to - square.from > HOUR;
  // A digest of an hour ends up to an hour after it.
  const window = { from: isoOf(square.from), to: isoOf(square.to + HOUR) };
  const path = isDay ? null : apiPath(['chains', chain.id, 'digests'], window);
  const result = useApi<DigestsPage>(path, { refreshMs: ARCHIVE_REFRESH_MS });
  if (isDay) return <span className={styles.dim}>its page has the digests of that day</span>;
  return (
    <View of={result} loading={<Loading lines={1} />}>
      {({ digests }) => {
        const own = digests.filter((one) => overlaps(one.start, one.end, square));
        if (own.length === 0) return <span className={styles.dim}>no digest reaches into this hour</span>;
        return own.map((digest) => (
          <Link key={digest.id} href={digestAddress(chain.account, chain.id, digest.id)} className={styles.digest}>
            <ReceiptMark state={digest.state} />
            digest {digest.start === null ? 'up to' : `${clockOf(Date.parse(digest.start))} –`}{' '}
            {clockOf(Date.parse(digest.end))}: {RECEIPT_WORDS[digest.state].word}
          </Link>
        ));
      }}
    </View>
  );
}

function Quiet({ chains, square }: { readonly chains: readonly ChainThen[]; readonly square: Square }): ReactNode {
  return (
    <details className={styles.quiet}>
      <summary>
        {chains.length} other {chains.length === 1 ? 'chain needs' : 'chains need'} nobody then
      </summary>
      <ul className={styles.then}>
        {chains.map((one) => (
          <Then key={one.chain.id} then={one} square={square} read={false} />
        ))}
      </ul>
    </details>
  );
}

function overlaps(start: string | null, end: string, square: Square): boolean {
  const to = Date.parse(end);
  const from = start === null ? to - HOUR : Date.parse(start);
  return from < square.to && to > square.from;
}

function isoOf(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19)}Z`;
}
