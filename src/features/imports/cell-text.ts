import { emailProblem } from '../../lib/email';
import { nameKey, oneLine } from '../../lib/plain-text';
import type { SheetCell } from '../../platform/sheets/sheet.types';

/** What a person writes to empty a field: a blank cell leaves it as it is. */
export const clearWord = '<clear>';

/** True for `<clear>` in any case. */
export function isClear(text: string): boolean {
  return text.includes('<') && nameKey(text) === clearWord;
}

/** The lines of a cell, cleaned; empty ones are dropped. */
export function linesOf(text: string): string[] {
  return text
    .split(/\r\n|[\n\r\u0085\u2028\u2029]/)
    .map(oneLine)
    .filter((line) => line !== '');
}

// What spreadsheet programs show for a truth value in the languages of their menus, and what people write or tick.
const yes =
  'yes y true t 1 x on ja j wahr oui o vrai sí si s verdadero sim verdadeiro vero tak prawda da ✓ ✔ ✅ ☑ 🗸'.split(' ');
const no = 'no n false f 0 off nein falsch non faux falso não nao nie fałsz nej falskt ✗ ✘ ❌ ✖ ☐'.split(' ');

const yesOrNo = new Map([...yes.map((word) => [word, true] as const), ...no.map((word) => [word, false] as const)]);

/** Yes or no in common words, ticks and crosses, in any case; or null. */
export function parseYesNo(text: string): boolean | null {
  // Phones and chats put the mark for a coloured sign behind a tick.
  const word = nameKey(text);
  return yesOrNo.get(word) ?? yesOrNo.get(word.replaceAll('\ufe0f', '').replace(/[.!]$/, '')) ?? null;
}

/** The address of a `mailto:` link, or null. */
function mailtoAddress(text: string): string | null {
  const match = /^mailto:([^?]*)/i.exec(text.trim());
  if (match === null) return null;
  const [, address = ''] = match;
  try {
    return oneLine(decodeURIComponent(address));
  } catch {
    return oneLine(address);
  }
}

// An address and nothing else, of the characters that nearly all consist of.
const bareAddress = /^[\w.+-]+@[\w.-]+$/;

// Soft hyphens, joiners and marks of direction, which come along when an address is copied from a mail or a web page.
const unseenInAddress = /[\u00ad\u200c-\u200f]/g;

/**
 * The address in a cell of the login e-mail: plain, `Name <a@b.c>`, `mailto:a@b.c`, or, where the text holds none, the
 * one behind the cell's hyperlink. What holds no address comes back as it is, for `emailCellProblem` to name.
 */
export function addressIn(cell: Pick<SheetCell, 'text' | 'link'>): string {
  if (bareAddress.test(cell.text)) return cell.text;
  const text = oneLine(cell.text)
    .replace(unseenInAddress, '')
    .replace(/\s*[,;]+$/, '');
  // No address is that long; what is refused need not be searched.
  if (text.length > 2000) return text;
  if (!text.includes('@') && cell.link !== undefined) {
    const linked = mailtoAddress(cell.link);
    if (linked?.includes('@')) return linked;
  }
  const inBrackets = /<\s*(?:mailto:)?([^<>\s]+@[^<>\s]+)\s*>$/i.exec(text)?.[1];
  return inBrackets ?? mailtoAddress(text) ?? text;
}

/** What is wrong with an address from a cell, as the end of a sentence, or null. */
export function emailCellProblem(address: string): string | null {
  const problem = emailProblem(address);
  if (problem !== null && (address.match(/(?<![^\s,;<>])[^\s,;<>@]+@[^\s,;<>]+/g)?.length ?? 0) > 1) {
    return 'holds more than one address. Give each person a row of their own';
  }
  return problem;
}

// A link that opens an account must never be stored, whatever column somebody pasted it into.
// It begins where a word does: tried at every character, a long word would take its square.
const secretLink = /(?<!\S)\S*[?&]token=\S*/gi;

/** Text without links that carry a token. */
export function withoutSecretLinks(text: string): string {
  return text.includes('token=') ? text.replace(secretLink, '[link removed]') : text;
}
