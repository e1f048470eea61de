/** A dialog of the browser's own: it keeps the focus, closes on Escape, and needs no library. */
import { useEffect, useRef, type ReactNode } from 'react';
import { IconX } from '@tabler/icons-react';
import styles from './sheet.module.css';

interface SheetProps {
  readonly opened: boolean;
  readonly onClose: () => void;
  readonly title: string;
  /** In the middle, or along the left edge. */
  readonly place: 'middle' | 'left';
  readonly children: ReactNode;
}

/** A click beside it closes it as well. */
export function Sheet({ opened, onClose, title, place, children }: SheetProps): ReactNode {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (opened) dialog.current?.showModal();
    else dialog.current?.close();
  }, [opened]);
  return (
    <dialog
      ref={dialog}
      className={styles.sheet}
      data-place={place}
      aria-label={title}
      onClose={onClose}
      onClick={(event) => event.target === event.currentTarget && onClose()}
    >
      {opened && (
        <div className={styles.inside}>
          <div className={styles.head}>
            <h2 className={styles.title}>{title}</h2>
            <button type="button" className={styles.close} onClick={onClose} aria-label="Close">
              <IconX size={16} stroke={1.75} aria-hidden="true" />
            </button>
          </div>
          {children}
        </div>
      )}
    </dialog>
  );
}
