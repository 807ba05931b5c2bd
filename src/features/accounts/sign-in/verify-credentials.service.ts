import { emailKey } from '../../../lib/email';
import type { Context } from '../../../platform/context';
import { isAppError } from '../../../platform/errors';
import { createLdapDirectory, type LdapAnswer } from '../../../platform/ldap/ldap-directory';
import { costsOtherwise, hashOfNobody, hashPassword, verifyPassword } from '../../credentials/passwords.service';
import type { SessionUser } from '../../sessions/sessions.types';
import { setting } from '../../settings/settings.service';
import { isDeviceProof } from './device-proof.service';
import { replaceHash, selectAccount } from './sign-in.store';
import { directorySilent } from './sign-in.text';
import type { Account, CredentialCheck, Credentials, SignInRefusal } from './sign-in.types';
import { forgetFailures, giveBackAttempt, takeAttempt } from './sign-in-failures.service';

// Longer than any password that can be set here, and than a directory is likely to take.
const longestPassword = 1000;

/** What a session tells of its user. */
export function sessionUser({ id, email, firstName, lastName, isAdmin, status, authSystem }: Account): SessionUser {
  return { id, email, firstName, lastName, isAdmin, status, authSystem };
}

/** The directory's answer where it is the one to decide about this account, else null. */
async function askDirectory(ctx: Context, account: Account | null, password: string): Promise<LdapAnswer | null> {
  if (account?.status !== 'active' || account.authSystem !== 'ldap' || account.ldapUsername === null) return null;
  if (!(await setting(ctx, 'auth.ldap'))) return null;
  if (ctx.config.ldap === null) {
    ctx.log.error({ userId: account.id }, 'LDAP is switched on for the site and LDAP_URL is not set');
    return 'unavailable';
  }
  return createLdapDirectory(ctx.config.ldap, ctx.log).checkPassword(account.ldapUsername, password);
}

/** One hash is verified whoever it is, so that all answers take one time: nobody's where the account has none to try. */
async function isPasswordOf(ctx: Context, account: Account | null, password: string): Promise<boolean> {
  const own = account?.status === 'active' && account.authSystem === 'internal' ? account.passwordHash : null;
  const matches = await verifyPassword(own ?? hashOfNobody(ctx.config.passwordCost), password);
  return own !== null && matches;
}

async function decide(ctx: Context, account: Account | null, password: string): Promise<LdapAnswer> {
  if (password.length > longestPassword) return decide(ctx, null, '');
  const [isRight, answer] = await Promise.all([
    isPasswordOf(ctx, account, password),
    askDirectory(ctx, account, password),
  ]);
  return answer ?? (isRight ? 'right' : 'wrong');
}

/** Hashes a right password anew where the site's cost is another by now. Without it the person gets in all the same. */
async function renewHash(ctx: Context, account: Account, password: string): Promise<void> {
  const { passwordCost } = ctx.config;
  if (account.authSystem !== 'internal' || account.passwordHash === null) return;
  if (!costsOtherwise(account.passwordHash, passwordCost)) return;
  try {
    const renewed = await replaceHash(
      ctx.db,
      account.id,
      account.passwordHash,
      await hashPassword(password, passwordCost),
    );
    if (renewed) ctx.log.info({ userId: account.id, ...passwordCost }, 'password hashed at another cost');
  } catch (error) {
    ctx.log.warn({ err: error, userId: account.id }, 'password not hashed at the new cost');
  }
}

/** As `verifyCredentials`, with all that decided on it. */
export async function verifyAccount(
  ctx: Context,
  credentials: Credentials,
): Promise<{ readonly kind: 'right'; readonly account: Account } | SignInRefusal> {
  const { client, password } = credentials;
  const account = await selectAccount(ctx.db, emailKey(credentials.email));
  // Nobody's proof is looked at as well, so that this too is the same for all.
  const isKnown = isDeviceProof(ctx, account?.id ?? 0, client.clientId, credentials.deviceProof) && account !== null;
  const attempt = await takeAttempt(ctx, {
    email: account?.email ?? credentials.email,
    knownClientId: isKnown ? client.clientId : null,
    ip: client.ip,
  });
  if (attempt.kind === 'wait') return attempt;
  let answer: LdapAnswer;
  try {
    answer = await decide(ctx, account, password);
  } catch (error) {
    await giveBackAttempt(ctx, attempt);
    if (isAppError(error, 'busy')) return { kind: 'unavailable', sentence: error.message };
    throw error;
  }
  if (answer === 'unavailable') {
    await giveBackAttempt(ctx, attempt);
    return { kind: 'unavailable', sentence: directorySilent };
  }
  if (answer === 'wrong' || account === null) return { kind: 'wrong' };
  await (isKnown ? forgetFailures(ctx, attempt) : giveBackAttempt(ctx, attempt));
  await renewHash(ctx, account, password);
  return { kind: 'right', account };
}

/**
 * Whether these are the e-mail and the password of somebody who may sign in. An address that nobody has, an invited, a
 * disabled and an SSO account, and a wrong password are one answer that takes one time.
 * @throws AppError `database_unavailable`
 */
export async function verifyCredentials(ctx: Context, credentials: Credentials): Promise<CredentialCheck> {
  const check = await verifyAccount(ctx, credentials);
  return check.kind === 'right' ? { kind: 'right', user: sessionUser(check.account) } : check;
}
