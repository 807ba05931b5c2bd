/** What is in front of the person. */
export type Place =
  | { readonly kind: 'conversation'; readonly id: string }
  | { readonly kind: 'home' }
  | { readonly kind: 'mail'; readonly id: string | null };

/** Who one is, and where; it lives in the address after `#`, so that a reload or a second tab keeps it. */
export interface Route {
  readonly me: string | null;
  readonly place: Place | null;
}

/** `#/U123/C456`, `#/U123/home`, `#/U123/mail/ID`. */
export function parseRoute(hash: string): Route {
  const [me, place, id] = hash.replace(/^#\/?/, '').split('/').map(decode);
  if (!me) return { me: null, place: null };
  if (!place) return { me, place: null };
  if (place === 'home') return { me, place: { kind: 'home' } };
  if (place === 'mail') return { me, place: { kind: 'mail', id: id || null } };
  return { me, place: { kind: 'conversation', id: place } };
}

export function formatRoute({ me, place }: Route): string {
  const parts = [me ?? ''];
  if (place?.kind === 'conversation') parts.push(place.id);
  if (place?.kind === 'home') parts.push('home');
  if (place?.kind === 'mail') parts.push('mail', ...(place.id === null ? [] : [place.id]));
  return `#/${parts.map(encodeURIComponent).join('/')}`;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return '';
  }
}
