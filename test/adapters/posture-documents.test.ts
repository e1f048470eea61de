/** The planned settings as a store takes them: written in their order, read back as planned, and then nothing is left to do. */
import { afterEach, expect, test, vi } from 'vitest';
import type { DocumentKind, DocumentPlan, DocumentState } from '../../src/core/plan/document.ts';
import { planPosture, postureKinds } from '../../src/core/plan/posture.ts';
import type { WantedPosture } from '../../src/core/plan/wanted.ts';
import { PAYER } from '../cloud/identity/estate.ts';
import { ARCHIVE, type DocumentsHere, KEY, LOGGED, openDocuments, refOf } from './documents-here.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

const WANTED: WantedPosture = {
  bucket: ARCHIVE,
  owner: PAYER,
  versioning: true,
  objectLock: { mode: 'GOVERNANCE', days: 30 },
  encryption: { kmsKey: KEY, bucketKey: true },
  publicAccessBlocked: true,
  ownership: 'BucketOwnerEnforced',
  accessLogging: { bucket: LOGGED, prefix: 'archive/' },
};

async function planned(here: DocumentsHere, wanted: WantedPosture): Promise<readonly DocumentPlan[]> {
  const states = new Map<DocumentKind, DocumentState>();
  for (const kind of postureKinds(wanted))
    states.set(kind, await here.documents.own.read(refOf(kind, { target: wanted.bucket })));
  return planPosture(wanted, states);
}

/** Writes every change and looks whether the store says the same afterwards. */
async function applied(here: DocumentsHere, wanted: WantedPosture): Promise<readonly DocumentKind[]> {
  const changes = (await planned(here, wanted)).flatMap(({ change }) => (change === null ? [] : [change]));
  for (const { ref, after } of changes) {
    await here.documents.own.write(ref, after);
    expect(await here.documents.own.read(ref)).toEqual({ state: 'present', value: after });
  }
  return changes.map(({ ref }) => ref.kind);
}

async function open(here: DocumentsHere): Promise<void> {
  const { own } = here.documents;
  await own.write(refOf('public-access'), null);
  await own.write(refOf('ownership'), { Rules: [{ ObjectOwnership: 'ObjectWriter' }] });
}

test('a plain bucket is brought to the wanted state at once, and stays', async () => {
  await using here = await openDocuments();
  await open(here);
  expect(await applied(here, WANTED)).toEqual(postureKinds(WANTED));
  const again = await planned(here, WANTED);
  expect(again.map(({ change, refusals, findings }) => [change, refusals, findings])).toEqual(
    again.map(() => [null, [], []]),
  );
});

test('a stronger lock is written over a weaker one, and a weaker one never', async () => {
  await using here = await openDocuments();
  await applied(here, WANTED);
  const stronger = { ...WANTED, objectLock: { mode: 'COMPLIANCE', days: 60 } } as const;
  expect(await applied(here, stronger)).toEqual(['object-lock']);
  const plans = await planned(here, WANTED);
  expect(plans.flatMap(({ refusals }) => refusals.map(({ code }) => code))).toEqual(['posture-lock-weaker']);
  expect(await applied(here, WANTED)).toEqual([]);
});

test('what may not be read is a finding that names the permission, and nothing is written', async () => {
  await using here = await openDocuments('nobody');
  const plans = await planned(here, WANTED);
  expect(plans.map(({ change }) => change)).toEqual(postureKinds(WANTED).map(() => null));
  expect(plans.map(({ findings }) => findings[0]?.code)).toEqual(
    postureKinds(WANTED).map((kind) => `posture-${kind}-unknown`),
  );
  for (const { findings } of plans) expect(`${findings[0]?.detail} ${findings[0]?.hint}`).toMatch(/s3:Get[A-Z]/);
  expect(here.cloud.requests.entries.filter(({ mutating }) => mutating)).toEqual([]);
});
