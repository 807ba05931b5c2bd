import { deleteUser } from '../../../src/features/deletion/deletion.service';
import { planDeletion } from '../../../src/features/deletion/plan-deletion.service';
import { offboardingChat } from '../../../src/features/offboarding/offboarding.chat';
import { callOffOffboarding, planOffboarding } from '../../../src/features/offboarding/offboarding.service';
import { runOffboardings } from '../../../src/features/offboarding/run-offboardings.service';
import { addTime, day, hour, minute } from '../../../src/lib/duration';
import { actorFor, type BuiltUser, insertAdmin, insertUser, setSeats } from '../../support/builders';
import { type TestContext, testContext } from '../../support/context';
import { forEachDatabase } from '../../support/databases';
import { outboxRows } from '../../support/outbox';
import { assignments, insertRun } from '../../support/work-builders';

forEachDatabase((database) => {
  let admin: BuiltUser;
  let leaver: BuiltUser;
  let taker: BuiltUser;
  let ctx: TestContext;
  let job: TestContext;
  let key = 0;
  beforeEach(async () => {
    const { db } = database;
    admin = await insertAdmin(db, { email: 'boss@x.example' });
    await insertAdmin(db);
    leaver = await insertUser(db, { email: 'leaver@x.example' });
    taker = await insertUser(db, { email: 'taker@x.example' });
    await setSeats(db, 50);
    await db('test_runs').del();
    await insertRun(db, { assigneeId: leaver.id });
    ctx = testContext(database, { actor: actorFor(admin, 'T/U') });
    job = testContext(database, { clock: ctx.clock });
  });
  const running = () => runOffboardings(job, new AbortController().signal);
  const plan = (inMilliseconds: number, replacement: BuiltUser | null = taker) => {
    key += 1;
    return planOffboarding(ctx, {
      userId: leaver.id,
      replacementId: replacement?.id ?? null,
      dueAt: addTime(ctx.clock.now(), inMilliseconds),
      typed: null,
      idempotencyKey: `plan:${key}`,
    });
  };
  const stored = async () => (await database.db('offboardings').orderBy('id', 'desc').first()) as { state: string };
  const isThere = async (user: BuiltUser) => (await database.db('users').where({ id: user.id }).first()) !== undefined;

  test('a planned deletion is reminded of the day before, once, and carried out when it is due', async () => {
    await plan(3 * day);
    expect(await running()).toEqual({ reminded: 0, done: 0, failed: 0 });
    ctx.clock.advance(2 * day);
    expect(await running()).toEqual({ reminded: 1, done: 0, failed: 0 });
    expect(await running()).toEqual({ reminded: 0, done: 0, failed: 0 });
    expect((await outboxRows(database.db)).map(({ recipient, payload }) => [recipient, payload.event])).toEqual([
      ['admin-channel', 'reminder'],
      ['person:boss@x.example', 'reminder'],
    ]);
    await insertRun(database.db, { assigneeId: leaver.id });
    ctx.clock.advance(day);
    expect(await running()).toEqual({ reminded: 0, done: 1, failed: 0 });
    expect(await isThere(leaver)).toBe(false);
    expect(await assignments(database.db, 'test_runs')).toEqual({ [taker.id]: 2 });
    expect(await stored()).toMatchObject({ state: 'done', user_id: null, user_email: 'leaver@x.example' });
    const [deleted] = await database.db('audit_events').where({ action: 'user.deleted' });
    expect(deleted).toMatchObject({ actor_label: 'boss@x.example', actor_slack_id: 'T/U' });
    expect((await outboxRows(database.db)).filter(({ payload }) => payload.event === 'done')).toHaveLength(2);
    expect(await running()).toEqual({ reminded: 0, done: 0, failed: 0 });
  });

  test('a replacement that is no longer valid is not used: nothing is done, it is kept as failed, and admins are told', async () => {
    const { db } = database;
    await plan(hour);
    await db('users').where({ id: taker.id }).update({ status: 'disabled' });
    ctx.clock.advance(2 * hour);
    expect(await running()).toEqual({ reminded: 0, done: 0, failed: 1 });
    expect(await stored()).toMatchObject({
      state: 'failed',
      live_key: null,
      problem: expect.stringContaining('taker@x.example is disabled'),
    });
    await db('users').where({ id: taker.id }).update({ status: 'active' });
    await plan(hour);
    await db('users').where({ id: taker.id }).del();
    ctx.clock.advance(2 * hour);
    expect(await running()).toMatchObject({ failed: 1 });
    expect(await stored()).toMatchObject({ problem: expect.stringContaining('taker@x.example, who was to take over') });
    expect(await isThere(leaver)).toBe(true);
    expect((await outboxRows(db)).filter(({ payload }) => payload.event === 'failed')).toHaveLength(4);
    expect(await db('audit_events').where({ action: 'user.offboarding_failed' })).toHaveLength(2);
  });

  test('the privilege of whoever planned it is read again when it runs', async () => {
    await plan(hour);
    await database.db('users').where({ id: admin.id }).update({ is_admin: false });
    ctx.clock.advance(2 * hour);
    expect(await running()).toMatchObject({ done: 0, failed: 1 });
    expect(await stored()).toMatchObject({ problem: 'boss@x.example, who planned it, is no active admin any more.' });
    await database.db('users').where({ id: admin.id }).update({ is_admin: true });
    await plan(hour);
    await database.db('users').where({ id: admin.id }).del();
    ctx.clock.advance(2 * hour);
    expect(await running()).toMatchObject({ done: 0, failed: 1 });
    expect(await isThere(leaver)).toBe(true);
  });

  test('whoever planned it hears of it while they are an active admin only', async () => {
    const { db } = database;
    await plan(3 * day);
    ctx.clock.advance(2 * day + hour);
    await running();
    const personal = (await outboxRows(db)).find(({ recipient }) => recipient === 'person:boss@x.example');
    if (!personal) throw new Error('no reminder for the requester');
    const posted = (await offboardingChat.render(job, personal.payload)) as { text: string } | null;
    expect(posted?.text).toContain('leaver@x.example will be deleted');
    await db('users').where({ id: admin.id }).update({ is_admin: false });
    expect(await offboardingChat.render(job, personal.payload)).toBeNull();
    expect(await offboardingChat.render(job, { ...personal.payload, userId: null })).not.toBeNull();
    ctx.clock.advance(day);
    expect(await running()).toMatchObject({ failed: 1 });
    const failed = (await outboxRows(db)).filter(({ payload }) => payload.event === 'failed');
    expect(failed.map(({ recipient }) => recipient)).toEqual(['admin-channel']);
  });

  test('open work that came after a plan without a replacement makes it fail instead of leaving the work to nobody', async () => {
    await database.db('test_runs').del();
    await plan(hour, null);
    await insertRun(database.db, { assigneeId: leaver.id });
    ctx.clock.advance(2 * hour);
    expect(await running()).toMatchObject({ done: 0, failed: 1 });
    expect(await assignments(database.db, 'test_runs')).toEqual({ [leaver.id]: 1 });
    await expect(plan(hour, null)).rejects.toThrow('leaver@x.example has open work');
  });

  test('what was called off does not run, and what ran cannot be called off', async () => {
    const { offboarding } = await plan(hour);
    expect(await callOffOffboarding(ctx, offboarding.id)).toMatchObject({ calledOff: true });
    ctx.clock.advance(2 * hour);
    expect(await running()).toEqual({ reminded: 0, done: 0, failed: 0 });
    expect(await isThere(leaver)).toBe(true);
    const again = await plan(hour);
    ctx.clock.advance(2 * hour);
    await running();
    expect(await callOffOffboarding(ctx, again.offboarding.id)).toMatchObject({
      calledOff: false,
      offboarding: { state: 'done' },
    });
  });

  test('planning again for the same person changes the one plan, which is reminded of anew', async () => {
    await plan(12 * hour);
    expect(await running()).toMatchObject({ reminded: 1 });
    const changed = await plan(18 * hour);
    expect(changed.before).toEqual(addTime(ctx.clock.now(), 12 * hour));
    expect(await database.db('offboardings')).toHaveLength(1);
    expect(await running()).toMatchObject({ reminded: 1 });
    ctx.clock.advance(13 * hour);
    expect(await running()).toMatchObject({ done: 0 });
  });

  test('somebody who was deleted by hand meanwhile is not deleted again, and nobody is told of a failure', async () => {
    await plan(hour);
    const { digest } = await planDeletion(ctx, leaver.id, taker.id);
    await deleteUser(ctx, { userId: leaver.id, replacementId: taker.id, digest, typed: '', idempotencyKey: 'hand' });
    ctx.clock.advance(2 * hour);
    expect(await running()).toEqual({ reminded: 0, done: 0, failed: 0 });
    expect(await stored()).toMatchObject({ state: 'called_off' });
  });

  test('two replicas that run at the same moment delete once and tell once', async () => {
    await plan(hour);
    ctx.clock.advance(hour + minute);
    const other = database.dialect === 'MariaDB' ? database.connect() : database.db;
    const signal = new AbortController().signal;
    const results = await Promise.all([runOffboardings(job, signal), runOffboardings({ ...job, db: other }, signal)]);
    expect(results.reduce((sum, { done }) => sum + done, 0)).toBe(1);
    expect(results.reduce((sum, { failed }) => sum + failed, 0)).toBe(0);
    expect(await database.db('audit_events').where({ action: 'user.deleted' })).toHaveLength(1);
    expect((await outboxRows(database.db)).filter(({ payload }) => payload.event === 'done')).toHaveLength(2);
  });

  test('nobody plans their own end, nor that of the last active admin, nor without the privilege', async () => {
    const dueAt = addTime(ctx.clock.now(), hour);
    const input = { replacementId: taker.id, dueAt, typed: null, idempotencyKey: 'x' };
    await expect(planOffboarding(ctx, { ...input, userId: admin.id })).rejects.toThrow('You cannot delete yourself');
    const nobody = { ...ctx, actor: actorFor(taker) };
    await expect(planOffboarding(nobody, { ...input, userId: leaver.id })).rejects.toThrow('Only an active admin');
    const { offboarding } = await plan(hour);
    await expect(callOffOffboarding(nobody, offboarding.id)).rejects.toThrow('Only an active admin');
  });
});
