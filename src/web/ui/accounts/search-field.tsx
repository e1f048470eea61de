/** A field whose text goes into the address once somebody stops typing. */
import { CloseButton, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useEffect, useRef, useState, type ReactNode } from 'react';

const PAUSE_MS = 300;
const MOST = 128;

interface SearchFieldProps {
  readonly label: string;
  readonly placeholder: string;
  /** As the address has it. */
  readonly value: string;
  readonly onSearch: (text: string) => void;
}

/** `back` and links change the address without a key being pressed: the field follows. */
export function SearchField({ label, placeholder, value, onSearch }: SearchFieldProps): ReactNode {
  const [text, setText] = useState(value);
  const sent = useRef(value);
  const settle = useDebouncedCallback((next: string) => {
    sent.current = next;
    onSearch(next);
  }, PAUSE_MS);
  useEffect(() => {
    if (value === sent.current) return;
    sent.current = value;
    setText(value);
  }, [value]);
  const change = (next: string): void => {
    setText(next);
    settle(next.trim());
  };
  return (
    <TextInput
      type="search"
      label={label}
      placeholder={placeholder}
      value={text}
      maxLength={MOST}
      onChange={(event) => change(event.currentTarget.value)}
      leftSection={<IconSearch size={15} aria-hidden="true" />}
      rightSection={
        text === '' ? null : <CloseButton size="sm" aria-label="Clear the search" onClick={() => change('')} />
      }
    />
  );
}
