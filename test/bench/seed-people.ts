import type { Knex } from 'knex';

const firstNames = ['Ada', 'Grace', 'Linus', 'Margaret', 'Dennis', 'Barbara', 'Ken', 'Frances', 'Donald', 'Hedy'];
const lastNames = [
  'Lovelace',
  'Hopper',
  'Okri',
  'Hamilton',
  'Ritchie',
  'Liskov',
  'Thompson',
  'Allen',
  'Knuth',
  'Lamarr',
];
const projects = 40;
const groups = 12;

const choice = (words: readonly string[], index: string) =>
  `ELT(1 + MOD(${index}, ${words.length}), ${words.map((word) => `'${word}'`).join(', ')})`;

/**
 * Fills an empty, migrated MariaDB database with a site: people of whom 8 in 100 are invited and 15 disabled, three
 * projects each and the sample project, one in ten with Read Only everywhere, half of them signed in. Set-based: the server makes the rows.
 * @returns the id of its admin, `admin@example.com`
 */
export async function seedPeople(db: Knex, people: number): Promise<number> {
  const at = "'2026-10-01 08:00:00.000'";
  const numbers = `seq_1_to_${people}`;
  await db.raw('INSERT INTO licences (id, seats, is_trial) VALUES (1, ?, 0)', [people]);
  const [adminId] = await db('users').insert({
    email: 'admin@example.com',
    email_key: 'admin@example.com',
    first_name: 'Ada',
    last_name: 'Admin',
    name_key: 'ada admin',
    status: 'active',
    is_admin: true,
    created_at: new Date(),
    updated_at: new Date(),
  });
  const first = choice(firstNames, 'seq * 7 + FLOOR(seq / 10)');
  const last = choice(lastNames, 'FLOOR(seq / 3)');
  await db.raw(
    `INSERT INTO users (email, email_key, first_name, last_name, name_key, status, password_hash, activated_at, created_at, updated_at)
     SELECT CONCAT('Person', seq, '@example.com'), CONCAT('person', seq, '@example.com'), ${first}, ${last},
       LOWER(CONCAT(${first}, ' ', ${last})),
       CASE WHEN MOD(seq, 100) < 8 THEN 'invited' WHEN MOD(seq, 100) < 23 THEN 'disabled' ELSE 'active' END,
       REPEAT('x', 97), ${at}, ${at}, ${at}
     FROM ${numbers}`,
  );
  const id = '(seq + ?)';
  const offset = Number(adminId);
  await db.raw(
    `INSERT INTO projects (name, name_key, is_sample, created_at, updated_at)
     SELECT CONCAT('Project ', seq), CONCAT('project ', seq), 0, ${at}, ${at} FROM seq_1_to_${projects}`,
  );
  await db.raw(
    `INSERT INTO memberships (user_id, project_id, profile_id, created_at)
     SELECT ${id}, p.id, CASE WHEN MOD(seq, 10) = 0 THEN r.id ELSE t.id END, ${at}
     FROM ${numbers} JOIN seq_0_to_2 AS nth
     JOIN projects p ON p.name_key = CONCAT('project ', 1 + MOD(seq + nth.seq * 7, ${projects}))
     JOIN profiles r ON r.name_key = 'read only' JOIN profiles t ON t.name_key = 'tester'`.replaceAll(
      /(?<!nth\.)\bseq\b(?!_)/g,
      `${numbers}.seq`,
    ),
    [offset],
  );
  await db.raw(
    `INSERT INTO memberships (user_id, project_id, profile_id, created_at)
     SELECT u.id, p.id, CASE WHEN MOD(u.id - ?, 10) = 0 THEN r.id ELSE t.id END, ${at}
     FROM users u JOIN projects p ON p.is_sample = 1
     JOIN profiles r ON r.name_key = 'read only' JOIN profiles t ON t.name_key = 'tester'`,
    [offset],
  );
  await db.raw(
    `INSERT INTO user_groups (name, name_key, permissions, created_at, updated_at)
     SELECT CONCAT('Group ', seq), CONCAT('group ', seq), '[]', ${at}, ${at} FROM seq_1_to_${groups}`,
  );
  await db.raw(
    `INSERT INTO group_members (group_id, user_id)
     SELECT g.id, u.id FROM users u JOIN user_groups g ON g.name_key = CONCAT('group ', 1 + MOD(u.id, ${groups}))`,
  );
  await db.raw(
    `INSERT INTO invites (user_id, state, invited_at, sent_at, expires_at)
     SELECT id, 'open', ${at}, ${at}, '2026-12-30 08:00:00.000' FROM users WHERE status = 'invited'`,
  );
  await db.raw(
    `INSERT INTO sessions (user_id, kind, client_id, started_at, last_seen_at, ended_at)
     SELECT u.id, 'web', MD5(CONCAT('c', u.id, '-', n.seq)), ${at}, ${at}, IF(n.seq = 1, NULL, ${at})
     FROM users u JOIN seq_1_to_3 n WHERE u.status = 'active' AND MOD(u.id, 2) = 0`,
  );
  for (const table of ['users', 'memberships', 'group_members', 'invites', 'sessions'])
    await db.raw('ANALYZE TABLE ??', [table]);
  return offset;
}
