/** A copy that is captured while its digest is judged: capture and judging must not pass each other by. */
import { expect, test } from 'vitest';
import { pendingKey, provenKey } from '../../src/core/layout.ts';
import type { ListedObject, ObjectInfo, StoredObject } from '../../src/ports.ts';
import { captureLogs } from '../../src/stages/capture-logs.ts';
import type { CapturePorts } from '../../src/stages/capture-listing.ts';
import type { Chain } from '../../src/core/source.ts';
import { OWNER, sourceOf } from '../core/trail-source.ts';

const NOW = Date.UTC(2026, 4, 1, 3);
const chain: Chain = { account: OWNER, region: 'us-east-1', source: sourceOf() };

/** Ports over one new log file; `archived`: the size of what the digest's job has put in the archive meanwhile. */
function groundOf(archived: number | null): { readonly ports: CapturePorts; readonly tagged: string[] } {
  const { account, region, source } = chain;
  const key = `${source.prefix}AWSLogs/${account}/CloudTrail/${region}/2026/05/01/${account}_CloudTrail_${region}_20260501T0110Z_abcdefghijklmnop.json.gz`;
  const info: ObjectInfo = {
    etag: 'e',
    versionId: null,
    size: 4,
    lastModified: NOW,
    contentType: null,
    contentEncoding: null,
    metadata: new Map(),
  };
  const stored: StoredObject = { ...info, bytes: Uint8Array.of(1, 2, 3, 4) };
  const tagged: string[] = [];
  async function* listing(objects: readonly ListedObject[]): AsyncGenerator<ListedObject> {
    yield* objects;
  }
  const never = (): never => {
    throw new Error('not asked for here');
  };
  const ports: CapturePorts = {
    objects: {
      list: () => listing([{ key, size: 4, etag: 'e', lastModified: NOW }]),
      folders: async () => ['CloudTrail/'],
      get: async () => stored,
      head: never,
    },
    archive: {
      list: () => listing([]),
      folders: never,
      get: never,
      head: async (ref) => (archived !== null && ref.key === provenKey('a/', key) ? { ...info, size: archived } : null),
      putIfAbsent: async (ref) => (ref.key === pendingKey('a/', source.bucket, key) ? 'created' : never()),
      tag: async (ref, tags) => void tagged.push(`${ref.key} ${JSON.stringify([...tags])}`),
      probeConditionalWrites: never,
      posture: never,
    },
    place: { bucket: 'archive', prefix: 'a/', owner: account },
    slot: (transfer) => transfer(),
    maxBytes: 1000,
    maxListed: 1000,
    signal: new AbortController().signal,
    now: NOW,
  };
  return { ports, tagged };
}

async function capture(archived: number | null): Promise<readonly string[]> {
  const { ports, tagged } = groundOf(archived);
  const counter = { unrecognised: 0, listed: 0, captured: 0 };
  const { captured } = await captureLogs(chain, { since: null, covered: () => false, counter }, ports);
  expect(captured).toBe(1);
  return tagged;
}

test('a copy whose file was proven between listing and capture gets the tag that lets it expire', async () => {
  const [told = ''] = await capture(4);
  expect(told).toMatch(/^a\/orgtrail\/pending\/.+\.json\.gz \[\["orgtrail","promoted"\]\]$/);
});

test('a copy of a file that is not proven, or that holds other bytes than were proven, is kept', async () => {
  expect(await capture(null)).toEqual([]);
  expect(await capture(5)).toEqual([]);
});

test('what was listed and captured so far is told each time that it changes', async () => {
  const { ports } = groundOf(null);
  const told: string[] = [];
  const onProgress: CapturePorts['onProgress'] = ({ listed, captured }) => void told.push(`${listed} ${captured}`);
  const counter = { unrecognised: 0, listed: 6, captured: 0 };
  await captureLogs(chain, { since: null, covered: () => false, counter }, { ...ports, onProgress });
  expect(told).toEqual(['7 0', '7 1']);
});
