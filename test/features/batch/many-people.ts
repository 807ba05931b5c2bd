import type { Knex } from 'knex';
import { nameKey } from '../../../src/lib/plain-text';

const created = new Date('2026-10-01T08:00:00.000Z');

/** So many people, in few statements: person00001@many.example and on. */
export async function insertPeople(db: Knex, number: number, status = 'active', beginning = 'person'): Promise<void> {
  const rows = Array.from({ length: number }, (_, index) => {
    const email = `${beginning}${String(index + 1).padStart(5, '0')}@many.example`;
    return {
      email,
      email_key: nameKey(email),
      first_name: 'Person',
      last_name: String(index + 1),
      name_key: nameKey(`Person ${index + 1}`),
      status,
      is_admin: false,
      auth_system: 'internal',
      password_hash: 'x',
      created_at: created,
      updated_at: created,
    };
  });
  await db.batchInsert('users', rows, 300);
}

/** An invitation that was sent first at that moment. */
export async function insertInvite(db: Knex, userId: number, invitedAt: Date): Promise<void> {
  await db('invites').insert({
    user_id: userId,
    state: 'open',
    invited_at: invitedAt,
    sent_at: invitedAt,
    expires_at: new Date(invitedAt.getTime() + 7 * 86_400_000),
  });
}
