/** Retries failed jobs. What came of it is told above the list, since the row itself goes. */
import { Button, Group, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Retried, RetryRequest } from '../../contract/jobs.ts';
import { useSend } from '../api/client.ts';
import { queryClient } from '../api/queries.ts';
import { retriedText } from './words.ts';

interface RetryButtonProps {
  readonly which: RetryRequest;
  readonly label: string;
  /** What is retried, for screen readers: "Retry: digest 1a2b". */
  readonly of: string;
  /** `12 retried, 0 left`, once it is known. */
  readonly onResult: (text: string) => void;
}

export function RetryButton({ which, label, of, onResult }: RetryButtonProps): ReactNode {
  const { send, busy, failure } = useSend<RetryRequest, Retried>('POST', '/api/jobs/retry');
  const retry = async (): Promise<void> => {
    // A refusal is told by `failure`.
    const retried = await send(which).catch(() => null);
    if (retried === null) return;
    onResult(retriedText(retried));
    await readAgain();
  };
  return (
    <Group gap="xs" justify="flex-end">
      {failure !== null && (
        <Text size="sm" role="alert" maw={360}>
          {failure.title}. {failure.detail} {failure.hint}
        </Text>
      )}
      <Button
        size="compact-sm"
        variant="default"
        loading={busy}
        aria-label={`${label}: ${of}`}
        onClick={() => void retry()}
      >
        {label}
      </Button>
    </Group>
  );
}

/** What is in view of the jobs, without waiting for news. */
async function readAgain(): Promise<void> {
  await queryClient.invalidateQueries({ predicate: ({ queryKey }) => String(queryKey[0]).startsWith('/api/jobs') });
}
