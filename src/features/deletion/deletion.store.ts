import type { Knex } from 'knex';
import { nameKey } from '../../lib/plain-text';
import { contains } from '../../platform/db/dialect';
import type { Candidate } from './deletion.types';

type Database = Knex | Knex.Transaction;

/** A membership with its names; also in projects that are archived. */
export interface NamedMembership {
  readonly userId: number;
  readonly projectId: number;
  readonly profileId: number;
  readonly profile: string;
}

export async function selectNamedMemberships(db: Database, userIds: readonly number[]): Promise<NamedMembership[]> {
  const rows = await db('memberships')
    .join('profiles', 'profiles.id', 'memberships.profile_id')
    .whereIn('memberships.user_id', userIds)
    .select('memberships.user_id', 'memberships.project_id', 'memberships.profile_id', 'profiles.name');
  return rows.map((row) => ({
    userId: row.user_id,
    projectId: row.project_id,
    profileId: row.profile_id,
    profile: row.name,
  }));
}

/** Names of these projects in the order of their names, archived ones too. */
export async function selectProjectNames(
  db: Database,
  ids: readonly number[],
): Promise<{ readonly id: number; readonly name: string }[]> {
  return db('projects').whereIn('id', ids).orderBy('name_key').select('id', 'name');
}

/** A user's sessions that are open and API tokens that are valid. */
export async function countWaysIn(db: Database, userId: number): Promise<{ sessions: number; tokens: number }> {
  const sessions = db('sessions').where({ user_id: userId }).whereNull('ended_at').count('*');
  const tokens = db('api_tokens').where({ user_id: userId }).whereNull('revoked_at').count('*');
  const row = await db.select({ sessions, tokens }).first();
  return { sessions: Number(row.sessions), tokens: Number(row.tokens) };
}

/** Takes the user's row away, and with it what hangs on it: memberships, groups, invitation, identities, sessions, tokens. */
export async function deleteUserRow(db: Knex.Transaction, userId: number): Promise<number> {
  return db('users').where({ id: userId }).del();
}

function candidates(db: Database, userIds: readonly number[], typed: string): Knex.QueryBuilder {
  const text = nameKey(typed);
  return db('users')
    .where('users.status', 'active')
    .whereNotIn('users.id', [...userIds])
    .where(
      (either) =>
        void either.whereRaw(...contains('users.email_key', text)).orWhereRaw(...contains('users.name_key', text)),
    )
    .orderBy('users.email_key');
}

const candidateColumns = ['users.id', 'users.email', 'users.first_name', 'users.last_name'];

const toCandidate = (row: { id: number; email: string; first_name: string; last_name: string }): Candidate => ({
  id: row.id,
  email: row.email,
  firstName: row.first_name,
  lastName: row.last_name,
});

/** Active people but these whose address or name holds a text; only members of these projects where some are named. */
export async function selectCandidates(
  db: Database,
  userIds: readonly number[],
  typed: string,
  projectIds: readonly number[] | null,
  limit: number,
): Promise<Candidate[]> {
  const query = candidates(db, userIds, typed).limit(limit).select(candidateColumns);
  const members = db('memberships')
    .whereIn('project_id', projectIds ?? [])
    .select('user_id');
  const rows = await (projectIds === null ? query : query.whereIn('users.id', members));
  return rows.map(toCandidate);
}
