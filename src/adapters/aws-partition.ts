/** AWS partitions: which one a region or an ARN belongs to, and where its global services answer. */
import { partitionOf } from '../core/partition.ts';

/** Where Organizations is signed for and answers: one region for each partition (Organizations endpoints, General Reference). */
const HOME: ReadonlyMap<string, string> = new Map([
  ['aws', 'us-east-1'],
  ['aws-cn', 'cn-northwest-1'],
  ['aws-us-gov', 'us-gov-west-1'],
  ['aws-iso', 'us-iso-east-1'],
  ['aws-iso-b', 'us-isob-east-1'],
  ['aws-iso-f', 'us-isof-south-1'],
  ['aws-eusc', 'eusc-de-east-1'],
]);

/** The partition's region that serves Organizations; the region itself where none is known. */
export function homeRegionFor(region: string): string {
  return HOME.get(partitionOf(region)) ?? region;
}

/** A region of the same partition as the role, so that its STS knows the role: the own region where it fits. */
export function regionForRole(role: string | null, region: string): string {
  const partition = role === null ? null : (role.split(':')[1] ?? null);
  if (partition === null || partition === partitionOf(region)) return region;
  return HOME.get(partition) ?? region;
}

/** The 12-digit account in an ARN; null when there is none. */
export function accountOfArn(arn: string): string | null {
  const account = arn.split(':')[4] ?? '';
  return /^\d{12}$/.test(account) ? account : null;
}

/** The region in an ARN. Throws for an ARN without one, which the configuration does not let in. */
export function regionOfArn(arn: string): string {
  const region = arn.split(':')[3] ?? '';
  if (!isRegionName(region)) throw new Error(`${arn} names no region`);
  return region;
}

/** True for what may stand in a host name as a region: the answer of a server is put into one. */
export function isRegionName(text: string): boolean {
  return /^[a-z]{2,5}(?:-[a-z]{2,12}){1,3}-\d{1,2}$/.test(text);
}
