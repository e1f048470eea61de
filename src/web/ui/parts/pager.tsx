/** Newer and older pages of a list that goes by cursors. */
import { Button, Group } from '@mantine/core';
import type { ReactNode } from 'react';

interface PagerProps {
  /** Where the next older page begins; null: this is the last. */
  readonly next: string | null;
  /** The cursors of the pages gone through: the last is the one in view. */
  readonly cursors: readonly string[];
  readonly onMove: (cursors: readonly string[]) => void;
  readonly mt: 'xs' | 'sm';
  /** Said beside the buttons. */
  readonly children?: ReactNode;
}

export function Pager({ next, cursors, onMove, mt, children }: PagerProps): ReactNode {
  return (
    <Group gap="xs" mt={mt}>
      <Button
        size="compact-sm"
        variant="default"
        disabled={cursors.length === 0}
        onClick={() => onMove(cursors.slice(0, -1))}
      >
        Newer
      </Button>
      <Button
        size="compact-sm"
        variant="default"
        disabled={next === null}
        onClick={() => next !== null && onMove([...cursors, next])}
      >
        Older
      </Button>
      {children}
    </Group>
  );
}
