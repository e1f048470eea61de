/** Figures as text: medians with their range, ratios, and aligned columns. */
import type { Cost } from './measure.ts';

const MIB = 2 ** 20;

/** `12.3 (11.9–13.0)`; one value alone stands without a range. */
export function spread(values: readonly number[], digits: number): string {
  const sorted = values.toSorted((a, b) => a - b);
  const [least = NaN] = sorted;
  const most = sorted.at(-1) ?? NaN;
  const middle = median(values).toFixed(digits);
  return values.length < 2 ? middle : `${middle} (${least.toFixed(digits)}–${most.toFixed(digits)})`;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length / 2;
  const [low = NaN, high = NaN] = [sorted[Math.ceil(half) - 1], sorted[Math.floor(half)]];
  return (low + high) / 2;
}

/** Wall and processor time in seconds, peak memory in MiB. */
export function costCells(costs: readonly Cost[]): readonly string[] {
  return [
    spread(
      costs.map((cost) => cost.wall),
      2,
    ),
    spread(
      costs.map((cost) => cost.cpu),
      2,
    ),
    spread(
      costs.map((cost) => cost.peak / MIB),
      0,
    ),
  ];
}

/** How many times less the second needs, by medians: wall, processor time, memory. */
export function ratioCells(theirs: readonly Cost[], ours: readonly Cost[]): readonly string[] {
  return (['wall', 'cpu', 'peak'] as const).map((field) => {
    const times = median(theirs.map((cost) => cost[field])) / median(ours.map((cost) => cost[field]));
    return `${times.toFixed(times < 10 ? 2 : 1)}×`;
  });
}

/** The first row is the head; columns are as wide as they need. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const rule = widths.map((width) => '-'.repeat(width)).join('  ');
  return `${[lines[0] ?? '', rule, ...lines.slice(1)].join('\n')}\n`;
}
