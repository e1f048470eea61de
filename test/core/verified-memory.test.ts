import { hash } from 'node:crypto';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatKey } from '../../src/core/key.ts';
import {
  decodeMemory,
  encodeMemory,
  memoryDay,
  memoryFolder,
  type MemoryPlace,
  type ProvenDigest,
} from '../../src/core/verified-memory.ts';

const PLACE: MemoryPlace = {
  account: '111122223333',
  region: 'eu-west-1',
  trail: 'main',
  homeRegion: 'eu-west-1',
  kind: 'standard',
  day: '2026/03/01',
};
const MIDNIGHT = Date.UTC(2026, 2, 1);
const parts = { prefix: '', org: null, account: PLACE.account, region: PLACE.region } as const;

const stood = fc.record({ key: fc.string(), etag: fc.string(), size: fc.nat(), lastModified: fc.nat() });
const log = fc
  .record({
    second: fc.nat(86_399),
    unique: fc.stringMatching(/^[A-Za-z0-9]{16}$/),
    etag: fc.string(),
    size: fc.nat(),
    lastModified: fc.nat(),
  })
  .map(({ second, unique, ...rest }) => {
    const time = Math.floor((MIDNIGHT + second * 1000) / 60_000) * 60_000;
    return {
      ...rest,
      bucket: 'b',
      key: formatKey({ type: 'log', ...parts, kind: 'CloudTrail', time, unique: `_${unique}` }),
    };
  });
const digest: fc.Arbitrary<ProvenDigest> = fc.record({
  key: fc.nat(86_399).map((second) =>
    formatKey({
      type: 'digest',
      ...parts,
      trail: 'main',
      homeRegion: PLACE.homeRegion,
      end: MIDNIGHT + second * 1000,
      kind: 'standard',
    }),
  ),
  bucket: fc.constant('b'),
  start: fc.nat(),
  link: fc.constantFrom('linked', 'chain-start'),
  previousKey: fc.option(fc.string()),
  rests: fc.array(stood, { maxLength: 4 }),
  logs: fc.uniqueArray(log, { maxLength: 4, selector: (one) => one.key }),
  changes: fc.array(fc.string(), { maxLength: 2 }),
});
const digests = fc.uniqueArray(digest, { maxLength: 5, selector: (one) => one.key });

function read(bytes: Uint8Array, key: string, place = PLACE): ReturnType<typeof decodeMemory> {
  return decodeMemory(bytes, { prefix: 'p/', key, place });
}

test('what was written is read back, the same bytes in any order', () => {
  fc.assert(
    fc.property(digests, (all) => {
      const { key, bytes } = encodeMemory('p/', PLACE, all);
      expect(encodeMemory('p/', PLACE, all.toReversed()).key).toBe(key);
      const back = read(bytes, key);
      const sorted = (list: readonly ProvenDigest[]): readonly ProvenDigest[] =>
        list
          .map((one) => ({ ...one, logs: one.logs.toSorted((a, b) => (a.key < b.key ? -1 : 1)) }))
          .toSorted((a, b) => (a.key < b.key ? -1 : 1));
      expect('digests' in back ? sorted(back.digests) : back).toEqual(sorted(all));
      expect(memoryDay(memoryFolder('p/', PLACE), key)).toBe(PLACE.day);
    }),
  );
});

test('one byte changed, or another chain or day: nothing is read', () => {
  fc.assert(
    fc.property(digests, fc.nat(), (all, at) => {
      const { key, bytes } = encodeMemory('p/', PLACE, all);
      const changed = Buffer.from(bytes);
      changed.writeUInt8(changed.readUInt8(at % changed.length) ^ 1, at % changed.length);
      expect(read(changed, key)).toHaveProperty('problem');
      for (const other of [
        { ...PLACE, day: '2026/03/02' },
        { ...PLACE, trail: 'other' },
        { ...PLACE, homeRegion: 'us-east-1' },
      ])
        expect(read(bytes, key, other)).toHaveProperty('problem');
      const renamed = encodeMemory('p/', { ...PLACE, trail: 'other' }, all);
      expect(read(bytes, renamed.key, { ...PLACE, trail: 'other' })).toHaveProperty('problem');
    }),
  );
});

test('any JSON under a name that fits its bytes is refused, or is what orgtrail writes: nothing is thrown', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(digest, fc.jsonValue()), { maxLength: 4 }), (lines) => {
      const text = JSON.stringify({ schema: 'orgtrail.verified/1', ...PLACE, digests: lines });
      const bytes = Buffer.from(`${text}\n`);
      const key = `${memoryFolder('p/', PLACE)}${PLACE.day}-${hash('sha256', bytes).slice(0, 16)}.json`;
      const back = read(bytes, key);
      if ('digests' in back) expect(back.digests.length).toBe(lines.length);
      else expect(back.problem).toBe('a digest in it is not as it was written');
    }),
  );
});
