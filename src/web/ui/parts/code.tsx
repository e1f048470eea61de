/** A code as the API, receipts and metrics spell it, linked to its explanation. */
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import styles from './text.module.css';

/** `link` false where it stands inside of a link. */
export function Code({ code, link = true }: { readonly code: string; readonly link?: boolean }): ReactNode {
  if (!link) return <code className={styles.code}>{code}</code>;
  return (
    <Link href={`/reading#code-${encodeURIComponent(code)}`} className={styles.codeLink} title="What this means">
      <code className={styles.code}>{code}</code>
    </Link>
  );
}
