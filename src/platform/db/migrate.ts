import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import type { Knex } from 'knex';
import { minute } from '../../lib/duration';
import { isMysql } from './dialect';

/** `migrations/` of this program, beside `src` both before and after compilation. */
const directory = join(__dirname, '../../../migrations');
const lockName = 'usher-migrations';

interface Migration {
  readonly name: string;
  readonly path: string;
}

/** Migrations by their name without an ending, so that the compiled and the written form count as the same. */
class MigrationDirectory implements Knex.MigrationSource<Migration> {
  async getMigrations(): Promise<Migration[]> {
    return readdirSync(directory)
      .filter((file) => /^\d{14}_.*\.[jt]s$/.test(file) && !file.endsWith('.d.ts'))
      .sort()
      .map((file) => ({ name: file.replace(/\.[jt]s$/, ''), path: join(directory, file) }));
  }
  getMigrationName(migration: Migration): string {
    return migration.name;
  }
  async getMigration(migration: Migration): Promise<Knex.Migration> {
    return require(migration.path) as Knex.Migration;
  }
}

/** What knex needs to migrate; also read by knexfile.ts. */
export const migrationConfig: Knex.MigratorConfig = {
  migrationSource: new MigrationDirectory(),
  disableTransactions: true,
};

/** The database is newer than this program. */
export class SchemaTooNew extends Error {
  constructor(readonly unknown: readonly string[]) {
    super(
      `The database was migrated by a newer version of Usher (it knows ${unknown.join(', ')}, this version does not). ` +
        'Start the newer version, or go back to a backup from before the upgrade.',
    );
    this.name = 'SchemaTooNew';
  }
}

/**
 * Runs `work` while no other process holds the migrations lock. The database itself forgets the lock when its holder
 * dies: GET_LOCK on MySQL, an exclusive transaction on a side file for SQLite.
 */
async function holdingLock(db: Knex, work: () => Promise<void>): Promise<void> {
  if (isMysql(db)) {
    const connection = await db.client.acquireConnection();
    try {
      const [rows] = await connection.promise().query('SELECT GET_LOCK(?, 120) AS held', [lockName]);
      if (Number(rows[0].held) !== 1)
        throw new Error(
          'Another process has been migrating the database for two minutes. Start again when it is done.',
        );
      await work();
    } finally {
      await connection
        .promise()
        .query('SELECT RELEASE_LOCK(?)', [lockName])
        .catch(() => undefined);
      await db.client.releaseConnection(connection);
    }
    return;
  }
  const { filename } = db.client.config.connection as { filename: string };
  if (filename === ':memory:') return work();
  const lock = new BetterSqlite3(`${filename}.migrating`, { timeout: 2 * minute });
  try {
    lock.exec('BEGIN EXCLUSIVE');
    await work();
  } finally {
    lock.close();
  }
}

/** Applied and known migrations. */
export async function migrationState(db: Knex): Promise<{ readonly pending: string[]; readonly unknown: string[] }> {
  const known = (await new MigrationDirectory().getMigrations()).map(({ name }) => name);
  const applied: string[] = (await db.schema.hasTable('knex_migrations'))
    ? await db('knex_migrations').pluck('name')
    : [];
  return {
    pending: known.filter((name) => !applied.includes(name)),
    unknown: applied.filter((name) => !known.includes(name)),
  };
}

/**
 * Brings the schema up to date. Any number of processes may call this at once: one migrates, the others wait and find
 * nothing to do. A holder that was killed leaves no lock behind.
 * @throws SchemaTooNew when the database knows migrations that this program does not
 */
export async function migrate(db: Knex): Promise<string[]> {
  let applied: string[] = [];
  await holdingLock(db, async () => {
    const { pending, unknown } = await migrationState(db);
    if (unknown.length > 0) throw new SchemaTooNew(unknown);
    if (pending.length === 0) return;
    // Names are compared as SQLite does, byte by byte; what ignores case has a key column of its own.
    if (isMysql(db)) await db.raw('ALTER DATABASE CHARACTER SET utf8mb4 COLLATE utf8mb4_bin');
    // Whoever held knex' own lock is dead, for we hold the one that dies with its holder.
    await db.migrate.forceFreeMigrationsLock(migrationConfig);
    const [, names] = (await db.migrate.latest(migrationConfig)) as [number, string[]];
    applied = names;
  });
  return applied;
}
