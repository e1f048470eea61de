/** The pages one can go to, as a line or in a drawer. */
import { useEffect, type ReactNode } from 'react';
import { ActionIcon } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconMenu2 } from '@tabler/icons-react';
import { Link, useLocation } from 'wouter';
import type { FindingsPage } from '../../contract/findings.ts';
import { useApi } from '../api/client.ts';
import { Count } from '../parts/number.tsx';
import styles from './frame.module.css';
import { Sheet } from './sheet.tsx';

const PLACES = [
  { name: 'Overview', path: '/' },
  { name: 'Accounts', path: '/accounts' },
  { name: 'Findings', path: '/findings' },
  { name: 'Work', path: '/work' },
  { name: 'Policy', path: '/policy' },
  { name: 'System', path: '/system' },
] as const;

function isWithin(path: string, place: string): boolean {
  return place === '/' ? path === '/' : path === place || path.startsWith(`${place}/`);
}

function Places(): ReactNode {
  const [path] = useLocation();
  return PLACES.map((place) => (
    <Link
      key={place.path}
      href={place.path}
      className={styles.place}
      aria-current={isWithin(path, place.path) ? 'page' : undefined}
    >
      {place.name}
      {place.path === '/findings' && <OpenFindings />}
    </Link>
  ));
}

/** How many findings nobody has accepted; nothing where there are none, or where nobody knows. */
function OpenFindings(): ReactNode {
  const { data } = useApi<FindingsPage>('/api/findings?status=open&limit=1', { topics: ['findings'] });
  const open = data === undefined ? 0 : data.total + data.more;
  if (open === 0) return null;
  return (
    <span className={styles.open}>
      <Count n={open} />
      <span className="visually-hidden"> open</span>
    </span>
  );
}

/** For wide screens. */
export function NavigationLine(): ReactNode {
  return (
    <nav className={styles.line} aria-label="Pages">
      <Places />
    </nav>
  );
}

/** For narrow ones. */
export function NavigationDrawer(): ReactNode {
  const [opened, { open, close }] = useDisclosure(false);
  const [path] = useLocation();
  useEffect(close, [path, close]);
  return (
    <div className={styles.drawer}>
      <ActionIcon variant="subtle" onClick={open} aria-label="Pages" aria-haspopup="dialog" aria-expanded={opened}>
        <IconMenu2 size={18} stroke={1.75} aria-hidden="true" />
      </ActionIcon>
      <Sheet opened={opened} onClose={close} title="orgtrail" place="left">
        <nav className={styles.list} aria-label="Pages">
          <Places />
        </nav>
      </Sheet>
    </div>
  );
}
