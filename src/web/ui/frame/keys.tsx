/** Keys of the pages: `g` and a letter goes somewhere, `/` searches, `?` tells them all. */
import { useEffect, useRef, type ReactNode } from 'react';
import { ActionIcon, Kbd } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconKeyboard } from '@tabler/icons-react';
import { useLocation } from 'wouter';
import styles from './frame.module.css';
import { Sheet } from './sheet.tsx';

const GOES: ReadonlyMap<string, { readonly path: string; readonly name: string }> = new Map([
  ['o', { path: '/', name: 'Overview' }],
  ['a', { path: '/accounts', name: 'Accounts' }],
  ['f', { path: '/findings', name: 'Findings' }],
  ['w', { path: '/work', name: 'Work' }],
  ['p', { path: '/policy', name: 'Policy' }],
  ['s', { path: '/system', name: 'System' }],
]);
const IN_MAP = [
  ['← → ↑ ↓', 'from square to square'],
  ['Home, End', 'the first and the last square of a row'],
  ['Page Up, Page Down', 'a screen of rows'],
  ['Enter', 'open what the square shows'],
] as const;
/** The second key of a pair is waited for this long. */
const PAIR_MS = 1500;

/** Listens everywhere but where somebody writes. */
export function Keys(): ReactNode {
  const [shown, { open, close }] = useDisclosure(false);
  const [, go] = useLocation();
  const first = useRef(0);
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isWriting(event.target)) return;
      const target = performance.now() - first.current < PAIR_MS ? GOES.get(event.key) : undefined;
      first.current = event.key === 'g' ? performance.now() : 0;
      if (target !== undefined) go(target.path);
      else if (event.key === '?') open();
      else if (event.key === '/') search(event, go);
    };
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  }, [go, open]);
  return (
    <>
      <ActionIcon variant="subtle" className={styles.keysButton} onClick={open} aria-label="Keys" title="Keys: ?">
        <IconKeyboard size={17} stroke={1.6} aria-hidden="true" />
      </ActionIcon>
      <Sheet opened={shown} onClose={close} title="Keys" place="middle">
        <KeyTable />
      </Sheet>
    </>
  );
}

function isWriting(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || target.matches('input, textarea, select, dialog *, [role="dialog"] *');
}

/** Pages mark their search field with `data-search`; where there is none, the accounts' is meant. */
function search(event: KeyboardEvent, go: (path: string) => void): void {
  event.preventDefault();
  const field = document.querySelector<HTMLElement>('[data-search]');
  if (field === null) go('/accounts');
  else field.focus();
}

function KeyTable(): ReactNode {
  return (
    <table className={styles.keys}>
      <tbody>
        {[...GOES].map(([key, { name }]) => (
          <tr key={key}>
            <th scope="row">
              <Kbd>g</Kbd> <Kbd>{key}</Kbd>
            </th>
            <td>{name}</td>
          </tr>
        ))}
        <tr>
          <th scope="row">
            <Kbd>/</Kbd>
          </th>
          <td>search</td>
        </tr>
        {IN_MAP.map(([key, name]) => (
          <tr key={key}>
            <th scope="row">
              <Kbd>{key}</Kbd>
            </th>
            <td>in the map: {name}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
