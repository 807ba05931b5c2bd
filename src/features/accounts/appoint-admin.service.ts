import { randomUUID } from 'node:crypto';
import { emailProblem } from '../../lib/email';
import { oneLine } from '../../lib/plain-text';
import type { Context } from '../../platform/context';
import { inTransaction } from '../../platform/db/transaction';
import { invalidInput } from '../../platform/errors';
import type { SecretUrl } from '../credentials/credentials.types';
import { grantAdmin } from '../edits/grant-admin.service';
import { activateUsers, resendInvites } from '../invites/invites.service';
import { oneAtATime } from '../licences/licences.service';
import { resetPasswords } from '../resets/resets.service';
import { findUsers, findUsersByEmail, requireAdmin } from '../users/users.service';
import type { User } from '../users/users.types';
import { addAdmins } from './first-admins.service';

export interface AppointedAdmin {
  /** As they are now; `invited` where they still have to follow their link to become active. */
  readonly user: User;
  /** Nobody had the address before. */
  readonly isNew: boolean;
  readonly wasAdmin: boolean;
  /** Lets them choose a password, once; null for somebody who signs in by LDAP or SSO. */
  readonly link: SecretUrl | null;
}

/**
 * Makes an admin of whoever has the address, adding them where nobody has it and letting them in again where they were
 * disabled, and gives them a link to choose a password. It asks no second admin: for whoever runs the site.
 * @throws AppError `invalid_input`, `seats_exhausted`, `not_admin`; nothing was changed then
 */
export async function appointAdmin(ctx: Context, address: string): Promise<AppointedAdmin> {
  const email = oneLine(address);
  const problem = emailProblem(email);
  if (problem !== null) throw invalidInput(`The address ${email} ${problem}. Nothing was changed.`, 'email');
  return inTransaction(ctx, async (tx) => {
    await oneAtATime(tx);
    await requireAdmin(tx);
    const [known] = await findUsersByEmail(tx, [email]);
    if (known === undefined) {
      const [added] = await addAdmins(tx, [email]);
      if (added === undefined) throw new Error('nobody was added');
      return { user: added.user, isNew: true, wasAdmin: false, link: added.link };
    }
    const ids = [known.id];
    if (known.status === 'disabled') await activateUsers(tx, ids, null);
    if (!known.isAdmin) await grantAdmin(tx, ids, randomUUID());
    const [user = known] = await findUsers(tx, ids);
    const { sent } =
      user.status === 'invited' ? await resendInvites(tx, ids, null) : await resetPasswords(tx, ids, null);
    return { user, isNew: false, wasAdmin: known.isAdmin, link: sent[0]?.link ?? null };
  });
}
