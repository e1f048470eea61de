/** Says quietly that there is nothing to show. */
import { Text } from '@mantine/core';
import type { ReactNode } from 'react';

export function Nothing({ children }: { readonly children: ReactNode }): ReactNode {
  return (
    <Text size="sm" c="dimmed">
      {children}
    </Text>
  );
}
