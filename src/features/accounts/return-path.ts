const home = '/account';
const longestPath = 2000;
const anywhere = 'https://usher.invalid';

/**
 * Where to go after signing in: a path of this very site, or the account's page where something else was given. Whoever
 * makes a link to the sign-in page chooses this, so it must never lead to another host.
 * @param given as it came in; anything at all
 */
export function returnPath(given: string): string {
  if (!given.startsWith('/') || given.length > longestPath || !URL.canParse(given, anywhere)) return home;
  const { origin, pathname, search } = new URL(given, anywhere);
  // `/.//host` is a path here and would be a host once it stands alone; signing in leads to no sign-in.
  if (origin !== anywhere || pathname.startsWith('//') || /^\/sign-(in|out)(\/|$)/.test(pathname)) return home;
  return `${pathname}${search}`;
}
