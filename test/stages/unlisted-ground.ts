/** An archive in memory with receipts of made-up trails, and captured files that no digest names. */
import { hash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { inspectGzip } from '../../src/core/gzip.ts';
import { formatKey } from '../../src/core/key.ts';
import { originMark, pendingKey, receiptKey, type ReceiptName } from '../../src/core/layout.ts';
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
import type { UnlistedPorts } from '../../src/stages/unlisted-walk.ts';
import { bareSource } from '../core/trail-source.ts';

const ACCOUNT = '111111111111';
const REGION = 'us-east-1';
export const START = Date.UTC(2026, 2, 1);
export const NOW = START + 100 * HOUR;
/** When the captured file was written. */
export const FILE_TIME = START + 5 * HOUR + 30 * MINUTE;
export const place = { bucket: 'archive', prefix: '', owner: ACCOUNT };

/** A trail that delivers to the bucket `member`. */
export function sourceOf(trail: string, parts: Partial<Source> = {}): Source {
  return bareSource({ reader: ACCOUNT, trail, bucket: 'member', ...parts });
}

export const MAIN = sourceOf('main');
export const chain: Chain = { account: ACCOUNT, region: REGION, source: MAIN };

export function logKey(time: number, unique = 'PlantedPlanted00'): string {
  const parts = { prefix: '', org: null, account: ACCOUNT, region: REGION, kind: 'CloudTrail' } as const;
  return formatKey({ ...parts, type: 'log', time, unique: `_${unique}` });
}

/** An archive in memory, with what is written counted. */
export class Memory {
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

export function portsOf(memory: Memory): UnlistedPorts {
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

/** What a receipt says of one log file. */
export function line(key: string, verdict: LogReceipt['verdict']): LogReceipt {
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
export function fill(
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
export function ground(): Memory {
  const memory = new Memory();
  fill(memory, 'main');
  memory.put(pendingKey('', 'member', logKey(FILE_TIME)), gzipSync('{}'));
  return memory;
}
