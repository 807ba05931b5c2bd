import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Knex } from 'knex';
import { openDatabase, type PoolLimits } from '../../src/platform/db/database';
import { rowsPerStatement } from '../../src/platform/db/dialect';
import { migrate } from '../../src/platform/db/migrate';

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

type Row = Record<string, unknown>;
type Snapshot = readonly { readonly table: string; readonly rows: readonly Row[] }[];

interface Place {
  readonly url: string;
  remove(): Promise<void>;
}

async function newSqlite(): Promise<Place> {
  const folder = mkdtempSync(join(tmpdir(), 'usher-sqlite-'));
  return {
    url: `sqlite:${join(folder, 'test.sqlite')}`,
    remove: async () => rmSync(folder, { recursive: true, force: true }),
  };
}

async function newMariadb(): Promise<Place> {
  const name = `usher_${process.pid}_${randomBytes(4).toString('hex')}`;
  const server = process.env.USHER_TEST_MARIADB ?? '';
  const onServer = async (statement: string): Promise<void> => {
    const db = openDatabase(`${server}mysql`, { acquireTimeout: 10_000 });
    try {
      await db.raw(statement);
    } finally {
      await db.destroy();
    }
  };
  await onServer(`CREATE DATABASE ${name} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`);
  return { url: `${server}${name}`, remove: () => onServer(`DROP DATABASE ${name}`) };
}

async function takeSnapshot(db: Knex, mysql: boolean): Promise<Snapshot> {
  const found: { name: string }[] = mysql
    ? await db('information_schema.tables')
        .where({ table_schema: db.raw('DATABASE()'), table_type: 'BASE TABLE' })
        .select({ name: 'table_name' })
    : await db('sqlite_master').where({ type: 'table' }).whereNot('name', 'like', 'sqlite_%').select('name');
  const tables = found.map(({ name }) => name).filter((name) => !name.startsWith('knex_'));
  return Promise.all(tables.map(async (table) => ({ table, rows: (await db(table).select()) as Row[] })));
}

async function restore(db: Knex, mysql: boolean, snapshot: Snapshot): Promise<void> {
  const foreignKeys = (on: boolean) =>
    mysql ? `SET FOREIGN_KEY_CHECKS = ${on ? 1 : 0}` : `PRAGMA foreign_keys = ${on ? 'ON' : 'OFF'}`;
  const rewrite = async (tx: Knex.Transaction): Promise<void> => {
    for (const { table, rows } of snapshot) {
      await tx(table).del();
      if (rows.length > 0) await tx.batchInsert(table, [...rows], rowsPerStatement(db));
    }
  };
  if (mysql) {
    // The setting belongs to the connection, which goes back to the pool.
    await db.transaction(async (tx) => {
      await tx.raw(foreignKeys(false));
      await rewrite(tx).finally(() => tx.raw(foreignKeys(true)));
    });
    return;
  }
  // SQLite ignores the setting inside a transaction; its pool has a single connection.
  await db.raw(foreignKeys(false));
  await db.transaction(rewrite).finally(() => db.raw(foreignKeys(true)));
}

function describeDatabase(dialect: TestDatabase['dialect'], tests: (database: TestDatabase) => void): void {
  const mysql = dialect === 'MariaDB';
  let place: Place | null = null;
  let own: Knex | null = null;
  let snapshot: Snapshot = [];
  let others: Knex[] = [];

  const opened = <Value>(value: Value | null): Value => {
    if (value === null) throw new Error('the database is there inside tests and hooks only');
    return value;
  };

  beforeAll(async () => {
    place = await (mysql ? newMariadb() : newSqlite());
    own = openDatabase(place.url);
    await migrate(own);
    snapshot = await takeSnapshot(own, mysql);
  }, 60_000);
  beforeEach(async () => await restore(opened(own), mysql, snapshot));
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
