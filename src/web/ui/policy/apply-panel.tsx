/** How the plan is applied: on the command line, or here where the configuration lets an administrator do so. */
import { Button, Text } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import type { PolicyPage } from '../../contract/policy.ts';
import { useRight } from '../api/session.ts';
import { Command } from '../parts/command.tsx';
import { Section } from '../parts/section.tsx';
import { Time } from '../parts/time.tsx';
import { ApplyDialog } from './apply-dialog.tsx';

export function ApplyPanel({ page }: { readonly page: PolicyPage }): ReactNode {
  const changes = page.documents.some(({ state }) => state === 'differs');
  const here = page.apply === 'enabled';
  if (!changes && !page.applying && page.lastApply === null) return null;
  return (
    <Section title="Apply">
      {/* It stays in place, so that a screen reader hears how it goes on. */}
      <div role="status">
        <Progress page={page} />
      </div>
      {changes && !page.applying && (here ? <Here page={page} /> : <CommandLine />)}
    </Section>
  );
}

function CommandLine(): ReactNode {
  return (
    <>
      <Text size="sm" c="dimmed" mb={6}>
        Changes are written from the command line. The first command shows them and writes nothing; the second asks
        before it writes.
      </Text>
      <Command text="orgtrail plan" />
      <div style={{ height: 8 }} />
      <Command text="orgtrail apply" />
    </>
  );
}

function Here({ page }: { readonly page: PolicyPage }): ReactNode {
  const [open, setOpen] = useState(false);
  const mayApply = useRight('administer');
  if (!mayApply) {
    return (
      <Text size="sm" c="dimmed">
        An administrator can apply this plan from here.
      </Text>
    );
  }
  const refused = page.documents.filter(({ state }) => state === 'refused').length;
  if (refused > 0 || page.id === null) {
    return (
      <Text size="sm">
        {refused > 0
          ? `Nothing is written while ${refused === 1 ? 'a document is' : `${refused} documents are`} refused: mend the configuration first.`
          : 'This plan has no id, so it cannot be applied from here.'}
      </Text>
    );
  }
  return (
    <>
      <Button variant="default" onClick={() => setOpen(true)}>
        Apply this plan…
      </Button>
      <ApplyDialog page={page} plan={page.id} opened={open} onClose={() => setOpen(false)} />
    </>
  );
}

function Progress({ page }: { readonly page: PolicyPage }): ReactNode {
  const { applying, lastApply } = page;
  if (applying) {
    return (
      <Text size="sm">
        The plan is being applied. It is made again first, and written only if it is still the same.
      </Text>
    );
  }
  if (lastApply === null) return null;
  const { at, by, ok, text } = lastApply;
  return (
    <Text size="sm" mb="xs" component="div" fw={ok ? undefined : 600}>
      {ok ? 'Last apply from here went through: ' : '✕ Last apply from here did not go through: '}
      {text} (<Time at={at} />, asked for by {by}).
    </Text>
  );
}
