import { parseOneAddress } from 'email-addresses';
import { characterCount, isPlainWord, oneLine } from './plain-text';

/** Somebody to be invited, as found in what a person typed or pasted. */
export interface Recipient {
  /** As typed, trimmed, NFC. */
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
}

export interface Recipients {
  /** In the order of their first mention, each address once. */
  readonly recipients: readonly Recipient[];
  /** What was neither an address nor a name beside one. */
  readonly bad: readonly { readonly text: string; readonly reason: string }[];
  /** How many mentions repeated an address that was there before. */
  readonly repeated: number;
}

/** The form in which addresses are compared: small letters, NFC, trimmed. */
export function emailKey(email: string): string {
  if (isPlainWord(email)) return email.toLowerCase();
  return email.normalize('NFC').trim().toLowerCase();
}

// What nearly every address looks like; a million of them need not go through the whole grammar of RFC 5322.
const plainAddress = /^[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/i;

/**
 * Says what is wrong with an address, or null when mail can be sent to it.
 * RFC 5321 limits (local part 64, all 254 characters); a domain needs a dot, for nobody is invited within a machine.
 */
export function emailProblem(email: string): string | null {
  if (!email.includes('@')) return 'is not an e-mail address';
  const isPlain = email.length <= 254 && plainAddress.test(email);
  if (!isPlain && (email.length > 254 || emailKey(email).length > 254))
    return 'is longer than the 254 characters that an address may have';
  if (isPlain && email.indexOf('@') <= 64) return null;
  if (/[\s()<>,;:\\"[\]]/.test(email)) return 'is not an e-mail address';
  const parsed = parseOneAddress({ input: email, rfc6532: true, rejectTLD: true, simple: false });
  if (parsed === null || parsed.type !== 'mailbox' || parsed.address !== email) return 'is not an e-mail address';
  if (parsed.local.length > 64) return 'has more than 64 characters before the @';
  if (
    !/^[\p{L}\p{N}\p{M}.-]+\.[\p{L}\p{M}][\p{L}\p{N}\p{M}-]*$/u.test(parsed.domain) ||
    /(^|\.)-|-(\.|$)|\.\./.test(parsed.domain)
  ) {
    return 'has a domain that cannot exist';
  }
  return null;
}

/** First and last name out of one name: `Ada King Lovelace` → Ada · King Lovelace; `Lovelace, Ada` → Ada · Lovelace. */
export function splitName(name: string): { firstName: string; lastName: string } {
  const clean = oneLine(name.replace(/^["'“”‘’]+|["'“”‘’]+$/g, ''));
  const comma = /^([^,]+),\s*(.+)$/.exec(clean);
  if (comma) return { firstName: oneLine(comma[2] ?? ''), lastName: oneLine(comma[1] ?? '') };
  const [first = '', ...rest] = clean.split(' ');
  return { firstName: first, lastName: rest.join(' ') };
}

// Bounded on both sides of the @, so that a long text without one costs no more than its length.
const addressLike = /<?(?:mailto:)?([^\s<>"“”(),;:@]{1,254}@[^\s<>"“”(),;:]{0,254})>?/giu;
const noName = { firstName: '', lastName: '' };
/** More text than five hundred addresses with names need. */
const longestText = 100_000;
/** The longest first or last name. */
export const longestName = 100;
// Letters, marks, and what stands inside names; at least one letter.
const nameWord = /^[\p{L}\p{M}.'’\-·]+$/u;

function looksLikeName(text: string): boolean {
  const words = text.split(/[\s,]+/).filter((word) => word !== '');
  return words.length > 0 && words.length <= 6 && words.every((word) => nameWord.test(word)) && /\p{L}/u.test(text);
}

/** Pieces that may hold several addresses each: lines and what semicolons part, outside quotes. */
function pieces(text: string): string[] {
  const found: string[] = [];
  let piece = '';
  let quoted = false;
  for (const character of text) {
    if (character === '"' || character === '“' || character === '”') quoted = !quoted && character !== '”';
    if (character === '\n' || character === '\r' || (character === ';' && !quoted)) {
      found.push(piece);
      piece = '';
      quoted = false;
    } else piece += character;
  }
  return [...found, piece].map((item) => item.trim()).filter((item) => item !== '');
}

/** `Lovelace, Ada <ada@x.org>` keeps its comma; every other comma outside quotes parts people. */
function people(piece: string): string[] {
  if (/^[^,@<>"]+,[^,@<>"]+<[^<>@]+@[^<>@]+>$/.test(piece)) return [piece];
  return (piece.match(/(?:"[^"]*"|“[^”]*”|[^,])+/g) ?? []).map((item) => item.trim()).filter((item) => item !== '');
}

/**
 * Finds the people in whatever was typed or pasted: addresses parted by commas, semicolons, white space or lines,
 * `Name <a@b.c>`, `mailto:a@b.c`, rows copied from a spreadsheet. A bad token is reported and stops nothing else.
 */
export function parseRecipients(text: string): Recipients {
  const found = new Map<string, Recipient>();
  const bad: { text: string; reason: string }[] = [];
  let repeated = 0;

  const refuse = (words: string, reason: string) => {
    for (const word of words.split(/\s+/)) {
      if (/[\p{L}\p{N}]/u.test(word)) bad.push({ text: word, reason });
    }
  };
  const take = (email: string, name: string) => {
    const clean = email.normalize('NFC').replace(/[.,;:!?'’]+$/, '');
    const problem = emailProblem(clean);
    if (problem !== null) return refuse(clean, problem);
    const key = emailKey(clean);
    const beside = looksLikeName(name.replace(/["“”]/g, '')) ? splitName(name) : noName;
    const fits = [beside.firstName, beside.lastName].every((part) => characterCount(part) <= longestName);
    if (!fits) {
      bad.push({
        text: name,
        reason: `is longer than the ${longestName} characters of a name; ${clean} was taken without it`,
      });
    }
    const names = fits ? beside : noName;
    const known = found.get(key);
    if (known) repeated += 1;
    if (!known || (known.firstName === '' && known.lastName === ''))
      found.set(key, { email: known?.email ?? clean, ...names });
  };

  if (text.length > longestText) {
    return {
      recipients: [],
      bad: [{ text: `${text.slice(0, 60)}…`, reason: 'is more text than one submission takes' }],
      repeated: 0,
    };
  }
  for (const piece of pieces(text.normalize('NFC'))) {
    for (const person of people(piece)) {
      const matches = [...person.matchAll(addressLike)];
      if (matches.length === 0) {
        refuse(person, 'is not an e-mail address');
        continue;
      }
      let from = 0;
      matches.forEach((match, index) => {
        const before = person.slice(from, match.index).trim();
        from = match.index + match[0].length;
        const after = index === matches.length - 1 ? person.slice(from).trim() : '';
        const beside = before !== '' ? before : matches.length === 1 ? after : '';
        if (before !== '' && !looksLikeName(before.replace(/["“”]/g, ''))) refuse(before, 'is not an e-mail address');
        take(match[1] ?? '', beside);
        if (after !== '' && (before !== '' || matches.length > 1 || !looksLikeName(after)))
          refuse(after, 'is not an e-mail address');
      });
    }
  }
  return {
    recipients: [...found.values()],
    bad,
    repeated,
  };
}

/** At most `limit` characters long, or a sentence that says how long it is. */
export function lengthProblem(label: string, value: string, limit: number): string | null {
  // A character is one unit or more.
  const length = value.length <= limit ? value.length : characterCount(value);
  return length <= limit ? null : `${label} is ${length} characters long; at most ${limit} are possible. Shorten it.`;
}
