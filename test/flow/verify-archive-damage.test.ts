/** `verify --archive` finds every damage to the archive, in its bucket and in a copy, and tells what is left of it. */
import { generateKeyPairSync, hash, sign } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { fingerprintOf } from '../../src/core/publickey.ts';
import { archiveHere, copyArchive } from './archive-here.ts';
import { ROWS } from './archive-damages.ts';
import { body, digest, erase, ground, NOW, plant, publicKey } from './damaged-archive.ts';
import { keysWith } from './evidence.ts';
import { ARCHIVE } from './organization.ts';

/** Findings as code, key and the part of the detail that names the archive's object. */
async function found(dir: boolean): Promise<readonly (readonly [string, string | null, string])[]> {
  const ask = dir ? { dir: copyArchive(ground()), now: NOW } : { now: NOW, full: true };
  const { exit, report } = await archiveHere(ground(), ask);
  expect({ exit, verdict: report.verdict }).toEqual(
    report.findings.length === 0 ? { exit: 0, verdict: 'verified' } : { exit: 3, verdict: 'failed' },
  );
  return report.findings.map(({ code, key, detail }) => [code, key, detail]);
}

describe('an archive that nobody touched', () => {
  test.for([
    ['in its bucket', false],
    ['copied', true],
  ] as const)('%s: nothing is found', async ([, dir]) => {
    expect(await found(dir)).toEqual([]);
  });
});

describe.for([
  ['the bucket', false],
  ['a copy', true],
] as const)('damage to the archive, found in %s:', ([, dir]) => {
  test.for(ROWS)('$name', async ({ act, code, object, says, name }) => {
    if (name.startsWith('a log file planted')) ground().configure({ limits: { unlistedGraceHours: 1 } });
    const damaged = object();
    act();
    const findings = await found(dir);
    ground().configure({});
    const named = findings.filter(
      ([one, key, detail]) => one === code && says.test(detail) && (key === damaged || detail.includes(damaged)),
    );
    expect({ findings, named: named.length > 0 }).toEqual({ findings, named: true });
  });
});

describe('what is left of an archive', () => {
  const verify = async (dir: boolean) =>
    archiveHere(ground(), dir ? { dir: copyArchive(ground()), now: NOW } : { now: NOW });

  test.for([
    ['the bucket', false],
    ['a copy', true],
  ] as const)('the newest end cut with its receipts, in %s: chain-truncated, exit 3', async ([, dir]) => {
    for (const part of ['/CloudTrail-Digest/', 'orgtrail/receipts/']) {
      const keys = keysWith(ground(), ARCHIVE, part);
      keys.slice(-4).forEach(erase);
    }
    const { exit, report } = await verify(dir);
    expect({ exit, codes: new Set(report.findings.map(({ code }) => code)) }).toEqual({
      exit: 3,
      codes: new Set(['chain-truncated']),
    });
  });

  test.for([
    ['the bucket', false],
    ['a copy', true],
  ] as const)(
    'digests and receipts all gone, in %s: the trail record says that the chain ought to be there, exit 3',
    async ([, dir]) => {
      for (const part of ['/CloudTrail-Digest/', 'orgtrail/receipts/'])
        keysWith(ground(), ARCHIVE, part).forEach(erase);
      const { exit, report } = await verify(dir);
      expect({ exit, codes: report.findings.map(({ code }) => code) }).toEqual({ exit: 3, codes: ['chain-empty'] });
    },
  );

  test.for([
    ['the bucket', false],
    ['a copy', true],
  ] as const)('nothing at all, in %s: exit 4', async ([, dir]) => {
    keysWith(ground(), ARCHIVE, '').forEach(erase);
    const { exit, report } = await verify(dir);
    expect({ exit, verdict: report.verdict, chains: report.chains, findings: report.findings }).toEqual({
      exit: 4,
      verdict: 'nothing',
      chains: [],
      findings: [],
    });
  });

  test.for([
    ['the bucket', false],
    ['a copy', true],
  ] as const)(
    'receipts and trail records all gone, in %s: the chain is found by its digests, proven by them, and the loss told',
    async ([, dir]) => {
      for (const part of ['orgtrail/trails/', 'orgtrail/receipts/']) keysWith(ground(), ARCHIVE, part).forEach(erase);
      const { exit, report } = await verify(dir);
      // In a copy without metadata only the newest one's signature is lost with its receipt: no digest after it names it.
      const digests = dir ? { valid: 5, 'digest-signature-missing': 1 } : { valid: 6 };
      expect({
        exit,
        digests: report.counts.digests,
        conflicts: report.findings.filter(({ code }) => code === 'archive-conflict').length,
      }).toEqual({ exit: 3, digests, conflicts: 6 });
    },
  );
});

describe('whoever may write to the archive and signs with a key of his own', () => {
  /** Puts his key among the kept ones and signs one digest anew, with one log file left out. */
  function resign(): void {
    const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const der = pair.publicKey.export({ format: 'der', type: 'pkcs1' });
    const fingerprint = fingerprintOf(der);
    const published = JSON.parse(body(publicKey()).toString('utf8')) as object;
    plant(
      `orgtrail/keys/us-east-1/${fingerprint}.json`,
      Buffer.from(JSON.stringify({ ...published, fingerprint, der: der.toString('base64') })),
    );
    const key = digest();
    const fields = JSON.parse(gunzipSync(body(key)).toString('utf8')) as Record<string, string | unknown[]>;
    const logFiles = (fields['logFiles'] as unknown[]).slice(1);
    const content = Buffer.from(JSON.stringify({ ...fields, logFiles, digestPublicKeyFingerprint: fingerprint }));
    const place = `${String(fields['digestS3Bucket'])}/${String(fields['digestS3Object'])}`;
    const message = [fields['digestEndTime'], place, hash('sha256', content), fields['previousDigestSignature']].join(
      '\n',
    );
    const signature = sign('sha256', Buffer.from(message), pair.privateKey).toString('hex');
    const metadata = new Map([
      ['signature', signature],
      ['signature-algorithm', 'SHA256withRSA'],
    ]);
    plant(key, gzipSync(content), metadata);
  }

  test('is found by the digest that follows, and by the receipt', async () => {
    resign();
    const findings = await found(false);
    const codes = new Set(findings.map(([code]) => code));
    expect(codes).toEqual(new Set(['link-hash-mismatch', 'archive-conflict']));
    expect(findings.find(([code]) => code === 'archive-conflict')?.[2]).toContain('its fingerprint is');
  });

  test('and in a copy the signature of the receipt is not that of the new bytes', async () => {
    resign();
    const codes = new Set((await found(true)).map(([code]) => code));
    expect(codes).toContain('digest-signature-invalid');
    expect(codes).toContain('link-hash-mismatch');
  });
});
