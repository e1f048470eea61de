/** What the lifecycle rules would touch today: counted from receipts, and where it was not counted, said to be so. */
import { Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { PolicyPage } from '../../contract/policy.ts';
import { Section } from '../parts/section.tsx';
import { sizeText } from '../parts/size.ts';
import { StackedTable, type Column } from '../parts/stacked-table.tsx';
import { Time } from '../parts/time.tsx';

type Estimate = NonNullable<PolicyPage['estimate']>;
type Step = Estimate['steps'][number];

const COLUMNS: readonly Column<Step>[] = [
  { head: 'Rule', cell: ({ rule }) => rule },
  { head: 'Of', cell: ({ of }) => of },
  { head: 'Into', cell: ({ into }) => (into === 'expired' ? 'removed' : into) },
  { head: 'After', numeric: true, cell: ({ days }) => `${days.toLocaleString('en')} d` },
  { head: 'Accounts', numeric: true, cell: ({ accounts }) => figure(accounts) },
  { head: 'Objects', numeric: true, cell: ({ objects }) => figure(objects) },
  { head: 'Bytes', numeric: true, cell: ({ bytes }) => sizeText(bytes) },
  { head: 'Extrapolated', numeric: true, cell: ({ extrapolated }) => figure(extrapolated) },
  { head: 'Held back', numeric: true, cell: ({ heldBack }) => figure(heldBack) },
];

export function EstimateTable({ estimate }: { readonly estimate: Estimate }): ReactNode {
  const { at, steps, unknown, cost } = estimate;
  const sentence = (
    <>
      What each rule would touch today, estimated <Time at={at} relative /> from receipts. Extrapolated objects were not
      counted one by one; held back are those too small to be moved.
    </>
  );
  return (
    <Section title="Lifecycle estimate" sentence={sentence}>
      {steps.length === 0 ? (
        <Text size="sm" c="dimmed">
          Nothing is old enough for any rule today.
        </Text>
      ) : (
        <StackedTable
          caption="Lifecycle rules with what they would touch today"
          columns={COLUMNS}
          rows={steps}
          keyOf={({ rule, into, days }) => `${rule} ${into} ${days}`}
        />
      )}
      {unknown > 0 && (
        <Text size="sm" mt="xs">
          {unknown === 1 ? '1 part is' : `${figure(unknown)} parts are`} not estimated, since receipts do not speak of{' '}
          {unknown === 1 ? 'it' : 'them'}: that is unknown, not nothing.
        </Text>
      )}
      <Text size="sm" mt="xs">
        {cost === null ? 'No cost: lifecycle.prices names no prices, and none are guessed.' : `Cost: ${cost.text}.`}
      </Text>
    </Section>
  );
}

function figure(value: number): string {
  return Math.round(value).toLocaleString('en');
}
