/** The line on top: name, navigation, whether news arrive, colours, and who is signed in. */
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { ColourSwitch } from './colour-switch.tsx';
import styles from './frame.module.css';
import { Keys } from './keys.tsx';
import { LiveMark } from './live-mark.tsx';
import { NavigationLine, NavigationDrawer } from './navigation.tsx';
import { UserMenu } from './user-menu.tsx';

/** On narrow screens the navigation moves into a drawer. */
export function Header(): ReactNode {
  return (
    <header className={styles.header}>
      <NavigationDrawer />
      <Link href="/" className={styles.name}>
        orgtrail
      </Link>
      <NavigationLine />
      <div className={styles.right}>
        <LiveMark />
        <Keys />
        <ColourSwitch />
        <UserMenu />
      </div>
    </header>
  );
}
