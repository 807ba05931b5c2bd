import { hash, verify } from '@node-rs/argon2';
import { dictionary } from '@zxcvbn-ts/language-common';
import { characterCount } from '../../lib/plain-text';

export const shortestPassword = 12;
export const longestPassword = 128;

/** Which rule a password breaks. */
export type PasswordProblem = 'missing' | 'too_short' | 'too_long' | 'common' | 'like_email';

const commonPasswords = new Set<string>(dictionary['passwords-common'].map((password) => password.toLowerCase()));

// OWASP's password storage cheat sheet, 2024: 19 MiB, 2 passes, 1 lane. The package's default algorithm is argon2id.
const argon2id = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** The shortest piece that gives `text` when it is repeated, or `text` itself. */
function repeatedPiece(text: string): string {
  return text.slice(0, `${text}${text}`.indexOf(text, 1));
}

function isCommon(password: string): boolean {
  const plain = password.toLowerCase();
  const piece = repeatedPiece(plain);
  // `passwordpassword` and `aaaaaaaaaaaa` are as easy to guess as what they repeat.
  return commonPasswords.has(plain) || (piece !== plain && (piece.length <= 4 || commonPasswords.has(piece)));
}

/**
 * The rule that `password` breaks as a password of the person with this address, or null. Any characters may be used
 * and none must be: NIST SP 800-63B, 3.1.1.2. Length counts code points after NFC, so that ü is one however it is typed.
 */
export function passwordProblem(password: string, email: string): PasswordProblem | null {
  const normal = password.normalize('NFC');
  const length = characterCount(normal);
  if (length === 0) return 'missing';
  const plain = normal.trim().toLowerCase();
  const address = email.normalize('NFC').toLowerCase();
  if (plain === address || plain === address.slice(0, address.lastIndexOf('@'))) return 'like_email';
  if (length < shortestPassword) return 'too_short';
  if (length > longestPassword) return 'too_long';
  return isCommon(normal) ? 'common' : null;
}

/** The argon2id hash to store. Works off the event loop. */
export async function hashPassword(password: string): Promise<string> {
  return hash(password.normalize('NFC'), argon2id);
}

/** Whether `password` is the one that was hashed. Works off the event loop; a hash that cannot be read matches nothing. */
export async function verifyPassword(passwordHash: string, password: string): Promise<boolean> {
  try {
    return await verify(passwordHash, password.normalize('NFC'));
  } catch {
    return false;
  }
}
