/** Where a request comes from, for limits, the log and records. */
import { isIP } from 'node:net';
import type { FastifyRequest } from 'fastify';

/** `192.0.2.1:443`, `[2001:db8::1]:443` and `[2001:db8::1]`. */
const WITH_PORT = /^(?:([0-9.]+):\d{1,5}|\[([0-9a-f:.]+)\](?::\d{1,5})?)$/i;

/**
 * An IP address. What a trusted proxy says counts where it is one; some say the port as well, which is another one on
 * each connection and would be another asker to every limit. For anything else the proxy's own stands.
 */
export function addressOf(request: FastifyRequest): string {
  const bare = request.ip.replace(WITH_PORT, '$1$2');
  return isIP(bare) === 0 ? (request.socket.remoteAddress ?? '') : bare;
}

/**
 * Who counts as one to a limit: an IPv4 address, or the 64 bits of an IPv6 address that one household has, since it may
 * ask from as many addresses behind them as it likes.
 */
export function householdOf(address: string): string {
  if (isIP(address) !== 6) return address;
  const groups = groupsOf(address.replace(/%.*$/, ''));
  const isMapped = groups.slice(0, 6).join(':') === '0:0:0:0:0:ffff';
  return isMapped ? groups.slice(6).join(':') : groups.slice(0, 4).join(':');
}

/** The eight groups of an IPv6 address in the URL parser's spelling, which is one for each address. */
function groupsOf(address: string): readonly string[] {
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const [before, after] = [head, tail ?? ''].map((text) => text.split(':').filter((group) => group !== ''));
  const gap = Array.from({ length: 8 - (before?.length ?? 0) - (after?.length ?? 0) }, () => '0');
  return [...(before ?? []), ...(tail === undefined ? [] : gap), ...(after ?? [])];
}
