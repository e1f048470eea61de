/** Who accepted a finding, when and why; or the form to do it, for those who may. */
import { Button, Group, Textarea } from '@mantine/core';
import { useState, type FormEvent, type ReactNode } from 'react';
import type { FindingView } from '../../contract/findings.ts';
import { apiPath } from '../accounts/addresses.ts';
import { useSend, type ApiFailure } from '../api/client.ts';
import { useRight, useSession } from '../api/session.ts';
import { Time } from '../parts/time.tsx';
import styles from './findings.module.css';

const LEAST = 8;
const MOST = 1000;

interface AcceptanceProps {
  readonly finding: FindingView;
  /** It is recorded: what is shown is to be read again. */
  readonly onAccepted: () => void;
}

/** A settled finding is not accepted again. */
export function Acceptance({ finding, onAccepted }: AcceptanceProps): ReactNode {
  const may = useRight('operate');
  const { accepted, goneAt } = finding;
  if (accepted !== null) return <Recorded accepted={accepted} />;
  if (goneAt !== null)
    return (
      <p className={styles.evidence}>
        It was no longer found when its chain was looked at <Time at={goneAt} />: there is nothing to accept.
      </p>
    );
  if (!may) return <p className={styles.evidence}>Nobody has accepted it. An operator may, with a reason.</p>;
  return <AcceptForm id={finding.id} onAccepted={onAccepted} />;
}

function Recorded({ accepted }: { readonly accepted: NonNullable<FindingView['accepted']> }): ReactNode {
  return (
    <figure className={styles.recorded}>
      <blockquote>{accepted.reason}</blockquote>
      <figcaption>
        Accepted by <bdi>{accepted.by}</bdi>, <Time at={accepted.at} />. It proves nothing and changes no verdict.
      </figcaption>
    </figure>
  );
}

interface AcceptFormProps {
  readonly id: string;
  readonly onAccepted: () => void;
}

function AcceptForm({ id, onAccepted }: AcceptFormProps): ReactNode {
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const { user } = useSession();
  const accepting = useSend<{ reason: string }, unknown>('POST', apiPath(['findings', id, 'acceptance']));
  const { busy, failure } = accepting;
  const missing = LEAST - reason.trim().length;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (missing > 0) return;
    accepting.send({ reason: reason.trim() }).then(onAccepted, () => undefined);
  };
  return (
    <form onSubmit={submit} className={styles.accept} noValidate>
      <p className={styles.evidence}>
        Acceptance proves nothing and changes no verdict; it is recorded with your name
        {user === null ? '.' : ` (${user.name}).`}
      </p>
      <Textarea
        label="Reason"
        description="Why it may stand, for whoever reads it a year from now."
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        error={tried && missing > 0 && `A reason has at least ${LEAST} characters.`}
        maxLength={MOST}
        autosize
        minRows={2}
        required
      />
      {failure !== null && <Refused failure={failure} />}
      <Group mt="sm">
        <Button type="submit" loading={busy}>
          Accept this finding
        </Button>
      </Group>
    </form>
  );
}

/** The form stays as it is: nothing that was typed is lost. */
function Refused({ failure }: { readonly failure: ApiFailure }): ReactNode {
  return (
    <div role="alert" className={styles.refused}>
      <strong>{failure.title}</strong> {failure.detail} {failure.hint !== '' && <span>Next: {failure.hint}</span>}
    </div>
  );
}
