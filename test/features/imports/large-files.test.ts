import { confirmImport } from '../../../src/features/imports/confirm-import.service';
import { importProgress, planImport, readPreview } from '../../../src/features/imports/imports.service';
import { resumeImports, rowsPerChunk, runImport } from '../../../src/features/imports/run-import.service';
import { insertUser } from '../../support/builders';
import type { TestContext } from '../../support/context';
import { forEachDatabase } from '../../support/databases';
import { type ImportScene, importScene } from './import-scene';

const never = new AbortController().signal;

forEachDatabase((database) => {
  let scene: ImportScene;
  beforeEach(async () => {
    scene = await importScene(database, 50_000);
  });
  afterEach(() => scene.files.remove());

  const address = (row: number) => `p${row}@example.com`;
  const csv = (header: string, rows: readonly string[]) => scene.files.write(`${header}\n${rows.join('\n')}\n`);
  /** Rows are numbered as a spreadsheet program does: the first person stands in row 2. */
  const numbered = (count: number, lineOf: (row: number) => string) =>
    Array.from({ length: count }, (_, index) => lineOf(index + 2));
  const total = async (table: string) =>
    Number(((await database.db(table).count({ total: '*' }).first()) as { total: number }).total);

  test('two rows far apart that say the same both fail, each naming the other, and all others are carried out', async () => {
    const count = 1300;
    const rows = numbered(
      count,
      (row) => `${row === 1301 ? address(2).toUpperCase() : address(row)},${row === 700 ? 'sso3' : `sso${row}`}`,
    );
    const preview = await scene.plan(await csv('Login Email,SSO Username', rows));
    expect(preview.counts).toEqual({ invite: count - 4, update: 0, unchanged: 0, fail: 4 });
    expect(preview.seats.needed).toBe(count - 4);
    expect(preview.failures.map(({ row, problems }) => [row, problems[0]?.sentence])).toEqual([
      [2, 'Row 1301 has the same address. Leave one row for each person.'],
      [3, 'Row 700 has the same SSO Username. Only one person can have it: correct the others.'],
      [700, 'Row 3 has the same SSO Username. Only one person can have it: correct the others.'],
      [1301, 'Row 2 has the same address. Leave one row for each person.'],
    ]);
    expect((await scene.carryOut(preview)).outcomes).toMatchObject({ invited: count - 4, failed: 4 });
  });

  test('an address that stands in very many rows names the first five others and says that there are more', async () => {
    const preview = await scene.plan(
      await csv(
        'Login Email',
        numbered(1200, () => 'same@example.com'),
      ),
    );
    expect(preview.counts.fail).toBe(1200);
    expect(preview.failures[0]?.problems[0]?.sentence).toBe(
      'Rows 3, 4, 5, 6 and 7 … have the same address. Leave one row for each person.',
    );
  });

  test('the last row of a file makes room for the first, however far apart they are', async () => {
    await insertUser(database.db, { email: 'leaver@example.com' });
    const used = Number(((await database.db('users').count({ total: '*' }).first()) as { total: number }).total);
    const count = rowsPerChunk + 100;
    await database.db('licences').update({ seats: used + count - 1 });
    const rows = [...numbered(count, (row) => `${address(row)},`), 'leaver@example.com,Disabled'];
    const preview = await scene.plan(await csv('Login Email,Status', rows));
    expect(preview.seats).toEqual({ needed: count - 1, free: count - 1 });
    expect((await scene.carryOut(preview)).outcomes).toMatchObject({ invited: count, updated: 1, failed: 0 });
  });

  test('a file whose reader died is refused soon after, nothing of it is left, and it can be dropped again', async () => {
    const path = await csv('Login Email', numbered(3000, address));
    const db = database.connect();
    let parts = 0;
    db.on('query', ({ sql }: { sql: string }) => {
      if (!/^insert into .import_rows/.test(sql)) return;
      parts += 1;
      if (parts === 2) void db.destroy();
    });
    const reader: TestContext = { ...scene.ctx, db };
    const file = { fileName: 'people.csv', fileSize: 1, uploaderSlackId: null, uploaderUserId: null };
    await expect(planImport(reader, { ...file, path, conversationId: 'C1', slackFileId: 'F1' })).rejects.toThrow();
    const { id } = await database.db('imports').first('id');
    expect((await importProgress(scene.ctx, id)).state).toBe('reading');
    expect(await resumeImports(scene.ctx, never)).toMatchObject({ interrupted: 0 });
    await database.db('imports').update({ lease_until: new Date('2020-01-01T00:00:00Z') });
    expect(await resumeImports(scene.ctx, never)).toMatchObject({ interrupted: 1 });
    expect(await readPreview(scene.ctx, id)).toMatchObject({
      state: 'refused',
      problem: 'Reading this file was interrupted, so nothing was changed. Drop it again.',
    });
    await expect(confirmImport(scene.ctx, id)).rejects.toThrow(/was interrupted/);
    expect(await total('import_rows')).toBe(0);
    expect((await scene.plan(path, { slackFileId: 'F2' })).counts.invite).toBe(3000);
  });

  test('what goes wrong beside the file leaves nothing behind, so that the same delivery is read anew', async () => {
    const path = await csv('Login Email', numbered(1200, address));
    const db = database.connect();
    let parts = 0;
    const failing: TestContext = {
      ...scene.ctx,
      db: new Proxy(db, {
        get(target, key) {
          if (key === 'transaction') parts += 1;
          return key === 'transaction' && parts === 2
            ? () => Promise.reject(new Error('the disk is full'))
            : Reflect.get(target, key);
        },
      }),
    };
    const file = { fileName: 'people.csv', fileSize: 1, uploaderSlackId: null, uploaderUserId: null };
    const delivery = { ...file, path, conversationId: 'C1', slackFileId: 'F1' };
    await expect(planImport(failing, delivery)).rejects.toThrow('the disk is full');
    expect([await total('imports'), await total('import_rows')]).toEqual([0, 0]);
    expect((await planImport(scene.ctx, delivery)).counts.invite).toBe(1200);
  });

  test('twenty thousand people are read, planned, confirmed and invited once each', async () => {
    const count = 20_000;
    const rows = numbered(count, (row) => `${address(row)},First ${row},Apollo`);
    const preview = await scene.plan(await csv('Login Email,First Name,Projects', rows));
    expect(preview.counts).toEqual({ invite: count, update: 0, unchanged: 0, fail: 0 });
    expect(await confirmImport(scene.ctx, preview.id)).toMatchObject({ started: { state: 'running' } });
    await runImport(scene.ctx, preview.id, never);
    expect(await importProgress(scene.ctx, preview.id)).toMatchObject({
      state: 'done',
      total: count,
      outcomes: { invited: count, failed: 0, pending: 0 },
    });
    expect(await total('outbox')).toBe(count);
    expect(Number((await database.db('memberships').countDistinct({ total: 'user_id' }).first())?.total)).toBe(count);
  }, 180_000);
});
