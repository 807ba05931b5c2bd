import { randomBytes } from 'node:crypto';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import type { Knex } from 'knex';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { openDatabase, type PoolLimits } from '../../src/platform/db/database';
import { template } from './templates';

/** One migrated database of one test file. Before each test it is as migrations leave it. */
export interface TestDatabase {
  readonly dialect: 'SQLite' | 'MariaDB';
  /** For DATABASE_URL; valid inside tests and hooks. */
  readonly url: string;
  /** The file's own connections. */
  readonly db: Knex;
  /** Further connections to the same database, as another replica has them; closed after the test. */
  connect(limits?: Partial<PoolLimits>): Knex;
}

interface Place {
  readonly url: string;
  /** Makes its rows what migrations leave. */
  restore(db: Knex): Promise<void>;
  remove(): Promise<void>;
}

/** Statements that make tables of a database hold what the template's hold, whatever is in them. */
function copyRows(database: string, tables: readonly string[]): string {
  return tables
    .map(
      (table) =>
        `DELETE FROM ${database}.${table}; INSERT INTO ${database}.${table} SELECT * FROM ${template}.${table}`,
    )
    .join(';');
}

async function newSqlite(): Promise<Place> {
  const folder = mkdtempSync(join(tmpdir(), 'usher-sqlite-'));
  const file = join(folder, 'test.sqlite');
  const source = process.env.USHER_TEST_SQLITE ?? '';
  copyFileSync(source, file);
  const made = new BetterSqlite3(file);
  const tables = made.prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'");
  const copying = copyRows('main', tables.pluck().all() as string[]);
  made.close();
  return {
    url: `sqlite:${file}`,
    async restore(db) {
      // The pool has one connection, so that whoever still uses it is waited for.
      const connection = (await db.client.acquireConnection()) as BetterSqlite3.Database;
      try {
        // Inside a transaction the setting is ignored.
        connection.pragma('foreign_keys = OFF');
        // Attached for longer, its tables would stand in for those that a test drops.
        connection.exec(`ATTACH '${source}' AS ${template}`);
        connection.transaction(() => connection.exec(copying)).immediate();
      } finally {
        connection.exec(`DETACH ${template}`);
        connection.pragma('foreign_keys = ON');
        await db.client.releaseConnection(connection);
      }
    },
    remove: async () => rmSync(folder, { recursive: true, force: true }),
  };
}

async function newMariadb(): Promise<Place> {
  const name = `usher_${process.pid}_${randomBytes(4).toString('hex')}`;
  const server = process.env.USHER_TEST_MARIADB ?? '';
  const connection = await createConnection({ uri: `${server}${template}`, multipleStatements: true });
  // Only what is deleted is locked.
  await connection.query('SET FOREIGN_KEY_CHECKS = 0; SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED');
  const [found] = await connection.query<RowDataPacket[]>('SHOW TABLES');
  const tables = found.map((row) => String(Object.values(row)[0]));
  const [shown] = await connection.query<RowDataPacket[][]>(
    tables.map((table) => `SHOW CREATE TABLE ${table}`).join(';'),
  );
  const definitions = shown.map(([row]) => String(row?.['Create Table']));
  await connection.query(`CREATE DATABASE ${name} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin; USE ${name}`);
  // Not of this database afterwards: some tests end every connection to it.
  await connection.query([...definitions, `USE ${template}`].join(';'));
  const copying = `START TRANSACTION; ${copyRows(name, tables)}; COMMIT`;
  return {
    url: `${server}${name}`,
    restore: async () => void (await connection.query(copying)),
    async remove() {
      await connection.query(`DROP DATABASE ${name}`);
      await connection.end();
    },
  };
}

function describeDatabase(dialect: TestDatabase['dialect'], tests: (database: TestDatabase) => void): void {
  let place: Place | null = null;
  let own: Knex | null = null;
  let others: Knex[] = [];

  const opened = <Value>(value: Value | null): Value => {
    if (value === null) throw new Error('the database is there inside tests and hooks only');
    return value;
  };

  beforeAll(async () => {
    place = await (dialect === 'MariaDB' ? newMariadb() : newSqlite());
    own = openDatabase(place.url);
    // For files that begin with the hooks of all their tests.
    await place.restore(own);
  }, 60_000);
  beforeEach(async () => await opened(place).restore(opened(own)));
  afterEach(async () => {
    await Promise.all(others.map((db) => db.destroy()));
    others = [];
  });
  afterAll(async () => {
    await own?.destroy();
    await place?.remove();
  }, 60_000);

  tests({
    dialect,
    get url() {
      return opened(place).url;
    },
    get db() {
      return opened(own);
    },
    connect(limits) {
      const db = openDatabase(opened(place).url, limits);
      others.push(db);
      return db;
    },
  });
}

/** Runs the same tests on SQLite and on MariaDB, each with a database of its own. */
export function forEachDatabase(tests: (database: TestDatabase) => void): void {
  describe('on SQLite', () => describeDatabase('SQLite', tests));
  const mariadb = process.env.USHER_TEST_MARIADB === undefined ? describe.skip : describe;
  mariadb('on MariaDB', () => describeDatabase('MariaDB', tests));
}
