import type { Knex } from 'knex';

export interface Activation {
  readonly userId: number;
  readonly firstName: string;
  readonly lastName: string;
  readonly nameKey: string;
  readonly passwordHash: string;
}

/** Makes an invited user active; the answer says whether the user still was invited. */
export async function activateInvited(db: Knex.Transaction, activation: Activation, at: Date): Promise<boolean> {
  const changed = await db('users')
    .where({ id: activation.userId, status: 'invited' })
    .update({
      first_name: activation.firstName,
      last_name: activation.lastName,
      name_key: activation.nameKey,
      password_hash: activation.passwordHash,
      password_set_at: at,
      status: 'active',
      activated_at: at,
      updated_at: at,
      version: db.raw('version + 1'),
    });
  return changed === 1;
}

/** Sets an active user's password; the answer says whether the user still was active. */
export async function replacePassword(
  db: Knex.Transaction,
  userId: number,
  passwordHash: string,
  at: Date,
): Promise<boolean> {
  const changed = await db('users')
    .where({ id: userId, status: 'active' })
    .update({
      password_hash: passwordHash,
      password_set_at: at,
      updated_at: at,
      version: db.raw('version + 1'),
    });
  return changed === 1;
}
