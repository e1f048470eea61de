/** A part of a page under a heading of its own. */
import { Group, Text, Title } from '@mantine/core';
import { useId, type ReactNode } from 'react';
import classes from './section.module.css';

interface SectionProps {
  readonly title: string;
  /** One sentence below the title. */
  readonly sentence?: ReactNode;
  /** What stands at the title's right. */
  readonly side?: ReactNode;
  /** Where links to it end. */
  readonly anchor?: string;
  readonly children: ReactNode;
}

/** A labelled region, so that a screen reader can go from one to the next. */
export function Section({ title, sentence, side, anchor, children }: SectionProps): ReactNode {
  const id = useId();
  return (
    <section className={classes['section']} aria-labelledby={id} id={anchor}>
      <Group justify="space-between" align="baseline" gap="sm" mb={sentence === undefined ? 'xs' : 4}>
        <Title order={2} size="h4" id={id}>
          {title}
        </Title>
        {side}
      </Group>
      {sentence !== undefined && (
        <Text size="sm" c="dimmed" mb="sm" component="div">
          {sentence}
        </Text>
      )}
      {children}
    </section>
  );
}
