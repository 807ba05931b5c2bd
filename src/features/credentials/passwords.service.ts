import { randomBytes } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';
import { dictionary } from '@zxcvbn-ts/language-common';
import type { Config } from '../../config';
import { createBoundedQueue } from '../../lib/bounded-queue';
import { characterCount } from '../../lib/plain-text';
import { busy } from '../../platform/errors';

export const shortestPassword = 12;
export const longestPassword = 128;

/** Which rule a password breaks. */
export type PasswordProblem = 'missing' | 'too_short' | 'too_long' | 'common' | 'like_email';

const commonPasswords = new Set<string>(dictionary['passwords-common'].map((password) => password.toLowerCase()));

/** What one hash costs. */
type PasswordCost = Config['passwordCost'];

/** OWASP's password storage cheat sheet, 2024: 19 MiB, 2 passes, 1 lane. */
const usualCost: PasswordCost = { memoryKib: 19_456, passes: 2 };
const lanes = 1;
const saltBytes = 16;
const hashBytes = 32;

// Node has four threads for such work, and files and names are looked up in them too: one is left to those. What waits
// holds no memory for hashing yet, and is served within a second or two.
const hashing = createBoundedQueue(3, 60);

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

async function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
  const done = await hashing.run(work);
  if (done === null) throw busy();
  return done.result;
}

/**
 * The argon2id hash to store. Works off the event loop.
 * @throws AppError `busy` when too many passwords wait to be hashed
 */
export async function hashPassword(password: string, cost: PasswordCost = usualCost): Promise<string> {
  // The package's default algorithm is argon2id.
  const options = { memoryCost: cost.memoryKib, timeCost: cost.passes, parallelism: lanes, outputLen: hashBytes };
  return inTurn(() => hash(password.normalize('NFC'), options));
}

/**
 * Whether `password` is the one that was hashed. Works off the event loop; a hash that cannot be read matches nothing.
 * @throws AppError `busy` when too many passwords wait to be hashed
 */
export async function verifyPassword(passwordHash: string, password: string): Promise<boolean> {
  return inTurn(() => verify(passwordHash, password.normalize('NFC')).catch(() => false));
}

function costPrefix(cost: PasswordCost): string {
  return `$argon2id$v=19$m=${cost.memoryKib},t=${cost.passes},p=${lanes}$`;
}

/** True when a stored hash was made at another cost than this. */
export function costsOtherwise(passwordHash: string, cost: PasswordCost): boolean {
  return !passwordHash.startsWith(costPrefix(cost));
}

/** A hash of this cost that no password matches, for verifying as long as usual where there is nothing to verify. */
export function hashOfNobody(cost: PasswordCost): string {
  const random = (bytes: number) => randomBytes(bytes).toString('base64').replace(/=+$/, '');
  return `${costPrefix(cost)}${random(saltBytes)}$${random(hashBytes)}`;
}
