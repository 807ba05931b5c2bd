import type { Knex } from 'knex';

export const config = { transaction: false };

export async function up(knex: Knex): Promise<void> {
  // A run that was killed after the next migration finds nothing left to move.
  if (!(await knex.schema.hasColumn('sessions', 'token_hash'))) return;
  await knex.raw(
    `INSERT INTO session_tokens (token_hash, session_id, created_at)
     SELECT s.token_hash, s.id, s.started_at FROM sessions s
     WHERE s.token_hash IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM session_tokens t WHERE t.token_hash = s.token_hash)`,
  );
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(
    `UPDATE sessions SET token_hash =
       (SELECT MIN(t.token_hash) FROM session_tokens t WHERE t.session_id = sessions.id)`,
  );
}
