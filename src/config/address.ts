/**
 * Addresses the daemon connects to or listens on. Link-local and metadata addresses hand out the machine's own
 * credentials to whoever makes us ask (SSRF, reliability.md row 174), so no endpoint may name one. No message
 * repeats a URL: it may hold a password.
 */
import { BlockList, isIP } from 'node:net';
import { isLoopback, withoutBrackets } from '../core/address.ts';
import { hasControl } from './grammar.ts';

const METADATA_NAMES: ReadonlySet<string> = new Set([
  'instance-data',
  'instance-data.ec2.internal',
  'metadata',
  'metadata.google.internal',
]);

/** An AWS endpoint: https, or http on loopback. */
export function endpoint(value: string): string | null {
  const url = parseUrl(value);
  if (url === null) return 'is no URL';
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    return `starts with "${url.protocol}": only https:, or http: on loopback, is allowed`;
  if (url.username !== '' || url.password !== '')
    return 'holds a user or password: credentials come from the environment or a role';
  if (url.search !== '' || url.hash !== '' || !['', '/'].includes(url.pathname))
    return 'has a path or a query: only scheme, host and port are wanted';
  if (isForbidden(url.hostname)) return 'names a link-local or metadata address, which no endpoint may';
  if (url.protocol === 'http:' && !isLoopback(url.hostname))
    return 'is http: on a host that is not loopback: use https:';
  return null;
}

/** Redis by URL. The client would take options and a password out of it, so it may hold neither. */
export function redisUrl(value: string): string | null {
  const url = parseUrl(value);
  if (url === null) return 'is no URL: something like "redis://127.0.0.1:6379" is wanted';
  if (url.protocol !== 'redis:' && url.protocol !== 'rediss:')
    return 'is no Redis URL: it must start with "redis:" or "rediss:"';
  if (url.password !== '' || /[?&]password=/i.test(url.search)) {
    return 'holds a password: move it to the file named by redis.passwordFile, or to the environment variable REDIS_PASSWORD';
  }
  if (url.search !== '' || url.hash !== '') return 'has options behind "?" or "#": they are not read from a URL';
  if (url.hostname === '') return 'names no host';
  if (isForbidden(url.hostname)) return 'names a link-local or metadata address';
  return /^\/?\d{0,4}$/.test(url.pathname) ? null : 'has a path: only a database number like "/0" may follow the host';
}

/** An address or name to listen on. */
export function listenHost(value: string): string | null {
  if (isIP(value) !== 0 || /^(?=.{1,253}$)[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?$/.test(value)) return null;
  return 'is no host: an IP address without brackets or a host name is wanted';
}

/** The address that people use: https, or http on loopback; without a path, since every page counts from the root. */
export function publicUrl(value: string): string | null {
  const url = parseUrl(value);
  if (url === null) return 'is no URL: something like "https://orgtrail.example" is wanted';
  return plainFault(url) ?? (['', '/'].includes(url.pathname) ? null : 'has a path: the pages are served at the root');
}

/** The issuer of an OpenID Connect provider. Its path is part of its name. */
export function issuer(value: string): string | null {
  const url = parseUrl(value);
  if (url === null) return 'is no URL: something like "https://login.example" is wanted';
  return plainFault(url) ?? (isForbidden(url.hostname) ? 'names a link-local or metadata address' : null);
}

/** What neither may have. */
function plainFault(url: URL): string | null {
  const plain = url.protocol === 'http:' && isLoopback(url.hostname);
  if (url.protocol !== 'https:' && !plain) return 'does not start with "https:", which all but loopback needs';
  if (url.username !== '' || url.password !== '') return 'holds a user or password, which belongs nowhere here';
  return url.search === '' && url.hash === '' ? null : 'has a query, which is not wanted here';
}

/** One address or a network of them. One that holds everybody would believe everybody. */
export function proxyAddress(value: string): string | null {
  const [, address = '', bits] = /^([0-9a-f:.]+)(?:\/(\d{1,3}))?$/i.exec(value) ?? [];
  const version = isIP(address);
  const most = version === 4 ? 32 : 128;
  if (version === 0 || (bits !== undefined && Number(bits) > most))
    return 'is no address: an IP address or a network like "10.0.0.0/24" is wanted';
  return bits === '0' || bits === '00' || bits === '000' ? 'holds every address, so anybody could say who asks' : null;
}

function parseUrl(value: string): URL | null {
  // The WHATWG parser drops tabs and line breaks silently, so that the checked host is not the written one.
  if (hasControl(value) || value.trim() !== value || !/^[a-z]+:\/\//i.test(value)) return null;
  return URL.canParse(value) ? new URL(value) : null;
}

function isForbidden(host: string): boolean {
  const bare = withoutBrackets(host).replace(/\.$/, '').toLowerCase();
  if (METADATA_NAMES.has(bare)) return true;
  const forbidden = new BlockList();
  forbidden.addSubnet('169.254.0.0', 16, 'ipv4');
  forbidden.addSubnet('0.0.0.0', 8, 'ipv4');
  forbidden.addSubnet('fe80::', 10, 'ipv6');
  forbidden.addSubnet('fd00:ec2::', 32, 'ipv6'); // the instance metadata service over IPv6
  forbidden.addSubnet('64:ff9b::a9fe:0', 112, 'ipv6'); // 169.254.0.0/16 behind NAT64
  forbidden.addAddress('::', 'ipv6');
  const version = isIP(bare);
  return version !== 0 && forbidden.check(bare, version === 6 ? 'ipv6' : 'ipv4');
}
