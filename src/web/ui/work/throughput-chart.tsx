/** The chart of the last hour: one quiet bar a minute. In a file of its own, so that its library is loaded late. */
import '@mantine/charts/styles.css';
import { BarChart } from '@mantine/charts';
import type { ReactNode } from 'react';

const MINUTE_MS = 60_000;

interface ThroughputChartProps {
  /** Digests judged in each minute, oldest first. */
  readonly minutes: readonly number[];
  /** When the last minute ended, ISO 8601. */
  readonly until: string;
}

export function ThroughputChart({ minutes, until }: ThroughputChartProps): ReactNode {
  const end = Date.parse(until);
  const data = minutes.map((digests, index) => ({
    minute: new Date(end - (minutes.length - 1 - index) * MINUTE_MS).toISOString().slice(11, 16),
    digests,
  }));
  return (
    <BarChart
      h={180}
      data={data}
      dataKey="minute"
      series={[{ name: 'digests', label: 'Digests', color: 'var(--state-pending)' }]}
      gridAxis="x"
      tickLine="none"
      withTooltip
      tooltipAnimationDuration={0}
      valueFormatter={(value) => value.toLocaleString('en')}
      xAxisProps={{ interval: 9 }}
      yAxisProps={{ width: 40, allowDecimals: false }}
      barProps={{ isAnimationActive: false }}
      // It is hidden from screen readers, so nothing in it takes the keyboard either.
      barChartProps={{ accessibilityLayer: false, margin: { top: 4, right: 4, bottom: 0, left: 0 } }}
    />
  );
}
