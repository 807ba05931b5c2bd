import type { Knex } from 'knex';
import { databaseNow, isMysql, toDate } from './dialect';

/** What a database says about itself, for whoever looks whether it fits. */
export interface DatabaseFacts {
  readonly version: string;
  readonly kind: 'SQLite' | 'MySQL' | 'MariaDB';
  /** Its own clock, at the moment of the answer. */
  readonly now: Date;
  /** Null on SQLite, which knows UTF-8 only and serializes writers. */
  readonly server: {
    readonly charset: string;
    /** Of our own connections, as `+00:00`. */
    readonly timeZone: string;
    readonly isolation: string;
  } | null;
}

/** @throws what the driver throws where the database cannot be reached */
export async function inspectDatabase(db: Knex): Promise<DatabaseFacts> {
  if (!isMysql(db)) {
    const [row] = (await db.raw('SELECT sqlite_version() AS version, ? AS now', [databaseNow(db)])) as [
      { version: string; now: number },
    ];
    return { version: row.version, kind: 'SQLite', now: toDate(row.now), server: null };
  }
  const [[row]] = (await db.raw('SELECT VERSION() AS version, ? AS now', [databaseNow(db)])) as [
    [{ version: string; now: Date | string }],
  ];
  const [schemata] = (await db.raw(
    'SELECT default_character_set_name AS charset FROM information_schema.schemata WHERE schema_name = DATABASE()',
  )) as [{ charset: string }[]];
  // MariaDB before 11.1 knows the second name only.
  const [variables] = (await db.raw(
    "SHOW SESSION VARIABLES WHERE Variable_name IN ('time_zone', 'transaction_isolation', 'tx_isolation')",
  )) as [{ Variable_name: string; Value: string }[]];
  const variable = (...names: string[]) =>
    variables.find(({ Variable_name: name }) => names.includes(name))?.Value ?? '';
  return {
    version: row.version,
    kind: /mariadb/i.test(row.version) ? 'MariaDB' : 'MySQL',
    now: row.now instanceof Date ? row.now : new Date(`${row.now.replace(' ', 'T')}Z`),
    server: {
      charset: schemata[0]?.charset ?? '',
      timeZone: variable('time_zone'),
      isolation: variable('transaction_isolation', 'tx_isolation'),
    },
  };
}

/** Begins to write and gives up: throws where the account, the file or the disk does not allow it. SQLite only. */
export async function tryToWrite(db: Knex): Promise<void> {
  await db.raw('BEGIN IMMEDIATE');
  await db.raw('ROLLBACK');
}
