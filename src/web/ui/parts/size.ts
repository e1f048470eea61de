/** How many bytes, in words. */

const DECIMAL = ['bytes', 'kB', 'MB', 'GB', 'TB', 'PB'] as const;
const BINARY = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;

/** `912.4 GB`: thousands, as storage is billed. */
export function sizeText(bytes: number): string {
  return scaled(bytes, 1000, DECIMAL);
}

/** `412 MiB`: powers of 1,024, as memory is measured. */
export function memoryText(bytes: number): string {
  return scaled(bytes, 1024, BINARY);
}

function scaled(bytes: number, step: number, units: readonly string[]): string {
  let [value, unit] = [bytes, 0];
  while (value >= step && unit < units.length - 1) [value, unit] = [value / step, unit + 1];
  const digits = unit === 0 || value >= 100 ? 0 : 1;
  return `${value.toLocaleString('en', { maximumFractionDigits: digits })} ${units[unit] ?? ''}`;
}
