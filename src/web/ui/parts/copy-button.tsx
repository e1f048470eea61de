/** Puts a text into the clipboard and says that it did. */
import { useState, type ReactNode } from 'react';
import { IconCheck, IconCopy, IconX } from '@tabler/icons-react';
import styles from './text.module.css';

const SAID_MS = 1600;

/** `what`: named to a screen reader ("Copy key"). */
export function CopyButton({ text, what }: { readonly text: string; readonly what: string }): ReactNode {
  const [said, setSaid] = useState<'copied' | 'refused' | null>(null);
  const copy = (): void => {
    void copyText(text).then((copied) => {
      setSaid(copied ? 'copied' : 'refused');
      setTimeout(() => setSaid(null), SAID_MS);
    });
  };
  const label = said === null ? `Copy ${what}` : said === 'copied' ? 'Copied' : 'The browser refused to copy';
  const Icon = said === null ? IconCopy : said === 'copied' ? IconCheck : IconX;
  return (
    <button type="button" className={styles.copy} onClick={copy} aria-label={label} title={label}>
      <Icon size={14} stroke={1.75} aria-hidden="true" />
    </button>
  );
}

async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
