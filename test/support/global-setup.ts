import { hasMariadb, howToInstallMariadb, type MariadbServer, startMariadb } from './mariadb-server';
import { bundlePage } from './page-bundle';
import { makeTemplates, type Templates } from './templates';

declare global {
  /** The run's own server, for global-teardown.ts. */
  var usherMariadb: MariadbServer | undefined;
  /** The run's migrated databases, for global-teardown.ts. */
  var usherTemplates: Templates | undefined;
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Once per jest run: one private MariaDB server, migrated databases to copy, and the bundled page of the workspace. */
export default async function globalSetup(): Promise<void> {
  const required = Boolean(process.env.CI || process.env.USHER_REQUIRE_MARIADB);
  if (hasMariadb()) {
    globalThis.usherMariadb = await startMariadb();
    process.env.USHER_TEST_MARIADB = globalThis.usherMariadb.url('');
  } else if (required) {
    throw new Error(`These tests must run on MariaDB too, and it is missing: ${howToInstallMariadb}.`);
  } else {
    delete process.env.USHER_TEST_MARIADB;
    say(`\n!!! MariaDB is missing, so HALF OF THE TESTS ARE SKIPPED: ${howToInstallMariadb}.\n`);
  }
  globalThis.usherTemplates = await makeTemplates(globalThis.usherMariadb);
  process.env.USHER_TEST_SQLITE = globalThis.usherTemplates.sqlite;
  try {
    await bundlePage();
  } catch (error) {
    if (required) throw error;
    say(`\n!!! The workspace page could not be bundled; tests in a browser will fail.\n${(error as Error).message}\n`);
  }
}
