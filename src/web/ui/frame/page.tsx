/** A page: its heading takes the focus after a navigation, its title goes to the tab, its age is told. */
import { useEffect, useRef, type ReactNode, type RefObject } from 'react';
import { useLocation } from 'wouter';
import { WholeTimes } from '../parts/whole-times.tsx';
import { Reading } from './read-at.tsx';
import styles from './page.module.css';

interface PageProps {
  /** The heading, and the name of the tab. */
  readonly title: string;
  /** What this page says, in one sentence below the heading. */
  readonly sentence?: ReactNode;
  /** When its data were read: ISO 8601 (the server's clock) or epoch milliseconds (this one's: `at` of the result). */
  readonly readAt?: string | number | null | undefined;
  /** Buttons at the right end of the heading. */
  readonly actions?: ReactNode;
  /** The name of the tab, where the heading is a sentence. */
  readonly tab?: string;
  readonly children: ReactNode;
}

/** Every page is one of these. */
export function Page({ title, sentence, readAt, actions, tab = title, children }: PageProps): ReactNode {
  const heading = useHeadingFocus();
  useEffect(() => {
    document.title = `${tab} · orgtrail`;
  }, [tab]);
  return (
    <article className={styles.page}>
      <header className={styles.head}>
        <div className={styles.titles}>
          <h1 ref={heading} tabIndex={-1} className={styles.title}>
            <WholeTimes text={title} />
          </h1>
          {sentence !== undefined && (
            <p className={styles.sentence}>
              {typeof sentence === 'string' ? <WholeTimes text={sentence} /> : sentence}
            </p>
          )}
        </div>
        <div className={styles.side}>
          {actions}
          {readAt !== undefined && readAt !== null && <Reading at={readAt} />}
        </div>
      </header>
      {children}
    </article>
  );
}

/** The path that was shown before this one. */
let shown: string | null = null;
/** True: one went somewhere new. Going back or forward is no such thing: there the browser finds the place again. */
let anew = false;
// wouter tells of every `pushState` by an event of that name.
addEventListener('pushState', () => (anew = true));
addEventListener('popstate', () => (anew = false));

/**
 * The first page of a visit leaves focus and place where the browser puts them; each later one takes the focus to its
 * heading, and begins at its top (one that is in memory would stand where the page before it stood).
 */
function useHeadingFocus(): RefObject<HTMLHeadingElement | null> {
  const heading = useRef<HTMLHeadingElement>(null);
  const [path] = useLocation();
  useEffect(() => {
    if (shown !== null && shown !== path) {
      heading.current?.focus({ preventScroll: true });
      if (anew) scrollTo(0, 0);
    }
    shown = path;
  }, [path]);
  return heading;
}
