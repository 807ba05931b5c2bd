import { confirmImport, importProgress, readPreview } from '../../../src/features/imports/imports.service';
import { summaryMessage } from '../../../src/features/imports/imports.text';
import { rowsPerChunk, runImport } from '../../../src/features/imports/run-import.service';
import { actorFor, insertAdmin, insertUser } from '../../support/builders';
import { forEachDatabase } from '../../support/databases';
import { type RunningUsher, startUsher } from '../../support/usher';
import { importScene, workbookOf } from './import-scene';

const patience = { timeoutMs: 15_000 };
const never = new AbortController().signal;

forEachDatabase((database) => {
  const confirmations = async () =>
    (await database.db('audit_events').where({ action: 'import.confirmed' })).map((line) => ({
      by: line.actor_label,
      after: JSON.parse(line.after),
    }));

  describe('in Slack', () => {
    let usher: RunningUsher;
    afterEach(async () => {
      usher.driver.expectPrompt();
      await usher.stop();
    });
    const isAdmin = async () =>
      Boolean((await database.db('users').where({ email_key: 'ben@example.com' }).first()).is_admin);

    test('an import that makes somebody admin starts when a second admin confirms it, and not before', async () => {
      usher = await startUsher(database);
      await insertAdmin(database.db, { email: 'hedy@example.com' });
      const ada = usher.as('ada');
      const hedy = usher.as('hedy');
      await ada.upload(
        '#imports',
        'people.xlsx',
        await workbookOf([{ 'Login Email': 'ben@example.com', Admin: 'yes' }]),
      );
      const shown = await ada.waitForMessage(
        'Two admins confirm this import, because it makes 1 person admin.',
        patience,
      );
      await ada.click(shown, 'import-confirm');
      await ada.waitForMessage('The import starts when another admin confirms it too', patience);
      const waiting = await ada.waitForMessage('it needs a second admin, because it makes 1 person admin', patience);
      await ada.click(waiting, 'import-confirm');
      await ada.waitForMessage('You have confirmed this import already. It needs a second admin', patience);
      expect(await isAdmin()).toBe(false);
      await hedy.click(waiting, 'import-confirm');
      await ada.waitForMessage('Done: 1 updated.', patience);
      expect(await isAdmin()).toBe(true);
      expect(await confirmations()).toMatchObject([
        { by: 'hedy@example.com', after: { 'confirmed first by': 'ada@example.com' } },
      ]);
    });

    test('the only admin is warned and starts it alone, and the audit says that there was no second one', async () => {
      usher = await startUsher(database);
      const ada = usher.as('ada');
      await ada.upload(
        '#imports',
        'people.xlsx',
        await workbookOf([{ 'Login Email': 'ben@example.com', Admin: 'yes' }]),
      );
      const shown = await ada.waitForMessage('There is none, so one confirmation starts it', patience);
      await ada.click(shown, 'import-confirm');
      await ada.waitForMessage('Done: 1 updated.', patience);
      expect(await confirmations()).toMatchObject([{ by: 'ada@example.com', after: { why: 'no second admin' } }]);
    });
  });

  describe('as a service', () => {
    let scene: Awaited<ReturnType<typeof importScene>>;
    beforeEach(async () => {
      scene = await importScene(database);
    });
    afterEach(() => scene.files.remove());
    const second = async () => ({
      ...scene.ctx,
      actor: actorFor(await insertAdmin(database.db, { email: 'bob@example.com' })),
    });
    const disabling = async (count: number) => {
      const rows = Array.from({ length: count }, (_, index) => ({
        'Login Email': `p${index}@example.com`,
        Status: 'Disabled',
      }));
      for (const row of rows) await insertUser(database.db, { email: row['Login Email'] });
      return scene.previewOf(rows);
    };

    test('an import that disables eleven people asks for a second admin, and ten do not', async () => {
      await second();
      expect(await confirmImport(scene.ctx, (await disabling(10)).id)).toHaveProperty('started');
      await database.db('users').where('email', 'like', 'p%').del();
      const { id } = await disabling(11);
      expect(await confirmImport(scene.ctx, id)).toMatchObject({
        waiting: { state: 'preview', firstConfirmedBy: { label: 'admin@example.com' } },
      });
      expect(await database.db('operations').where({ idempotency_key: `import:${id}` })).toHaveLength(0);
    });

    test('the first confirmation falls away when the plan changes, and when who gave it is no admin any more', async () => {
      const bob = await second();
      const carol = { ...scene.ctx, actor: actorFor(await insertAdmin(database.db, { email: 'carol@example.com' })) };
      const { id } = await disabling(11);
      await confirmImport(scene.ctx, id);
      await database.db('users').where({ email: 'p0@example.com' }).update({ status: 'disabled' });
      await insertUser(database.db, { email: 'p11@example.com' });
      expect(await confirmImport(bob, id)).toMatchObject({ changed: { firstConfirmedBy: null } });
      await database.db('users').where({ email: 'p0@example.com' }).update({ status: 'active' });
      expect(await confirmImport(bob, id)).toHaveProperty('changed');
      expect(await confirmImport(bob, id)).toHaveProperty('waiting');
      await database.db('users').where({ email: 'bob@example.com' }).update({ is_admin: false });
      expect(await confirmImport(scene.ctx, id)).toMatchObject({
        waiting: { firstConfirmedBy: { label: 'admin@example.com' } },
      });
      expect(await confirmImport(carol, id)).toMatchObject({ started: { decidedBy: { label: 'admin@example.com' } } });
    });

    test('two admins who confirm at the same moment do not start it by one confirmation', async () => {
      const bob = await second();
      const { id } = await disabling(11);
      const results = await Promise.allSettled([
        confirmImport({ ...scene.ctx, db: database.connect() }, id),
        confirmImport({ ...bob, db: database.connect() }, id),
      ]);
      const given = results.filter(({ status }) => status === 'fulfilled').length;
      const { state, firstConfirmedBy } = await readPreview(scene.ctx, id);
      expect(firstConfirmedBy).not.toBeNull();
      expect(state).toBe(given === 2 ? 'running' : 'preview');
    });

    test.each([
      ['demoted', { is_admin: false }],
      ['disabled', { status: 'disabled' }],
    ])('a running import stops when its confirmer is %s, and says so', async (_what, change) => {
      const rows = Array.from({ length: rowsPerChunk + 5 }, (_, index) => ({ 'Login Email': `n${index}@example.com` }));
      const { id } = await scene.previewOf([...rows, { 'Login Email': 'bad' }]);
      await confirmImport(scene.ctx, id);
      const telling = {
        ...scene.ctx,
        announce: async ({ kind }: { kind: string }) => {
          if (kind === 'import_moved') await database.db('users').where({ id: scene.admin.id }).update(change);
        },
      };
      await runImport(telling, id, never);
      const progress = await importProgress(scene.ctx, id);
      expect(progress.state).toBe('done');
      expect(progress.outcomes.pending).toBe(0);
      expect(progress.outcomes.invited).toBe(
        Number((await database.db('users').where({ status: 'invited' }).count({ total: '*' }).first())?.total),
      );
      expect(progress.outcomes).toMatchObject({ invited: rowsPerChunk, failed: 6 });
      const summary = summaryMessage(progress);
      expect(JSON.stringify(summary)).toContain('it was confirmed by somebody who is no admin any more');
      const left = await database.db('import_rows').where({ import_id: id, position: rowsPerChunk }).first();
      expect(left.problems).toContain('confirmed by somebody who is no admin any more');
    });
  });
});
