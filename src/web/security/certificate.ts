/**
 * The certificate that https is served with, while it is in force: whoever renews it (certbot, cert-manager, the swap of
 * a secret's symbolic link) tells nobody, so its files are read again every so often. What does not fit together, such
 * as a new certificate beside the old key, changes nothing and is said.
 */
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { createSecureContext, Server as TlsServer } from 'node:tls';
import type { FastifyInstance } from 'fastify';
import type { Problem } from '../../core/source.ts';
import { OperatingError } from '../../errors.ts';
import type { Log } from '../../ports.ts';

/** Certificate and key as PEM. */
export interface CertificatePair {
  readonly cert: string;
  readonly key: string;
}

export interface CertificateParts {
  readonly pair: CertificatePair;
  /** Reads both files again. Throws OperatingError where one cannot be read. */
  readonly read: () => CertificatePair;
  readonly log: Log;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

export interface Certificate {
  /** Reads the files again; the pair that is in force from now on, or null where it is the one of before. */
  look(): CertificatePair | null;
  /** What is wrong now: files that are not taken, and a validity that ends soon or does not hold. Codes: `certificate`. */
  problems(): readonly Problem[];
}

/** Older versions are refused. */
export const LEAST_TLS = 'TLSv1.2';
const DAY_MS = 86_400_000;
/** Who renews does so in the last third; what has a fifth of its life left, and at most two weeks, is forgotten. */
const WARNING = { mostMs: 14 * DAY_MS, part: 1 / 5 } as const;
const RENEW = 'renew it, and put certificate and key where http.tls names them: they are read again by themselves';

/** Throws `config-invalid` where the pair cannot serve: the server would start and no handshake would succeed. */
function checkedCertificate(pair: CertificatePair): X509Certificate {
  const certificate = certificateOf(pair.cert);
  if (!certificate.checkPrivateKey(keyOf(pair.key)))
    throw refused('http.tls.keyFile holds the key of another certificate');
  try {
    createSecureContext(pair);
  } catch (cause) {
    throw refused('TLS takes certificate and key of http.tls for none', cause);
  }
  return certificate;
}

/** Begins with a pair that `checkedCertificate` takes. */
export function openCertificate({ pair, read, log, now }: CertificateParts): Certificate {
  let current = pair;
  let certificate = checkedCertificate(pair);
  let refusal: Problem | null = null;
  const say = createSaying(log);
  const problems = (): readonly Problem[] =>
    [refusal, validityProblem(certificate, now())].filter((problem) => problem !== null);
  const look = (): CertificatePair | null => {
    const seen = attempt(read);
    refusal = 'problem' in seen ? seen.problem : null;
    const changed = 'pair' in seen && (seen.pair.cert !== current.cert || seen.pair.key !== current.key);
    if (changed) {
      ({ pair: current, certificate } = seen);
      const fields = {
        event: 'certificate-changed',
        until: certificate.validToDate,
        sha256: certificate.fingerprint256,
      };
      log.info(fields, 'the new certificate is in force');
    }
    say(problems());
    return changed ? current : null;
  };
  say(problems());
  return { look, problems };
}

/** Looks every so often, and serves new connections with what is in force; those that stand keep theirs. */
export function keepCertificate(app: FastifyInstance, certificate: Certificate, everyMs: number): void {
  const server: unknown = app.server;
  const timer = setInterval(() => {
    const pair = certificate.look();
    if (pair !== null && server instanceof TlsServer) server.setSecureContext({ ...pair, minVersion: LEAST_TLS });
  }, everyMs);
  timer.unref();
  app.addHook('onClose', async () => clearInterval(timer));
}

/** Each problem is logged when it comes up, not at every look. */
function createSaying(log: Log): (problems: readonly Problem[]) => void {
  let said: ReadonlySet<string> = new Set();
  return (problems) => {
    for (const { detail, hint } of problems)
      if (!said.has(detail))
        log.error({ event: 'certificate-problem', problem: detail, hint }, 'the certificate needs somebody');
    said = new Set(problems.map(({ detail }) => detail));
  };
}

type Seen = { readonly pair: CertificatePair; readonly certificate: X509Certificate } | { readonly problem: Problem };

function attempt(read: CertificateParts['read']): Seen {
  try {
    const pair = read();
    return { pair, certificate: checkedCertificate(pair) };
  } catch (error) {
    if (!(error instanceof OperatingError)) throw error;
    const detail = `the new certificate is not taken and the one of before stays in force: ${error.message}`;
    return { problem: { code: 'certificate', detail, hint: error.hint } };
  }
}

function validityProblem({ validFromDate, validToDate }: X509Certificate, now: number): Problem | null {
  const [from, to] = [validFromDate.getTime(), validToDate.getTime()];
  const told = (detail: string): Problem => ({ code: 'certificate', detail, hint: RENEW });
  if (now < from) return told(`the certificate is not valid before ${validFromDate.toISOString()}`);
  if (now >= to) return told(`the certificate has expired at ${validToDate.toISOString()}`);
  if (to - now > Math.min(WARNING.mostMs, (to - from) * WARNING.part)) return null;
  return told(`the certificate expires at ${validToDate.toISOString()}, and nobody has renewed it`);
}

function certificateOf(text: string): X509Certificate {
  try {
    return new X509Certificate(text);
  } catch (cause) {
    throw refused('http.tls.certFile holds no certificate', cause);
  }
}

function keyOf(text: string): KeyObject {
  try {
    return createPrivateKey(text);
  } catch (cause) {
    throw refused('http.tls.keyFile holds no private key, or one with a passphrase', cause);
  }
}

function refused(message: string, cause?: unknown): OperatingError {
  const hint =
    'http.tls wants the certificate as PEM, the ones that vouch for it behind it, and its key without a passphrase';
  return new OperatingError({ code: 'config-invalid', message, hint, cause });
}
