import type { Knex } from 'knex';
import { cancelImport, confirmImport } from '../../../src/features/imports/confirm-import.service';
import { importProgress, listImports, readPreview } from '../../../src/features/imports/imports.service';
import { patiently } from '../../../src/features/imports/patiently';
import { resumeImports, rowsPerChunk, runImport } from '../../../src/features/imports/run-import.service';
import { day } from '../../../src/lib/duration';
import { databaseUnavailable } from '../../../src/platform/errors';
import type { News } from '../../../src/platform/news';
import { actorFor, insertAdmin, insertUser, setSeats } from '../../support/builders';
import type { TestContext } from '../../support/context';
import { forEachDatabase } from '../../support/databases';
import { type ImportScene, importScene, type SheetPerson } from './import-scene';

const never = new AbortController().signal;

forEachDatabase((database) => {
  let scene: ImportScene;
  beforeEach(async () => {
    scene = await importScene(database, 5000);
  });
  afterEach(() => scene.files.remove());

  const people = (count: number): SheetPerson[] =>
    Array.from({ length: count }, (_, index) => ({
      'Login Email': `p${index}@example.com`,
      Projects: 'Apollo',
      Groups: 'QA',
    }));
  const confirmed = async (rows: readonly SheetPerson[]): Promise<number> => {
    const { id } = await scene.previewOf(rows);
    await confirmImport(scene.ctx, id);
    return id;
  };
  const elsewhere = (ctx: TestContext = scene.ctx, onNews?: (news: News) => Promise<void>): TestContext => ({
    ...ctx,
    db: database.connect(),
    ...(onNews && { announce: onNews }),
  });
  const leaseRanOut = (id: number) =>
    database
      .db('imports')
      .where({ id })
      .whereNotNull('token')
      .update({ lease_until: new Date('2020-01-01T00:00:00Z') });
  const total = async (table: string, where: Record<string, unknown> = {}) =>
    Number(((await database.db(table).where(where).count({ total: '*' }).first()) as { total: number }).total);
  const expectEverybodyOnce = async (count: number) => {
    expect(await total('users', { status: 'invited' })).toBe(count);
    expect(await total('outbox')).toBe(count);
    expect(new Set(await database.db('outbox').pluck('recipient')).size).toBe(count);
    expect(await total('audit_events', { action: 'user.invited' })).toBe(count);
    expect(await total('audit_events', { action: 'import.finished' })).toBe(1);
    expect(await total('memberships', { project_id: scene.projects.apollo.id })).toBe(count);
  };

  test('of two confirmations at once one starts the import, and the other is told who did', async () => {
    const { id } = await scene.previewOf(people(3));
    const bob = await insertAdmin(database.db, { email: 'bob@example.com' });
    const results = await Promise.allSettled([
      confirmImport(elsewhere(), id),
      confirmImport({ ...elsewhere(), actor: actorFor(bob) }, id),
    ]);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const { decidedBy } = await readPreview(scene.ctx, id);
    const refused = results.find((result) => result.status === 'rejected');
    expect(refused?.reason).toMatchObject({
      kind: 'conflict',
      message: `${decidedBy?.label} has confirmed this import already. It is carried out once only.`,
    });
    expect(await total('operations')).toBe(1);
    expect(await total('audit_events', { action: 'import.confirmed' })).toBe(1);
  });

  test('only an active admin confirms or cancels', async () => {
    const { id } = await scene.previewOf(people(1));
    const tester = await insertUser(database.db);
    const former = await insertAdmin(database.db, { status: 'disabled' });
    for (const user of [tester, former]) {
      const ctx = { ...scene.ctx, actor: actorFor(user) };
      await expect(confirmImport(ctx, id)).rejects.toMatchObject({ kind: 'not_admin' });
      await expect(cancelImport(ctx, id)).rejects.toMatchObject({ kind: 'not_admin' });
    }
    expect((await readPreview(scene.ctx, id)).state).toBe('preview');
    await expect(confirmImport(scene.ctx, 999)).rejects.toMatchObject({ kind: 'not_found' });
  });

  test('a cancelled import stays cancelled', async () => {
    const { id } = await scene.previewOf(people(1));
    expect(await cancelImport(scene.ctx, id)).toMatchObject({
      state: 'cancelled',
      decidedBy: { label: 'admin@example.com' },
    });
    await expect(confirmImport(scene.ctx, id)).rejects.toThrow(/admin@example.com has cancelled this import/);
    await runImport(scene.ctx, id, never);
    expect(await total('users', { status: 'invited' })).toBe(0);
  });

  test('data that moved between preview and confirmation are shown anew, and confirming that starts', async () => {
    await insertUser(database.db, { email: 'ada@example.com', first_name: 'Ada' });
    const { id } = await scene.previewOf([{ 'Login Email': 'ada@example.com', 'First Name': 'Grace' }]);
    await database.db('users').where({ email_key: 'ada@example.com' }).update({ first_name: 'Adah' });
    const result = await confirmImport(scene.ctx, id);
    expect('changed' in result && result.changed).toMatchObject({
      state: 'preview',
      differences: [{ field: 'First Name', old: 'Adah', new: 'Grace' }],
    });
    expect(await confirmImport(scene.ctx, id)).toMatchObject({ started: { state: 'running' } });
  });

  test('what somebody changed after the confirmation fails alone; what they did already is unchanged', async () => {
    for (const name of ['ada', 'bob', 'cy'])
      await insertUser(database.db, { email: `${name}@example.com`, first_name: name });
    const id = await confirmed([
      { 'Login Email': 'ada@example.com', 'First Name': 'A' },
      { 'Login Email': 'bob@example.com', 'First Name': 'B' },
      { 'Login Email': 'cy@example.com', 'First Name': 'C' },
      { 'Login Email': 'new@example.com', Projects: 'Apolo' },
    ]);
    await database.db('users').where({ email_key: 'ada@example.com' }).update({ first_name: 'Somebody' });
    await database.db('users').where({ email_key: 'bob@example.com' }).update({ first_name: 'B' });
    await runImport(scene.ctx, id, never);
    expect(
      await database.db('users').whereIn('first_name', ['Somebody', 'B', 'C']).orderBy('email').pluck('first_name'),
    ).toEqual(['Somebody', 'B', 'C']);
    const progress = await importProgress(scene.ctx, id);
    expect(progress).toMatchObject({
      state: 'done',
      total: 4,
      outcomes: { invited: 0, updated: 1, unchanged: 1, failed: 2, pending: 0 },
    });
    const rows = await database.db('import_rows').whereNotNull('problems').orderBy('row_number').pluck('problems');
    expect(rows[0]).toMatch(/changed by somebody since the preview/);
    expect(rows[1]).toMatch(/did you mean “Apollo”/);
    expect((await listImports(scene.ctx, 5)).map((one) => one.outcomes)).toEqual([progress.outcomes]);
    const operation = await database.db('operations').first();
    expect(JSON.parse(operation.counts)).toEqual({ done: 1, unchanged: 1, skipped: 0, failed: 2 });
  });

  test('seats that somebody else took fail the rows that find none, and no others', async () => {
    const id = await confirmed(people(5));
    await setSeats(database.db, 3);
    await runImport(scene.ctx, id, never);
    expect((await importProgress(scene.ctx, id)).outcomes).toMatchObject({ invited: 2, failed: 3 });
    const [problems] = await database.db('import_rows').where({ outcome: 'failed' }).pluck('problems');
    expect(problems).toMatch(/No seat was free any more/);
    expect(await total('outbox', { kind: 'mail' })).toBe(2);
  });

  test('a row that the database refuses fails alone, with a number that stands in the log', async () => {
    const id = await confirmed([...people(4), { 'Login Email': 'bad@example.com' }]);
    const refusing =
      database.dialect === 'SQLite'
        ? "BEFORE INSERT ON users WHEN NEW.email_key = 'bad@example.com' BEGIN SELECT RAISE(ABORT, 'refused'); END"
        : "BEFORE INSERT ON users FOR EACH ROW IF NEW.email_key = 'bad@example.com' THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'refused'; END IF";
    await database.db.raw(`CREATE TRIGGER refusing ${refusing}`);
    try {
      await runImport(scene.ctx, id, never);
    } finally {
      await database.db.raw('DROP TRIGGER refusing');
    }
    await expectEverybodyOnce(4);
    const [problems] = await database.db('import_rows').where({ outcome: 'failed' }).pluck('problems');
    const logged = scene.ctx.logLines.find(({ msg }) => msg === 'import row failed');
    expect(problems).toContain(String(logged?.errorId));
  });

  test('two workers on one import apply it once', async () => {
    const count = rowsPerChunk * 2 + 10;
    const id = await confirmed(people(count));
    await Promise.all([runImport(elsewhere(), id, never), runImport(elsewhere(), id, never)]);
    expect(await importProgress(scene.ctx, id)).toMatchObject({
      state: 'done',
      outcomes: { invited: count, pending: 0 },
    });
    await expectEverybodyOnce(count);
  });

  test('a worker that dies between chunks is followed by another, and nobody is invited twice', async () => {
    const count = rowsPerChunk * 2 + 10;
    const id = await confirmed(people(count));
    const dying = elsewhere(scene.ctx, async ({ kind }) => {
      if (kind === 'import_moved') await dying.db.destroy();
    });
    await expect(runImport(dying, id, never)).rejects.toThrow();
    expect((await importProgress(scene.ctx, id)).outcomes).toMatchObject({
      invited: rowsPerChunk,
      pending: count - rowsPerChunk,
    });
    const job = { ...scene.ctx, actor: { kind: 'system', name: 'resume-imports' } } as const;
    expect(await resumeImports(job, never)).toEqual({ resumed: 0, expired: 0, interrupted: 0 });
    await leaseRanOut(id);
    expect(await resumeImports(job, never)).toEqual({ resumed: 1, expired: 0, interrupted: 0 });
    await expectEverybodyOnce(count);
    // Whoever confirmed stands behind every change, also after the restart.
    expect(
      await database.db('audit_events').where({ action: 'user.invited' }).distinct('actor_label').pluck('actor_label'),
    ).toEqual(['admin@example.com']);
    expect(await database.db('imports').first('fence', 'token')).toEqual({ fence: 2, token: null });
  });

  test('a worker that outlived its lease changes nothing any more', async () => {
    const count = rowsPerChunk * 2 + 10;
    const id = await confirmed(people(count));
    const second = elsewhere();
    let taken: Promise<unknown> = Promise.resolve();
    const first = elsewhere(scene.ctx, async ({ kind }) => {
      if (kind !== 'import_moved') return;
      taken = leaseRanOut(id).then(() => runImport(second, id, never));
      await taken;
    });
    await runImport(first, id, never);
    await taken;
    expect(await importProgress(scene.ctx, id)).toMatchObject({ state: 'done', outcomes: { invited: count } });
    await expectEverybodyOnce(count);
  });

  test('a worker that was stopped with its rows in hand until another had done them writes nothing', async () => {
    const id = await confirmed(people(5));
    const second = elsewhere();
    const db = database.connect();
    let stopped = false;
    const stopping = new Proxy(db, {
      get: (target, key) =>
        key === 'transaction'
          ? async (work: (tx: Knex.Transaction) => Promise<unknown>) => {
              if (!stopped) {
                stopped = true;
                await leaseRanOut(id);
                await runImport(second, id, never);
              }
              return target.transaction(work);
            }
          : Reflect.get(target, key),
    });
    await runImport({ ...scene.ctx, db: stopping }, id, never);
    expect(stopped).toBe(true);
    expect(await importProgress(scene.ctx, id)).toMatchObject({ state: 'done', outcomes: { invited: 5 } });
    await expectEverybodyOnce(5);
  });

  test('a process that is to end finishes its chunk and lets go at once', async () => {
    const id = await confirmed(people(rowsPerChunk + 10));
    const stop = new AbortController();
    const ending = { ...scene.ctx, announce: async () => stop.abort() };
    await runImport(ending, id, stop.signal);
    expect(await database.db('imports').where({ id }).first('state', 'token', 'lease_until')).toEqual({
      state: 'running',
      token: null,
      lease_until: null,
    });
    expect((await importProgress(scene.ctx, id)).outcomes).toMatchObject({ invited: rowsPerChunk, pending: 10 });
    await runImport(scene.ctx, id, never);
    await expectEverybodyOnce(rowsPerChunk + 10);
  });

  test('a summary that could not be delivered is delivered later, without a change made twice', async () => {
    const id = await confirmed(people(2));
    let tries = 0;
    const ctx: TestContext = {
      ...scene.ctx,
      announce: async ({ kind }) => {
        if (kind === 'import_ended' && ++tries === 1) throw new Error('Slack is away');
      },
    };
    await runImport(ctx, id, never);
    expect((await importProgress(scene.ctx, id)).state).toBe('reporting');
    await database
      .db('imports')
      .where({ id })
      .update({ lease_until: new Date('2020-01-01T00:00:00Z') });
    expect(await resumeImports(ctx, never)).toMatchObject({ resumed: 1 });
    expect((await importProgress(scene.ctx, id)).state).toBe('done');
    expect(tries).toBe(2);
    await expectEverybodyOnce(2);
  });

  test('a summary that can never be delivered is given up after twelve tries, and stands in the log', async () => {
    const id = await confirmed(people(1));
    let tries = 0;
    const ctx: TestContext = {
      ...scene.ctx,
      announce: async ({ kind }) => {
        if (kind === 'import_ended') {
          tries += 1;
          throw new Error('Slack is away');
        }
      },
    };
    for (let round = 0; round < 15; round += 1) {
      await runImport(ctx, id, never);
      await database.db('imports').where({ id }).update({ lease_until: null });
    }
    expect(tries).toBe(12);
    expect((await importProgress(scene.ctx, id)).state).toBe('done');
    expect(scene.ctx.logLines.filter(({ level }) => level >= 50).map(({ msg }) => msg)).toEqual([
      'import could not be reported and is given up',
    ]);
  });

  test('twenty imports whose summary cannot be delivered do not keep another one from its turn', async () => {
    const stuckOne = await confirmed([{ 'Login Email': 'stuck@example.com' }]);
    const { id: _, ...like } = await database.db('imports').where({ id: stuckOne }).first();
    await database.db('imports').insert(Array.from({ length: 19 }, () => like));
    const stuck = await database.db('imports').pluck('id');
    const recently = new Date('2020-02-01T00:00:00Z');
    await database.db('imports').whereIn('id', stuck).update({ state: 'reporting', lease_until: recently });
    const id = await confirmed(people(1));
    await database
      .db('imports')
      .where({ id })
      .update({ lease_until: new Date('2020-01-01T00:00:00Z') });
    const ctx: TestContext = {
      ...scene.ctx,
      announce: async (news) => {
        if (news.kind === 'import_ended' && news.importId !== id) throw new Error('Slack is away');
      },
    };
    await resumeImports(ctx, never);
    expect((await importProgress(scene.ctx, id)).state).toBe('done');
  });

  test('the end is not announced before progress that is on its way has arrived', async () => {
    const order: string[] = [];
    const id = await confirmed(people(2));
    await runImport(
      {
        ...scene.ctx,
        announce: async ({ kind }) => {
          if (kind === 'import_moved') await new Promise((wait) => setTimeout(wait, 300));
          order.push(kind);
        },
      },
      id,
      never,
    );
    expect(order).toEqual(['import_moved', 'users_changed', 'import_ended']);
  });

  test('progress and the end are announced', async () => {
    await scene.importPeople(people(2));
    expect(scene.ctx.announced.map(({ kind }) => kind)).toEqual(['import_moved', 'users_changed', 'import_ended']);
  });

  test('a preview that nobody decided on expires after a week', async () => {
    const { id } = await scene.previewOf(people(1));
    scene.ctx.clock.advance(7 * day - 1000);
    expect(await resumeImports(scene.ctx, never)).toEqual({ resumed: 0, expired: 0, interrupted: 0 });
    scene.ctx.clock.advance(2000);
    expect(await resumeImports(scene.ctx, never)).toEqual({ resumed: 0, expired: 1, interrupted: 0 });
    await expect(confirmImport(scene.ctx, id)).rejects.toThrow(/too old/);
  });

  test('while the database is away, work waits and goes on', async () => {
    let tries = 0;
    const answer = await patiently(scene.ctx, never, async () => {
      tries += 1;
      if (tries < 3) throw databaseUnavailable();
      return 'there';
    });
    expect([answer, tries]).toEqual(['there', 3]);
    await expect(patiently(scene.ctx, never, async () => Promise.reject(new Error('broken')))).rejects.toThrow(
      'broken',
    );
  });

  test('connections that break in the middle of an import lose and repeat nothing', async () => {
    if (database.dialect === 'SQLite') return;
    const count = rowsPerChunk * 3;
    const id = await confirmed(people(count));
    const worker = elsewhere();
    let done = false;
    const running = runImport(worker, id, never).finally(() => {
      done = true;
    });
    const own = ((await database.db.raw('SELECT CONNECTION_ID() AS id')) as [{ id: number }[]])[0][0]?.id;
    for (let round = 0; round < 8 && !done; round += 1) {
      const [list] = (await database.db.raw('SELECT id FROM information_schema.processlist WHERE db = DATABASE()')) as [
        { id: number }[],
      ];
      for (const connection of list) {
        if (connection.id !== own) await database.db.raw('KILL ?', [connection.id]).catch(() => undefined);
      }
      await new Promise((wait) => setTimeout(wait, 60));
    }
    await running;
    await expectEverybodyOnce(count);
  });

  test('planning and applying take as many statements for 200 people as for 20', async () => {
    const statementsFor = async (count: number, prefix: string): Promise<number[]> => {
      const db = database.connect();
      const ctx = { ...scene.ctx, db };
      let statements = 0;
      db.on('query', () => {
        statements += 1;
      });
      const lap = () => {
        const before = statements;
        statements = 0;
        return before;
      };
      const rows = people(count).map((person, index) => ({
        ...person,
        'Login Email': `${prefix}${index}@example.com`,
        'First Name': 'New',
        'SSO Username': `${prefix}${index}`,
        'User Profile': 'Read Only',
        // As many as one admin disables alone.
        Status: index < 10 && index % 4 === 0 ? 'Disabled' : '',
      }));
      for (const [index, person] of rows.entries()) {
        if (index % 2 === 0) await insertUser(database.db, { email: person['Login Email'] as string });
      }
      const path = await scene.sheet(rows);
      lap();
      const { id, counts } = await scene.plan(path, {}, ctx);
      expect(counts.fail).toBe(0);
      const planning = lap();
      await confirmImport(ctx, id);
      const confirming = lap();
      await runImport(ctx, id, never);
      const running = lap();
      expect((await importProgress(ctx, id)).outcomes).toMatchObject({ invited: count / 2, updated: count / 2 });
      return [planning, confirming, running];
    };
    const few = await statementsFor(20, 'few');
    expect(await statementsFor(200, 'many')).toEqual(few);
  });
});
