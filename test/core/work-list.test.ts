/** What a sweep has to do, against the plainest way to say it. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatKey, type DigestKey } from '../../src/core/key.ts';
import { originMark, RECEIPT_STATES, type ReceiptName } from '../../src/core/layout.ts';
import {
  aboutToBeProven,
  beside,
  digestsToJudge,
  missingFrom,
  withoutReceipt,
  type ListedDigest,
} from '../../src/core/work-list.ts';

const HOUR = 3_600_000;
const FIRST = Date.parse('2026-05-01T00:13:52Z');

const LISTED: fc.Arbitrary<ListedDigest> = fc
  .record({
    hour: fc.nat(8),
    kind: fc.constantFrom('standard' as const, 'backfill' as const),
    bucket: fc.constantFrom('logs', 'former'),
  })
  .map(({ hour, kind, bucket }) => {
    const key: DigestKey = {
      type: 'digest',
      prefix: '',
      org: null,
      account: '111122223333',
      region: 'eu-west-1',
      trail: 'main',
      homeRegion: 'eu-west-1',
      end: FIRST + hour * HOUR,
      kind,
    };
    return { bucket, rawKey: formatKey(key), key };
  });
const nameOf = ({ bucket, rawKey }: ListedDigest): string => `${bucket}/${rawKey}`;
const LISTING = fc.uniqueArray(LISTED, { selector: nameOf, maxLength: 20 });

function receiptOf({ bucket, rawKey, key }: ListedDigest, state: ReceiptName['state']): ReceiptName {
  const { account, region, trail, homeRegion, kind, end } = key;
  return {
    account,
    region,
    trail,
    homeRegion,
    kind,
    end,
    start: end - HOUR,
    mark: originMark(bucket, rawKey),
    revision: 0,
    state,
  };
}

describe('the digests to judge', () => {
  const receipts = fc.uniqueArray(fc.record({ digest: LISTED, state: fc.constantFrom(...RECEIPT_STATES) }), {
    selector: ({ digest }) => nameOf(digest),
    maxLength: 20,
  });
  test('are those without a receipt, blocked and unlinked ones, and failed and defended ones on a full sweep, oldest first', () => {
    fc.assert(
      fc.property(LISTING, receipts, fc.boolean(), (listed, recorded, full) => {
        const states = new Map(recorded.map(({ digest, state }) => [nameOf(digest), state]));
        const settled = (digest: ListedDigest): boolean => {
          const state = states.get(nameOf(digest));
          return state === 'linked' || state === 'start' || ((state === 'failed' || state === 'defended') && !full);
        };
        const names = recorded.map(({ digest, state }) => receiptOf(digest, state));
        const judged = digestsToJudge(listed, names, full);
        expect(judged.map(nameOf).toSorted()).toEqual(
          listed
            .filter((one) => !settled(one))
            .map(nameOf)
            .toSorted(),
        );
        expect(judged.map(({ key }) => key.end)).toEqual(judged.map(({ key }) => key.end).toSorted((a, b) => a - b));
        expect(withoutReceipt(listed, names).map(nameOf)).toEqual(
          listed.filter((one) => !states.has(nameOf(one))).map(nameOf),
        );
      }),
      { numRuns: 300 },
    );
  });
});

test('a file is about to be proven when the first digest that ends at or after it is open', () => {
  const digests = fc.uniqueArray(fc.record({ end: fc.nat(50), open: fc.boolean() }), {
    selector: ({ end }) => end,
    maxLength: 15,
  });
  fc.assert(
    fc.property(digests, (all) => {
      const isCovered = aboutToBeProven(all);
      for (let at = -1; at <= 52; at += 1) {
        const [next] = all.filter(({ end }) => end >= at).toSorted((a, b) => a.end - b.end);
        expect(isCovered(at)).toBe(next?.open ?? false);
      }
    }),
    { numRuns: 300 },
  );
});

describe('what is missing from the other streams', () => {
  const keys = fc.uniqueArray(fc.stringMatching(/^[a-c./]{1,4}$/), { maxLength: 40 }).map((all) => all.toSorted());

  async function* streamOf(items: readonly string[], onPull: (item: string) => void): AsyncGenerator<string> {
    for (const item of items) {
      onPull(item);
      yield item;
    }
  }

  async function collect(items: AsyncIterable<string>): Promise<readonly string[]> {
    const found: string[] = [];
    for await (const item of items) found.push(item);
    return found;
  }

  test('is the difference of the sets, in order', async () => {
    await fc.assert(
      fc.asyncProperty(keys, fc.array(keys, { maxLength: 3 }), async (wanted, have) => {
        const streams = have.map((one) => streamOf(one, () => undefined));
        const found = await collect(
          missingFrom(
            streamOf(wanted, () => undefined),
            streams,
            (item) => item,
          ),
        );
        const all = new Set(have.flat());
        expect(found).toEqual(wanted.filter((item) => !all.has(item)));
      }),
      { numRuns: 300 },
    );
  });

  test('is told without reading ahead: one item of the wanted, one beyond it of the others', async () => {
    await fc.assert(
      fc.asyncProperty(keys, fc.array(keys, { minLength: 1, maxLength: 3 }), async (wanted, have) => {
        const pulled = have.map(() => new Array<string>());
        let asked = 0;
        let current = '';
        const source = streamOf(wanted, (item) => {
          asked += 1;
          current = item;
        });
        const streams = have.map((one, index) => streamOf(one, (item) => void pulled[index]?.push(item)));
        for await (const found of missingFrom(source, streams, (item) => item)) {
          expect(found).toBe(current);
          expect(asked).toBe(wanted.indexOf(found) + 1);
          for (const items of pulled) expect(items.filter((item) => item >= found).length).toBeLessThanOrEqual(1);
        }
        expect(asked).toBe(wanted.length);
        for (const items of pulled) expect(items.filter((item) => item >= current).length).toBeLessThanOrEqual(1);
      }),
      { numRuns: 200 },
    );
  });

  test('a stream that breaks breaks the answer: it is never taken for an empty one', async () => {
    async function* broken(): AsyncGenerator<string> {
      yield 'a';
      throw new Error('the listing broke');
    }
    const run = collect(
      missingFrom(
        streamOf(['a', 'b'], () => undefined),
        [broken()],
        (item) => item,
      ),
    );
    await expect(run).rejects.toThrow('the listing broke');
  });
});

describe('what lies beside the items of another stream', () => {
  const keys = fc.uniqueArray(fc.stringMatching(/^[a-c./]{1,4}$/), { maxLength: 40 }).map((all) => all.toSorted());

  async function* streamOf(items: readonly string[]): AsyncGenerator<string> {
    yield* items;
  }

  test('is the item of the same name or null; the other stream is opened once, at the first item, and not without one', async () => {
    await fc.assert(
      fc.asyncProperty(keys, keys, async (wanted, have) => {
        const opened: string[] = [];
        const found: [string, string | null][] = [];
        const pairs = beside(
          streamOf(wanted),
          (first) => {
            opened.push(first);
            return streamOf(have.map((item) => `x${item}`));
          },
          { wanted: (item) => item, other: (item) => item.slice(1) },
        );
        for await (const { item, match } of pairs) found.push([item, match]);
        expect(found).toEqual(wanted.map((item) => [item, have.includes(item) ? `x${item}` : null]));
        expect(opened).toEqual(wanted.slice(0, 1));
      }),
      { numRuns: 300 },
    );
  });
});
