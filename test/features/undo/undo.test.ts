import { changeMemberships, membershipsOf } from '../../../src/features/access/access.service';
import { activateUsers, disableIn, disableUsers } from '../../../src/features/invites/invites.service';
import {
  beginOperation,
  type FieldChange,
  finishOperation,
  membershipSet,
  recordChanges,
} from '../../../src/features/operations/operations.service';
import { undoSlot } from '../../../src/features/operations/operations.text';
import { undoOperation } from '../../../src/features/undo/undo.service';
import { changeUsers, findUsers } from '../../../src/features/users/users.service';
import type { UserChanges } from '../../../src/features/users/users.types';
import { minute } from '../../../src/lib/duration';
import { actingAs, type Context } from '../../../src/platform/context';
import { inTransaction } from '../../../src/platform/db/transaction';
import { message, paragraph } from '../../../src/platform/slack/blocks';
import {
  actorFor,
  type BuiltUser,
  insertAdmin,
  insertMembership,
  insertProject,
  insertUser,
  profileId,
  setSeats,
} from '../../support/builders';
import { type TestContext, testContext } from '../../support/context';
import { forEachDatabase } from '../../support/databases';
import { textOf } from '../../support/slack-text';
import { type RunningUsher, startUsher } from '../../support/usher';

forEachDatabase((database) => {
  const statusOf = async (user: BuiltUser): Promise<string> =>
    (await database.db('users').where({ id: user.id }).first('status')).status;
  const refusal = async (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => 'not refused',
      (error: Error) => error.message,
    );

  let admin: BuiltUser;
  let ctx: TestContext;
  async function site(): Promise<void> {
    await setSeats(database.db, 20);
    admin = await insertAdmin(database.db);
    ctx = testContext(database, { actor: actorFor(admin) });
  }

  /** An edit as the form makes it: new columns for one person, recorded for undo. */
  async function edit(person: BuiltUser, columns: UserChanges & { defaultProfileId?: never }) {
    return inTransaction<Context, number>(ctx, async (tx) => {
      const [user] = await findUsers(tx, [person.id]);
      if (!user) throw new Error('nobody');
      const operationId = await beginOperation(tx, 'edit', null, {});
      await changeUsers(tx, [{ user, changes: columns }]);
      const fields = Object.keys(columns) as Exclude<keyof UserChanges, 'defaultProfileId'>[];
      await recordChanges(
        tx,
        operationId,
        fields.map((field): FieldChange => ({ userId: user.id, field, before: user[field], after: columns[field] })),
      );
      await finishOperation(tx, operationId, []);
      return operationId;
    });
  }

  test('undo leaves alone what somebody has set to the same value again since', async () => {
    await site();
    const other = await insertAdmin(database.db, { email: 'other@x.example' });
    const eve = await insertUser(database.db, { email: 'eve@x.example', password_hash: 'x' });
    const { operationId } = await disableUsers(ctx, [eve.id], null);
    const asOther = actingAs(ctx, actorFor(other));
    await activateUsers(asOther, [eve.id], null);
    await disableUsers(asOther, [eve.id], null);
    const { restored, refused } = await undoOperation(ctx, operationId);
    expect(restored).toEqual([]);
    expect(refused.map(({ field, why }) => `${field}: ${why}`)).toEqual(['status: changed']);
    expect(await statusOf(eve)).toBe('disabled');
  });

  describe('through Slack', () => {
    let usher: RunningUsher;
    afterEach(async () => {
      usher.driver.expectPrompt();
      await usher.stop();
    });

    test('undo of disabling three people gives back the status of each, and says that what ended stays ended', async () => {
      usher = await startUsher(database);
      const ada = usher.as('ada');
      const people = [
        await insertUser(database.db),
        await insertUser(database.db),
        await insertUser(database.db, { status: 'invited' }),
      ];
      const row = await database.db('users').where({ email_key: 'ada@example.com' }).first('id');
      const acting = actingAs(usher.ctx, actorFor({ id: row.id, email: 'ada@example.com' }));
      const { operationId } = await disableUsers(
        acting,
        people.map(({ id }) => id),
        'disable three',
      );
      const channel = usher.workspace.acts.conversationId(ada.id, '#general');
      await postTo(usher, channel, operationId);
      const shown = await ada.waitForMessage('Disabled three.');
      await ada.click(shown, 'Undo');
      const report = textOf(await ada.waitForMessage('Undone for 3 people.'));
      expect(report).toContain(
        `As before: status of ${people[0]?.email}, ${people[1]?.email} and ${people[2]?.email}.`,
      );
      expect(report).toContain('Sessions, API tokens and links that ended stay ended');
      expect(report).toContain(`send the invitation again: /users resend ${people[2]?.email}`);
      expect(await Promise.all(people.map(statusOf))).toEqual(['active', 'active', 'invited']);
      const lines = await database.db('audit_events').where({ action: 'user.change_undone' }).orderBy('subject_id');
      expect(lines.map(({ before, after }) => [JSON.parse(before), JSON.parse(after)])).toEqual([
        [{ status: 'disabled' }, { status: 'active' }],
        [{ status: 'disabled' }, { status: 'active' }],
        [{ status: 'disabled' }, { status: 'invited' }],
      ]);
      await ada.click(shown, 'Undo');
      await ada.waitForMessage('This was undone before. Nothing was changed now.');
    });

    test('undo by another admin than the one who did it is refused', async () => {
      usher = await startUsher(database);
      await insertAdmin(database.db, { email: 'hedy@example.com' });
      const ben = await database.db('users').where({ email_key: 'ben@example.com' }).first('id');
      const row = await database.db('users').where({ email_key: 'ada@example.com' }).first('id');
      const acting = actingAs(usher.ctx, actorFor({ id: row.id, email: 'ada@example.com' }));
      const { operationId } = await disableUsers(acting, [ben.id], 'disable one');
      await postTo(usher, usher.workspace.acts.conversationId(usher.as('hedy').id, '#general'), operationId);
      const hedy = usher.as('hedy');
      await hedy.click(await hedy.waitForMessage('Disabled three.'), 'Undo');
      await hedy.waitForMessage('Only ada@example.com, who did this, can undo it. Nothing was changed.');
      expect(await statusOf({ id: ben.id, email: '' })).toBe('disabled');
    });
  });

  async function postTo(usher: RunningUsher, channel: string, operationId: number): Promise<void> {
    const words = message('Disabled three.', paragraph('Disabled three.'), ...undoSlot(operationId, true));
    await usher.ctx.delivery.postChat?.({ recipient: channel, ...words }, new AbortController().signal);
  }

  test('undo works until ten minutes after the operation, and not later', async () => {
    await site();
    const [early, late] = [await insertUser(database.db), await insertUser(database.db)];
    const first = await disableUsers(ctx, [early.id], 'first');
    const second = await disableUsers(ctx, [late.id], 'second');
    ctx.clock.advance(10 * minute);
    await undoOperation(ctx, first.operationId);
    expect(await statusOf(early)).toBe('active');
    ctx.clock.advance(1);
    expect(await refusal(undoOperation(ctx, second.operationId))).toContain('Undo works for ten minutes');
    expect(await statusOf(late)).toBe('disabled');
  });

  test('undo happens once, also when it is clicked twice at the same moment', async () => {
    await site();
    const person = await insertUser(database.db, { first_name: 'Old' });
    const operationId = await edit(person, { firstName: 'New' });
    const elsewhere = database.dialect === 'MariaDB' ? { ...ctx, db: database.connect() } : ctx;
    const both = await Promise.all([
      refusal(undoOperation(ctx, operationId)),
      refusal(undoOperation(elsewhere, operationId)),
    ]);
    expect(both.sort()).toEqual(['This was undone before. Nothing was changed now.', 'not refused']);
    expect(await database.db('operations').where({ kind: 'undo' })).toHaveLength(1);
    expect(await database.db('users').where({ id: person.id }).first()).toMatchObject({ first_name: 'Old' });
  });

  test('undo keeps what somebody changed since, field by field, and names it', async () => {
    await site();
    const person = await insertUser(database.db, { first_name: 'Old', last_name: 'Before' });
    const operationId = await edit(person, { firstName: 'New', lastName: 'After' });
    await edit(person, { lastName: 'Since' });
    const result = await undoOperation(ctx, operationId);
    expect(result.refused).toMatchObject([{ user: { id: person.id }, field: 'lastName', why: 'changed' }]);
    expect(await database.db('users').where({ id: person.id }).first()).toMatchObject({
      first_name: 'Old',
      last_name: 'Since',
    });
    const [row] = await database.db('users').where({ id: person.id });
    expect(row.name_key).toBe('old since');
  });

  test('undo of access restores exactly the memberships and profiles of before', async () => {
    await site();
    const person = await insertUser(database.db);
    const [apollo, gemini, mercury] = [
      await insertProject(database.db),
      await insertProject(database.db),
      await insertProject(database.db),
    ];
    const tester = await profileId(database.db, 'Tester');
    const readOnly = await profileId(database.db, 'Read Only');
    await insertMembership(database.db, { userId: person.id, projectId: apollo.id, profileId: tester });
    await insertMembership(database.db, { userId: person.id, projectId: gemini.id, profileId: tester });
    const membershipsNow = async (from: Context) =>
      membershipSet((await membershipsOf(from, [person.id])).get(person.id) ?? []);
    const before = await membershipsNow(ctx);
    const operationId = await inTransaction<Context, number>(ctx, async (tx) => {
      const id = await beginOperation(tx, 'access', null, {});
      const entry = (projectId: number, to: number) => ({ userId: person.id, projectId, profileId: to });
      await changeMemberships(tx, {
        added: [entry(mercury.id, tester)],
        removed: [entry(gemini.id, tester)],
        reprofiled: [entry(apollo.id, readOnly)],
      });
      const after = await membershipsNow(tx);
      await recordChanges(tx, id, [{ userId: person.id, field: 'memberships', before, after }]);
      await finishOperation(tx, id, []);
      return id;
    });
    expect(await membershipsNow(ctx)).not.toEqual(before);
    await undoOperation(ctx, operationId);
    expect(await membershipsNow(ctx)).toEqual(before);
    const line = await database.db('audit_events').where({ action: 'user.change_undone' }).first();
    expect(JSON.parse(line.after).projects).toEqual([`${apollo.name} (Tester)`, `${gemini.name} (Tester)`]);
  });

  test('undo takes seats only where they are free', async () => {
    await site();
    const person = await insertUser(database.db);
    const { operationId } = await disableUsers(ctx, [person.id], 'seat');
    await setSeats(database.db, 1);
    expect(await refusal(undoOperation(ctx, operationId))).toContain('That needs 1 seat, and none is free');
    expect(await statusOf(person)).toBe('disabled');
    await setSeats(database.db, 2);
    await undoOperation(ctx, operationId);
    expect(await statusOf(person)).toBe('active');
  });

  test('undo of activating shuts people out again', async () => {
    await site();
    const person = await insertUser(database.db, { status: 'disabled', password_hash: 'x' });
    const boss = await insertAdmin(database.db, { status: 'disabled', password_hash: 'x' });
    const { operationId } = await activateUsers(ctx, [person.id, boss.id], 'activate');
    const result = await undoOperation(ctx, operationId);
    expect(result.refused).toEqual([]);
    expect([await statusOf(person), await statusOf(boss)]).toEqual(['disabled', 'disabled']);
  });

  test('undo of making an admin leaves the last active admin', async () => {
    await site();
    const operationId = await edit(admin, { isAdmin: true, firstName: 'Ada the only' });
    await database
      .db('operation_changes')
      .where({ operation_id: operationId, field: 'isAdmin' })
      .update({ before: 'false' });
    const result = await undoOperation(ctx, operationId);
    expect(result.refused).toMatchObject([{ field: 'isAdmin', why: 'last_admin' }]);
    expect(await database.db('users').where({ id: admin.id }).first()).toMatchObject({ first_name: 'Ada' });
  });

  test('undo leaves the way somebody signs in whole: what belongs together stays when a part of it cannot go back', async () => {
    await site();
    await database.db('settings').insert({ name: 'auth.sso', value: 'true', updated_at: new Date() });
    const person = await insertUser(database.db, { auth_system: 'sso', sso_username: 'Grace', first_name: 'Old' });
    const change = { authSystem: 'internal', ssoUsername: null, firstName: 'New' } as const;
    const taken = await edit(person, change);
    await insertUser(database.db, { auth_system: 'sso', sso_username: 'grace' });
    const { refused } = await undoOperation(ctx, taken);
    expect(refused.map(({ field, why }) => [field, why]).sort()).toEqual([
      ['authSystem', 'with_sign_in'],
      ['ssoUsername', 'username_taken'],
    ]);
    const row = () => database.db('users').where({ id: person.id }).first();
    expect(await row()).toMatchObject({ auth_system: 'internal', sso_username: null, first_name: 'Old' });
  });

  test('undo of three hundred people takes as many statements as undo of ten', async () => {
    await site();
    await setSeats(database.db, 5000);
    const statements = async (howMany: number): Promise<number> => {
      const ids: number[] = [];
      for (let number = 0; number < howMany; number += 1) ids.push((await insertUser(database.db)).id);
      const operationId = await inTransaction(ctx, async (tx) => {
        const begun = await beginOperation(tx, 'disable', `disable ${howMany}`, {});
        await finishOperation(tx, begun, (await disableIn(tx, ids, begun)).results);
        return begun;
      });
      const seen: string[] = [];
      const count = (query: { sql: string }) => seen.push(query.sql);
      database.db.on('query', count);
      await undoOperation(ctx, operationId);
      database.db.off('query', count);
      return seen.length;
    };
    const few = await statements(10);
    expect(await statements(300)).toBe(few);
  }, 30_000);
});
