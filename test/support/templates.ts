import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../../src/platform/db/database';
import { migrate } from '../../src/platform/db/migrate';
import type { MariadbServer } from './mariadb-server';

/** The name of the migrated database that is only ever copied: on the run's MariaDB server, and where SQLite attaches it. */
export const template = 'usher_template';

async function migrated(url: string): Promise<void> {
  const db = openDatabase(url);
  try {
    await migrate(db);
  } finally {
    await db.destroy();
  }
}

/** The migrated databases of one jest run, which test files copy instead of migrating each for itself. */
export interface Templates {
  /** The file of SQLite. */
  readonly sqlite: string;
  /** Deletes that file; the other goes with its server. */
  remove(): void;
}

/** Migrates one database of each kind, as an empty site would. */
export async function makeTemplates(mariadb: MariadbServer | undefined): Promise<Templates> {
  const folder = mkdtempSync(join(tmpdir(), 'usher-template-'));
  const sqlite = join(folder, 'template.sqlite');
  const onMariadb = async (server: MariadbServer): Promise<void> => {
    await server.execute(`CREATE DATABASE ${template} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`);
    await migrated(server.url(template));
  };
  await Promise.all([migrated(`sqlite:${sqlite}`), mariadb === undefined ? undefined : onMariadb(mariadb)]);
  return { sqlite, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
