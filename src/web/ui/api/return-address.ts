/** Where to go back to after signing in: a page of ours and nothing else (open redirects). */

/** `/sign-in` with the address to return to. */
export function signInAddress(path: string): string {
  return path === '/' || path.startsWith('/sign-in') ? '/sign-in' : `/sign-in?to=${encodeURIComponent(path)}`;
}

/** The address that `?to=` of this query names; `/` for anything that is not a path of this very site. */
export function returnAddress(search: string, origin: string): string {
  const wanted = new URLSearchParams(search).get('to') ?? '/';
  if (!wanted.startsWith('/')) return '/';
  const url = URL.canParse(wanted, origin) ? new URL(wanted, origin) : null;
  if (url === null || url.origin !== origin || url.pathname.startsWith('//')) return '/';
  if (/^\/(sign-in|api|jobs)(\/|$)/.test(url.pathname)) return '/';
  return url.pathname + url.search + url.hash;
}
