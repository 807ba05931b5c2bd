import { confirmImport } from '../../../src/features/imports/confirm-import.service';
import { importProgress, readPreview } from '../../../src/features/imports/imports.service';
import { summaryMessage } from '../../../src/features/imports/progress.text';
import { rowsPerChunk, runImport } from '../../../src/features/imports/run-import.service';
import { actorFor, insertAdmin, insertUser, setSeats } from '../../support/builders';
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

    const makeBenAdmin = async () => {
      const ada = usher.as('ada');
      await ada.upload(
        '#imports',
        'people.xlsx',
        await workbookOf([{ 'Login Email': 'ben@example.com', Admin: 'yes' }]),
      );
      return ada;
    };

    test('the only admin types a phrase before it starts, and the audit says that there was no second one', async () => {
      usher = await startUsher(database);
      const ada = await makeBenAdmin();
      const shown = await ada.waitForMessage('There is none, so whoever confirms it types a phrase instead', patience);
      await ada.click(shown, 'import-confirm-alone');
      await ada.modal('people.xlsx takes a second admin, because it makes 1 person admin.');
      await ada.fill({ phrase: 'make them admin' });
      await ada.submit();
      await ada.modal('Type “make 1 person admin” to go on. Nothing was changed.');
      expect(await isAdmin()).toBe(false);
      await ada.fill({ phrase: 'Make 1 person admin' });
      await ada.submit();
      await ada.modal('The import has started');
      await ada.waitForMessage('Done: 1 updated.', patience);
      expect(await isAdmin()).toBe(true);
      expect(await confirmations()).toMatchObject([{ by: 'ada@example.com', after: { why: 'no second admin' } }]);
      expect(await database.db('audit_events').where({ action: 'approval.phrase_typed' })).toMatchObject([
        { actor_label: 'ada@example.com', subject_label: 'Import people.xlsx: it makes 1 person admin' },
      ]);
    });

    test('a phrase that is typed when there is a second admin by now counts as the first confirmation', async () => {
      usher = await startUsher(database);
      const ada = await makeBenAdmin();
      const shown = await ada.waitForMessage('There is none, so whoever confirms it types a phrase instead', patience);
      await ada.click(shown, 'import-confirm-alone');
      await ada.modal('Type “make 1 person admin” to go on.');
      await insertAdmin(database.db, { email: 'hedy@example.com' });
      await ada.fill({ phrase: 'make 1 person admin' });
      await ada.submit();
      await ada.modal('The import starts when another admin confirms it too.');
      const waiting = await ada.waitForMessage('it needs a second admin, because it makes 1 person admin', patience);
      expect(await isAdmin()).toBe(false);
      await usher.as('hedy').click(waiting, 'import-confirm');
      await ada.waitForMessage('Done: 1 updated.', patience);
    });

    test('who confirms when the second admin is gone is asked for the phrase', async () => {
      usher = await startUsher(database);
      const hedy = await insertAdmin(database.db, { email: 'hedy@example.com' });
      const ada = await makeBenAdmin();
      const shown = await ada.waitForMessage('Two admins confirm this import', patience);
      await database.db('users').where({ id: hedy.id }).update({ is_admin: false });
      await ada.click(shown, 'import-confirm');
      await ada.waitForMessage('There is no second admin any more, so nothing is changed yet.', patience);
      const anew = await ada.waitForMessage('whoever confirms it types a phrase instead', patience);
      expect(await isAdmin()).toBe(false);
      await ada.click(anew, 'import-confirm-alone');
      await ada.modal('Type “make 1 person admin” to go on.');
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

    test('who uploaded and confirmed it cannot be the second admin too, not even by two clicks at the same moment', async () => {
      await second();
      const { id } = await scene.plan(await scene.sheet([{ 'Login Email': 'new@example.com', Admin: 'yes' }]), {
        uploaderUserId: scene.admin.id,
      });
      const results = await Promise.allSettled([
        confirmImport({ ...scene.ctx, db: database.connect() }, id),
        confirmImport({ ...scene.ctx, db: database.connect() }, id),
      ]);
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      await expect(confirmImport(scene.ctx, id)).rejects.toThrow(/You have confirmed this import already/);
      await expect(confirmImport(scene.ctx, id, 'make 1 person admin')).rejects.toMatchObject({ kind: 'conflict' });
      expect(await readPreview(scene.ctx, id)).toMatchObject({ state: 'preview', decidedBy: null });
    });

    test('the operator starts it without a second admin, and the trail names them', async () => {
      await second();
      const { id } = await disabling(11);
      expect(await confirmImport({ ...scene.ctx, actor: { kind: 'operator' } }, id)).toHaveProperty('started');
      await runImport(scene.ctx, id, never);
      expect((await importProgress(scene.ctx, id)).outcomes).toMatchObject({ updated: 11, failed: 0 });
      expect(await confirmations()).toMatchObject([{ by: 'operator' }]);
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

    const person = () => database.db('users').where({ id: scene.admin.id });
    test.each([
      ['demoted', () => person().update({ is_admin: false })],
      ['disabled', () => person().update({ status: 'disabled' })],
      ['deleted', () => person().del()],
    ])('a running import stops when its confirmer is %s, and says so', async (_what, change) => {
      const rows = Array.from({ length: rowsPerChunk + 5 }, (_, index) => ({ 'Login Email': `n${index}@example.com` }));
      await setSeats(database.db, rows.length + 1);
      const { id } = await scene.previewOf([...rows, { 'Login Email': 'bad' }]);
      await confirmImport(scene.ctx, id);
      const telling = {
        ...scene.ctx,
        announce: async ({ kind }: { kind: string }) => {
          if (kind === 'import_moved') await change();
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
      const left = await database.db('import_rows').where({ import_id: id, outcome: 'failed' }).first();
      expect(left.problems).toContain('confirmed by somebody who is no admin any more');
    });
  });
});
