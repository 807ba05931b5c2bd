import type { Knex } from 'knex';
import { cancelBatch, confirmBatch, draftBatch } from '../../../src/features/batch/batch.service';
import { type BatchAction, noInput } from '../../../src/features/batch/batch.types';
import { planBatch } from '../../../src/features/batch/plan-batch.service';
import { resumeBatches, runBatch } from '../../../src/features/batch/run-batch.service';
import { activateUsers, disableUsers } from '../../../src/features/invites/invites.service';
import { findUsers } from '../../../src/features/users/users.service';
import { minute } from '../../../src/lib/duration';
import type { Context } from '../../../src/platform/context';
import { actorFor, type BuiltUser, insertAdmin, setSeats } from '../../support/builders';
import { testContext } from '../../support/context';
import { forEachDatabase } from '../../support/databases';
import { insertPeople } from './many-people';

const never = new AbortController().signal;

forEachDatabase((database) => {
  let ada: BuiltUser;
  const context = (overrides: Parameters<typeof testContext>[1] = {}) =>
    testContext(database, { actor: actorFor(ada, 'T1/U1'), ...overrides });
  beforeEach(async () => {
    await setSeats(database.db, 20_000);
    ada = await insertAdmin(database.db, { email: 'ada@example.com' });
  });

  const plan = async (ctx: Context, action: BatchAction, beginning = 'person') => {
    const ids: number[] = await database
      .db('users')
      .where('email', 'like', `${beginning}%`)
      .orderBy('email')
      .pluck('id');
    const id = await draftBatch(ctx, action, await findUsers(ctx, ids));
    await planBatch(ctx, id, noInput);
    return id;
  };
  const statuses = async (status: string) => (await database.db('users').where({ status })).length;

  test('R47: the selection is that of the plan, whoever matches later', async () => {
    const ctx = context();
    await insertPeople(database.db, 3);
    const id = await plan(ctx, 'disable');
    await insertPeople(database.db, 2, 'active', 'personlater');
    await confirmBatch(ctx, id, '');
    const report = await runBatch(ctx, id, never, () => undefined);
    expect(report?.counts).toEqual({ done: 3, unchanged: 0, skipped: 0, failed: 0 });
    expect(await statuses('disabled')).toBe(3);
  });

  test('a batch goes in chunks of 200, each of its own, and tells after each how far it is', async () => {
    const ctx = context();
    await insertPeople(database.db, 450, 'disabled');
    const id = await plan(ctx, 'activate');
    await confirmBatch(ctx, id, '');
    const told: number[] = [];
    const report = await runBatch(ctx, id, never, ({ nextPosition }) => told.push(nextPosition));
    expect(told).toEqual([200, 400, 450]);
    expect(report?.counts.done).toBe(450);
    expect(await database.db('operations').where({ state: 'done', kind: 'activate' })).toHaveLength(1);
  });

  test('one failure undoes no other: seats that vanish in the middle fail those alone who got none', async () => {
    const ctx = context();
    await insertPeople(database.db, 205, 'disabled');
    const id = await plan(ctx, 'activate');
    await confirmBatch(ctx, id, '');
    await setSeats(database.db, 4);
    const report = await runBatch(ctx, id, never, () => undefined);
    expect(report?.counts).toEqual({ done: 3, unchanged: 0, skipped: 0, failed: 202 });
    expect(await statuses('active')).toBe(4);
    expect(await database.db('operation_results').where({ reason: 'seats' })).toHaveLength(202);
  });

  test('an admin who is demoted while the batch runs changes nobody from then on', async () => {
    const ctx = context();
    await insertAdmin(database.db, { email: 'hedy@example.com' });
    await insertPeople(database.db, 300, 'disabled');
    const id = await plan(ctx, 'activate');
    await confirmBatch(ctx, id, '');
    let demotion: PromiseLike<unknown> = Promise.resolve();
    const stop = new AbortController();
    await runBatch(ctx, id, stop.signal, () => {
      demotion = database.db('users').where({ id: ada.id }).update({ is_admin: false });
      stop.abort();
    });
    await demotion;
    const report = await runBatch(ctx, id, never, () => undefined);
    expect(report?.counts).toEqual({ done: 200, unchanged: 0, skipped: 0, failed: 100 });
    expect(await database.db('operation_results').where({ reason: 'not_admin' })).toHaveLength(100);
  });

  test('of many confirmations at once one begins the batch', async () => {
    await insertPeople(database.db, 3);
    const id = await plan(context(), 'disable');
    const all = await Promise.all(
      Array.from({ length: 6 }, () => confirmBatch(context({ db: database.connect() }), id, '')),
    );
    expect(all.filter(({ kind }) => kind === 'started')).toHaveLength(1);
    expect(await database.db('operations')).toHaveLength(1);
  });

  const stateOf = async (id: number): Promise<string> =>
    (await database.db('batches').where({ id }).first('state')).state;

  test('a batch cancelled while it is confirmed asks no second admin, and says so', async () => {
    await insertAdmin(database.db, { email: 'hedy@example.com' });
    await insertPeople(database.db, 11);
    const plain = context();
    const id = await plan(plain, 'disable');
    // The cancel comes after the confirmation read the plan, right before it writes.
    const db = new Proxy(database.db, {
      get: (knex, name) =>
        name === 'transaction'
          ? async (work: (tx: Knex.Transaction) => Promise<unknown>) => {
              await cancelBatch(plain, id);
              return knex.transaction(work);
            }
          : Reflect.get(knex, name),
    });
    const late = context({ db });
    await expect(confirmBatch(late, id, '')).rejects.toThrow('This was cancelled. Nothing was changed; begin anew.');
    expect(await stateOf(id)).toBe('cancelled');
    expect(await database.db('approvals')).toEqual([]);
    expect(late.announced).toEqual([]);
  });

  test('a cancel and a confirmation at the same moment leave a cancelled batch or one request, never both', async () => {
    await insertAdmin(database.db, { email: 'hedy@example.com' });
    await insertPeople(database.db, 11);
    const contexts = [0, 1].map(() =>
      context({ db: database.dialect === 'MariaDB' ? database.connect() : database.db }),
    );
    const [one = context(), other = context()] = contexts;
    for (let round = 0; round < 10; round += 1) {
      const id = await plan(one, 'disable');
      await Promise.allSettled([confirmBatch(one, id, ''), cancelBatch(other, id)]);
      const requests = await database.db('approvals').where({ idempotency_key: `batch:${id}` });
      expect([await stateOf(id), requests.length]).toEqual(requests.length === 1 ? ['asked', 1] : ['cancelled', 0]);
    }
  });

  test('two workers on one batch do each person once', async () => {
    await insertPeople(database.db, 450, 'disabled');
    const id = await plan(context(), 'activate');
    await confirmBatch(context(), id, '');
    const workers = [context({ db: database.connect() }), context({ db: database.connect() })];
    await Promise.all(workers.map((ctx) => runBatch(ctx, id, never, () => undefined)));
    const last = await runBatch(context(), id, never, () => undefined);
    const results = await database.db('operation_results').pluck('user_id');
    expect(new Set(results).size).toBe(results.length);
    expect(results).toHaveLength(450);
    expect(last).toBeNull();
    expect(await database.db('batches').where({ id }).pluck('state')).toEqual(['done']);
  });

  test('a batch whose worker died is taken up after a minute and goes on where it stopped', async () => {
    const ctx = context();
    await insertPeople(database.db, 300, 'disabled');
    const id = await plan(ctx, 'activate');
    await confirmBatch(ctx, id, '');
    const stop = new AbortController();
    expect(await runBatch(ctx, id, stop.signal, () => stop.abort())).toBeNull();
    expect(await resumeBatches(ctx)).toEqual({ resumed: 0, untold: 0 });
    ctx.clock.advance(61_000);
    expect(await resumeBatches(ctx)).toEqual({ resumed: 1, untold: 0 });
    expect(ctx.announced).toContainEqual({ kind: 'batch_confirmed', batchId: id });
    expect((await runBatch(ctx, id, never, () => undefined))?.counts.done).toBe(300);
  });

  const disable = async (ctx: Context, number: number, beginning: string): Promise<string> => {
    await insertPeople(database.db, number, 'active', beginning);
    const id = await plan(ctx, 'disable', beginning);
    const { kind } = await confirmBatch(ctx, id, '');
    if (kind === 'started') await runBatch(ctx, id, never, () => undefined);
    return kind;
  };

  test('what one admin disables within ten minutes adds up: the eleventh person needs a second admin', async () => {
    const ctx = context();
    const hedy = await insertAdmin(database.db, { email: 'hedy@example.com' });
    expect(await disable(ctx, 8, 'eight')).toBe('started');
    expect(await disable(ctx, 2, 'two')).toBe('started');
    await insertPeople(database.db, 1, 'active', 'more');
    const ids: number[] = await database.db('users').where('email', 'like', 'more%').pluck('id');
    const said = await planBatch(ctx, await draftBatch(ctx, 'disable', await findUsers(ctx, ids)), noInput);
    expect(said.consequences.join(' ')).toContain(
      'You disabled 10 people in the last ten minutes, which count too. More than 10 people: after you confirm, a second admin has to agree',
    );
    expect(await disable(ctx, 1, 'eleventh')).toBe('asked');
    await expect(disableUsers(ctx, ids, null)).rejects.toThrow(
      'You disabled 10 people in the last ten minutes. More than 10 need a second admin.',
    );
    // Another admin begins at nothing, and so does everybody ten minutes later.
    expect(await disable(context({ actor: actorFor(hedy) }), 10, 'hers')).toBe('started');
    ctx.clock.advance(10 * minute + 1);
    expect(await disable(ctx, 10, 'later')).toBe('started');
  });

  test('whom an admin activated again does not count among those disabled within ten minutes', async () => {
    const ctx = context();
    await insertAdmin(database.db, { email: 'hedy@example.com' });
    expect(await disable(ctx, 10, 'ten')).toBe('started');
    const ids: number[] = await database.db('users').where('email', 'like', 'ten%').pluck('id');
    await activateUsers(ctx, ids, null);
    expect(await disable(ctx, 10, 'other')).toBe('started');
  });

  test('of many confirmations at the same moment no more than ten people are disabled without a second admin', async () => {
    await insertAdmin(database.db, { email: 'hedy@example.com' });
    const plain = context();
    const batches: number[] = [];
    for (const beginning of ['aa', 'bb', 'cc', 'dd', 'ee', 'ff']) {
      await insertPeople(database.db, 4, 'active', beginning);
      batches.push(await plan(plain, 'disable', beginning));
    }
    const confirmed = await Promise.all(
      batches.map(async (id) => {
        const ctx = context({ db: database.dialect === 'MariaDB' ? database.connect() : database.db });
        const { kind } = await confirmBatch(ctx, id, '');
        if (kind === 'started') await runBatch(ctx, id, never, () => undefined);
        return kind;
      }),
    );
    expect(confirmed.filter((kind) => kind === 'asked')).toHaveLength(4);
    expect(await statuses('disabled')).toBe(8);
  });

  test('the plan of another admin is nobody else’s to confirm', async () => {
    const hedy = await insertAdmin(database.db, { email: 'hedy@example.com' });
    await insertPeople(database.db, 1);
    const id = await plan(context(), 'disable');
    await expect(confirmBatch(context({ actor: actorFor(hedy) }), id, '')).rejects.toMatchObject({ kind: 'not_found' });
  });

  test('the statements of a chunk do not grow with its people', async () => {
    const countFor = async (number: number, beginning: string): Promise<number> => {
      await insertPeople(database.db, number, 'active', beginning);
      const db = database.connect();
      const ctx = context({ db });
      const id = await plan(ctx, 'reset_passwords', beginning);
      await confirmBatch(ctx, id, '');
      let statements = 0;
      db.on('query', () => {
        statements += 1;
      });
      await runBatch(ctx, id, never, () => undefined);
      return statements;
    };
    const few = await countFor(5, 'few');
    expect(await countFor(190, 'many')).toBe(few);
  });
});
