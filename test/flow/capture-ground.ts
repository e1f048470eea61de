/** What every test of capture starts from: an organization whose objects the test delivers, and a pipeline over it. */
import { expect, onTestFinished } from 'vitest';
import { pendingKey } from '../../src/core/layout.ts';
import type { DigestJob, SweepDepth } from '../../src/core/job.ts';
import { HOUR } from '../../src/core/time.ts';
import type { CloudObject } from '../cloud/types.ts';
import { openOrganization, type Organization, type OrganizationOptions } from './organization.ts';
import { openPipeline, type OpenPipeline } from './pass.ts';

export const START = Date.UTC(2026, 2, 1);

export interface CaptureGround {
  readonly organization: Organization;
  readonly pipeline: OpenPipeline;
  /** Epoch milliseconds; the test moves it on. */
  now: number;
  readonly sweep: (depth?: SweepDepth) => ReturnType<OpenPipeline['sweep']>;
  /** One sweep and everything it found to be judged. */
  readonly round: (depth?: SweepDepth) => ReturnType<OpenPipeline['judge']>;
}

/** One account with one chain, closed after the test; nothing is delivered yet unless `deliverUntil` says so. */
export async function openCapture(options: Partial<OrganizationOptions> = {}): Promise<CaptureGround> {
  const time = { now: START + 8 * HOUR };
  const now = (): number => time.now;
  const world = { seed: 'capture', start: START, hours: 3, logsPerHour: 3, accounts: 1, regions: ['us-east-1'] };
  const organization = await openOrganization({ ...world, cheap: true, deliverUntil: START, now, ...options });
  const pipeline = openPipeline(organization, { now });
  onTestFinished(async () => {
    await pipeline.close();
    await organization.close();
  });
  return Object.assign(time, { organization, pipeline, ...looking(pipeline) });
}

function looking(pipeline: OpenPipeline): Pick<CaptureGround, 'sweep' | 'round'> {
  const sweep = async (depth: SweepDepth = 'recent') => {
    const { surveys, problems } = await pipeline.discover();
    expect([...problems, ...surveys.flatMap((one) => one.problems)]).toEqual([]);
    return pipeline.sweep(depth, surveys);
  };
  const round = async (depth: SweepDepth = 'recent') => {
    const found = await sweep(depth);
    return pipeline.judge(found.flatMap((one): readonly DigestJob[] => one.digests));
  };
  return { sweep, round };
}

export const isDigest = ({ key }: { readonly key: string }): boolean => key.includes('CloudTrail-Digest');

/** All that the sources will ever hold, in the order of delivery. */
export const everything = ({ world }: Organization): CloudObject[] =>
  Array.from(world.deliverAll(), ({ object }) => object);

/** Where a captured file lies in the archive. */
export const pending = (object: { readonly bucket: string; readonly key: string }): string =>
  pendingKey('', object.bucket, object.key);
