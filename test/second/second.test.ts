/** The second verifier by itself: that it stands alone, and that it sees what it is there to see. */
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { CloudObject } from '../cloud/types.ts';
import { sourceFiles } from '../tidy/source-file.ts';
import { memberIn } from './member.ts';
import { nameIn, secondsTime } from './names.ts';
import type { Answer, Complaint, ExpectedChain, Question } from './question.ts';
import { secondOpinion } from './second.ts';
import { without } from './spans.ts';
import { readJson } from './strict-json.ts';

const ALLOWED = new Set(['node:crypto', 'node:zlib', '../cloud/types.ts']);

describe('it stands alone', () => {
  const root = join(import.meta.dirname, '../..');
  const files = sourceFiles(root, ['test/second']).filter(({ path }) => !path.endsWith('.test.ts'));
  test('it is really there', () => expect(files.map(({ path }) => path)).toContain('test/second/second.ts'));
  test.each(files)('$path imports nothing of the product and no helper of the forge', ({ imports }) => {
    const foreign = imports.filter(({ from }) => !ALLOWED.has(from) && !/^\.\/[a-z-]+\.ts$/.test(from));
    const run = imports.filter(({ from, typeOnly }) => from.startsWith('..') && !typeOnly);
    expect([...foreign, ...run]).toEqual([]);
  });
});

const HOUR = 3_600_000;
const START = Date.parse('2026-05-01T00:13:52Z');
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const der = new Uint8Array(publicKey.export({ type: 'pkcs1', format: 'der' }));
const fingerprint = createHash('md5').update(der).digest('hex');
const ACCOUNT = '111122223333';
const REGION = 'eu-west-1';

const iso = (at: number): string => `${new Date(at).toISOString().slice(0, 19)}Z`;
const compact = (at: number): string => iso(at).replaceAll(/[-:]/g, '');
const folder = (kind: string, at: number): string =>
  `AWSLogs/${ACCOUNT}/${kind}/${REGION}/${iso(at).slice(0, 10).replaceAll('-', '/')}/${ACCOUNT}_${kind}_${REGION}_`;

function objectOf(key: string, content: string, metadata: readonly (readonly [string, string])[] = []): CloudObject {
  const body = new Uint8Array(gzipSync(content));
  return { bucket: 'b', key, body, metadata: new Map(metadata), contentType: '', contentEncoding: null };
}

function logOf(at: number, name: string, content = '{"Records":[]}'): CloudObject {
  return objectOf(`${folder('CloudTrail', at)}${compact(at).slice(0, 13)}Z_${name.padEnd(16, 'x')}.json.gz`, content);
}

interface Made {
  readonly object: CloudObject;
  readonly text: string;
  readonly signature: string;
}

interface Wanted {
  readonly start: number;
  readonly previous: Made | null;
  readonly logs: readonly CloudObject[];
  readonly change?: Readonly<Record<string, unknown>>;
}

/** A digest by the letter of the description, made here and not by the forge. */
function digestOf({ start, previous, logs, change = {} }: Wanted): Made {
  const end = start + HOUR;
  const key = `${folder('CloudTrail-Digest', end)}main_${REGION}_${compact(end)}.json.gz`;
  const fields = {
    awsAccountId: ACCOUNT,
    digestStartTime: iso(start),
    digestEndTime: iso(end),
    digestS3Bucket: 'b',
    digestS3Object: key,
    digestPublicKeyFingerprint: fingerprint,
    digestSignatureAlgorithm: 'SHA256withRSA',
    newestEventTime: null,
    oldestEventTime: null,
    previousDigestS3Bucket: previous === null ? null : 'b',
    previousDigestS3Object: previous?.object.key ?? null,
    previousDigestHashValue: previous === null ? null : sha256(previous.text),
    previousDigestHashAlgorithm: previous === null ? null : 'SHA-256',
    previousDigestSignature: previous?.signature ?? null,
    logFiles: logs.map((log) => ({
      s3Bucket: 'b',
      s3Object: log.key,
      hashValue: sha256('{"Records":[]}'),
      hashAlgorithm: 'SHA-256',
      newestEventTime: iso(start),
      oldestEventTime: iso(start),
    })),
    ...change,
  };
  const text = JSON.stringify(fields);
  const signed = [fields.digestEndTime, `b/${key}`, sha256(text), previous?.signature ?? 'null'].join('\n');
  const signature = sign('sha256', Buffer.from(signed), privateKey).toString('hex');
  const metadata = [
    ['signature', signature],
    ['signature-algorithm', 'SHA256withRSA'],
  ] as const;
  return { object: objectOf(key, text, metadata), text, signature };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

const logs = [0, 1, 2, 3].map((hour) => logOf(START + hour * HOUR + 20 * 60_000 + 8000, `log${hour}`));

function chainOf(change: (hour: number) => Wanted['change'] = () => ({})): readonly Made[] {
  const made: Made[] = [];
  for (const [hour, log] of logs.entries()) {
    const previous = made.at(-1) ?? null;
    made.push(digestOf({ start: START + hour * HOUR, previous, logs: [log], change: change(hour) ?? {} }));
  }
  return made;
}

const TRAIL = {
  arn: `arn:aws:cloudtrail:${REGION}:${ACCOUNT}:trail/main`,
  name: 'main',
  account: ACCOUNT,
  homeRegion: REGION,
  bucket: 'b',
  prefix: null,
  multiRegion: false,
  organization: false,
  validation: true,
  status: {
    logging: true,
    latestDigestDelivery: null,
    latestDigestError: null,
    startedLogging: START,
    stoppedLogging: null,
  },
} as unknown as ExpectedChain['trail'];

function ask(objects: readonly CloudObject[], change: Partial<Question> = {}): Answer {
  const places = [{ bucket: 'b', prefix: null }];
  const expected = {
    id: 'x',
    trail: TRAIL,
    account: ACCOUNT,
    region: REGION,
    organization: null,
    places,
    since: START,
  };
  return secondOpinion({
    now: START + 6 * HOUR,
    digestGrace: 2 * HOUR,
    unlistedGrace: 2 * HOUR,
    maxInflated: 1_000_000,
    chains: [expected],
    objects,
    keys: [{ region: REGION, fingerprint, der, validFrom: START - 24 * HOUR, validTo: START + 24 * HOUR }],
    ...change,
  });
}

const whole = [...chainOf().map(({ object }) => object), ...logs];
const complaints = (answer: Answer): readonly Complaint[] => answer.objections.map(({ complaint }) => complaint);
const dropped = (key: string | undefined): readonly CloudObject[] => whole.filter((object) => object.key !== key);
const replaced = (at: number, change: Partial<CloudObject>): readonly CloudObject[] =>
  whole.map((object, index) => (index === at ? { ...object, ...change } : object));

describe('it sees', () => {
  test('a whole chain, and proves every hour of it', () => {
    const answer = ask(whole);
    expect(answer.objections).toEqual([]);
    expect(answer.proven.get('x')).toHaveLength(4);
  });
  test.each<readonly [string, readonly CloudObject[], Complaint]>([
    ['a deleted digest', dropped(whole[1]?.key), 'digest-absent'],
    ['the newest two digests cut off', dropped(whole[3]?.key).filter(({ key }) => key !== whole[2]?.key), 'tail-cut'],
    ['nothing at all', [], 'no-digest'],
    ['a deleted log file', dropped(logs[2]?.key), 'log-absent'],
    ['an altered log file', replaced(5, { body: gzipSync('{"Records":[1]}') }), 'log-content'],
    ['a cut log file', replaced(5, { body: whole[5]?.body.slice(0, -8) ?? new Uint8Array() }), 'log-bytes'],
    ['a planted log file', [...whole, logOf(START + HOUR + 30 * 60_000 + 8000, 'planted')], 'log-unlisted'],
    ['a lost signature', replaced(1, { metadata: new Map() }), 'digest-unsigned'],
    ['a digest over another', replaced(1, { body: whole[2]?.body ?? new Uint8Array() }), 'digest-moved'],
    [
      'trailing bytes',
      replaced(1, { body: Buffer.concat([whole[1]?.body ?? Buffer.of(), Buffer.of(0)]) }),
      'digest-bytes',
    ],
  ])('%s', (_name, objects, complaint) => {
    const answer = ask(objects);
    expect(complaints(answer)).toContain(complaint);
    if (complaint !== 'log-unlisted') expect((answer.proven.get('x') ?? []).length).toBeLessThan(4);
  });
  test.each<readonly [string, Readonly<Record<string, unknown>>, Complaint]>([
    ['a wrong previous hash', { previousDigestHashValue: sha256('other') }, 'link-broken'],
    ['another account inside', { awsAccountId: '999999999999' }, 'digest-identity'],
    ['a start in 1970', { digestStartTime: '1970-01-01T00:00:00Z' }, 'digest-times'],
    ['a gap in time', { digestStartTime: iso(START + 2 * HOUR + 60_000) }, 'link-time'],
    ['a file elsewhere', { logFiles: [foreignEntry()] }, 'log-foreign'],
  ])('%s, signed', (_name, change, complaint) => {
    const made = chainOf((hour) => (hour === 2 ? change : {}));
    expect(complaints(ask([...made.map(({ object }) => object), ...logs]))).toContain(complaint);
  });
  test('a restart that nothing tells of', () => {
    const [first, second] = chainOf();
    const restart = digestOf({ start: START + 2 * HOUR, previous: null, logs: [] });
    const objects = [first, second, restart].flatMap((made) => (made === undefined ? [] : [made.object]));
    expect(complaints(ask([...objects, ...logs.slice(0, 2)]))).toContain('restart');
  });
  test('an unknown key', () => expect(complaints(ask(whole, { keys: [] }))).toContain('digest-key'));
});

function foreignEntry(): object {
  const times = { newestEventTime: iso(START), oldestEventTime: iso(START) };
  return { s3Bucket: 'other', s3Object: logs[2]?.key, hashValue: sha256('x'), hashAlgorithm: 'SHA-256', ...times };
}

describe('its parts', () => {
  test('names are read from the right, so that a trail may carry anything', () => {
    const name = nameIn(
      `p/AWSLogs/o-abcdefghij/${folder('CloudTrail-Digest', START).slice(8)}a_b_eu-west-1_${REGION}_${compact(START)}_backfill.json.gz`,
    );
    expect(name).toMatchObject({ prefix: 'p', organization: 'o-abcdefghij', trail: 'a_b_eu-west-1', backfill: true });
    expect(
      nameIn(`../${folder('CloudTrail', START)}${compact(START).slice(0, 13)}Z_${'x'.repeat(16)}.json.gz`),
    ).toBeNull();
  });
  test.each(['2026-02-30T00:00:00Z', '2026-05-01T24:00:00Z', '2026-05-01 00:00:00Z', ''])('%s is no time', (text) => {
    expect(secondsTime(text)).toBeNull();
  });
  test.each(['{"a":1,"a":2}', '{"__proto__":1}', '[1,]', '{"a":1} x', '\uFEFF{}', "{'a':1}", '01', '"\n"', ''])(
    '%j is no JSON',
    (text) => expect(readJson(Buffer.from(text))).toBeUndefined(),
  );
  test('JSON is read as the engine reads it', () => {
    const value = readJson(Buffer.from(String.raw`{"a":[1,-2.5e3,"\u0041\/",true,null],"b":{}}`));
    expect(value).toEqual(
      new Map<string, unknown>([
        ['a', [1, -2500, 'A/', true, null]],
        ['b', new Map()],
      ]),
    );
  });
  test('a bomb is refused', () => expect(memberIn(gzipSync(Buffer.alloc(2_000_000)), 1_000_000)).toBeNull());
  test('spans', () =>
    expect(without([{ from: 0, to: 9 }], [{ from: 2, to: 3 }])).toEqual([
      { from: 0, to: 2 },
      { from: 3, to: 9 },
    ]));
});
