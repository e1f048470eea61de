/** There is nothing to compare yet: what that means, and how to begin. */
import type { ReactNode } from 'react';
import { Command } from '../parts/command.tsx';
import { Section } from '../parts/section.tsx';
import classes from './policy.module.css';

const EXAMPLE = `policy:
  writer: arn:aws:iam::111111111111:role/orgtrail
  breakGlass: ["arn:aws:iam::111111111111:role/break-glass"]
  administrators: ["arn:aws:iam::111111111111:role/platform"]
reconcile:
  apply: false   # drift is told, not put back`;

export function NotConfigured(): ReactNode {
  return (
    <div className={classes['guide']}>
      <Section
        title="Nothing is held in a wanted state"
        sentence="Collecting and proving work without it. Add policy, posture or lifecycle to the configuration, and orgtrail compares the archive bucket with them on schedules.reconcile."
      >
        <Command text={EXAMPLE} what="example configuration" />
        <p>config/example.yaml explains every key. Then see what would change; this writes nothing:</p>
        <Command text="orgtrail plan" />
      </Section>
    </div>
  );
}

export function NotPlanned(): ReactNode {
  return (
    <div className={classes['guide']}>
      <Section
        title="No plan yet"
        sentence="The daemon makes the first one on schedules.reconcile, or after Redis lost it. Until then nothing is known here, neither good nor bad. The command line makes one at once:"
      >
        <Command text="orgtrail plan" />
      </Section>
    </div>
  );
}
