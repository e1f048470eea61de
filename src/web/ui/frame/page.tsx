/** A page: its heading takes the focus after a navigation, its title goes to the tab, its age is told. */
import { useEffect, useRef, type ReactNode, type RefObject } from 'react';
import { useLocation } from 'wouter';
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
            {title}
          </h1>
          {sentence !== undefined && <p className={styles.sentence}>{sentence}</p>}
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

/** The first page of a visit leaves the focus where the browser puts it; each later one takes it to its heading. */
function useHeadingFocus(): RefObject<HTMLHeadingElement | null> {
  const heading = useRef<HTMLHeadingElement>(null);
  const [path] = useLocation();
  useEffect(() => {
    if (shown !== null && shown !== path) heading.current?.focus({ preventScroll: true });
    shown = path;
  }, [path]);
  return heading;
}
