/** Addresses that only this machine can reach. */

const LOOPBACK_V4 = /^127(?:\.(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3}$/;
/** 127.0.0.0/8 inside IPv6, as the URL parser writes it: the first of its two groups is 7f and the second octet. */
const MAPPED_V4 = /^\[::ffff:7f[0-9a-f]{2}:[0-9a-f]{1,4}\]$/;

/** True for `localhost`, 127.0.0.0/8 and ::1, with or without the brackets of a URL. */
export function isLoopback(host: string): boolean {
  const bare = withoutBrackets(host);
  if (bare === 'localhost' || LOOPBACK_V4.test(bare)) return true;
  // Every way to write an IPv6 address comes out of the parser as one; nothing else can get into the brackets.
  if (!/^[0-9a-f:.]+$/i.test(bare) || !URL.canParse(`http://[${bare}]`)) return false;
  const { hostname } = new URL(`http://[${bare}]`);
  return hostname === '[::1]' || MAPPED_V4.test(hostname);
}

/** `::1` for `[::1]`; anything else as it is. */
export function withoutBrackets(host: string): string {
  return host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host;
}
