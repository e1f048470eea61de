/** Digests as a line of links: each a stop, what joins it to the one before drawn between them, gaps where none is. */
import { useRef, type KeyboardEvent, type ReactNode } from 'react';
import { Link } from 'wouter';
import type { DigestsPage } from '../../contract/chains.ts';
import type { FindingView } from '../../contract/findings.ts';
import { digestAddress } from '../accounts/addresses.ts';
import { RECEIPT_WORDS, ReceiptMark } from '../digest/receipt-mark.tsx';
import { Code } from '../parts/code.tsx';
import { clockOf, dayAndMonth, lengthOf } from '../parts/moment.ts';
import { StateMark } from '../parts/state.tsx';
import { chainItems, type ChainItem, type DigestItem, type GapItem, type LinkItem } from './chain-items.ts';
import styles from './chain.module.css';

interface DigestLineProps {
  readonly account: string;
  readonly chain: string;
  readonly page: DigestsPage;
  readonly findings: readonly FindingView[];
}

/** An ordered list, newest first; the arrow keys go from digest to digest. */
export function DigestLine({ account, chain, page, findings }: DigestLineProps): ReactNode {
  const list = useRef<HTMLOListElement>(null);
  const press = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    const links = [...(list.current?.querySelectorAll<HTMLElement>('a[data-digest]') ?? [])];
    const at = links.indexOf(document.activeElement as HTMLElement);
    if (step === 0 || at < 0) return;
    event.preventDefault();
    links[at + step]?.focus();
  };
  return (
    <ol ref={list} className={styles.line} onKeyDown={press} aria-label="Digests, newest first">
      {chainItems(page, findings).map((item) => (
        <Item key={item.id} item={item} address={(digest) => digestAddress(account, chain, digest)} />
      ))}
    </ol>
  );
}

interface ItemProps {
  readonly item: ChainItem;
  readonly address: (digest: string) => string;
}

function Item({ item, address }: ItemProps): ReactNode {
  switch (item.type) {
    case 'digest':
      return <Digest item={item} href={address(item.digest.id)} />;
    case 'link':
      return <Joint item={item} />;
    case 'gap':
      return <Gap item={item} />;
  }
}

function Digest({ item, href }: { readonly item: DigestItem; readonly href: string }): ReactNode {
  const { digest, codes } = item;
  return (
    <li className={styles.digest} data-state={digest.state}>
      <span className={styles.stop}>
        <ReceiptMark state={digest.state} />
      </span>
      <span className={styles.told}>
        <Link href={href} className={styles.when} data-digest="">
          {whenOf(digest.start, digest.end)}
        </Link>
        <span className={styles.word}>{RECEIPT_WORDS[digest.state].word}</span>
        {digest.kind === 'backfill' && <span className={styles.dim}>backfill</span>}
        {digest.revision > 0 && <span className={styles.dim}>revision {digest.revision}</span>}
        {codes.map((code) => (
          <Code key={code} code={code} />
        ))}
      </span>
    </li>
  );
}

const JOINTS: Readonly<Record<LinkItem['state'], string>> = {
  held: 'the link holds',
  begins: 'the chain begins here',
  restarted: 'the chain was restarted here',
  missing: 'the digest before it is missing',
  broken: 'the link is broken',
  blocked: 'the link could not be looked at',
  untold: 'whether the link holds, its page tells',
};

/** A link that holds is drawn and said to screen readers; every other one is said to everybody. */
function Joint({ item }: { readonly item: LinkItem }): ReactNode {
  const { state, code } = item;
  return (
    <li className={styles.joint} data-link={state}>
      <span className={styles.bar} aria-hidden="true">
        {state === 'broken' ? '✕' : state === 'missing' ? '?' : null}
      </span>
      <span className={state === 'held' ? 'visually-hidden' : styles.jointText}>
        {JOINTS[state]} {code !== null && state !== 'begins' && <Code code={code} />}
      </span>
    </li>
  );
}

function Gap({ item }: { readonly item: GapItem }): ReactNode {
  const { from, to, state } = item;
  return (
    <li className={styles.gap} data-state={state}>
      <span className={styles.hole} aria-hidden="true" />
      <span className={styles.told}>
        <span className={styles.when}>{whenOf(from, to)}</span>
        <span>no digest for {lengthOf(Date.parse(to) - Date.parse(from))}</span>
        <StateMark state={state} />
      </span>
    </li>
  );
}

/** `17 Nov 03:05 – 04:05`, in UTC. */
function whenOf(from: string | null, to: string): string {
  const end = Date.parse(to);
  if (from === null) return `up to ${dayAndMonth(end)} ${clockOf(end)}`;
  const begin = Date.parse(from);
  const last = dayAndMonth(begin) === dayAndMonth(end) ? clockOf(end) : `${dayAndMonth(end)} ${clockOf(end)}`;
  return `${dayAndMonth(begin)} ${clockOf(begin)} – ${last}`;
}
