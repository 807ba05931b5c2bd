import { emailKey } from '../../lib/email';
import type { Context, TxContext } from '../../platform/context';
import { inTransaction } from '../../platform/db/transaction';
import { isAppError } from '../../platform/errors';
import { takeSeats } from '../licences/licences.service';
import { sendResetLinks } from '../resets/resets.service';
import type { SentReset } from '../resets/resets.types';
import { addUsers, findUsersByEmail, recordUserChanges } from '../users/users.service';

/**
 * Makes active admins of these addresses, as far as nobody has them yet, and sends each a link to set a password. Users
 * who exist are left as they are. Several replicas may call it at once.
 * Without seats for them nobody is made, and the log says so: the site goes on with the admins it has.
 */
export async function ensureAdmins(ctx: Context, emails: readonly string[]): Promise<number> {
  try {
    return await inTransaction(ctx, async (tx) => {
      const known = new Set((await findUsersByEmail(tx, emails)).map((user) => user.emailKey));
      const missing = [...new Map(emails.map((email) => [emailKey(email), email]))].filter(([key]) => !known.has(key));
      if (missing.length === 0) return 0;
      return (
        await addAdmins(
          tx,
          missing.map(([, email]) => email),
        )
      ).length;
    });
  } catch (error) {
    // Another replica made them at the same moment.
    if (isAppError(error, 'email_taken')) return 0;
    if (isAppError(error, 'seats_exhausted')) {
      ctx.log.error({ setting: 'ADMIN_EMAILS', ...error.facts }, 'no seat is free for the admins that are to be made');
      return 0;
    }
    throw error;
  }
}

/**
 * Adds active admins and sends each a link to set a password.
 * @param emails of nobody yet
 * @throws AppError `seats_exhausted`, `email_taken`
 */
export async function addAdmins(tx: TxContext, emails: readonly string[]): Promise<SentReset[]> {
  await takeSeats(tx, emails.length);
  const added = await addUsers(
    tx,
    emails.map((email) => ({
      email,
      emailKey: emailKey(email),
      firstName: '',
      lastName: '',
      status: 'active',
      isAdmin: true,
      authSystem: 'internal',
      ssoUsername: null,
      ldapUsername: null,
      defaultProfileId: null,
    })),
  );
  const users = [...added.values()];
  const sent = await sendResetLinks(tx, users);
  await recordUserChanges(
    tx,
    users.map((user) => ({
      action: 'user.made_admin',
      user,
      before: null,
      after: { email: user.email, status: 'active', admin: true },
    })),
    null,
  );
  return sent;
}
