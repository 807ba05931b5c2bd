import { type CellRichTextValue, Workbook } from 'exceljs';
import { letGo, summaryLine } from '../../../src/command-line/import.text';
import { confirmImport } from '../../../src/features/imports/confirm-import.service';
import { continueImport, pauseImport, stopImport } from '../../../src/features/imports/halt-import.service';
import { writeErrorWorkbook } from '../../../src/features/imports/import-workbooks.service';
import { importProgress, listOpenImports } from '../../../src/features/imports/imports.service';
import { endedNotice, progressMessage, summaryMessage } from '../../../src/features/imports/progress.text';
import { resumeImports, rowsPerChunk, runImport } from '../../../src/features/imports/run-import.service';
import { actorFor, insertAdmin, insertUser } from '../../support/builders';
import type { TestContext } from '../../support/context';
import { forEachDatabase } from '../../support/databases';
import { type ImportScene, importScene, type SheetPerson } from './import-scene';

const never = new AbortController().signal;
const resumed = { resumed: 0, expired: 0, interrupted: 0 };

forEachDatabase((database) => {
  let scene: ImportScene;
  beforeEach(async () => {
    scene = await importScene(database, 5000);
  });
  afterEach(() => scene.files.remove());

  const people = (count: number): SheetPerson[] =>
    Array.from({ length: count }, (_, index) => ({ 'Login Email': `p${index}@example.com`, Projects: 'Apollo' }));
  const total = async (table: string, where: Record<string, unknown> = {}) =>
    Number(((await database.db(table).where(where).count({ total: '*' }).first()) as { total: number }).total);
  const otherAdmin = async (): Promise<TestContext> => ({
    ...scene.ctx,
    db: database.connect(),
    actor: actorFor(await insertAdmin(database.db, { email: 'bob@example.com' })),
  });
  const confirmed = async (rows: readonly SheetPerson[]): Promise<number> => {
    const { id } = await scene.previewOf(rows);
    await confirmImport(scene.ctx, id);
    return id;
  };
  /** An import that somebody halts while its first chunk is told of. */
  const halted = async (rows: readonly SheetPerson[], halt: typeof pauseImport): Promise<number> => {
    const id = await confirmed(rows);
    let once = true;
    const worker: TestContext = {
      ...scene.ctx,
      announce: async ({ kind }) => {
        if (kind !== 'import_moved' || !once) return;
        once = false;
        await halt({ ...scene.ctx, db: database.connect() }, id);
      },
    };
    await runImport(worker, id, never);
    return id;
  };
  // The news is told once a chunk is done, while the next one may be on its way.
  const many = rowsPerChunk * 4;

  test('a paused import rests after its chunk, also through a restart, and goes on where it rests', async () => {
    const id = await halted(people(many), pauseImport);
    const paused = await importProgress(scene.ctx, id);
    expect(paused).toMatchObject({ state: 'paused', haltedBy: { label: 'admin@example.com' } });
    const done = paused.outcomes.invited;
    expect(done).toBeGreaterThan(0);
    expect(done).toBeLessThan(many);
    expect(await total('users', { status: 'invited' })).toBe(done);
    expect((await listOpenImports(scene.ctx, 5)).map((open) => open.id)).toEqual([id]);
    // Whoever starts next leaves it alone.
    expect(await resumeImports(scene.ctx, never)).toEqual(resumed);
    await runImport(scene.ctx, id, never);
    expect(await total('users', { status: 'invited' })).toBe(done);

    const bob = await otherAdmin();
    expect(await continueImport(bob, id)).toMatchObject({ state: 'running', haltedBy: null });
    await runImport(bob, id, never);
    expect(await importProgress(scene.ctx, id)).toMatchObject({
      state: 'done',
      outcomes: { invited: many, pending: 0 },
    });
    expect(await total('outbox')).toBe(many);
    expect(await total('audit_events', { action: 'user.invited' })).toBe(many);
    const trail = await database
      .db('audit_events')
      .where('action', 'like', 'import.%')
      .orderBy('id')
      .select('action', 'actor_label');
    expect(trail).toEqual([
      { action: 'import.confirmed', actor_label: 'admin@example.com' },
      { action: 'import.paused', actor_label: 'admin@example.com' },
      { action: 'import.continued', actor_label: 'bob@example.com' },
      { action: 'import.finished', actor_label: 'admin@example.com' },
    ]);
    // Whoever confirmed stands behind every row, whoever let it go on.
    expect(
      await database.db('audit_events').where({ action: 'user.invited' }).distinct('actor_label').pluck('actor_label'),
    ).toEqual(['admin@example.com']);
  });

  test('a stopped import keeps what is done, and its counts add up to the rows of the file', async () => {
    const rows = [...people(many), { 'Login Email': 'bad@example.com', Projects: 'Apolo' }];
    const id = await halted(rows, stopImport);
    const { outcomes, ...stopped } = await importProgress(scene.ctx, id);
    expect(stopped).toMatchObject({ state: 'reporting', haltedBy: { label: 'admin@example.com' }, total: many + 1 });
    expect(stopped.finishedAt).not.toBeNull();
    await resumeImports(scene.ctx, never);
    expect((await importProgress(scene.ctx, id)).state).toBe('stopped');
    expect(scene.ctx.announced).toContainEqual({ kind: 'import_ended', importId: id });
    const done = await total('users', { status: 'invited' });
    expect(outcomes).toEqual({ invited: done, updated: 0, unchanged: 0, failed: 0, pending: many + 1 - done });
    expect(done).toBeLessThan(many);
    const operation = await database.db('operations').first('state', 'counts');
    expect(operation.state).toBe('done');
    expect(JSON.parse(operation.counts)).toEqual({ done, unchanged: 0, skipped: many + 1 - done, failed: 0 });
    const { after } = await database.db('audit_events').where({ action: 'import.stopped' }).first('after');
    expect(JSON.parse(after)).toMatchObject({ invited: done, 'not run': many + 1 - done });
    await runImport(scene.ctx, id, never);
    expect(await total('users', { status: 'invited' })).toBe(done);
  });

  test('the rest of a stopped import comes back as a workbook in the order of the file, and dropped again it is all that runs', async () => {
    const known = await insertUser(database.db, { email: 'leaver@example.com' });
    const rows: SheetPerson[] = [
      { 'Login Email': 'wrong@example.com', Projects: 'Apolo', Status: 'Disabled' },
      ...people(many),
      { 'Login Email': 'leaver@example.com', Status: 'Disabled' },
      { 'Login Email': 'bad@example.com', Projects: 'Apolo' },
    ];
    const id = await halted(rows, stopImport);
    const { outcomes } = await importProgress(scene.ctx, id);
    // Whoever goes makes room first, wherever their row stands.
    expect(await database.db('users').where({ id: known.id }).first('status')).toEqual({ status: 'disabled' });
    expect(outcomes).toMatchObject({ updated: 1, failed: 1 });
    const path = `${scene.files.folder}/rest.xlsx`;
    await writeErrorWorkbook(scene.ctx, id, path);
    const workbook = new Workbook();
    await workbook.xlsx.readFile(path);
    const lines = (workbook.worksheets[0]?.getSheetValues() ?? []).slice(2) as unknown[][];
    const textOf = (cell: unknown) =>
      typeof cell === 'string' ? cell : (cell as CellRichTextValue).richText.map(({ text }) => text).join('');
    const texts = lines.map((line) => [Number(line[1]), textOf(line[3])] as const);
    expect(texts.map(([row]) => row)).toEqual([...texts.map(([row]) => row)].sort((one, other) => one - other));
    expect(texts).toHaveLength(outcomes.failed + outcomes.pending);
    expect(texts[0]?.[1]).toMatch(/Apolo/);
    expect(texts[1]?.[1]).toBe('Not run: the import was stopped before this row.');
    expect(texts.at(-1)?.[1]).toMatch(/Apolo/);

    const again = await scene.plan(path);
    expect(again.counts).toEqual({ invite: outcomes.pending - 1, update: 0, unchanged: 0, fail: 2 });
    await scene.carryOut(again);
    expect(await total('users', { status: 'invited' })).toBe(many);
    expect(await total('outbox')).toBe(many);
  });

  test('a paused import can be stopped; nothing more of it is done', async () => {
    const id = await halted(people(many), pauseImport);
    const { outcomes } = await importProgress(scene.ctx, id);
    await stopImport(await otherAdmin(), id);
    await runImport(scene.ctx, id, never);
    expect(await importProgress(scene.ctx, id)).toMatchObject({
      state: 'stopped',
      outcomes,
      haltedBy: { label: 'bob@example.com' },
    });
  });

  test('of two admins who press different buttons at once one wins, and the other is told', async () => {
    const bob = await otherAdmin();
    const ada = { ...scene.ctx, db: database.connect() };
    const id = await confirmed(people(3));
    const results = await Promise.allSettled([pauseImport(ada, id), pauseImport(bob, id)]);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const { haltedBy } = await importProgress(ada, id);
    expect(results.find((result) => result.status === 'rejected')?.reason).toMatchObject({
      kind: 'conflict',
      message: `${haltedBy?.label} has paused this import already.`,
    });
    const ends = await Promise.allSettled([continueImport(ada, id), stopImport(bob, id), stopImport(ada, id)]);
    // Going on first and then being stopped is no contradiction.
    const { state } = await importProgress(ada, id);
    expect(state).toBe('reporting');
    expect(await total('audit_events', { action: 'import.stopped' })).toBe(1);
    expect(ends.filter(({ status }) => status === 'rejected').length).toBeGreaterThanOrEqual(1);
    await expect(stopImport(ada, id)).rejects.toThrow(/has stopped this import already/);
    await expect(continueImport(ada, id)).rejects.toThrow(/has stopped this import already/);
  });

  test('only an active admin halts an import or lets it go on, and only one that was started and has not ended', async () => {
    const tester = { ...scene.ctx, actor: actorFor(await insertUser(database.db)) };
    const id = await confirmed(people(2));
    for (const act of [pauseImport, stopImport])
      await expect(act(tester, id)).rejects.toMatchObject({ kind: 'not_admin' });
    expect(await importProgress(scene.ctx, id)).toMatchObject({ state: 'running', haltedBy: null });
    await pauseImport(scene.ctx, id);
    await expect(continueImport(tester, id)).rejects.toMatchObject({ kind: 'not_admin' });
    await continueImport(scene.ctx, id);
    await expect(continueImport(scene.ctx, id)).rejects.toThrow(/runs already/);
    await runImport(scene.ctx, id, never);
    for (const act of [pauseImport, stopImport, continueImport])
      await expect(act(scene.ctx, id)).rejects.toThrow(/come to its end already/);
    const { id: open } = await scene.previewOf(people(1));
    for (const act of [pauseImport, stopImport, continueImport])
      await expect(act(scene.ctx, open)).rejects.toThrow(/has not started/);
    await expect(stopImport(scene.ctx, 999)).rejects.toMatchObject({ kind: 'not_found' });
  });

  test('where whoever confirmed is no admin any more a paused import does not go on, and can be stopped', async () => {
    const bob = await otherAdmin();
    const id = await confirmed(people(3));
    await pauseImport(bob, id);
    await database.db('users').where({ id: scene.admin.id }).update({ is_admin: false });
    await expect(continueImport(bob, id)).rejects.toThrow(/admin@example.com confirmed this import and is no admin/);
    expect((await importProgress(bob, id)).state).toBe('paused');
    await stopImport(bob, id);
    await runImport(bob, id, never);
    expect(await importProgress(bob, id)).toMatchObject({ state: 'stopped', outcomes: { invited: 0, pending: 3 } });
  });

  test('what people read of a running, a paused and a stopped import', async () => {
    const id = await confirmed(people(1));
    const now = await importProgress(scene.ctx, id);
    const outcomes = { invited: 1200, updated: 300, unchanged: 0, failed: 2, pending: 3498 };
    const progress = { ...now, total: 5000, outcomes };
    const words = (said: { blocks?: unknown }) => JSON.stringify(said.blocks);
    expect(words(progressMessage(progress, 110))).toContain(
      '1,502 of 5,000 rows · 110 a second · about 35 seconds left',
    );
    expect(words(progressMessage(progress, 1))).toContain('1 a second · about 58 minutes left');
    expect(words(progressMessage(progress))).not.toContain('left');
    expect(words(progressMessage(progress))).not.toContain('import-continue');
    const haltedBy = { userId: 1, label: 'bob@example.com', slackId: null };
    const paused = progressMessage({ ...progress, state: 'paused', haltedBy }, 110);
    expect(words(paused)).toContain('bob@example.com');
    expect(words(paused)).toContain('3,498 not run yet');
    expect(words(paused)).not.toContain('a second');
    expect(words(paused)).not.toContain('import-pause');
    const stopped = { ...progress, state: 'stopped', haltedBy } as const;
    const line = '1,200 invited, 300 updated, 2 failed and 3,498 not run';
    expect(words(summaryMessage(stopped))).toContain(`Stopped: ${line}.`);
    expect(words(endedNotice(stopped))).toContain(line);
    expect(summaryLine(stopped)).toContain('2 failed, 3,498 not run, for it was stopped.');
    expect(letGo({ ...progress, state: 'paused', haltedBy })).toContain('an admin lets it go on');
  });
});
