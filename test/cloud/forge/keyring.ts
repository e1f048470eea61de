/**
 * CloudTrail's signing keys of every region: each is valid for 30 days and the next one starts 20 days after it,
 * so two of them overlap for ten days (cloudtrail.md 2.2). Key pairs come from a small pool, since making one
 * takes a tenth of a second; neighbours in time never share one.
 */
import { createHash, sign } from 'node:crypto';
import type { CloudPublicKey } from '../types.ts';
import { keyPair, type KeyPair } from './rsa.ts';
import { createRandom } from './random.ts';
import { DAY, SECOND, floorTo } from './times.ts';

/** One private key in use. `sign` returns lower-hex RSASSA-PKCS1-v1_5 with SHA-256. */
export interface Signer {
  readonly fingerprint: string;
  sign(message: string): string;
}

export interface Keyring {
  /** The key that CloudTrail signs with at a time: of the valid ones, the one that began last. */
  signerAt(region: string, at: number): Signer;
  /** The key behind a fingerprint that this keyring has signed with or published. */
  signerOf(fingerprint: string): Signer;
  /** Every key whose validity touches [from, to], oldest first: what ListPublicKeys answers. */
  publicKeys(region: string, from: number, to: number): readonly CloudPublicKey[];
}

export interface KeyringOptions {
  readonly seed: string;
  /** Regions whose keys are published as SPKI instead of PKCS#1. */
  readonly spkiRegions: readonly string[];
  /** How many key pairs are reused; null gives every key of every region a pair of its own. */
  readonly pool: number | null;
}

const VALIDITY = 30 * DAY;
const ROTATION = 20 * DAY;

interface Entry {
  readonly signer: Signer;
  readonly published: CloudPublicKey;
}

export function createKeyring(options: KeyringOptions): Keyring {
  if (options.pool !== null && options.pool < 3)
    throw new RangeError('a pool of fewer than 3 key pairs would make overlapping keys equal');
  const entries = new Map<string, Entry>();
  const signers = new Map<string, Signer>();
  const entry = (region: string, turn: number): Entry => {
    const id = `${region}/${turn}`;
    const known = entries.get(id);
    if (known !== undefined) return known;
    const made = makeEntry(options, region, turn);
    entries.set(id, made);
    signers.set(made.signer.fingerprint, made.signer);
    return made;
  };
  const turnAt = (region: string, at: number): number =>
    Math.floor((at - rotationStart(options.seed, region)) / ROTATION);
  return {
    signerAt: (region, at) => entry(region, turnAt(region, at)).signer,
    signerOf: (fingerprint) => {
      const signer = signers.get(fingerprint);
      if (signer === undefined) throw new Error(`no key with fingerprint ${fingerprint} was ever used`);
      return signer;
    },
    publicKeys: (region, from, to) => {
      const keys: CloudPublicKey[] = [];
      for (let turn = turnAt(region, from - VALIDITY); turn <= turnAt(region, to); turn += 1) {
        const { published } = entry(region, turn);
        if (published.validTo >= from) keys.push(published);
      }
      return keys;
    },
  };
}

/** An outsider's key: well made, and published by nobody. */
export function strangerSigner(label: string): Signer {
  const pair = keyPair(`stranger/${label}`);
  return signerFor(pair, md5(pair.pkcs1));
}

function makeEntry(options: KeyringOptions, region: string, turn: number): Entry {
  const start = rotationStart(options.seed, region) + turn * ROTATION;
  const pair = keyPair(
    options.pool === null ? `${region}/${turn}` : `pool/${(regionNumber(region) + turn) % options.pool}`,
  );
  const der = options.spkiRegions.includes(region) ? pair.spki : pair.pkcs1;
  const fingerprint = md5(der);
  return {
    signer: signerFor(pair, fingerprint),
    published: { region, fingerprint, der, validFrom: start, validTo: start + VALIDITY },
  };
}

function signerFor(pair: KeyPair, fingerprint: string): Signer {
  return {
    fingerprint,
    sign: (message) => sign('sha256', Buffer.from(message, 'utf8'), pair.privateKey).toString('hex'),
  };
}

/** Regions rotate on different days. */
function rotationStart(seed: string, region: string): number {
  return floorTo(createRandom(`${seed}/rotation/${region}`).float() * ROTATION, SECOND);
}

function regionNumber(region: string): number {
  return createHash('sha256').update(region).digest().readUInt16BE(0);
}

function md5(der: Uint8Array): string {
  return createHash('md5').update(der).digest('hex');
}
