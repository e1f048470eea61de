/** Addresses and ranges of condition `IpAddress`: IPv4 and IPv6 in CIDR notation. */
import { truth, type Truth } from './policy-element.ts';

interface Address {
  readonly bits: bigint;
  readonly width: 32 | 128;
}

/** Whether the address lies in the range; a bare address is a range of one. What is no address or range is `unsure`. */
export function isInRange(address: string, range: string): Truth {
  const [start = '', length, ...rest] = range.split('/');
  const from = parseAddress(start);
  const asked = parseAddress(address);
  if (from === null || asked === null || rest.length > 0) return 'unsure';
  if (length !== undefined && !/^\d{1,3}$/.test(length)) return 'unsure';
  const prefix = length === undefined ? from.width : Number(length);
  if (prefix > from.width) return 'unsure';
  if (from.width !== asked.width) return 'no';
  const shift = BigInt(from.width - prefix);
  return truth(from.bits >> shift === asked.bits >> shift);
}

function parseAddress(text: string): Address | null {
  return text.includes(':') ? parseV6(text) : parseV4(text);
}

function parseV4(text: string): Address | null {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255)) return null;
  return { bits: parts.reduce((bits, part) => (bits << 8n) | BigInt(part), 0n), width: 32 };
}

/** `::` stands for as many zero groups as are missing, once. The last two groups written as IPv4 are not read. */
function parseV6(text: string): Address | null {
  const halves = text.split('::');
  if (halves.length > 2) return null;
  const [head = [], tail = []] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return null;
  const groups = [...head, ...Array.from({ length: missing }, () => '0'), ...tail];
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return null;
  return { bits: groups.reduce((bits, group) => (bits << 16n) | BigInt(`0x${group}`), 0n), width: 128 };
}
