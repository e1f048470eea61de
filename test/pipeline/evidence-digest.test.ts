/** What the pages read of one digest: its receipt and bytes, what failed in it, and nothing that cannot be believed. */
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { provenKey } from '../../src/core/layout.ts';
import { HOUR, MINUTE } from '../../src/core/time.ts';
import * as digests from '../cloud/forge/damage/digests.ts';
import * as logs from '../cloud/forge/damage/logs.ts';
import { keysWith, objectAt, overwrite, remove } from '../flow/evidence.ts';
import { BUCKET, openChain } from '../flow/one-chain.ts';
import { ARCHIVE } from '../flow/organization.ts';
import { pass } from '../flow/pass.ts';
import { collected, coverOf, deny, digestsOf, nth, pageOf, readerOf, recordedIn, rewrite } from './evidence-ground.ts';

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
