/** Which captured files count as unlisted when trails share a folder, when a receipt cannot be read, when jobs race. */
import { hash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { inspectGzip } from '../../src/core/gzip.ts';
import { formatKey } from '../../src/core/key.ts';
import {
  originMark,
  parseReceiptKey,
  pendingKey,
  provenKey,
  quarantinePartKey,
  receiptKey,
  type ReceiptName,
} from '../../src/core/layout.ts';
import {
  countLogs,
  decodeReceipt,
  encodeReceipt,
  RECEIPT_SCHEMA,
  receiptState,
  type LogReceipt,
} from '../../src/core/receipt.ts';
import type { Chain, Source } from '../../src/core/source.ts';
import { formatIso, HOUR, MINUTE } from '../../src/core/time.ts';
import { OperatingError } from '../../src/errors.ts';
import type { ArchiveStore, StoredObject } from '../../src/ports.ts';
import { keepApart, release } from '../../src/stages/quarantine.ts';
import { listUnlisted, settleUnlisted } from '../../src/stages/unlisted.ts';
import type { UnlistedPorts } from '../../src/stages/unlisted-walk.ts';

const ACCOUNT = '111111111111';
const REGION = 'us-east-1';
const START = Date.UTC(2026, 2, 1);
const NOW = START + 100 * HOUR;
const FILE_TIME = START + 5 * HOUR + 30 * MINUTE;
const place = { bucket: 'archive', prefix: '', owner: ACCOUNT };

function sourceOf(trail: string, parts: Partial<Source> = {}): Source {
  return {
    reader: ACCOUNT,
    trailArn: `arn:aws:cloudtrail:${REGION}:${ACCOUNT}:trail/${trail}`,
    trail,
    homeRegion: REGION,
    bucket: 'member',
    prefix: '',
    bucketOwner: ACCOUNT,
    org: null,
    multiRegion: true,
    regions: null,
    formerBuckets: [],
    validation: true,
    status: null,
    selectors: null,
    narrowed: null,
    regionsFrom: 'seen',
    gone: false,
    ...parts,
  };
}

const MAIN = sourceOf('main');
const chain: Chain = { account: ACCOUNT, region: REGION, source: MAIN };

function logKey(time: number, unique = 'PlantedPlanted00'): string {
  const parts = { prefix: '', org: null, account: ACCOUNT, region: REGION, kind: 'CloudTrail' } as const;
  return formatKey({ ...parts, type: 'log', time, unique: `_${unique}` });
}

/** An archive in memory, with what is written counted. */
class Memory {
  readonly objects = new Map<string, StoredObject>();
  writes = 0;

  put(key: string, bytes: Uint8Array, lastModified = START): void {
    const rest = { contentType: null, contentEncoding: null, metadata: new Map<string, string>() };
    this.objects.set(key, { ...rest, bytes, lastModified, size: bytes.length, etag: 'e', versionId: null });
  }

  keys(part: string): readonly string[] {
    return [...this.objects.keys()].filter((key) => key.includes(part)).toSorted();
  }

  store(): ArchiveStore {
    const sorted = (prefix: string): readonly string[] =>
      [...this.objects.keys()].filter((key) => key.startsWith(prefix)).toSorted();
    const listed = (key: string) => ({
      key,
      size: 0,
      etag: 'e',
      lastModified: this.objects.get(key)?.lastModified ?? 0,
    });
    return {
      list: async function* ({ prefix, startAfter = '' }) {
        for (const key of sorted(prefix)) if (key > startAfter) yield listed(key);
      },
      folders: async ({ prefix }) => [
        ...new Set(sorted(prefix).flatMap((key) => /^[^/]+\//.exec(key.slice(prefix.length))?.[0] ?? [])),
      ],
      get: async ({ key }) => this.objects.get(key) ?? null,
      head: async ({ key }) => this.objects.get(key) ?? null,
      putIfAbsent: async ({ key }, { bytes }) => {
        if (this.objects.has(key)) return 'exists';
        this.writes += 1;
        this.put(key, bytes, NOW);
        return 'created';
      },
      tag: () => Promise.reject(new Error('nothing is tagged here')),
      probeConditionalWrites: async () => undefined,
      posture: () => Promise.reject(new Error('nobody asks')),
    };
  }
}

function portsOf(memory: Memory): UnlistedPorts {
  const ports = { archive: memory.store(), place };
  return {
    ...ports,
    inspector: { inspect: async (files, options) => files.map((file) => inspectGzip(file, options)) },
    maxBytes: 1024,
    maxInflated: 1024,
    slot: (transfer) => transfer(),
    readReceipt: async (name) => {
      const bytes = memory.objects.get(receiptKey('', name))?.bytes ?? new Uint8Array();
      const decoded = decodeReceipt(bytes, name);
      if ('receipt' in decoded) return decoded.receipt;
      throw new OperatingError({ code: 'archive-changed', message: decoded.problem, hint: '' });
    },
    keepApart: (file) => keepApart({ ...file, digest: null, trail: null }, ports),
    release: (entry, proof) => release(entry, proof, ports),
    signal: new AbortController().signal,
    now: NOW,
    grace: 26 * HOUR,
  };
}

function line(key: string, verdict: LogReceipt['verdict']): LogReceipt {
  const HASH = hash('sha256', key);
  return {
    origin: { bucket: 'member', key, versionId: null, etag: null },
    verdict,
    detail: '',
    via: 'source',
    place: null,
    expectedSha256: HASH,
    contentSha256: HASH,
    storedSha256: HASH,
    size: 1,
    notes: [],
    source: null,
  };
}

/** The receipts of a trail's hours, the first one a start; `names` of hour 5. */
function fill(
  memory: Memory,
  trail: string,
  { from = 0, hours = 12, without = -1, names = [] as readonly LogReceipt[] } = {},
): void {
  for (let hour = from; hour < hours; hour += 1) {
    if (hour === without) continue;
    const end = START + (hour + 1) * HOUR;
    const times = { start: START + hour * HOUR, end };
    const parts = { prefix: '', org: null, account: ACCOUNT, region: REGION, trail, homeRegion: REGION } as const;
    const key = formatKey({ ...parts, type: 'digest', end, kind: 'standard' });
    const logs = hour === 5 ? names : [];
    const link = hour === from ? 'chain-start' : 'linked';
    const state = receiptState({ digest: 'valid', link, logs: logs.map(({ verdict }) => verdict) });
    const name: ReceiptName = {
      account: ACCOUNT,
      region: REGION,
      trail,
      homeRegion: REGION,
      kind: 'standard',
      ...times,
      mark: originMark('member', key),
      revision: 0,
      state,
    };
    const bytes = encodeReceipt({
      schema: RECEIPT_SCHEMA,
      revision: 0,
      chain: { account: ACCOUNT, region: REGION, trail, trailArn: 'arn', homeRegion: REGION, kind: 'standard' },
      digest: {
        origin: { bucket: 'member', key, versionId: null, etag: null },
        verdict: 'valid',
        detail: '',
        place: null,
        start: formatIso(times.start),
        end: formatIso(end),
        previous: null,
        fingerprint: null,
        signature: null,
        contentSha256: null,
        storedSha256: null,
        size: 1,
      },
      link: { verdict: link, detail: '' },
      logs,
      counts: countLogs(logs),
    });
    memory.put(receiptKey('', name), bytes);
  }
}

/** An archive with the receipts of `main` and one captured file that it does not name. */
function ground(): Memory {
  const memory = new Memory();
  fill(memory, 'main');
  memory.put(pendingKey('', 'member', logKey(FILE_TIME)), gzipSync('{}'));
  return memory;
}

const settle = (memory: Memory, sources: readonly Source[] = [MAIN]) => settleUnlisted(chain, sources, portsOf(memory));

describe('a captured file that no digest names', () => {
  test('is put apart once, and told again', async () => {
    const memory = ground();
    expect(await settle(memory)).toEqual({ unlisted: 1, problem: null });
    expect(memory.keys('/log-unlisted/')).toHaveLength(2);
    const { writes } = memory;
    expect(await settle(memory)).toEqual({ unlisted: 1, problem: null });
    expect(memory.writes).toBe(writes);
  });

  test.each<readonly [string, number, Parameters<typeof fill>[2] | null, Partial<Source>]>([
    ['accounts for its time too', 1, {}, {}],
    ['has no digest for its hour', 0, { without: 5 }, {}],
    ['has no receipt at all', 0, null, {}],
    ['validates nothing', 0, {}, { validation: false }],
    ['is gone', 1, { hours: 2 }, { gone: true }],
    ['began after it', 1, { from: 8 }, {}],
    ['delivers elsewhere', 1, null, { bucket: 'other' }],
    [
      'delivers there as a former bucket',
      0,
      null,
      { bucket: 'other', formerBuckets: [{ bucket: 'member', prefix: '' }] },
    ],
    ['delivers in its home region alone', 1, null, { multiRegion: false, homeRegion: 'eu-west-1' }],
    ['is of an organization', 1, null, { org: 'o-abcdefghij' }],
  ])('beside a trail that %s: %i', async (_name, unlisted, filled, parts) => {
    const memory = ground();
    if (filled !== null) fill(memory, 'second', filled);
    const found = await settle(memory, [MAIN, sourceOf('second', parts)]);
    expect(found).toEqual({ unlisted, problem: null });
    expect(memory.keys('/log-unlisted/')).toHaveLength(2 * unlisted);
  });

  test.each(['valid', 'log-hash-mismatch', 'blocked-access'] as const)(
    'by any but a trail that is gone, whose line of it says %s, is not unlisted',
    async (verdict) => {
      const memory = ground();
      fill(memory, 'former', { names: [line(logKey(FILE_TIME), verdict)] });
      expect(await settle(memory)).toEqual({ unlisted: 0, problem: null });
    },
  );

  test('near a receipt that cannot be read stays as it is, and the receipt is told; files far from it are judged', async () => {
    const memory = ground();
    fill(memory, 'main', { hours: 80 });
    const far = logKey(START + 60 * HOUR + 30 * MINUTE);
    memory.put(pendingKey('', 'member', far), gzipSync('{}'));
    const damaged = memory.keys('orgtrail/receipts/').find((key) => parseReceiptKey('', key)?.end === START + 6 * HOUR);
    memory.put(damaged ?? '', Buffer.from('{}'));
    expect(await settle(memory)).toMatchObject({ unlisted: 1, problem: { code: 'archive-changed' } });
    expect(memory.keys('/log-unlisted/').every((key) => key.includes(far))).toBe(true);
  });

  test('within the grace stays as it is', async () => {
    const memory = ground();
    const ports = { ...portsOf(memory), now: FILE_TIME + 26 * HOUR };
    expect(await settleUnlisted(chain, [MAIN], ports)).toEqual({ unlisted: 0, problem: null });
    expect((await settleUnlisted(chain, [MAIN], { ...ports, now: ports.now + 1 })).unlisted).toBe(1);
  });

  test('was put apart while the job of the digest that names it ran: the next look releases it', async () => {
    const memory = ground();
    await settle(memory);
    const key = logKey(FILE_TIME);
    memory.put(provenKey('', key), gzipSync('{}'), START + 1000);
    fill(memory, 'main', { names: [line(key, 'valid')] });
    expect(await settle(memory)).toEqual({ unlisted: 0, problem: null });
    const [released = ''] = memory.keys('/released-');
    expect(JSON.parse(Buffer.from(memory.objects.get(released)?.bytes ?? []).toString('utf8'))).toMatchObject({
      digest: { end: formatIso(START + 6 * HOUR) },
      contentSha256: hash('sha256', key),
    });
    expect(await listUnlisted(chain, { from: null, to: null }, { archive: memory.store(), place })).toEqual([]);
  });
});

test('the list of a chain tells what is open and what was accepted, in the window asked for', async () => {
  const memory = ground();
  const later = FILE_TIME + 2 * HOUR;
  memory.put(pendingKey('', 'member', logKey(later)), gzipSync('{"later":true}'));
  await settle(memory);
  const shelf = { archive: memory.store(), place };
  const all = await listUnlisted(chain, { from: null, to: null }, shelf);
  expect(all).toMatchObject([
    { bucket: 'member', key: logKey(FILE_TIME), time: FILE_TIME, state: 'open', since: NOW },
    { time: later, state: 'open', finding: { code: 'log-unlisted', trail: 'main', from: formatIso(later) } },
  ]);
  const mark = hash('sha256', gzipSync('{}')).slice(0, 16);
  const name = { verdict: 'log-unlisted', bucket: 'member', key: logKey(FILE_TIME), mark };
  memory.put(quarantinePartKey('', name, 'accepted'), Buffer.from('{}'));
  expect((await listUnlisted(chain, { from: null, to: FILE_TIME }, shelf)).map(({ state }) => state)).toEqual([
    'accepted',
  ]);
  memory.put(quarantinePartKey('', name, 'released'), Buffer.from('{}'));
  expect((await listUnlisted(chain, { from: null, to: null }, shelf)).map(({ time }) => time)).toEqual([later]);
  expect(await listUnlisted(chain, { from: later + 1, to: null }, shelf)).toEqual([]);
});
