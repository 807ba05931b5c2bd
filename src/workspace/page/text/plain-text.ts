import { emojiAt } from './emoji';
import { type Inline, joinText } from './inline';

/** Slack's plain_text: line breaks and emoji short codes count, everything else stands for itself. */
export function parsePlainText(text: string, emoji = true): Inline[] {
  const pieces: Inline[] = [];
  let from = 0;
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index];
    if (character === '\n') {
      pieces.push({ kind: 'text', text: text.slice(from, index) }, { kind: 'break' });
      from = index + 1;
    } else if (character === ':' && emoji) {
      const found = emojiAt(text, index);
      if (!found) continue;
      pieces.push({ kind: 'text', text: text.slice(from, index) });
      pieces.push({ kind: 'emoji', name: found.name, glyph: found.glyph });
      from = index + found.length;
      index = from - 1;
    }
  }
  pieces.push({ kind: 'text', text: text.slice(from) });
  return joinText(pieces);
}
