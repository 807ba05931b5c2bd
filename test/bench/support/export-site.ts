import type { Knex } from 'knex';
import { isMysql } from '../../../src/platform/db/dialect';
import { seedPeople } from '../seed-people';

// SQLite keeps times as milliseconds.
const at = String(Date.parse('2026-10-01T08:00:00Z'));
const projects = 40;
const groups = 12;

/** The site of `seedPeople` once more, as far as an export sees it, for SQLite. */
async function seedSqlite(db: Knex, people: number): Promise<void> {
  const seq = (last: number) =>
    `WITH RECURSIVE n(seq) AS (SELECT 1 UNION ALL SELECT seq + 1 FROM n WHERE seq < ${last})`;
  await db.raw(
    `INSERT INTO users (email, email_key, first_name, last_name, name_key, status, is_admin, created_at, updated_at)
     VALUES ('admin@example.com', 'admin@example.com', 'Ada', 'Admin', 'ada admin', 'active', 1, ${at}, ${at})`,
  );
  await db.raw(
    `INSERT INTO users (email, email_key, first_name, last_name, name_key, status, password_hash, created_at, updated_at)
     ${seq(people)} SELECT 'Person' || seq || '@example.com', 'person' || seq || '@example.com', 'Margaret', 'Lovelace',
       'margaret lovelace',
       CASE WHEN seq % 100 < 8 THEN 'invited' WHEN seq % 100 < 23 THEN 'disabled' ELSE 'active' END, 'x', ${at}, ${at}
     FROM n`,
  );
  for (const [table, name, more] of [
    ['projects', 'Project', ''],
    ['user_groups', 'Group', ", '[]'"],
  ] as const) {
    const columns = table === 'projects' ? 'name, name_key, is_sample' : 'name, name_key, permissions';
    await db.raw(
      `INSERT INTO ${table} (${columns}, created_at, updated_at) ${seq(table === 'projects' ? projects : groups)}
       SELECT '${name} ' || seq, lower('${name} ' || seq)${more || ', 0'}, ${at}, ${at} FROM n`,
    );
  }
  await db.raw(
    `INSERT INTO memberships (user_id, project_id, profile_id, created_at)
     SELECT u.id, p.id, t.id, ${at} FROM users u JOIN projects p
       ON p.is_sample = 1 OR p.name_key IN ('project ' || (1 + u.id % ${projects}),
         'project ' || (1 + (u.id + 7) % ${projects}), 'project ' || (1 + (u.id + 14) % ${projects}))
     JOIN profiles t ON t.name_key = 'tester'`,
  );
  await db.raw(
    `INSERT INTO group_members (group_id, user_id)
     SELECT g.id, u.id FROM users u JOIN user_groups g ON g.name_key = 'group ' || (1 + u.id % ${groups})`,
  );
}

/** Fills an empty, migrated database with people of whom each has something in every column. */
export async function seedExport(db: Knex, people: number): Promise<void> {
  const isSqlite = !isMysql(db);
  if (isSqlite) await seedSqlite(db, people);
  else await seedPeople(db, people);
  const [when, expiry] = isSqlite
    ? [at, String(Date.parse('2026-12-30T08:00:00Z'))]
    : ["'2026-10-01 08:00:00.000'", "'2026-12-30 08:00:00.000'"];
  const joined = (...parts: readonly string[]) => (isSqlite ? parts.join(' || ') : `CONCAT(${parts.join(', ')})`);
  await db.raw(
    `UPDATE users SET last_login_at = ${when}, sso_username = ${joined("'sso'", 'id')},
       sso_username_key = ${joined("'sso'", 'id')}, ldap_username = ${joined("'ldap'", 'id')},
       ldap_username_key = ${joined("'ldap'", 'id')}`,
  );
  for (const [purpose, status] of [
    ['activation', 'invited'],
    ['reset', 'active'],
  ]) {
    await db.raw(
      `INSERT INTO links (user_id, purpose, nonce, state, live_key, created_at, expires_at)
       SELECT id, '${purpose}', ${joined("'nonce'", 'id')}, 'open', ${joined('id', `':${purpose}'`)}, ${when}, ${expiry}
       FROM users WHERE status = '${status}'`,
    );
  }
}
