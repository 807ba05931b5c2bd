/** A piece of running text, parsed; what mrkdwn, markdown and rich_text have in common. Never HTML. */
export type Inline =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'break' }
  | { readonly kind: 'bold' | 'italic' | 'strike' | 'underline' | 'code'; readonly children: readonly Inline[] }
  | { readonly kind: 'link'; readonly url: string; readonly children: readonly Inline[] }
  | { readonly kind: 'user' | 'channel' | 'group'; readonly id: string; readonly label: string | null }
  | { readonly kind: 'broadcast'; readonly range: string }
  | { readonly kind: 'emoji'; readonly name: string; readonly glyph: string };

/** A paragraph-like piece of text. */
export type TextBlock =
  | { readonly kind: 'lines'; readonly children: readonly Inline[] }
  | { readonly kind: 'pre'; readonly children: readonly Inline[] }
  | { readonly kind: 'quote'; readonly children: readonly TextBlock[] }
  | { readonly kind: 'heading'; readonly level: number; readonly children: readonly Inline[] }
  | { readonly kind: 'rule' }
  | {
      readonly kind: 'list';
      readonly ordered: boolean;
      readonly start: number;
      readonly items: readonly (readonly TextBlock[])[];
    }
  | {
      readonly kind: 'table';
      readonly head: readonly (readonly Inline[])[];
      readonly rows: readonly (readonly (readonly Inline[])[])[];
    };

/** The text alone, as a screen reader's summary or a notice wants it. */
export function plainText(pieces: readonly Inline[]): string {
  return pieces
    .map((piece) => {
      switch (piece.kind) {
        case 'text':
          return piece.text;
        case 'break':
          return ' ';
        case 'emoji':
          return piece.glyph;
        case 'user':
        case 'channel':
        case 'group':
          return piece.label ?? piece.id;
        case 'broadcast':
          return `@${piece.range}`;
        default:
          return plainText(piece.children);
      }
    })
    .join('');
}

/** Joins neighbouring text pieces, so that a tree has one shape for one meaning. */
export function joinText(pieces: readonly Inline[]): Inline[] {
  const joined: Inline[] = [];
  for (const piece of pieces) {
    const last = joined.at(-1);
    if (piece.kind === 'text' && last?.kind === 'text')
      joined[joined.length - 1] = { kind: 'text', text: last.text + piece.text };
    else if (piece.kind !== 'text' || piece.text !== '') joined.push(piece);
  }
  return joined;
}
