/** The end of a list that is read page by page. */
import { Button, Group, Text } from '@mantine/core';
import type { ReactNode } from 'react';

interface MoreRowsProps {
  readonly shown: number;
  readonly total: number;
  readonly what: string;
  readonly more: (() => void) | null;
  readonly busy: boolean;
}

/** How much of the list is shown, and the button for more of it. */
export function MoreRows({ shown, total, what, more, busy }: MoreRowsProps): ReactNode {
  return (
    <Group justify="space-between" mt="sm" gap="sm">
      <Text size="sm" c="dimmed" role="status">
        {shown.toLocaleString('en')} of {total.toLocaleString('en')} {what}
      </Text>
      {more !== null && (
        <Button variant="default" size="xs" onClick={more} loading={busy}>
          Load more
        </Button>
      )}
    </Group>
  );
}
