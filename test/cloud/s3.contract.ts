/** The S3 contract: statements that are true of AWS, tried on every store the project's tests stand on. */
import { S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bench, type Case, makeBucket } from './contract/bench.ts';
import { CONDITION_CASES, VERSION_CASES } from './contract/conditions.ts';
import { DOCUMENT_CASES } from './contract/documents.ts';
import { LISTING_CASES } from './contract/listing.ts';
import { OBJECT_CASES } from './contract/objects.ts';
import { RIGHTS_CASES } from './contract/rights.ts';
import { SETTING_CASES } from './contract/settings.ts';

interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** A running store and two identities in it that have nothing to do with each other. */
export interface ContractStore {
  readonly endpoint: string;
  readonly owner: Keys;
  readonly stranger: Keys;
  readonly strangerArn: string;
  stop(): Promise<void>;
}

export interface ContractSubject {
  readonly name: string;
  start(): Promise<ContractStore>;
  /** Why it cannot run here, said aloud already; null when it can. */
  readonly missing: string | null;
  /** The SDK's setting: Ceph needs `WHEN_REQUIRED`. */
  readonly checksums: 'WHEN_SUPPORTED' | 'WHEN_REQUIRED';
  /** Statements that do not hold of it, by name, each with what it does instead. They must fail: one that holds by now is off the list. */
  readonly deviations: ReadonlyMap<string, string>;
}

const GROUPS: readonly (readonly [string, readonly Case[]])[] = [
  ['objects', OBJECT_CASES],
  ['conditions', CONDITION_CASES],
  ['versions', VERSION_CASES],
  ['listings', LISTING_CASES],
  ['rights', RIGHTS_CASES],
  ['settings', SETTING_CASES],
  ['documents', DOCUMENT_CASES],
];
const START_MS = 90_000;

/** Declares the suite for one store. */
export function s3Contract(subject: ContractSubject): void {
  describe.skipIf(subject.missing !== null)(`S3 contract on ${subject.name}`, () => {
    let store: ContractStore;
    beforeAll(async () => {
      store = await subject.start();
    }, START_MS);
    afterAll(() => store?.stop());

    it('lists only deviations that are statements of the contract', () => {
      const names = new Set(GROUPS.flatMap(([, cases]) => cases.map((one) => one.name)));
      expect([...subject.deviations.keys()].filter((name) => !names.has(name))).toEqual([]);
    });
    for (const [group, cases] of GROUPS) {
      describe(`${group} of S3`, () => {
        for (const one of cases) declare(one, subject, () => store);
      });
    }
  });
}

function declare(one: Case, subject: ContractSubject, store: () => ContractStore): void {
  const deviation = subject.deviations.get(one.name);
  const run = (): Promise<void> => onBench(store(), subject, one);
  const declared = deviation === undefined ? it : it.fails;
  declared(deviation === undefined ? one.name : `${one.name} — deviates: ${deviation}`, run);
}

/** Runs one case on a bucket of its own and closes the clients again. */
async function onBench(store: ContractStore, subject: ContractSubject, one: Case): Promise<void> {
  const client = (credentials: Keys): S3Client =>
    new S3Client({
      endpoint: store.endpoint,
      region: 'us-east-1',
      forcePathStyle: true,
      maxAttempts: 1,
      requestChecksumCalculation: subject.checksums,
      credentials,
    });
  const owner = client(store.owner);
  const stranger = client(store.stranger);
  const impostor = client({ ...store.owner, secretAccessKey: 'not-the-secret' });
  try {
    const bench: Bench = { owner, stranger, impostor, strangerArn: store.strangerArn, bucket: await makeBucket(owner) };
    await one.run(bench);
  } finally {
    for (const each of [owner, stranger, impostor]) each.destroy();
  }
}
