import { createProfile } from '../../../src/features/access/profiles.service';
import { createProject, renameProject } from '../../../src/features/access/projects.service';
import { actorFor, insertAdmin, insertMembership, insertProject, insertUser } from '../../support/builders';
import { testContext } from '../../support/context';
import { forEachDatabase } from '../../support/databases';
import { textOf } from '../../support/slack-text';
import { type RunningUsher, startUsher } from '../../support/usher';

forEachDatabase((database) => {
  let usher: RunningUsher;
  const start = async () => {
    usher = await startUsher(database);
    return usher.as('ada');
  };
  afterEach(async () => {
    usher.driver.expectPrompt();
    await usher.stop();
  });
  const general = '#general';
  const project = (id: number) => database.db('projects').where({ id }).first();
  const audit = (action: string) => database.db('audit_events').where({ action });

  test('a project is made, renamed and listed with the number of its members', async () => {
    const ada = await start();
    await ada.command(general, '/usher projects new Apollo');
    await ada.modal('New project');
    await ada.submit();
    await ada.modal('is there now, without members');
    await ada.closeModal();
    const { id } = await database.db('projects').where({ name: 'Apollo' }).first();
    const ben = await database.db('users').where({ email: 'ben@example.com' }).first();
    await insertMembership(database.db, { userId: ben.id, projectId: id });
    const list = await ada.ask(general, '/usher projects');
    expect(textOf(list)).toContain('Apollo\n1 member');
    await ada.choose(list, { within: 'Apollo' }, 'Rename…');
    await ada.modal('Rename project');
    await ada.fill({ Name: '<!channel> Zeus :rocket:' });
    await ada.submit();
    await ada.modal('<!channel> Zeus :rocket: is its name now');
    const [line] = await audit('project.renamed');
    expect([JSON.parse(line.before), JSON.parse(line.after)]).toEqual([
      { name: 'Apollo' },
      { name: '<!channel> Zeus :rocket:' },
    ]);
  });

  test('150 projects are listed page by page, and found by a part of their name', async () => {
    const ada = await start();
    for (let number = 1; number <= 150; number += 1)
      await insertProject(database.db, { name: `P${String(number).padStart(3, '0')} ${'n'.repeat(115)}` });
    const list = await ada.ask(general, '/usher projects');
    expect(textOf(list)).toContain('151 projects  ·  page 1 of 8');
    expect(textOf(list)).toContain('P020');
    await ada.click(list, 'Next →');
    const second = await ada.waitForMessage('page 2 of 8');
    expect(textOf(second)).toContain('P021');
    expect(textOf(second)).not.toContain('P020');
    await ada.click(second, '← Previous');
    await ada.waitForMessage('page 1 of 8');
    expect(textOf(await ada.ask(general, '/usher projects p14'))).toContain('10 projects  with “p14” in the name');
    expect(textOf(await ada.ask(general, '/usher projects nowhere'))).toContain('No name has “nowhere” in it.');
  });

  test('R40 archiving a project tells its open work first, hides it, and brings it back as it was', async () => {
    const ada = await start();
    const apollo = await insertProject(database.db, { name: 'Apollo' });
    const grace = await insertUser(database.db);
    await insertMembership(database.db, { userId: grace.id, projectId: apollo.id });
    const run = (name: string, percent: number) =>
      database.db('test_runs').insert({ project_id: apollo.id, name, percent_done: percent, created_at: new Date() });
    const [runId] = await run('Nearly', 99.9);
    await run('Done', 100);
    await database
      .db('run_cases')
      .insert({ run_id: Number(runId), position: 1, title: 'No result', updated_at: new Date() });
    await ada.command(general, '/usher projects archive apollo');
    await ada.modal('still has open work: 1 unfinished test run and 1 case without a final result');
    await run('New', 0);
    await ada.submit();
    await ada.modal('2 unfinished test runs');
    expect((await project(apollo.id)).archived_at).toBeNull();
    await ada.submit();
    await ada.modal('is archived');
    await ada.closeModal();
    const list = await ada.ask(general, '/usher projects');
    expect(textOf(list)).not.toContain('Apollo');
    await ada.command(general, '/usher projects new APOLLO');
    await ada.modal('New project');
    await ada.submit();
    await ada.modal('is there now');
    await ada.closeModal();
    await ada.click(list, 'Show archived ones');
    const archived = await ada.waitForMessage('1 archived project');
    await ada.choose(archived, { within: 'Apollo' }, 'Bring it back');
    await ada.waitForMessage('Another project is named “Apollo” now');
    await database.db('projects').where({ name: 'APOLLO' }).del();
    await ada.choose(archived, { within: 'Apollo' }, 'Bring it back');
    await ada.waitForMessage('“Apollo” is back, with 1 member');
    expect(await project(apollo.id)).toMatchObject({ archived_at: null, name_key: 'apollo' });
  });

  test('R12 the sample project is found by its flag when it has another name, and may be archived', async () => {
    const ada = await start();
    await ada.command(general, '/usher projects rename Sample Project');
    await ada.modal('Rename project');
    await ada.fill({ Name: 'Playground' });
    await ada.submit();
    await ada.modal('Playground is its name now');
    await ada.closeModal();
    await ada.ask(general, '/users invite grace@x.example');
    const joined = await database
      .db('memberships')
      .join('projects', 'projects.id', 'memberships.project_id')
      .pluck('projects.name');
    expect(joined).toEqual(['Playground']);
    await ada.command(general, '/usher projects archive playground');
    await ada.modal('This is the sample project.');
    await ada.submit();
    await ada.modal('is archived');
    await ada.closeModal();
    expect(textOf(await ada.ask(general, '/users invite linus@x.example'))).toContain('Invited 1 person.');
  });

  test('a project name has up to 120 characters, is unique without case, and is looked for with “did you mean”', async () => {
    const ada = await start();
    await insertProject(database.db, { name: 'Apollo' });
    await ada.command(general, `/usher projects new ${'x'.repeat(300)}`);
    await ada.modal('New project');
    expect((await ada.submit()).errors.name).toContain('up to 120 characters; this one has 300');
    await ada.fill({ Name: 'aPOLLO' });
    await ada.submit();
    await ada.modal('There is a project named “aPOLLO” already');
    await ada.closeModal();
    await ada.command(general, '/usher projects edit Apolo');
    expect(textOf(await ada.modal('does not exist'))).toContain('did you mean “Apollo”?');
  });

  test('an archived project that somebody is renaming stays archived', async () => {
    const ada = await start();
    const apollo = await insertProject(database.db, { name: 'Apollo' });
    await ada.command(general, '/usher projects edit Apollo');
    await ada.modal('Rename project');
    await database.db('projects').where({ id: apollo.id }).update({ archived_at: new Date(), version: 2 });
    await ada.fill({ Name: 'Zeus' });
    await ada.submit();
    await ada.modal('Somebody archived this project meanwhile');
    expect(await project(apollo.id)).toMatchObject({ name: 'Apollo' });
  });
});

forEachDatabase((database) => {
  const replicas = async (many: number) => {
    const admin = await insertAdmin(database.db);
    await database.db('licences').insert({ id: 1, seats: 5, is_trial: true });
    const ctx = testContext(database, { actor: actorFor(admin) });
    return Array.from({ length: many }, () =>
      database.dialect === 'MariaDB' ? { ...ctx, db: database.connect({ connections: 2 }) } : ctx,
    );
  };
  const outcomes = (results: readonly PromiseSettledResult<unknown>[]) =>
    results.map((result) =>
      result.status === 'fulfilled'
        ? ((result.value as { kind?: string }).kind ?? 'made')
        : (result.reason as { kind?: string }).kind,
    );

  test('of twenty admins who rename a project at the same moment one does, and the others are told', async () => {
    const contexts = await replicas(4);
    const apollo = await insertProject(database.db, { name: 'Apollo' });
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, (_, index) =>
        renameProject(
          contexts[index % 4] as (typeof contexts)[number],
          { id: apollo.id, version: 1, name: `Name ${index}` },
          `race:${index}`,
        ),
      ),
    );
    expect(outcomes(results).filter((kind) => kind === 'done')).toHaveLength(1);
    expect(outcomes(results).filter((kind) => kind === 'stale')).toHaveLength(19);
    expect(await database.db('audit_events').where({ action: 'project.renamed' })).toHaveLength(1);
  });

  test('of twenty who take the same name for two projects, or for new ones, one gets it', async () => {
    const contexts = await replicas(4);
    const ids = [await insertProject(database.db), await insertProject(database.db)].map(({ id }) => id);
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, (_, index) => {
        const ctx = contexts[index % 4] as (typeof contexts)[number];
        const id = ids[index];
        return id === undefined
          ? createProject(ctx, index % 2 === 0 ? 'Wanted' : 'WANTED', `race:${index}`)
          : renameProject(ctx, { id, version: 1, name: 'wanted' }, `race:${index}`);
      }),
    );
    expect(outcomes(results).filter((kind) => kind === 'conflict')).toHaveLength(19);
    expect(await database.db('projects').where({ name_key: 'wanted' })).toHaveLength(1);
  });

  test('two profiles that become the site default at the same moment leave one default', async () => {
    const contexts = await replicas(2);
    await Promise.allSettled(
      contexts.map((ctx, index) =>
        createProfile(
          ctx,
          { name: `New ${index}`, permissions: [], isReadOnly: false, makeDefault: true },
          `race:${index}`,
        ),
      ),
    );
    expect(await database.db('profiles').where({ is_default: true })).toHaveLength(1);
  });

  test('the same request delivered twice makes one project', async () => {
    const [ctx] = await replicas(1);
    if (!ctx) throw new Error('no context');
    await createProject(ctx, 'Once', 'view:1');
    await expect(createProject(ctx, 'Once again', 'view:1')).rejects.toMatchObject({ facts: { repeated: true } });
    expect(await database.db('projects').where({ is_sample: false })).toHaveLength(1);
  });
});
