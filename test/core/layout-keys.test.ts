/** Every key that orgtrail reads back from a listing: what was written is read, and nothing beside it passes for it. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  changeFolder,
  changeKey,
  parseChangeKey,
  parseQuarantineKey,
  parseReceiptKey,
  parseTrailRecordKey,
  PROMOTED_TAG,
  provenKey,
  QUARANTINE_PARTS,
  quarantinePartKey,
  quarantineRoot,
  receiptKey,
  trailFolder,
  trailRecordKey,
} from '../../src/core/layout.ts';
import {
  acceptedFolder,
  acceptedKey,
  AUDIT_ACTS,
  auditKey,
  parseAcceptedKey,
  parseAuditKey,
} from '../../src/core/layout-acts.ts';

const END = Date.UTC(2026, 4, 1, 1, 13, 52);
const MARK = '0123456789abcdef';
const LOG_KEY =
  'logs/AWSLogs/111122223333/CloudTrail/eu-west-1/2026/05/01/111122223333_CloudTrail_eu-west-1_20260501T0110Z_AbCdEfGhIjKlMnOp.json.gz';
const RECORD = { account: '111122223333', homeRegion: 'eu-west-1', trail: 'main', seen: END, mark: MARK };
const CHANGE = { account: '111122223333', region: 'eu-west-1', time: END, name: 'StopLogging', eventId: `${MARK}-0a` };
const ENTRY = { verdict: 'log-malformed', bucket: 'member-logs', key: LOG_KEY, mark: MARK };
const AUDIT = { at: END, act: 'accept', mark: MARK } as const;
const ACCEPTED = { account: '111122223333', finding: `${MARK}${MARK}` };
const RECEIPT = {
  account: '111122223333',
  region: 'eu-west-1',
  trail: 'main',
  homeRegion: 'us-east-1',
  kind: 'standard',
  end: END,
  start: END - 3_600_000,
  mark: '0123456789ab',
  revision: 3,
  state: 'linked',
} as const;

interface Kind {
  readonly what: string;
  readonly key: string;
  readonly name: unknown;
  readonly parse: (prefix: string, key: string) => unknown;
}

const KINDS: readonly Kind[] = [
  { what: 'receipt', key: receiptKey('a/', RECEIPT), name: RECEIPT, parse: parseReceiptKey },
  {
    what: 'receipt of an unread backfill digest',
    key: receiptKey('a/', { ...RECEIPT, start: null, kind: 'backfill', state: 'failed' }),
    name: { ...RECEIPT, start: null, kind: 'backfill', state: 'failed' },
    parse: parseReceiptKey,
  },
  { what: 'trail record', key: trailRecordKey('a/', RECORD), name: RECORD, parse: parseTrailRecordKey },
  { what: 'change of a trail', key: changeKey('a/', CHANGE), name: CHANGE, parse: parseChangeKey },
  ...QUARANTINE_PARTS.map((part) => ({
    what: `${part} in quarantine`,
    key: quarantinePartKey('a/', ENTRY, part),
    name: { name: ENTRY, part },
    parse: parseQuarantineKey,
  })),
  ...AUDIT_ACTS.map((act) => ({
    what: `record that somebody asked for: ${act}`,
    key: auditKey('a/', { ...AUDIT, act }),
    name: { ...AUDIT, act },
    parse: parseAuditKey,
  })),
  { what: 'accepted finding', key: acceptedKey('a/', ACCEPTED), name: ACCEPTED, parse: parseAcceptedKey },
];
const ROWS = KINDS.map((kind) => [kind.what, kind] as const);

test('the keys are where the design has them', () => {
  expect(KINDS.map(({ key }) => key)).toEqual([
    'a/orgtrail/receipts/111122223333/eu-west-1/main/standard/2026/05/01/20260501T011352Z_20260501T001352Z_us-east-1_0123456789ab.r0003.linked.json',
    'a/orgtrail/receipts/111122223333/eu-west-1/main/backfill/2026/05/01/20260501T011352Z_unread_us-east-1_0123456789ab.r0003.failed.json',
    'a/orgtrail/trails/111122223333/eu-west-1/main/20260501T011352Z-0123456789abcdef.json',
    'a/orgtrail/trail-changes/111122223333/eu-west-1/2026/05/01/20260501T011352Z_StopLogging_0123456789abcdef-0a.json',
    `a/orgtrail/quarantine/log-malformed/member-logs/${LOG_KEY}/bytes-${MARK}`,
    ...['note', 'released', 'accepted'].map(
      (part) => `a/orgtrail/quarantine/log-malformed/member-logs/${LOG_KEY}/${part}-${MARK}.json`,
    ),
    ...['retry', 'accept', 'preflight', 'apply'].map(
      (act) => `a/orgtrail/audit/2026/05/01/20260501T011352Z_${act}_0123456789abcdef.json`,
    ),
    'a/orgtrail/accepted/111122223333/0123456789abcdef0123456789abcdef.json',
  ]);
});

test('what is tagged as proven is what a lifecycle rule of the bucket is told of', () => {
  expect([...PROMOTED_TAG]).toEqual([['orgtrail', 'promoted']]);
});

describe('a kept change was once written under one folder and looked for under another, so none was read back: each key', () => {
  test.each(ROWS)('of a %s is read as what it was made from', (_what, { key, name, parse }) => {
    expect(parse('a/', key)).toEqual(name);
  });
  test.each(ROWS)('of a %s is read below its own prefix only', (_what, { key, parse }) => {
    for (const prefix of ['', 'b/', 'a', 'a/o', `${key}/`]) expect(parse(prefix, key)).toBeNull();
    for (const other of [`x${key}`, key.slice(1), `a/${key}`, `${key}x`, `${key}\n`, `${key}/`])
      expect(parse('a/', other)).toBeNull();
  });
  test.each(ROWS)('of a %s with any change is none, or that of another', (_what, { key, name, parse }) => {
    const edit = fc.tuple(
      fc.integer({ min: 2, max: key.length - 1 }),
      fc.constantFrom('', '/', '_', '-', '.', '0', 'x', 'Z', '00', '\n'),
    );
    fc.assert(
      fc.property(edit, ([at, put]) => {
        const changed = key.slice(0, at) + put + key.slice(at + 1);
        const parsed = parse('a/', changed);
        if (changed !== key && parsed !== null) expect(parsed).not.toEqual(name);
      }),
      { numRuns: 500 },
    );
  });
  test.each(ROWS)('of a %s is of none of the other kinds', (_what, { key, parse }) => {
    const readers = new Set(KINDS.map((other) => other.parse).filter((other) => other !== parse));
    expect([...readers].filter((other) => other('a/', key) !== null)).toEqual([]);
  });
});

describe('a name that no key could say', () => {
  test('is none: days, times and states that are none', () => {
    const key = changeKey('a/', CHANGE);
    expect(parseChangeKey('a/', key.replace('2026/05/01', '2026/05/02'))).toBeNull();
    expect(parseChangeKey('a/', key.replace('T011352Z', 'T241352Z'))).toBeNull();
    expect(parseTrailRecordKey('a/', trailRecordKey('a/', RECORD).replace('T011352Z', 'T241352Z'))).toBeNull();
    const receipt = receiptKey('a/', RECEIPT);
    expect(parseReceiptKey('a/', receipt.replace('.linked.', '.proven.'))).toBeNull();
    expect(parseReceiptKey('a/', receipt.replace('.linked.', '.undefined.'))).toBeNull();
    expect(parseReceiptKey('a/', receipt.replace('T001352Z', 'T241352Z'))).toBeNull();
    expect(
      parseReceiptKey(
        'a/',
        receipt.replace('_20260501T011352Z', '_x').replace('/20260501T011352Z', '/20260501T241352Z'),
      ),
    ).toBeNull();
    expect(parseReceiptKey('a/', receipt.replace('.r0003.', '.r00003.'))).toBeNull();
  });
  test('is none: an act that nobody may ask for, and a day that is not that of its time', () => {
    const key = auditKey('a/', AUDIT);
    expect(parseAuditKey('a/', key.replace('_accept_', '_delete_'))).toBeNull();
    expect(parseAuditKey('a/', key.replace('2026/05/01', '2026/05/02'))).toBeNull();
    expect(parseAuditKey('a/', key.replace('T011352Z', 'T241352Z'))).toBeNull();
  });
  test('is none: in quarantine only files with a key of CloudTrail’s lie', () => {
    expect(parseQuarantineKey('a/', quarantinePartKey('a/', { ...ENTRY, key: 'x' }, 'note'))).toBeNull();
    expect(parseQuarantineKey('a/', quarantinePartKey('a/', ENTRY, 'note').replace('.json', ''))).toBeNull();
    expect(parseQuarantineKey('a/', `${quarantinePartKey('a/', ENTRY, 'bytes')}.json`)).toBeNull();
  });
});

test('nothing is archived under a name that is no key of CloudTrail’s', () => {
  expect(provenKey('a/', LOG_KEY)).toBe(`a/${LOG_KEY.slice('logs/'.length)}`);
  expect(() => provenKey('a/', '../x')).toThrow('not a CloudTrail key: "../x"');
});

test('a folder is where its keys lie', () => {
  expect(trailRecordKey('a/', RECORD).startsWith(trailFolder('a/', RECORD.account))).toBe(true);
  expect(changeKey('a/', CHANGE).startsWith(changeFolder('a/', CHANGE))).toBe(true);
  expect(acceptedKey('a/', ACCEPTED).startsWith(acceptedFolder('a/', ACCEPTED.account))).toBe(true);
  expect(quarantinePartKey('a/', ENTRY, 'note').startsWith(quarantineRoot('a/'))).toBe(true);
  expect([trailFolder('a/', '1'), changeFolder('a/', { account: '1', region: 'r' }), quarantineRoot('a/')]).toEqual([
    'a/orgtrail/trails/1/',
    'a/orgtrail/trail-changes/1/r/',
    'a/orgtrail/quarantine/',
  ]);
});
