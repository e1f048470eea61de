/** The last preflight, step by step, and the button to try again for those who may. */
import { Button, Group } from '@mantine/core';
import type { ReactNode } from 'react';
import type { AccountPage, PreflightView } from '../../contract/accounts.ts';
import { apiPath } from '../accounts/addresses.ts';
import { useSend } from '../api/client.ts';
import { useRight } from '../api/session.ts';
import { ProblemNote } from '../parts/problem.tsx';
import { Section } from '../parts/section.tsx';
import { StateGlyph } from '../parts/state.tsx';
import { Time } from '../parts/time.tsx';
import styles from './account.module.css';

type Step = PreflightView['steps'][number];

const STEPS: ReadonlyMap<string, string> = new Map([
  ['assume', 'Enter the account by its role'],
  ['identify', 'Be who it says'],
  ['trails', 'Find the trails'],
  ['status', 'Ask how each trail is'],
  ['organization', 'Ask for the organization'],
  ['list', 'List the bucket'],
  ['get', 'Read a log file'],
  ['decrypt', 'Decrypt it'],
  ['keys', 'Fetch public keys'],
  ['regions', 'Ask which regions are on'],
  ['selectors', 'Ask what is recorded'],
  ['history', 'Ask the event history'],
]);

interface PreflightProps {
  readonly page: AccountPage;
  /** It was asked for: what is shown is to be read again. */
  readonly onAsked: () => void;
}

/** Whether everything that collecting needs is allowed. */
export function Preflight({ page, onAsked }: PreflightProps): ReactNode {
  const { preflight } = page;
  return (
    <Section
      title="Preflight"
      sentence="Every permission that collecting needs, tried in the account. It only reads."
      side={<RunButton page={page} onAsked={onAsked} />}
    >
      {preflight === null ? (
        <p className={styles.dim}>It was never run for this account.</p>
      ) : (
        <Result preflight={preflight} />
      )}
    </Section>
  );
}

function RunButton({ page, onAsked }: PreflightProps): ReactNode {
  const may = useRight('operate');
  const { account } = page.line;
  const run = useSend<undefined, unknown>('POST', apiPath(['accounts', account, 'preflight']));
  const { busy, failure } = run;
  const pending = page.preflightPending || busy;
  if (!may) return pending ? <span role="status">running</span> : null;
  return (
    <Group gap="sm">
      {failure !== null && (
        <span role="alert" className={styles.refused}>
          {failure.title}: {failure.detail}
        </span>
      )}
      <span role="status" className={styles.dim}>
        {pending ? 'running: the result arrives by itself' : ''}
      </span>
      <Button
        size="xs"
        variant="default"
        loading={pending}
        onClick={() => void run.send(undefined).then(onAsked, () => undefined)}
      >
        Run preflight
      </Button>
    </Group>
  );
}

function Result({ preflight }: { readonly preflight: PreflightView }): ReactNode {
  const { at, by, skipped, steps } = preflight;
  return (
    <>
      <p className={styles.dim}>
        Run <Time at={at} />, asked for by <bdi>{by}</bdi>.
      </p>
      {skipped !== null && <p>The account was left out on purpose: {skipped}.</p>}
      <ol className={styles.steps}>
        {steps.map((step) => (
          <StepLine key={step.step} step={step} />
        ))}
      </ol>
    </>
  );
}

const OUTCOMES: Readonly<Record<Step['state'], string>> = { ok: 'ok', failed: 'failed', untried: 'not tried' };

function StepLine({ step }: { readonly step: Step }): ReactNode {
  const { state, needed, note, problems } = step;
  const mark = state === 'ok' ? 'verified' : state === 'untried' ? 'unknown' : needed ? 'blocked' : 'late';
  return (
    <li className={styles.step} data-state={state}>
      <span className={styles.stepHead}>
        <StateGlyph state={mark} />
        <span>{STEPS.get(step.step) ?? step.step}</span>
        <span className={state === 'failed' ? styles.strong : styles.dim}>
          {state === 'failed' && needed ? 'blocked' : OUTCOMES[state]}
          {state !== 'ok' && !needed && ', and nothing is left unproven by it'}
        </span>
        {note !== '' && <span className={styles.dim}>{note}</span>}
      </span>
      {problems.map((problem) => (
        <ProblemNote key={problem.code + problem.detail} problem={problem} state={needed ? 'blocked' : undefined} />
      ))}
    </li>
  );
}
