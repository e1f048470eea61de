/** Earlier and later days of a chain, and the one that is shown. */
import { Button, Group, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { UrlQuery } from '../accounts/url-query.ts';
import { dayAndMonth, dayName } from '../parts/moment.ts';
import { useNow } from '../parts/now.ts';
import { onServerClock } from '../parts/server-clock.ts';
import { dayBeside, dayOf, dayWindow, type Window } from './window.ts';

interface DayNavigatorProps {
  readonly query: UrlQuery;
  /** Null: the newest day. */
  readonly window: Window | null;
  /** What the answer covers; null: not known yet. */
  readonly shown: Window | null;
}

/** Each day is an address of its own, so that `back` leads to the one before. */
export function DayNavigator({ query, window, shown }: DayNavigatorProps): ReactNode {
  const now = onServerClock(useNow());
  const today = new Date(now).toISOString();
  const day = dayOf(window?.from ?? shown?.to ?? today) ?? today.slice(0, 10);
  // The newest 24 hours reach back into yesterday: the day before them is the whole of yesterday.
  const earlier = dayBeside(day, -1, now);
  const later = window === null ? null : dayBeside(day, 1, now);
  return (
    <Group gap="xs">
      <Step day={earlier} text="← Earlier" query={query} />
      <Text size="sm" component="span" style={{ whiteSpace: 'nowrap' }}>
        {window === null ? 'newest 24 hours' : windowText(window)}
      </Text>
      <Step day={later} text="Later →" query={query} />
      {window !== null && (
        <Button variant="subtle" size="compact-sm" onClick={() => query.set({ from: null, to: null })}>
          Newest
        </Button>
      )}
    </Group>
  );
}

/** `Tue 17 Nov`, or `14 Nov – 16 Nov` for more than a day. */
function windowText({ from, to }: Window): string {
  const [begin, last] = [Date.parse(from), Date.parse(to) - 1];
  if (dayAndMonth(begin) !== dayAndMonth(last)) return `${dayAndMonth(begin)} – ${dayAndMonth(last)}`;
  return `${dayName(begin).split(' ')[0] ?? ''} ${dayAndMonth(begin)}`;
}

interface StepProps {
  readonly day: string | null;
  readonly text: string;
  readonly query: UrlQuery;
}

function Step({ day, text, query }: StepProps): ReactNode {
  return (
    <Button
      variant="default"
      size="compact-sm"
      disabled={day === null}
      onClick={() => {
        if (day !== null) query.set(dayWindow(day));
      }}
    >
      {text}
    </Button>
  );
}
