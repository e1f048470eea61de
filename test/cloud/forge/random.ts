/** A seeded source of randomness: same seed and label, same values, on every machine and in every order of use. */
import { createHash } from 'node:crypto';

export interface Random {
  /** In [0, 1). */
  float(): number;
  /** An integer from `min` to `max`, both included. */
  int(min: number, max: number): number;
  pick<T>(items: readonly T[]): T;
  /** Letters and digits, as in the unique part of a log file's name. */
  text(length: number): string;
  upper(length: number): string;
  hex(length: number): string;
  uuid(): string;
  /** A stream of its own, so that what one part draws never shifts what another part draws. */
  fork(label: string): Random;
}

const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const ALPHANUMERIC = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

export function createRandom(seed: string): Random {
  const next = sfc32(createHash('sha256').update(seed).digest());
  const int = (min: number, max: number): number => min + Math.floor((next() / 2 ** 32) * (max - min + 1));
  const from = (alphabet: string, length: number): string => {
    let out = '';
    for (let i = 0; i < length; i += 1) out += alphabet.charAt(int(0, alphabet.length - 1));
    return out;
  };
  const hex = (length: number): string => {
    let out = '';
    while (out.length < length) out += next().toString(16).padStart(8, '0');
    return out.slice(0, length);
  };
  return {
    float: () => next() / 2 ** 32,
    int,
    pick: (items) => pickFrom(items, int),
    text: (length) => from(ALPHANUMERIC, length),
    upper: (length) => from(UPPER, length),
    hex,
    uuid: () => uuidFrom(hex(32)),
    fork: (label) => createRandom(`${seed}/${label}`),
  };
}

function pickFrom<T>(items: readonly T[], int: (min: number, max: number) => number): T {
  if (items.length === 0) throw new RangeError('nothing to pick from');
  return items[int(0, items.length - 1)] as T;
}

function uuidFrom(digits: string): string {
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(13, 16)}-a${digits.slice(17, 20)}-${digits.slice(20, 32)}`;
}

/** Chris Doty-Humphrey's small fast counter generator: 128 bits of state, 32 bits out. */
function sfc32(seed: Buffer): () => number {
  let [a, b, c, counter] = [seed.readUInt32LE(0), seed.readUInt32LE(4), seed.readUInt32LE(8), seed.readUInt32LE(12)];
  return () => {
    const out = (a + b + counter) >>> 0;
    counter = (counter + 1) >>> 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) >>> 0;
    c = (((c << 21) | (c >>> 11)) + out) >>> 0;
    return out;
  };
}
