import { day, second } from '../../lib/duration';

/**
 * What every answer tells browsers: load nothing but our stylesheet, send forms to us alone, be in no frame, guess no
 * type, tell nobody where a link was. The values follow the HTTP headers cheat sheet of OWASP. They are made once: they
 * go out with each answer, those to programs among them.
 * @param isSecure whether the site is on https, and browsers are to stay there for a year
 */
export function securityHeaders(isSecure: boolean): Readonly<Record<string, string>> {
  return Object.freeze({
    'content-security-policy':
      "default-src 'none';style-src 'self';form-action 'self';frame-ancestors 'none';base-uri 'none'",
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    // Filters of old browsers could be turned against a page.
    'x-xss-protection': '0',
    ...(isSecure ? { 'strict-transport-security': `max-age=${(365 * day) / second}` } : {}),
  });
}
