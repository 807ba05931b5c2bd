import { cpus, totalmem } from 'node:os';
import type { Knex } from 'knex';
import { storeSetting } from '../../../src/features/settings/settings.service';
import { systemClock } from '../../../src/lib/clock';
import type { Context } from '../../../src/platform/context';
import { openDatabase } from '../../../src/platform/db/database';
import { migrate } from '../../../src/platform/db/migrate';
import { createLogger } from '../../../src/platform/logging';
import { testContext } from '../../support/context';
import type { TestDatabase } from '../../support/databases';
import { startMariadb } from '../../support/mariadb-server';

/** A MariaDB server with nothing on it but many people in three projects, three web sessions each, whose tokens are known. */
export interface SessionsSite {
  readonly url: string;
  readonly db: Knex;
  /** On the machine's clock; touches are written by `flush` alone. */
  readonly ctx: Context;
  /** Ids of the sessions: 1 to this. */
  readonly sessions: number;
  /** Opens further connections, as another process has them. */
  connect(connections: number): Knex;
  /** Makes all sessions open, and the first `idle` of them last heard of two hours ago, the others now. */
  reset(idle: number): Promise<void>;
  remove(): Promise<void>;
}

/** The token of a session of the site, as its client sends it. */
export const tokenOf = (id: number) => `us_${String(id).padStart(43, '0')}`;

const perStatement = 20_000;

async function seed(db: Knex, sessions: number): Promise<void> {
  const people = Math.ceil(sessions / 3);
  await db.raw(
    `INSERT INTO users (id, email, email_key, name_key, status, activated_at, created_at, updated_at)
     SELECT seq, CONCAT('person', seq, '@example.com'), CONCAT('person', seq, '@example.com'), '', 'active',
       UTC_TIMESTAMP(3), UTC_TIMESTAMP(3), UTC_TIMESTAMP(3) FROM seq_1_to_${people}`,
  );
  await db.raw(
    `INSERT INTO projects (name, name_key, created_at, updated_at)
     SELECT CONCAT('Project ', seq), CONCAT('project ', seq), UTC_TIMESTAMP(3), UTC_TIMESTAMP(3) FROM seq_1_to_3`,
  );
  for (let first = 1; first <= people; first += perStatement) {
    await db.raw(
      `INSERT INTO memberships (user_id, project_id, profile_id, created_at)
       SELECT seq, p.id, (SELECT MIN(id) FROM profiles), UTC_TIMESTAMP(3)
       FROM seq_${first}_to_${Math.min(people, first + perStatement - 1)}, projects p WHERE p.name LIKE 'Project %'`,
    );
  }
  for (let first = 1; first <= sessions; first += perStatement) {
    const numbers = `seq_${first}_to_${Math.min(sessions, first + perStatement - 1)}`;
    await db.raw(
      `INSERT INTO sessions (id, user_id, kind, client_id, client_name, ip, started_at, last_seen_at)
       SELECT seq, 1 + (seq - 1) DIV 3, 'web', CONCAT('client', seq), 'Firefox on Linux', '192.0.2.7',
         UTC_TIMESTAMP(3), UTC_TIMESTAMP(3) FROM ${numbers}`,
    );
    await db.raw(
      `INSERT INTO session_tokens (token_hash, session_id, created_at)
       SELECT SHA2(CONCAT('us_', LPAD(seq, 43, '0')), 256), seq, UTC_TIMESTAMP(3) FROM ${numbers}`,
    );
  }
}

/** Starts the server and fills it; a million sessions take a minute. */
export async function startSessionsSite(sessions: number, log: 'silent' | 'warn' = 'warn'): Promise<SessionsSite> {
  const server = await startMariadb();
  const opened: Knex[] = [];
  const url = server.url('bench');
  const connect = (connections: number): Knex => {
    const db = openDatabase(url, { connections, acquireTimeout: 60_000, queryTimeout: 600_000 });
    opened.push(db);
    return db;
  };
  const remove = async () => {
    await Promise.all(opened.map((db) => db.destroy()));
    await server.remove();
  };
  try {
    // What a server of that many sessions has: room for all of them, and for the log of what changes.
    await server.execute(
      'CREATE DATABASE bench CHARACTER SET utf8mb4 COLLATE utf8mb4_bin',
      'SET GLOBAL innodb_buffer_pool_size = 1073741824',
      'SET GLOBAL innodb_log_file_size = 536870912',
    );
    const db = connect(10);
    await migrate(db);
    await seed(db, sessions);
    const ctx = {
      ...testContext({ db, url } as TestDatabase, { settings: { LOG_LEVEL: log } }),
      clock: systemClock,
      log: createLogger(log),
    };
    await storeSetting(ctx, 'sessions.idle_minutes', 60);
    return {
      url,
      db,
      ctx,
      sessions,
      connect,
      async reset(idle) {
        const now = new Date();
        const longAgo = new Date(now.getTime() - 7_200_000);
        for (let first = 1; first <= sessions; first += perStatement) {
          await db.raw(
            `UPDATE sessions SET ended_at = NULL, end_reason = NULL, last_seen_at = IF(id <= ?, ?, ?)
             WHERE id BETWEEN ? AND ?`,
            [idle, longAgo, now, first, first + perStatement - 1],
          );
        }
        // What an earlier round left to be cleared away must not be charged to the next.
        await db.raw('SET GLOBAL innodb_max_purge_lag_wait = 0');
        await db.raw('ANALYZE TABLE sessions, session_tokens, users');
      },
      remove,
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** On what the figures were taken. */
export async function machineLines(db: Knex): Promise<string[]> {
  const [[row]] = (await db.raw('SELECT VERSION() AS version')) as [[{ version: string }]];
  const [cpu] = cpus();
  return [
    `${cpus().length} × ${cpu?.model ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB`,
    `Node ${process.version}, ${row.version}, ${new Date().toISOString().slice(0, 10)}`,
  ];
}
