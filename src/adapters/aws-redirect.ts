/** "That bucket is in another region": only the region's name is taken from the answer, never its Location. */
import { isRegionName } from './aws-partition.ts';
import { partitionOf } from '../core/partition.ts';

interface RedirectError {
  readonly Region?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly $response?: { readonly headers?: Readonly<Record<string, string>> };
}

/**
 * The region S3 says the bucket is in; null when the error says nothing of the kind. A name that is no region, or
 * one of another partition, is refused: it would become a host name that gets our signed request.
 */
export function redirectedRegion(error: unknown, asked: string): string | null {
  const region = toldRegion(error);
  if (region === null || region === asked) return null;
  return partitionOf(region) === partitionOf(asked) ? region : null;
}

/** The region that the answer names; null when it names none, or something that is no region. */
export function toldRegion(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  const { Region, $metadata, $response } = error as RedirectError;
  const status = $metadata?.httpStatusCode;
  if (status !== 301 && status !== 307 && status !== 400) return null;
  const region = $response?.headers?.['x-amz-bucket-region'] ?? (typeof Region === 'string' ? Region : null);
  return region !== null && isRegionName(region) ? region : null;
}
