import type { Knex } from 'knex';
import { emptySelection } from '../../../src/features/edits/access.types';
import { workDigest } from '../../../src/features/edits/draft-access';
import { accessForm, saveAccess } from '../../../src/features/edits/edit-access.service';
import { editForm, editUser } from '../../../src/features/edits/edit-user.service';
import type { UserEdit } from '../../../src/features/edits/edits.types';
import type { Context } from '../../../src/platform/context';
import { actorFor, type BuiltUser, insertAdmin, insertProject, insertUser, setSeats } from '../../support/builders';
import { testContext } from '../../support/context';
import { forEachDatabase } from '../../support/databases';

forEachDatabase((database) => {
  beforeEach(() => setSeats(database.db, 50));
  let keys = 0;
  // SQLite has one connection in a process; on MariaDB each admin comes by one of their own, as from another replica.
  const contextOf = (user: BuiltUser): Context => {
    const db = database.dialect === 'MariaDB' ? database.connect() : database.db;
    return testContext(database, { db, actor: actorFor(user) });
  };
  /** The form of that user as it is now, with these fields typed into it. */
  const filled = async (ctx: Context, userId: number, typed: Partial<UserEdit['typed']>): Promise<UserEdit> => {
    const { user, fields } = await editForm(ctx, userId);
    keys += 1;
    return {
      userId,
      version: user.version,
      shown: fields,
      typed: { ...fields, ...typed },
      phrase: '',
      idempotencyKey: `edit-${keys}`,
    };
  };
  const activeAdmins = async () =>
    Number((await database.db('users').where({ is_admin: true, status: 'active' }).count({ n: '*' }).first())?.n);

  const rounds = database.dialect === 'MariaDB' ? 50 : 10;

  test.each([
    ['demote', { isAdmin: false }],
    ['disable', { status: 'disabled' as const }],
  ])(
    `2 × ${rounds} admins who %s each other by the form at the same moment leave one admin, every time`,
    async (_what, away) => {
      const one = await insertAdmin(database.db);
      const other = await insertAdmin(database.db);
      const contexts = [contextOf(one), contextOf(other)] as const;
      for (let round = 0; round < rounds; round += 1) {
        await database.db('users').update({ is_admin: true, status: 'active' });
        const forms = [await filled(contexts[0], other.id, away), await filled(contexts[1], one.id, away)] as const;
        const ended = await Promise.allSettled([editUser(contexts[0], forms[0]), editUser(contexts[1], forms[1])]);
        expect(await activeAdmins()).toBe(1);
        // The slower one has lost the privilege, and is told that nothing was changed.
        expect(ended.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      }
    },
  );

  test('of two edits of the same person at the same moment one is saved and one comes back', async () => {
    const one = await insertAdmin(database.db);
    const other = await insertAdmin(database.db);
    const contexts = [contextOf(one), contextOf(other)] as const;
    for (let round = 0; round < 10; round += 1) {
      const user = await insertUser(database.db);
      const forms = [
        await filled(contexts[0], user.id, { firstName: 'First' }),
        await filled(contexts[1], user.id, { lastName: 'Last' }),
      ] as const;
      const ended = await Promise.all([editUser(contexts[0], forms[0]), editUser(contexts[1], forms[1])]);
      expect(ended.map(({ kind }) => kind).sort()).toEqual(['again', 'saved']);
      expect((await database.db('users').where({ id: user.id }).first()).version).toBe(2);
    }
  });

  test('of two savings of the same person’s projects at the same moment one is saved and one comes back', async () => {
    const one = await insertAdmin(database.db);
    const other = await insertAdmin(database.db);
    const contexts = [contextOf(one), contextOf(other)] as const;
    for (let round = 0; round < 10; round += 1) {
      const user = await insertUser(database.db);
      const projects = [await insertProject(database.db), await insertProject(database.db)] as const;
      const { now } = await accessForm(contexts[0], user.id);
      const ended = await Promise.all(
        contexts.map((ctx, index) =>
          saveAccess(ctx, {
            userId: user.id,
            shown: now,
            draft: new Map(),
            selection: { ...emptySelection, projectIds: [projects[index]?.id ?? 0] },
            toldWork: workDigest([]),
            idempotencyKey: `access-${round}-${index}`,
          }),
        ),
      );
      expect(ended.map(({ kind }) => kind).sort()).toEqual(['again', 'saved']);
      expect(await database.db('memberships').where({ user_id: user.id })).toHaveLength(1);
    }
  });

  test('the last seat is taken once when two disabled people are activated by their forms at the same moment', async () => {
    const admin = await insertAdmin(database.db);
    const contexts = [contextOf(admin), contextOf(admin)] as const;
    const users = [
      await insertUser(database.db, { status: 'disabled', password_hash: 'x' }),
      await insertUser(database.db, { status: 'disabled', password_hash: 'x' }),
    ] as const;
    await setSeats(database.db, 2);
    const forms = [
      await filled(contexts[0], users[0].id, { status: 'active' }),
      await filled(contexts[1], users[1].id, { status: 'active' }),
    ] as const;
    const ended = await Promise.allSettled([editUser(contexts[0], forms[0]), editUser(contexts[1], forms[1])]);
    expect(ended.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await database.db('users').whereNot({ status: 'disabled' })).toHaveLength(2);
  });

  test('making somebody an admin asks for it with the edit, and nobody is told before the commit', async () => {
    const ctx = testContext(database, { actor: actorFor(await insertAdmin(database.db)) });
    await insertAdmin(database.db);
    const user = await insertUser(database.db);
    const result = await editUser(ctx, await filled(ctx, user.id, { isAdmin: true, firstName: 'New' }));
    expect(result).toMatchObject({ kind: 'saved', adminAsked: 'asked' });
    const [approval] = await database.db('approvals');
    expect(ctx.announced).toEqual([{ kind: 'approval_changed', approvalId: approval.id }, { kind: 'users_changed' }]);
  });

  test('a second admin who vanishes while they are asked takes nothing from the edit, which is said and announced', async () => {
    const ada = await insertAdmin(database.db);
    const other = await insertAdmin(database.db);
    const user = await insertUser(database.db);
    // The other admin goes right before the request is written, whatever the edit found before.
    const vanishing = (tx: Knex.Transaction): Knex.Transaction =>
      new Proxy(tx, {
        apply(target, self, [table, ...more]) {
          if (table === 'approvals') void target('users').where({ id: other.id }).update({ is_admin: false }).then();
          return Reflect.apply(target, self, [table, ...more]);
        },
      });
    const db = new Proxy(database.db, {
      get: (knex, name) =>
        name === 'transaction'
          ? (work: (tx: Knex.Transaction) => Promise<unknown>) => knex.transaction((tx) => work(vanishing(tx)))
          : Reflect.get(knex, name),
    });
    const ctx = testContext(database, { db, actor: actorFor(ada) });
    const form = await filled(ctx, user.id, { isAdmin: true, firstName: 'New' });
    const result = await editUser(ctx, form);
    expect(result).toMatchObject({ kind: 'saved', adminAsked: 'nobody_left', user: { firstName: 'New' } });
    expect(ctx.announced).toEqual([{ kind: 'users_changed' }]);
    expect(await database.db('approvals')).toEqual([]);
    const saved = await database.db('users').where({ id: user.id }).first();
    expect([saved.first_name, Boolean(saved.is_admin)]).toEqual(['New', false]);
  });

  test('the same submission twice is carried out once', async () => {
    const ctx = contextOf(await insertAdmin(database.db));
    const user = await insertUser(database.db);
    const form = await filled(ctx, user.id, { firstName: 'Once' });
    const ended = await Promise.allSettled([editUser(ctx, form), editUser(ctx, form)]);
    expect(ended.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await database.db('audit_events').where({ subject_id: user.id })).toHaveLength(1);
  });
});
