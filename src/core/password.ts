/** Passwords as they are kept: scrypt, with its cost and salt beside it. `scrypt$N$r$p$salt$hash`, the last two in base64url. */
import { scrypt, timingSafeEqual } from 'node:crypto';

interface Kept {
  readonly N: number;
  readonly r: number;
  readonly p: number;
  readonly salt: Buffer;
  readonly hash: Buffer;
}

/** What new entries cost: 64 MiB and about a tenth of a second. */
const COST = { N: 2 ** 16, r: 8, p: 1 } as const;
const HASH_BYTES = 32;
const LEAST_SALT = 16;
/** Cheaper is guessed too fast; dearer is a way to exhaust this machine. */
const COSTS: ReadonlySet<number> = new Set([2 ** 15, 2 ** 16, 2 ** 17]);
const ENTRY = /^scrypt\$(\d{5,6})\$8\$1\$([A-Za-z0-9_-]{22,86})\$([A-Za-z0-9_-]{43})$/;

/** The entry for a password. `salt`: at least 16 random bytes, never used before. */
export async function passwordEntry(password: string, salt: Uint8Array): Promise<string> {
  if (salt.length < LEAST_SALT) throw new Error(`a salt has at least ${LEAST_SALT} bytes`);
  const bytes = Buffer.from(salt);
  const hash = await derive(password, { ...COST, salt: bytes });
  return entryText(bytes, hash);
}

function entryText(salt: Buffer, hash: Buffer): string {
  return `scrypt$${COST.N}$${COST.r}$${COST.p}$${salt.toString('base64url')}$${hash.toString('base64url')}`;
}

/** An entry that is no password's, at the cost of new ones. `random`: 48 bytes. */
export function nobodysEntry(random: Uint8Array): string {
  const [salt, hash] = [random.subarray(0, LEAST_SALT), random.subarray(LEAST_SALT, LEAST_SALT + HASH_BYTES)];
  return entryText(Buffer.from(salt), Buffer.from(hash));
}

/** True for text that `passwordEntry` could have written. */
export function isPasswordEntry(text: string): boolean {
  return parse(text) !== null;
}

/** Whether the entry is this password's. Takes as long for a wrong one, and compares in constant time. */
export async function isPassword(entry: string, password: string): Promise<boolean> {
  const kept = parse(entry);
  if (kept === null) return false;
  return timingSafeEqual(kept.hash, await derive(password, kept));
}

function parse(entry: string): Kept | null {
  const [, cost = '', salt = '', hash = ''] = ENTRY.exec(entry) ?? [];
  if (!COSTS.has(Number(cost))) return null;
  return {
    N: Number(cost),
    r: COST.r,
    p: COST.p,
    salt: Buffer.from(salt, 'base64url'),
    hash: Buffer.from(hash, 'base64url'),
  };
}

/** Unicode has several spellings of one word; keyboards differ in which they send. */
function derive(password: string, { N, r, p, salt }: Omit<Kept, 'hash'>): Promise<Buffer> {
  const options = { N, r, p, maxmem: 128 * N * r * 2 };
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFKC'), salt, HASH_BYTES, options, (error, key) =>
      error === null ? resolve(key) : reject(error),
    );
  });
}
