import { disableUsers, inviteUsers, resendInvites } from '../../../src/features/invites/invites.service';
import { expireInvites, remindPendingInvites } from '../../../src/features/invites/reminders.service';
import { storeSetting } from '../../../src/features/settings/settings.service';
import { day, hour } from '../../../src/lib/duration';
import { actorFor, insertAdmin, setSeats } from '../../support/builders';
import { testContext } from '../../support/context';
import { forEachDatabase } from '../../support/databases';

const forever = new AbortController().signal;

forEachDatabase((database) => {
  const scene = async () => {
    const admin = await insertAdmin(database.db);
    const ctx = testContext(database, { actor: actorFor(admin) });
    await setSeats(database.db, 50);
    const invite = async (...emails: string[]) => {
      const { invited } = await inviteUsers(ctx, {
        recipients: emails.map((email) => ({ email, firstName: '', lastName: '' })),
        profileId: null,
        groupIds: [],
        projectIds: [],
        idempotencyKey: null,
      });
      return invited.map(({ user }) => user.id);
    };
    const reminders = async () =>
      (await database.db('outbox').where({ template: 'reminder' }).orderBy('id')).map((row) => ({
        to: row.recipient,
        number: JSON.parse(row.payload).number,
      }));
    return {
      ctx,
      invite,
      reminders,
      remind: () => remindPendingInvites(ctx, forever),
      expire: () => expireInvites(ctx, forever),
    };
  };

  test('a pending invitation is called to mind after three and after six days, and never again', async () => {
    const { ctx, invite, reminders, remind } = await scene();
    await invite('grace@x.example');
    ctx.clock.advance(2 * day + 23 * hour);
    await remind();
    expect(await reminders()).toEqual([]);
    ctx.clock.advance(1 * hour);
    await remind();
    await remind();
    expect(await reminders()).toEqual([{ to: 'grace@x.example', number: 1 }]);
    ctx.clock.advance(3 * day);
    await remind();
    ctx.clock.advance(6 * hour);
    await remind();
    expect(await reminders()).toEqual([
      { to: 'grace@x.example', number: 1 },
      { to: 'grace@x.example', number: 2 },
    ]);
  });

  test('nobody is reminded within a day of a resending, after expiry, or when disabled', async () => {
    const { ctx, invite, reminders, remind } = await scene();
    const [resent = 0] = await invite('resent@x.example');
    const [off = 0] = await invite('off@x.example');
    ctx.clock.advance(3 * day - hour);
    await resendInvites(ctx, [resent], null);
    await disableUsers(ctx, [off], null);
    ctx.clock.advance(2 * hour);
    await remind();
    expect(await reminders()).toEqual([]);
    ctx.clock.advance(1 * day);
    await remind();
    expect(await reminders()).toEqual([{ to: 'resent@x.example', number: 1 }]);
    ctx.clock.advance(30 * day);
    await remind();
    expect(await reminders()).toHaveLength(1);
  });

  test('after a long downtime somebody gets one reminder, and the next not before a day', async () => {
    const { ctx, invite, reminders, remind } = await scene();
    await invite('grace@x.example');
    ctx.clock.advance(6 * day + hour);
    await remind();
    await remind();
    expect(await reminders()).toEqual([{ to: 'grace@x.example', number: 1 }]);
  });

  test('two replicas that remind at the same moment send each reminder once', async () => {
    const { ctx, invite, reminders } = await scene();
    await invite(...Array.from({ length: 20 }, (_, index) => `p${index}@x.example`));
    ctx.clock.advance(3 * day + hour);
    const others =
      database.dialect === 'MariaDB' ? [0, 1, 2].map(() => ({ ...ctx, db: database.connect() })) : [ctx, ctx];
    await Promise.all(others.map((other) => remindPendingInvites(other, forever)));
    const sent = await reminders();
    expect(sent).toHaveLength(20);
    expect(new Set(sent.map(({ to }) => to)).size).toBe(20);
  });

  test('reminders can be switched off for the site', async () => {
    const { ctx, invite, reminders, remind } = await scene();
    await invite('grace@x.example');
    await storeSetting(ctx, 'invites.reminders', false);
    ctx.clock.advance(4 * day);
    await remind();
    expect(await reminders()).toEqual([]);
  });

  test('an invitation past its time is marked once, its link says so, and the admin channel hears of it once', async () => {
    const { ctx, invite, expire } = await scene();
    const [id = 0] = await invite('grace@x.example');
    ctx.clock.advance(7 * day + hour);
    expect(await expire()).toEqual({ expired: 1 });
    expect(await expire()).toEqual({ expired: 0 });
    expect(await database.db('links').where({ user_id: id }).first()).toMatchObject({ state: 'expired' });
    expect(await database.db('users').where({ id }).first()).toMatchObject({ status: 'invited' });
    expect(await database.db('outbox').where({ template: 'invites-expired' })).toHaveLength(1);
    expect(await database.db('audit_events').where({ action: 'user.invitation_expired' })).toHaveLength(1);
  });

  test('an expired invitation that is sent again starts over, with its reminders', async () => {
    const { ctx, invite, reminders, remind, expire } = await scene();
    const [id = 0] = await invite('grace@x.example');
    ctx.clock.advance(8 * day);
    await expire();
    await resendInvites(ctx, [id], null);
    ctx.clock.advance(3 * day + hour);
    await remind();
    expect(await reminders()).toEqual([{ to: 'grace@x.example', number: 1 }]);
  });
});
