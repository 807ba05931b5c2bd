import { loadConfig, readEnvironment } from './src/config';
import { migrationConfig } from './src/platform/db/migrate';

const { databaseUrl } = loadConfig(readEnvironment());
const sqlite = databaseUrl.startsWith('sqlite:');

/** For `npx knex migrate:*` during development; the program itself migrates when it starts. */
export default {
  client: sqlite ? 'better-sqlite3' : 'mysql2',
  connection: sqlite ? { filename: databaseUrl.slice('sqlite:'.length) } : databaseUrl,
  useNullAsDefault: sqlite,
  migrations: migrationConfig,
};
