import { createHash, randomBytes } from 'node:crypto';
import { SecretText } from '../../lib/secret-text';

const shape = (prefix: string) => new RegExp(`^${prefix}_[A-Za-z0-9_-]{43}$`);
const tokenShape = shape('us');
const choiceShape = shape('uc');

function newSecret(prefix: 'us' | 'uc'): SecretText {
  return new SecretText(`${prefix}_${randomBytes(32).toString('base64url')}`);
}

/** A session's token: 32 random bytes; only its hash is stored. */
export const newSessionToken = (): SecretText => newSecret('us');

/** What completes a sign-in at the cap. */
export const newChoice = (): SecretText => newSecret('uc');

/** How a token or choice is stored. */
export function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** The hash by which a token is found; null for what cannot be a token. */
export function tokenHash(token: string): string | null {
  return tokenShape.test(token) ? hashOf(token) : null;
}

/** The hash by which a choice is found; null for what cannot be one. */
export function choiceHash(choice: string): string | null {
  return choiceShape.test(choice) ? hashOf(choice) : null;
}
