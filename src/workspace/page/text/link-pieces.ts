import type { Inline } from './inline';
import { safeUrl } from './safe-url';

/** Plain text of a mail, with its web addresses made into links and nothing else changed. */
export function linkPieces(text: string): Inline[] {
  const pieces: Inline[] = [];
  let from = 0;
  for (const match of text.matchAll(/https?:\/\/[^\s<>"]+[^\s<>".,;:!?)\]']/g)) {
    const url = safeUrl(match[0]);
    if (url === null) continue;
    pieces.push({ kind: 'text', text: text.slice(from, match.index) });
    pieces.push({ kind: 'link', url, children: [{ kind: 'text', text: url }] });
    from = match.index + match[0].length;
  }
  pieces.push({ kind: 'text', text: text.slice(from) });
  return pieces;
}
