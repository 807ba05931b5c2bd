import { emailKey } from '../../../lib/email';
import type { Context, TxContext } from '../../../platform/context';
import { isAppError } from '../../../platform/errors';
import { hashOfNobody, verifyPassword } from '../../credentials/passwords.service';
import type { SessionUser } from '../../sessions/sessions.types';
import { selectAccount } from './sign-in.store';
import type { Account, CredentialCheck, Credentials, SignInRefusal } from './sign-in.types';

// Longer than any password that can be set here, and than a directory is likely to take.
const longestInput = 1000;

/** What a session tells of its user. */
export function sessionUser({ id, email, firstName, lastName, isAdmin, status, authSystem }: Account): SessionUser {
  return { id, email, firstName, lastName, isAdmin, status, authSystem };
}

/** The hash to try a password against: nobody's where the account has none that lets it in, which takes as long. */
function hashToTry(account: Account | null): string {
  const own = account?.status === 'active' && account.authSystem === 'internal' ? account.passwordHash : null;
  return own ?? hashOfNobody({ memoryKib: 19_456, passes: 2 });
}

/** As `verifyCredentials`, with all that decided on it. */
export async function verifyAccount(
  ctx: Context,
  credentials: Credentials,
): Promise<{ readonly kind: 'right'; readonly account: Account } | SignInRefusal> {
  const account = await selectAccount(ctx.db, emailKey(credentials.email));
  const fits = credentials.password.length <= longestInput;
  try {
    const right = await verifyPassword(hashToTry(account), fits ? credentials.password : '');
    return right && account !== null ? { kind: 'right', account } : { kind: 'wrong' };
  } catch (error) {
    if (isAppError(error, 'busy')) return { kind: 'unavailable', sentence: error.message };
    throw error;
  }
}

/**
 * Whether these are the e-mail and the password of somebody who may sign in. An address that nobody has, an invited, a
 * disabled and an SSO account, and a wrong password are one answer that takes one time.
 */
export async function verifyCredentials(ctx: Context, credentials: Credentials): Promise<CredentialCheck> {
  const check = await verifyAccount(ctx, credentials);
  return check.kind === 'right' ? { kind: 'right', user: sessionUser(check.account) } : check;
}

/** Whether what decided on a sign-in is still so. Ask it while the user's row is held. */
export async function isUnchanged(tx: TxContext, verified: Account): Promise<boolean> {
  const account = await selectAccount(tx.db, verified.emailKey);
  return (
    account !== null &&
    account.id === verified.id &&
    account.status === verified.status &&
    account.authSystem === verified.authSystem &&
    account.ldapUsername === verified.ldapUsername &&
    // Not the hash: that is another one once the same password was hashed at another cost.
    account.passwordSetAt?.getTime() === verified.passwordSetAt?.getTime()
  );
}
