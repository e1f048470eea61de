/** AWS partitions, told by the names of their regions. */

/** The partition whose regions are named like this one: `aws` for all ordinary regions. */
export function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  if (region.startsWith('us-gov-')) return 'aws-us-gov';
  if (region.startsWith('eusc-')) return 'aws-eusc';
  const isolated = /^[a-z]{2}-iso([a-z]?)-/.exec(region);
  if (isolated === null) return 'aws';
  return isolated[1] === '' ? 'aws-iso' : `aws-iso-${isolated[1]}`;
}
