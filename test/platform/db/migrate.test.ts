import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../../../src/platform/db/database';
import { migrate, migrationConfig, migrationState, SchemaTooNew } from '../../../src/platform/db/migrate';
import { forEachDatabase } from '../../support/databases';

/** A replica as a process of its own: migrates and prints how many migrations that were. */
function startReplica(databaseUrl: string): { result: Promise<string>; kill(): void } {
  const script = `
    const { openDatabase } = require('./src/platform/db/database');
    const { migrate } = require('./src/platform/db/migrate');
    const db = openDatabase(${JSON.stringify(databaseUrl)}, { acquireTimeout: 60000, queryTimeout: 150000 });
    migrate(db).then((done) => { process.stdout.write(String(done.length)); return db.destroy(); })
      .catch((error) => { process.stdout.write('failed: ' + error.message); process.exit(1); });`;
  const child = spawn(process.execPath, ['--require', 'tsx/cjs', '-e', script], { cwd: join(__dirname, '../../..') });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  return {
    result: new Promise((done) => child.on('close', () => done(said))),
    kill: () => child.kill('SIGKILL'),
  };
}

forEachDatabase((database) => {
  const emptied = async () => {
    await database.db.migrate.rollback(migrationConfig, true);
    await database.db.schema.dropTableIfExists('knex_migrations');
    await database.db.schema.dropTableIfExists('knex_migrations_lock');
  };
  // Each test leaves the schema as it found it, for the snapshot that tests are reset to.
  afterEach(() => migrate(database.db), 60_000);

  test('every migration goes down and up again', async () => {
    await database.db.migrate.rollback(migrationConfig, true);
    expect(await database.db.schema.hasTable('users')).toBe(false);
    await migrate(database.db);
    expect(await migrationState(database.db)).toEqual({ pending: [], unknown: [] });
    expect(await database.db('projects').where({ is_sample: true }).first()).toMatchObject({ name: 'Sample Project' });
  }, 60_000);

  test('of four replicas that start together exactly one migrates, and all come up', async () => {
    await emptied();
    const replicas = Array.from({ length: 4 }, () => startReplica(database.url));
    const counts = (await Promise.all(replicas.map(({ result }) => result))).map(Number);
    const all = (await database.db('knex_migrations')).length;
    expect(all).toBeGreaterThan(25);
    expect(counts.sort((a, b) => a - b)).toEqual([0, 0, 0, all]);
  }, 120_000);

  test('a replica that is killed in the middle leaves nothing that stops the next one', async () => {
    await emptied();
    const killed = startReplica(database.url);
    while (!(await database.db.schema.hasTable('settings'))) await new Promise((done) => setTimeout(done, 10));
    killed.kill();
    await killed.result;
    await migrate(database.db);
    expect(await migrationState(database.db)).toEqual({ pending: [], unknown: [] });
    expect(await database.db('profiles').count({ total: '*' }).first()).toMatchObject({ total: 3 });
    expect(await database.db('run_cases').count({ total: '*' }).first()).toMatchObject({ total: 4 });
  }, 120_000);

  test('a database of a newer version is refused with a sentence', async () => {
    await database
      .db('knex_migrations')
      .insert({ name: '20991231000000_from_the_future', batch: 99, migration_time: new Date() });
    try {
      await expect(migrate(database.db)).rejects.toThrow(SchemaTooNew);
      await expect(migrate(database.db)).rejects.toThrow(/newer version of Usher.*20991231000000_from_the_future/);
    } finally {
      await database.db('knex_migrations').where({ batch: 99 }).del();
    }
  });

  test('the sample project holds requirements in folders, a plan, cases and a run', async () => {
    const project = await database.db('projects').where({ is_sample: true }).first();
    for (const table of ['folders', 'requirements', 'test_plans', 'test_cases', 'test_runs']) {
      const row = await database.db(table).where({ project_id: project.id }).count({ total: '*' }).first();
      expect(Number(row?.total)).toBeGreaterThan(0);
    }
    expect(await database.db('requirements').where({ project_id: project.id }).whereNull('folder_id')).toEqual([]);
  });
});

test('SQLite keeps its file beside a lock that nobody holds afterwards', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'usher-migrate-'));
  const db = openDatabase(`sqlite:${join(folder, 'deep/site.sqlite')}`);
  await migrate(db);
  await migrate(db);
  await db.destroy();
  rmSync(folder, { recursive: true });
});
