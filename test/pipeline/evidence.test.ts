/** What the pages read of digests: receipts opened, their bytes, and nothing that a client or Redis could point elsewhere. */
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { provenKey, receiptKey } from '../../src/core/layout.ts';
import { formatIso, HOUR, MINUTE } from '../../src/core/time.ts';
import { digestPage, digestsPage } from '../../src/web/contract/chains.ts';
import * as digests from '../cloud/forge/damage/digests.ts';
import * as logs from '../cloud/forge/damage/logs.ts';
import type { CloudObject } from '../cloud/types.ts';
import { keysWith, objectAt, overwrite, remove } from '../flow/evidence.ts';
import { BUCKET, openChain } from '../flow/one-chain.ts';
import { ARCHIVE } from '../flow/organization.ts';
import { pass } from '../flow/pass.ts';
import { collected, coverOf, DAY, deny, nth, readerOf, recordedIn, rewrite, type Ground } from './evidence-ground.ts';

const AT = '2026-03-01T06:00:00Z';

/** Digests as told, held against the API's own schema. */
async function digestsOf({ evidence, chain }: Ground, from: number, to: number) {
  return digestsPage.parse({ readAt: AT, ...(await evidence.digests(chain, { from, to })) });
}

async function pageOf({ evidence, chain }: Ground, id: string) {
  return digestPage.parse({ readAt: AT, ...(await evidence.digest(chain, id)) });
}

describe('the digests of a window', () => {
  test('are told from the names of receipts, oldest first, by the ids that open them', async () => {
    const ground = await collected();
    const { world } = ground;
    const told = await digestsOf(ground, world.start, world.end());
    const recorded = recordedIn(world);
    expect(told.digests).toEqual(
      recorded.map(({ name, id, key }) => ({
        id,
        kind: 'standard',
        start: formatIso(name.start ?? 0),
        end: formatIso(name.end),
        state: name.state,
        revision: 0,
        receipt: key,
      })),
    );
    expect(told.digests.map(({ state }) => state)).toEqual(['start', 'linked', 'linked', 'linked']);
    expect(told.gaps).toEqual([]);
  });

  test('are those whose time meets it, and no others', async () => {
    const ground = await collected();
    const { world } = ground;
    const second = { from: world.start + HOUR, to: world.start + 2 * HOUR };
    const told = await digestsOf(ground, second.from, second.to);
    expect(told.digests.map(({ end }) => end)).toEqual([formatIso(second.to)]);
    const inside = await digestsOf(ground, second.from + MINUTE, second.from + 2 * MINUTE);
    expect(inside.digests.map(({ end }) => end)).toEqual([formatIso(second.to)]);
  });

  test('are the newest revisions alone', async () => {
    let lost: CloudObject | undefined;
    const ground = await collected((scene) => {
      const key = scene.chain.hours[1]?.logs[0]?.key ?? '';
      lost = scene.buckets.get(BUCKET)?.get(key);
      scene.buckets.get(BUCKET)?.delete(key);
    });
    const { world, now } = ground;
    expect(recordedIn(world).map(({ name }) => name.state)).toEqual(['start', 'failed', 'linked', 'linked']);
    if (lost !== undefined) world.put([lost]);
    world.publish(now);
    await pass(world, now);
    const told = await digestsOf(ground, world.start, world.end());
    expect(told.digests).toHaveLength(4);
    const changed = told.digests.find(({ revision }) => revision > 0);
    const page = await pageOf(ground, changed?.id ?? '');
    expect(page.revisions.map(({ revision }) => revision)).toEqual([0, 1]);
    expect(page.line.revision).toBe(1);
  });

  test('wider than eight days, or of no length, are refused', async () => {
    const { evidence, chain, world } = await collected();
    for (const to of [world.start + 8 * DAY + 1, world.start, Number.NaN])
      await expect(evidence.digests(chain, { from: world.start, to })).rejects.toMatchObject({ code: 'usage' });
  });

  test('of another home region of the same trail name are not among them', async () => {
    const { evidence, chain, world } = await collected();
    const other = await evidence.digests({ ...chain, homeRegion: 'us-east-1' }, { from: world.start, to: world.end() });
    expect(other.digests).toEqual([]);
  });
});

describe('what no digest covers', () => {
  test('has the state that coverage gave it; what it called verified without a receipt is unknown', async () => {
    const { world, evidence, now } = await collected();
    const [, second, third] = recordedIn(world);
    for (const one of [second, third]) remove(world, ARCHIVE, one?.key ?? '');
    const [from, middle, to] = [world.start + HOUR, world.start + 2 * HOUR, world.start + 3 * HOUR];
    const runs = [
      { from: world.start, to: middle, state: 'verified' },
      { from: middle, to, state: 'failed' },
      { from: to, to: world.end(), state: 'verified' },
    ] as const;
    const told = await evidence.digests(coverOf(world, { runs }), { from: world.start, to: world.end() });
    expect(told.gaps).toEqual([
      { from: formatIso(from), to: formatIso(middle), state: 'unknown' },
      { from: formatIso(middle), to: formatIso(to), state: 'failed' },
    ]);
    const late = await evidence.digests(coverOf(world), { from: to, to: now + DAY });
    expect(late.gaps).toEqual([{ from: formatIso(world.end()), to: formatIso(now), state: 'pending' }]);
  });

  test('is no gap before anything was due, and unknown where nobody computed it', async () => {
    const { world, evidence } = await collected();
    const window = { from: world.start - 2 * DAY, to: world.start };
    expect((await evidence.digests(coverOf(world), window)).gaps).toEqual([]);
    const days = { from: Math.floor(window.from / DAY) * DAY, letters: '..v' };
    const gap = { from: formatIso(window.from), to: formatIso(window.to), state: 'unknown' };
    expect((await evidence.digests(coverOf(world, { runs: [] }), window)).gaps).toEqual([gap]);
    const quiet = { from: days.from, to: days.from + 2 * DAY };
    expect((await evidence.digests(coverOf(world, { runs: [], days }), quiet)).gaps).toEqual([]);
  });
});

describe('a digest', () => {
  test('is told with its link, key, files, hashes and own text', async () => {
    const ground = await collected();
    const { world } = ground;
    const recorded = recordedIn(world);
    const { receipt, id } = nth(recorded, 1);
    const page = await pageOf(ground, id);
    expect(page).toMatchObject({
      archive: ARCHIVE,
      verdict: 'valid',
      hint: null,
      link: { verdict: 'linked', detail: '', hint: null },
      place: provenKey('', receipt.digest.origin.key),
      previous: { bucket: BUCKET, key: nth(recorded, 0).receipt.digest.origin.key, id: nth(recorded, 0).id },
      nextId: nth(recorded, 2).id,
      counts: { named: 2, valid: 2, invalid: 0, missing: 0, blocked: 0 },
      moreLogs: 0,
      quarantine: [],
      peer: null,
      rawProblem: null,
    });
    expect(
      page.logs.map(({ expectedSha256, contentSha256, verdict, hint, peer }) => [
        verdict,
        hint,
        peer,
        expectedSha256 === contentSha256,
      ]),
    ).toEqual([
      ['valid', null, null, true],
      ['valid', null, null, true],
    ]);
    const { fingerprint, kept } = page.key ?? {};
    expect(fingerprint).toBe(receipt.digest.fingerprint);
    expect(keysWith(world, ARCHIVE, 'orgtrail/keys/')).toContain(kept);
    expect((page.key?.from ?? '') < (page.key?.to ?? '')).toBe(true);
    const source = objectAt(world, BUCKET, receipt.digest.origin.key);
    expect(JSON.parse(page.raw ?? '')).toEqual(JSON.parse(gunzipSync(source.body).toString('utf8')));
    expect(page.raw).toContain('\n  "');
    const ends = [await pageOf(ground, nth(recorded, 0).id), await pageOf(ground, nth(recorded, 3).id)];
    expect([ends[0]?.previous, ends[1]?.nextId]).toEqual([null, null]);
  });

  test('gives its bytes as they are kept, under a name that no file system or header takes for anything else', async () => {
    const { evidence, chain, world } = await collected();
    const { receipt, id } = nth(recordedIn(world), 2);
    const raw = await evidence.raw(chain, id);
    expect(Buffer.from(raw?.bytes ?? [])).toEqual(Buffer.from(objectAt(world, BUCKET, receipt.digest.origin.key).body));
    expect(raw?.name).toBe(`111122223333_eu-west-1_main_${id}.json.gz`);
    expect(raw?.name).toMatch(/^[A-Za-z0-9._-]+$/);
  });

  test('with a log file that was changed names both hashes, the next step and the bytes in quarantine', async () => {
    const ground = await collected(logs.alterLog);
    const failed = nth(
      recordedIn(ground.world).filter(({ name }) => name.state === 'failed'),
      0,
    );
    const page = await pageOf(ground, failed.id);
    const [first, second] = page.logs;
    expect(first).toMatchObject({ verdict: 'log-hash-mismatch', peer: null });
    expect(first?.contentSha256).not.toBe(first?.expectedSha256);
    expect(first?.hint).toContain('changed after delivery');
    expect(second?.verdict).toBe('valid');
    expect(page.quarantine).toEqual([first?.place]);
    expect(keysWith(ground.world, ARCHIVE, 'log-hash-mismatch/').some((key) => key === first?.place)).toBe(true);
    expect([page.verdict, page.counts.invalid, page.rawProblem]).toEqual(['valid', 1, null]);
  });

  test('with a log file that lost its trailer tells that the other verifier calls it valid', async () => {
    const ground = await collected(logs.cutLogTrailer);
    const failed = nth(
      recordedIn(ground.world).filter(({ name }) => name.state === 'failed'),
      0,
    );
    const [log] = (await pageOf(ground, failed.id)).logs;
    expect(log).toMatchObject({ verdict: 'log-malformed', peer: { says: expect.stringContaining('valid') as string } });
  });

  test('with a log file that was deleted and is proven from its capture tells what the source holds', async () => {
    const world = await openChain({ hours: 3 });
    const made = world.hour({ logs: 3 });
    world.buckets.get(BUCKET)?.delete(made.digest.object.key);
    world.publish(made.end + 20 * MINUTE);
    await pass(world, made.end + 20 * MINUTE);
    const [altered, deleted] = made.logs.map(({ object }) => object);
    if (altered === undefined || deleted === undefined) throw new Error('logs are wanted');
    world.put([made.digest.object, { ...altered, body: gzipSync('{"Records":[]}') }]);
    world.buckets.get(BUCKET)?.delete(deleted.key);
    const now = made.end + HOUR;
    world.publish(now);
    await pass(world, now);
    const ground = { world, now, evidence: readerOf(world, now), chain: coverOf(world) };
    const { name, id } = nth(recordedIn(world), 3);
    expect(name.state).toBe('defended');
    const page = await pageOf(ground, id);
    const byKey = new Map(page.logs.map((log) => [log.origin.key, log]));
    expect(byKey.get(deleted.key)).toMatchObject({
      verdict: 'valid',
      via: 'pending',
      source: { verdict: 'log-missing' },
      peer: { says: '"INVALID: not found"; exit status 1' },
      hint: expect.stringContaining('gone') as string,
    });
    expect(byKey.get(altered.key)).toMatchObject({
      source: { verdict: 'log-hash-mismatch' },
      peer: { says: '"INVALID: hash value doesn\'t match"; exit status 1' },
    });
    expect(page.logs.at(-1)).toMatchObject({ source: null, peer: null, hint: null });
    expect(page.quarantine).toEqual(keysWith(world, ARCHIVE, '/bytes-'));
    expect(page.quarantine).toHaveLength(1);
    await world.close();
  });

  test('whose signature is broken is read from quarantine, and its text is shown', async () => {
    const ground = await collected(digests.signUnderFalseFingerprint);
    const failed = nth(
      recordedIn(ground.world).filter(({ receipt }) => receipt.digest.verdict !== 'valid'),
      0,
    );
    const page = await pageOf(ground, failed.id);
    expect(page).toMatchObject({ verdict: 'digest-signature-invalid', peer: null, rawProblem: null });
    expect(page.place).toMatch(/^orgtrail\/quarantine\/digest-signature-invalid\/.*\/bytes-[0-9a-f]{16}$/);
    expect(page.quarantine[0]).toBe(page.place);
    expect(JSON.parse(page.raw ?? '')).toMatchObject({ awsAccountId: '111122223333' });
    const raw = await ground.evidence.raw(ground.chain, failed.id);
    expect(Buffer.from(raw?.bytes ?? [])).toEqual(Buffer.from(objectAt(ground.world, ARCHIVE, page.place ?? '').body));
  });

  test('that carries junk behind its content has no text, says why, and may be downloaded all the same', async () => {
    const ground = await collected(digests.appendJunkToDigest);
    const failed = nth(
      recordedIn(ground.world).filter(({ receipt }) => receipt.digest.verdict !== 'valid'),
      0,
    );
    const page = await pageOf(ground, failed.id);
    expect(page).toMatchObject({
      raw: null,
      rawProblem: { code: 'digest-malformed', detail: '4 bytes after the end of the gzip member' },
      peer: { says: expect.stringContaining('exit status 0') as string },
    });
    expect((await ground.evidence.raw(ground.chain, failed.id))?.bytes).toHaveLength(page.size ?? 0);
  });

  test('that is a bomb is not inflated', async () => {
    const limits = { maxObjectBytes: 4 * 1024 * 1024, maxInflatedBytes: 8 * 1024 * 1024 };
    const ground = await collected(digests.replaceDigestByBomb, { config: { limits } });
    const failed = nth(
      recordedIn(ground.world).filter(({ receipt }) => receipt.digest.verdict !== 'valid'),
      0,
    );
    expect(await pageOf(ground, failed.id)).toMatchObject({ raw: null, rawProblem: { code: 'object-too-large' } });
  });
});

describe('what cannot be believed or read', () => {
  test('a damaged receipt is an error, and the list of digests stands', async () => {
    const ground = await collected();
    const { world, evidence, chain } = ground;
    const { id, key } = nth(recordedIn(world), 1);
    rewrite(world, key, (text) => text.replace('"valid"', '"vALID"'));
    for (const read of [evidence.digest(chain, id), evidence.raw(chain, id)])
      await expect(read).rejects.toMatchObject({ code: 'archive-changed' });
    expect((await digestsOf(ground, world.start, world.end())).digests).toHaveLength(4);
  });

  test('a receipt that leads to bytes that are kept for another file is an error: pages are no way around places', async () => {
    const { world, evidence, chain } = await collected();
    const [one, other] = [nth(recordedIn(world), 1), nth(recordedIn(world), 2)];
    const [place, elsewhere] = [one, other].map(({ receipt }) => receipt.digest.place ?? '');
    rewrite(world, one.key, (text) => text.replace(`"place": "${place}"`, `"place": "${elsewhere}"`));
    for (const read of [evidence.digest(chain, one.id), evidence.raw(chain, one.id)])
      await expect(read).rejects.toMatchObject({ code: 'archive-changed' });
  });

  test('a receipt that may not be read is an error', async () => {
    const { world, evidence, chain } = await collected();
    const { id } = nth(recordedIn(world), 1);
    deny(world, 'orgtrail/receipts/*');
    await expect(evidence.digest(chain, id)).rejects.toMatchObject({ code: 'blocked-access' });
  });

  test.each([
    ['denied', 'blocked-access'],
    ['gone', 'archive-changed'],
    ['altered', 'archive-changed'],
  ] as const)('bytes that are %s are told as %s beside the rest of the page', async (how, code) => {
    const ground = await collected();
    const { world, evidence, chain } = ground;
    const { id, receipt } = nth(recordedIn(world), 1);
    const place = receipt.digest.place ?? '';
    if (how === 'denied') deny(world, place);
    if (how === 'gone') remove(world, ARCHIVE, place);
    if (how === 'altered') overwrite(world, ARCHIVE, place, gzipSync('{"awsAccountId":"111122223333"}'));
    const page = await pageOf(ground, id);
    expect(page).toMatchObject({ verdict: 'valid', raw: null, rawProblem: { code } });
    await expect(evidence.raw(chain, id)).rejects.toMatchObject({ code });
  });

  test('bytes of the same content that were compressed anew are those of the digest', async () => {
    const ground = await collected();
    const { world } = ground;
    const { id, receipt } = nth(recordedIn(world), 1);
    const place = receipt.digest.place ?? '';
    overwrite(world, ARCHIVE, place, gzipSync(gunzipSync(objectAt(world, ARCHIVE, place).body), { level: 0 }));
    expect(await pageOf(ground, id)).toMatchObject({ rawProblem: null });
  });

  test('a key that is not kept any more is told as such', async () => {
    const ground = await collected();
    const { world } = ground;
    for (const key of keysWith(world, ARCHIVE, 'orgtrail/keys/')) remove(world, ARCHIVE, key);
    const page = await pageOf(ground, nth(recordedIn(world), 1).id);
    expect(page.key).toMatchObject({ kept: null, from: null, to: null });
  });
});

describe('ids and names from outside', () => {
  test.each([
    '',
    '..',
    '../../orgtrail/keys/us-east-1/x',
    '20260301T011352Z-20260301T001352Z-standard-../..-0123456789ab',
    '20260301T011352Z-20260301T001352Z-standard-eu-west-1-0123456789abc',
    '20260230T011352Z-unread-standard-eu-west-1-0123456789ab',
    `20260301T011352Z-20260301T001352Z-standard-${'a'.repeat(40)}-0123456789ab`,
    '20260301T011352Z-20260301T001352Z-standard-us-east-1-0123456789ab',
    '20260301T011352Z-20260301T001352Z-standard-eu-west-1-0123456789ab\n',
    'x'.repeat(100_000),
  ])('%s names nothing, and no object is fetched for it', async (id) => {
    const { evidence, chain, world } = await collected(null, { hours: 1 });
    world.cloud.requests.clear();
    expect(await evidence.digest(chain, id)).toBeNull();
    expect(await evidence.raw(chain, id)).toBeNull();
    expect(world.cloud.requests.entries.filter(({ operation }) => operation === 'GetObject')).toEqual([]);
  });

  test('an id with the time, kind, home region or mark of no receipt of the chain names nothing', async () => {
    const { evidence, chain, world } = await collected();
    const { id } = nth(recordedIn(world), 1);
    const others = [
      id.replace('-standard-', '-backfill-'),
      id.replace('-eu-west-1-', '-us-east-1-'),
      id.replace(/-[0-9a-f]{12}$/, '-0123456789ab'),
      id.replace(/^(\w+)-\w+-/, '$1-unread-'),
    ];
    for (const other of others) {
      expect(other).not.toBe(id);
      expect(await evidence.digest(chain, other)).toBeNull();
    }
    expect(await evidence.digest({ ...chain, account: '999999999999' }, id)).toBeNull();
    expect(await evidence.digest(chain, id)).not.toBeNull();
  });

  test.each([
    { trail: '../main' },
    { trail: 'a/b/c' },
    { account: '111122223333/../444455556666' },
    { region: '../../keys' },
    { homeRegion: 'eu-west-1/..' },
  ])('a chain of %o, as whoever writes to Redis could name it, is refused before any request', async (change) => {
    const { evidence, chain, world } = await collected(null, { hours: 1 });
    const { id } = nth(recordedIn(world), 0);
    const hostile = { ...chain, ...change };
    world.cloud.requests.clear();
    const window = { from: world.start, to: world.end() };
    for (const read of [evidence.digests(hostile, window), evidence.digest(hostile, id), evidence.raw(hostile, id)])
      await expect(read).rejects.toMatchObject({ code: 'job-refused' });
    expect(world.cloud.requests.entries).toEqual([]);
  });
});

test('receipts lie where this test looks for them', async () => {
  const { world } = await collected(null, { hours: 1 });
  const { key, name } = nth(recordedIn(world), 0);
  expect(keysWith(world, ARCHIVE, 'orgtrail/receipts/')).toEqual([key]);
  expect(receiptKey('', name)).toBe(key);
});
