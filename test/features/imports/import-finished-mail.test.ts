import { importFinishedMail } from '../../../src/features/imports/import-finished.mail';
import { type BuiltUser, insertUser } from '../../support/builders';
import { forEachDatabase } from '../../support/databases';
import { outboxRows } from '../../support/outbox';
import { type ImportScene, importScene } from './import-scene';

forEachDatabase((database) => {
  let scene: ImportScene;
  beforeEach(async () => {
    scene = await importScene(database, 50);
  });
  afterEach(() => scene.files.remove());

  const people = [
    { 'Login Email': 'new@example.com', Projects: 'Apollo' },
    { 'Login Email': 'bad@example.com', Projects: 'Apolo' },
  ];
  const handedInBy = async (user: BuiltUser | null) => {
    const preview = await scene.plan(await scene.sheet(people), {
      fileName: 'spring & <summer>.xlsx',
      uploaderUserId: user?.id ?? null,
    });
    return scene.carryOut(preview);
  };
  const mails = async () => (await outboxRows(database.db)).filter(({ template }) => template === 'import-finished');

  test('whoever handed the file in gets one mail with what became of it', async () => {
    const ben = await insertUser(database.db, { email: 'ben@example.com', first_name: 'Ben' });
    const { id } = await handedInBy(ben);
    const [row, ...others] = await mails();
    expect(others).toEqual([]);
    expect(row).toMatchObject({ recipient: 'ben@example.com', dedup_key: `import-finished:${id}`, state: 'waiting' });
    const mail = await importFinishedMail.render(scene.ctx, row?.payload ?? {});
    expect(mail?.subject).toBe('spring & <summer>.xlsx is imported, 1 row failed');
    expect(mail?.text).toContain('Hello Ben,');
    expect(mail?.text).toContain(
      'that you handed in was imported on Monday, 2 November 2026 at 10:00 (UTC), confirmed by',
    );
    expect(mail?.html).toContain('spring &amp; &lt;summer>.xlsx');
    for (const part of [mail?.text, mail?.html]) {
      expect(part).toContain('Of 2 rows: 1 invited and 1 failed.');
      expect(part).toContain('Correct them there and hand that workbook in');
    }
  });

  test('an uploader who is nobody on the platform, or disabled, gets none', async () => {
    await handedInBy(null);
    await handedInBy(await insertUser(database.db, { status: 'disabled' }));
    expect(await mails()).toEqual([]);
  });

  test('nothing is sent to somebody who was disabled or deleted before it left', async () => {
    const ben = await insertUser(database.db);
    await handedInBy(ben);
    const [row] = await mails();
    await database.db('users').where({ id: ben.id }).update({ status: 'disabled' });
    expect(await importFinishedMail.render(scene.ctx, row?.payload ?? {})).toBeNull();
    await database.db('users').where({ id: ben.id }).del();
    expect(await importFinishedMail.render(scene.ctx, row?.payload ?? {})).toBeNull();
  });
});
