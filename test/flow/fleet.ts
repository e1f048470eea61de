/** Two workers and a scheduler over one archive bucket and one Redis, and waiting for what they are to bring about. */
import type { S3Client } from '@aws-sdk/client-s3';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { stringify } from 'yaml';
import { startRedis, type RedisServer } from '../stack/redis.ts';
import { createBucket, listBucket, type Line } from './archive-bucket.ts';
import type { CephEstate } from './ceph-estate.ts';
import { lastWords, startRun, type Running } from './process.ts';

export const PREFIX = 'evidence/';
/** The password of every Redis here: a secret that may turn up nowhere. */
export const REDIS_PASSWORD = 'redis-canary-that-no-log-may-show';

/** An archive bucket of its own with the payer's client, and the file that makes a run write there. */
export interface Archive {
  readonly bucket: string;
  readonly client: S3Client;
  readonly configFile: string;
  /** Everything below `PREFIX` and this. */
  list(below?: string): Promise<readonly Line[]>;
}

/** Makes the bucket and writes the configuration. */
export async function openArchive(
  estate: CephEstate,
  bucket: string,
  parts: Readonly<Record<string, unknown>> = {},
): Promise<Archive> {
  const client = estate.ceph.client(estate.ceph.payer);
  await createBucket(client, bucket);
  const configFile = join(estate.folder, `${bucket}.yaml`);
  writeFileSync(configFile, stringify({ ...estate.configuration({ bucket, prefix: PREFIX }), ...parts }));
  return { bucket, client, configFile, list: (below = '') => listBucket(client, bucket, `${PREFIX}${below}`) };
}

export interface Fleet {
  readonly redis: RedisServer;
  /** Every process that was ever started in it, ended ones too. */
  readonly processes: readonly Running[];
  /** One more process, with a name for messages. */
  start(role: 'worker' | 'scheduler', name: string): Running;
  /** Every line of every process of one event. */
  events(event: string): readonly Readonly<Record<string, unknown>>[];
  output(): string;
  /** Ends those that still run as an operator would, once they have started; their exit codes. */
  stop(): Promise<readonly (number | null)[]>;
  /** Ends everything at once, also after a failure. */
  close(): Promise<void>;
}

/** A fresh Redis, and nothing running on it yet. */
export async function openFleet(estate: CephEstate, archive: Archive): Promise<Fleet> {
  // Uncompressed dumps, so that a secret among the keys can be seen.
  const settings = new Map([
    ['requirepass', REDIS_PASSWORD],
    ['rdbcompression', 'no'],
  ]);
  const redis = await startRedis({ settings });
  const processes: Running[] = [];
  const alive = (): readonly Running[] => processes.filter((one) => one.alive());
  const env = { ...estate.env, ORGTRAIL_REDIS_URL: `redis://127.0.0.1:${redis.port}`, REDIS_PASSWORD };
  return {
    redis,
    processes,
    start: (role, name) => {
      const running = startRun({ name, role, configFile: archive.configFile, env });
      processes.push(running);
      return running;
    },
    events: (event) => processes.flatMap((one) => one.events(event)),
    output: () => processes.map((one) => one.output()).join('\n'),
    stop: async () => {
      const left = async (): Promise<string | null> =>
        alive().find((one) => one.events('started').length === 0)?.name ?? null;
      await until({ processes }, { what: 'every process to start', within: 60_000, left });
      return Promise.all(alive().map((one) => one.stop()));
    },
    close: async () => {
      await Promise.all(processes.map((one) => one.kill()));
      await redis.stop();
    },
  };
}

export interface Wish {
  readonly what: string;
  readonly within: number;
  /** Null when it has come true, else how far it is. */
  readonly left: () => Promise<string | null>;
}

/** Asks several times a second; the error tells how far it came and what every process said last. */
export async function until(fleet: Pick<Fleet, 'processes'>, { what, within, left }: Wish): Promise<void> {
  const end = Date.now() + within;
  for (;;) {
    const still = await left();
    if (still === null) return;
    if (Date.now() > end)
      throw new Error(`waited ${within / 1000} s in vain for ${what}: ${still}\n${lastWords(fleet.processes)}`);
    await wait(150);
  }
}

/** The receipts of the archive and how many digests of the truth have none that proves them yet. */
export async function unproven(archive: Archive, estate: CephEstate): Promise<number> {
  const proven = (await archive.list('orgtrail/receipts/')).filter(({ key }) => /\.(?:linked|start)\.json$/.test(key));
  return estate.truth.digests - proven.length;
}

/** Waits until every digest has its receipt: receipts are written last, so everything else is in place then. */
export function untilProven(fleet: Fleet, archive: Archive, estate: CephEstate): Promise<void> {
  const left = async (): Promise<string | null> => {
    const missing = await unproven(archive, estate);
    return missing <= 0 ? null : `${missing} of ${estate.truth.digests} digests have no receipt that proves them`;
  };
  return until(fleet, { what: 'the archive to be complete', within: 120_000, left });
}
