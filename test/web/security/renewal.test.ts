/** A certificate that is renewed while the server runs, on real files and real TLS: certbot, cert-manager, a secret's swap. */
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { connect, type TLSSocket } from 'node:tls';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseConfig } from '../../../src/config.ts';
import { httpTls } from '../../../src/config/secrets.ts';
import { createSecurityParts } from '../../../src/daemon/security-parts.ts';
import type { CertificatePair } from '../../../src/web/security/certificate.ts';
import { buildServer } from '../../../src/web/server.ts';
import { keptLog, until } from '../../daemon/fake.ts';
import { bearer, fakeParts, fakeSecurity } from '../fake-server.ts';
import { makeCertificate } from './certificate.ts';

const DAY = 86_400_000;
/** Nothing here asks for a session. */
const NO_REDIS = new Redis({ lazyConnect: true });

let folder: string;
let now: number;
let kept: ReturnType<typeof keptLog>;
let app: Awaited<ReturnType<typeof buildServer>>['app'];
let port: number;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'orgtrail-tls-'));
  now = Date.UTC(2030, 0, 1);
});
afterEach(async () => {
  await app.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Writes one pair, as a renewal in place does. */
function place({ cert, key }: CertificatePair): CertificatePair {
  writeFileSync(join(folder, 'tls.crt'), cert);
  writeFileSync(join(folder, 'tls.key'), key);
  return { cert, key };
}

async function open(): Promise<void> {
  const option = `tls: { certFile: ${join(folder, 'tls.crt')}, keyFile: ${join(folder, 'tls.key')} }`;
  const text = `archive: { bucket: archive-bucket, region: us-east-1, owner: "111111111111" }\nhttp: { ${option} }\n`;
  const { http } = parseConfig(`${text}accounts: [{ id: "222222222222" }]\n`, 'c.yaml', {});
  kept = keptLog();
  const made = { http, passwords: { http: null, oidc: null }, clock: { now: () => now }, log: kept.log, version: '0' };
  const { tls: encrypted, readCertificate = null } = await createSecurityParts({ ...made, redis: NO_REDIS });
  const security = fakeSecurity({ tls: encrypted, readCertificate, now: () => now });
  const tls = httpTls({ http });
  ({ app } = await buildServer(fakeParts(null, { security, tls, log: kept.log, certificateEveryMs: 20 })));
  await app.listen({ host: '127.0.0.1', port: 0 });
  const address = app.server.address();
  port = typeof address === 'object' && address !== null ? address.port : 0;
}

async function dial(): Promise<TLSSocket> {
  const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  return socket;
}

/** The fingerprint of the certificate that somebody who connects now is shown. */
async function shown(): Promise<string> {
  const socket = await dial();
  const { fingerprint256 } = socket.getPeerCertificate();
  socket.destroy();
  return fingerprint256;
}

const markOf = ({ cert }: CertificatePair): string => new X509Certificate(cert).fingerprint256;
const isServed = (pair: CertificatePair) => until('it is served', async () => (await shown()) === markOf(pair));
const logged = (event: string) => kept.lines.filter((line) => line.includes(`"event":"${event}"`));

async function problems(): Promise<readonly string[]> {
  const answer = await app.inject({ url: '/readyz', headers: bearer('read') });
  expect([answer.statusCode, answer.json<{ ok: boolean }>().ok]).toEqual([200, true]);
  return answer.json<{ problems: readonly { detail: string }[] }>().problems.map(({ detail }) => detail);
}

describe('a renewed certificate', () => {
  test('is served without a restart: it was read at the start alone, and expired in force', async () => {
    const before = place(makeCertificate());
    await open();
    expect(await shown()).toBe(markOf(before));
    const standing = await dial();
    const after = place(makeCertificate());
    await isServed(after);
    expect(logged('certificate-changed')).toHaveLength(1);
    expect(logged('certificate-changed').join()).not.toContain('PRIVATE');
    // Who is connected already stays so.
    standing.write('GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n');
    expect(String((await once(standing, 'data'))[0])).toMatch(/^HTTP\/1\.1 200/);
    standing.destroy();
    expect(await problems()).toEqual([]);
  });

  test('is served after a swap of the symbolic link that leads to its folder, as of a secret in Kubernetes', async () => {
    const write = (name: string, { cert, key }: CertificatePair): CertificatePair => {
      mkdirSync(join(folder, name));
      writeFileSync(join(folder, name, 'tls.crt'), cert);
      writeFileSync(join(folder, name, 'tls.key'), key);
      return { cert, key };
    };
    write('..one', makeCertificate());
    symlinkSync('..one', join(folder, '..data'));
    for (const file of ['tls.crt', 'tls.key']) symlinkSync(join('..data', file), join(folder, file));
    await open();
    const after = write('..two', makeCertificate());
    symlinkSync('..two', join(folder, '..new'));
    renameSync(join(folder, '..new'), join(folder, '..data'));
    rmSync(join(folder, '..one'), { recursive: true });
    await isServed(after);
    expect(logged('certificate-problem')).toEqual([]);
  });

  test.each<readonly [string, () => void, RegExp]>([
    [
      'of which the key is not there yet',
      () => writeFileSync(join(folder, 'tls.crt'), makeCertificate().cert),
      /key of another certificate/,
    ],
    ['that is empty', () => writeFileSync(join(folder, 'tls.crt'), ''), /holds no certificate/],
    [
      'that is cut',
      () => writeFileSync(join(folder, 'tls.crt'), makeCertificate().cert.slice(0, 200)),
      /no certificate/,
    ],
    ['whose key is no key', () => writeFileSync(join(folder, 'tls.key'), 'x'), /holds no private key/],
    ['that is gone', () => unlinkSync(join(folder, 'tls.crt')), /no such file/],
    ['whose key is gone', () => unlinkSync(join(folder, 'tls.key')), /no such file/],
  ])(
    '%s changes nothing, is said once in the log and for as long as it lasts on /readyz',
    async (_name, spoil, why) => {
      const before = place(makeCertificate());
      await open();
      spoil();
      await until('it is said', () => logged('certificate-problem').length > 0);
      await until('it is on /readyz', async () => (await problems()).length === 1);
      expect((await problems())[0]).toMatch(why);
      expect((await problems())[0]).toContain('stays in force');
      await pause(100); // several looks
      expect(logged('certificate-problem')).toHaveLength(1);
      expect(await shown()).toBe(markOf(before));
      await isServed(place(makeCertificate()));
      expect(await problems()).toEqual([]);
    },
  );
});

describe('the validity', () => {
  test('that ends soon is said, and so is its end, until there is a new certificate', async () => {
    place(makeCertificate({ from: now, to: now + 90 * DAY }));
    await open();
    now += 75 * DAY;
    expect(await problems()).toEqual([]);
    now += DAY;
    expect(await problems()).toEqual([
      'the certificate expires at 2030-04-01T00:00:00.000Z, and nobody has renewed it',
    ]);
    await until('it is logged', () => logged('certificate-problem').length === 1);
    now += 14 * DAY;
    expect(await problems()).toEqual(['the certificate has expired at 2030-04-01T00:00:00.000Z']);
    await until('that is logged too', () => logged('certificate-problem').length === 2);
    await isServed(place(makeCertificate({ from: now, to: now + 90 * DAY })));
    expect(await problems()).toEqual([]);
  });

  test('of a certificate for a day is not said all day', async () => {
    place(makeCertificate({ from: now, to: now + DAY }));
    await open();
    now += 0.79 * DAY;
    expect(await problems()).toEqual([]);
    now += 0.02 * DAY;
    expect(await problems()).toHaveLength(1);
  });

  test('that has not begun is said', async () => {
    place(makeCertificate({ from: now + 1000, to: now + DAY }));
    await open();
    expect(await problems()).toEqual(['the certificate is not valid before 2030-01-01T00:00:01.000Z']);
  });

  test('is for those who may read: a probe is told yes or no', async () => {
    place(makeCertificate({ from: now, to: now + 1000 }));
    await open();
    expect((await app.inject({ url: '/readyz', headers: bearer('metrics') })).json()).toEqual({ ok: true });
  });
});

test.each<readonly [string, (pair: CertificatePair) => CertificatePair]>([
  ['no certificate', ({ key }) => ({ cert: '', key })],
  ['no key', ({ cert }) => ({ cert, key: '' })],
  ['the key of another', ({ cert }) => ({ cert, key: makeCertificate().key })],
])('with %s it does not start: it did, and every handshake failed, or it ended as by a bug', async (_name, spoil) => {
  place(makeCertificate());
  await open();
  await expect(buildServer(fakeParts(null, { tls: spoil(makeCertificate()) }))).rejects.toMatchObject({
    code: 'config-invalid',
    hint: expect.stringContaining('http.tls'),
  });
});
