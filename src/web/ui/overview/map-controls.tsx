/** Above the map: search, what it is narrowed to, and how far back it goes. */
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { SegmentedControl, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useLocation } from 'wouter';
import { addressOf, SPANS, type MapChoice, type Span } from './map-query.ts';
import styles from './overview.module.css';

/** After the last key. */
const TYPED_MS = 250;
const WORDS: Readonly<Record<Span, string>> = { '24h': '24 h', '7d': '7 d', '90d': '90 d' };

interface ControlsProps {
  readonly choice: MapChoice;
  readonly query: string;
}

/** What is chosen goes into the address; typing replaces it, so that back leaves the page and not a letter. */
export function MapControls({ choice, query }: ControlsProps): ReactNode {
  const [, go] = useLocation();
  const [typed, setTyped] = useTyped(choice.search, (search) => go(addressOf(query, { search }), { replace: true }));
  return (
    <div className={styles.controls} role="search">
      <TextInput
        data-search
        className={styles.search}
        size="xs"
        type="search"
        aria-label="Search accounts by name or number"
        placeholder="Search accounts  /"
        value={typed}
        maxLength={128}
        leftSection={<IconSearch size={14} stroke={1.75} aria-hidden="true" />}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
      <SegmentedControl
        size="xs"
        aria-label="How far back"
        value={choice.span}
        data={SPANS.map((span) => ({ value: span, label: WORDS[span] }))}
        onChange={(span) => go(addressOf(query, { span }))}
      />
    </div>
  );
}

/** What is typed at once, and `settle` of it when the keys rest. What the address says otherwise is taken over. */
function useTyped(given: string, settle: (text: string) => void): [string, (text: string) => void] {
  const [typed, setTyped] = useState(given);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => {
    clearTimeout(timer.current);
    setTyped(given);
  }, [given]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const type = (text: string): void => {
    setTyped(text);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => settle(text), TYPED_MS);
  };
  return [typed, type];
}
