/** Asks an administrator to look at what will be written and what it breaks, and to say why. */
import { Button, Group, List, Modal, Text, Textarea } from '@mantine/core';
import { useState, type FormEvent, type ReactNode } from 'react';
import type { ApplyRequest, DocumentView, PolicyPage } from '../../contract/policy.ts';
import { useSend } from '../api/client.ts';
import { queryClient } from '../api/queries.ts';
import { kindText } from './words.ts';
import classes from './policy.module.css';

const LEAST = 8;
const MOST = 1000;

interface ApplyDialogProps {
  readonly page: PolicyPage;
  /** The id of the plan that is shown: the server refuses any other. */
  readonly plan: string;
  readonly opened: boolean;
  readonly onClose: () => void;
}

export function ApplyDialog({ page, plan, opened, onClose }: ApplyDialogProps): ReactNode {
  const changes = page.documents.filter(({ state }) => state === 'differs');
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title="Apply this plan"
      size="lg"
      // Its lock of the page behind it writes a style without a nonce, which the policy of the pages forbids.
      lockScroll={false}
      centered
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Text size="sm">
        {changes.length === 1 ? 'This document is' : `These ${changes.length} documents are`} written. The plan is made
        again first; if anything has changed since, nothing is written.
      </Text>
      {changes.map((change) => (
        <WhatIsWritten key={`${change.kind} ${change.account} ${change.target}`} change={change} />
      ))}
      <ReasonForm plan={plan} onClose={onClose} />
    </Modal>
  );
}

function WhatIsWritten({ change }: { readonly change: DocumentView }): ReactNode {
  const { kind, target, reasons, breaks } = change;
  return (
    <div className={classes['block']}>
      <Text size="sm" fw={600} className={classes['sentence']}>
        {kindText(kind)} of {target}
      </Text>
      <List size="sm">
        {reasons.map((reason) => (
          <List.Item key={reason} className={classes['sentence']}>
            {reason}
          </List.Item>
        ))}
        {breaks.map((broken) => (
          <List.Item key={broken} className={classes['sentence']}>
            <strong>Breaks:</strong> {broken}
          </List.Item>
        ))}
      </List>
      {breaks.length === 0 && (
        <Text size="sm" c="dimmed">
          Breaks nothing that is known.
        </Text>
      )}
    </div>
  );
}

function ReasonForm({ plan, onClose }: { readonly plan: string; readonly onClose: () => void }): ReactNode {
  const [reason, setReason] = useState('');
  const [asked, setAsked] = useState(false);
  const { send, busy, failure } = useSend<ApplyRequest, unknown>('POST', '/api/policy/apply');
  const short = reason.trim().length < LEAST;
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setAsked(true);
    if (short) return;
    try {
      await send({ plan, reason: reason.trim() });
    } catch {
      return; // told by `failure`
    }
    onClose();
    await queryClient.invalidateQueries({ predicate: ({ queryKey }) => String(queryKey[0]).startsWith('/api/policy') });
  };
  return (
    <form onSubmit={(event) => void submit(event)} noValidate>
      <Textarea
        label="Reason"
        description="Recorded in the archive with your name, before anything is written."
        required
        autosize
        minRows={2}
        maxLength={MOST}
        mt="md"
        data-autofocus
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        error={asked && short ? `At least ${LEAST} characters: why is it written now?` : undefined}
      />
      {failure !== null && (
        <Text size="sm" mt="sm" role="alert" fw={600}>
          {failure.title}. {failure.detail} {failure.hint}
        </Text>
      )}
      <Group justify="flex-end" mt="md">
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button type="submit" loading={busy}>
          Write it
        </Button>
      </Group>
    </form>
  );
}
