/** The demo's insider: what he deletes must be what only a captured copy can still prove. */
import { gunzipSync } from 'node:zlib';
import { afterEach, expect, test } from 'vitest';
import { pendingKey } from '../../src/core/layout.ts';
import { HOUR } from '../../src/core/time.ts';
import type { WorldDelivery } from '../cloud/forge/world.ts';
import { ARCHIVE, openOrganization, type Organization } from '../flow/organization.ts';
import { createInsider, type Insider } from './insider.ts';

const START = Date.UTC(2026, 2, 1);

const open: Organization[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

interface Scene {
  readonly organization: Organization;
  readonly insider: Insider;
  /** Delivers up to then, each delivery told to the insider, and captures the log files that pass. */
  readonly deliver: (until: number, captured: boolean) => readonly WorldDelivery[];
}

async function openScene(): Promise<Scene> {
  const organization = await openOrganization({ seed: 'insider', start: START, deliverUntil: START, accounts: 4 });
  open.push(organization);
  const { world, cloud } = organization;
  const insider = createInsider(organization, () => undefined);
  insider.wake();
  const deliver = (until: number, captured: boolean): readonly WorldDelivery[] => {
    const passed = [...world.deliverUntil(until)];
    for (const delivery of passed) {
      const { object, what } = delivery;
      cloud.put(object);
      insider.onDelivery(delivery);
      if (what !== 'log' || !captured) continue;
      cloud.put({ ...object, bucket: ARCHIVE, key: pendingKey('', object.bucket, object.key) });
    }
    return passed;
  };
  return { organization, insider, deliver };
}

test('what was captured and is named by no digest yet is deleted', async () => {
  const { insider, deliver } = await openScene();
  deliver(START + HOUR, true);
  insider.look();
  expect(insider.deleted()?.account).toBe(insider.deletes);
});

test('what nobody has captured is left', async () => {
  const { insider, deliver } = await openScene();
  deliver(START + HOUR, false);
  insider.look();
  expect(insider.deleted()).toBeNull();
});

test('what a digest names already is left (a busy machine looked so late that the file had been proven from its source)', async () => {
  const { insider, deliver } = await openScene();
  const own = deliver(START + 2 * HOUR, true).filter(({ chain }) => chain.account === insider.deletes);
  const named = own.flatMap(({ what, object }) => (what === 'log' ? [] : namedIn(object.body)));
  expect(named.length).toBeGreaterThan(0);
  insider.look();
  expect(named).not.toContain(insider.deleted()?.key);
});

/** The log files that a digest names. */
function namedIn(digest: Uint8Array): readonly string[] {
  const { logFiles } = JSON.parse(gunzipSync(digest).toString('utf8')) as { logFiles: { s3Object: string }[] };
  return logFiles.map(({ s3Object }) => s3Object);
}
