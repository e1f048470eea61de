/** What stands around every page: name, navigation, whether news arrive, and who is signed in. */
import { useEffect, type ReactNode } from 'react';
import { startLive } from '../api/live.ts';
import { Header } from './header.tsx';
import styles from './frame.module.css';

/** Listens to news as long as somebody is signed in. */
export function Frame({ children }: { readonly children: ReactNode }): ReactNode {
  useEffect(() => startLive(), []);
  return (
    <div className={styles.frame}>
      <a href="#main" className={styles.skip}>
        Skip to the page
      </a>
      <Header />
      <main id="main" tabIndex={-1} className={styles.main}>
        {children}
      </main>
    </div>
  );
}
