import fc from 'fast-check';
import { exportPeople } from '../../../src/features/exports/exports.service';
import { insertGroup, insertMembership, insertProject, insertUser, profileId } from '../../support/builders';
import { forEachDatabase } from '../../support/databases';
import { importScene } from '../imports/import-scene';

/** Names as they are stored: one line without blanks at its ends, in the normal form. */
const name = fc
  .oneof(
    fc.string({ unit: 'grapheme', maxLength: 20 }),
    fc.string({
      unit: fc.constantFrom('=', '+', '-', '@', "'", '"', ',', ';', '|', '<', '&', '_x000D_', '０', 'é'),
      maxLength: 8,
    }),
    fc.constantFrom('<clear>', '<CLEAR>', '007', '1e5', 'TRUE', '=1+1', '2026-01-31', "'=x", 'N/A'),
  )
  .map((text) => text.normalize('NFC').replace(/\s+/g, ' ').trim())
  .filter((text) => !/\p{C}/u.test(text));

const person = fc.record({
  first_name: name,
  last_name: name,
  status: fc.constantFrom('invited' as const, 'active' as const, 'disabled' as const),
  auth_system: fc.constantFrom('internal' as const, 'sso' as const, 'ldap' as const),
  isNamed: fc.boolean(),
  isAdmin: fc.boolean(),
  profile: fc.constantFrom(null, 'Tester', 'Read Only', 'Project Manager'),
  projects: fc.uniqueArray(fc.nat(4)),
  groups: fc.uniqueArray(fc.nat(2)),
  readOnlyIn: fc.nat(4),
});
const everybody = { statuses: ['invited', 'active', 'disabled'] as const, project: null, group: null, text: '' };

forEachDatabase((database) => {
  test('whoever is exported, importing the file again changes nobody, in either format', async () => {
    const scene = await importScene(database);
    const projects = [
      scene.projects.apollo,
      await insertProject(database.db, { name: '=cmd' }),
      await insertProject(database.db, { name: 'A, B; "C"' }),
      await insertProject(database.db, { name: '007' }),
      await insertProject(database.db, { name: 'Gone', archived_at: new Date() }),
    ];
    const groups = [
      scene.groups.qa,
      await insertGroup(database.db, { name: '-1' }),
      await insertGroup(database.db, { name: '@x' }),
    ];
    const readOnly = await profileId(database.db, 'Read Only');
    const run = { signal: new AbortController().signal, moved: () => undefined };
    let number = 0;
    try {
      await fc.assert(
        fc.asyncProperty(
          fc.array(person, { minLength: 1, maxLength: 6 }),
          fc.constantFrom('xlsx' as const, 'csv' as const),
          async (people, format) => {
            for (const {
              isNamed,
              isAdmin,
              profile,
              projects: inProjects,
              groups: inGroups,
              readOnlyIn,
              ...given
            } of people) {
              number += 1;
              const user = await insertUser(database.db, {
                ...given,
                email: `Person${number}@x.example`,
                is_admin: isAdmin,
                sso_username: isNamed || given.auth_system === 'sso' ? `=sso${number}` : null,
                ldap_username: isNamed || given.auth_system === 'ldap' ? `00${number}` : null,
                default_profile_id: profile === null ? null : await profileId(database.db, profile),
              });
              for (const index of inProjects) {
                const { id } = projects[index] ?? scene.projects.apollo;
                await insertMembership(database.db, {
                  userId: user.id,
                  projectId: id,
                  ...(index === readOnlyIn && { profileId: readOnly }),
                });
              }
              for (const index of inGroups)
                await database
                  .db('group_members')
                  .insert({ group_id: (groups[index] ?? scene.groups.qa).id, user_id: user.id });
            }
            const path = await scene.files.write('', `people.${format}`);
            const { people: total, cut } = await exportPeople(
              scene.ctx,
              { words: everybody, format, links: true },
              path,
              run,
            );
            expect(cut).toBe(0);
            const { counts } = await scene.plan(path, { fileName: `people.${format}` });
            expect(counts).toEqual({ invite: 0, update: 0, unchanged: total, fail: 0 });
          },
        ),
        { numRuns: 12 },
      );
    } finally {
      await scene.files.remove();
    }
  }, 120_000);

  test('whoever is in more projects than a cell takes keeps them all when the file is imported again', async () => {
    const scene = await importScene(database);
    const user = await insertUser(database.db, { email: 'zoe@x.example' });
    const readOnly = await profileId(database.db, 'Read Only');
    for (let index = 0; index < 340; index += 1) {
      const { id } = await insertProject(database.db, { name: `${String(index).padStart(4, '0')}${'x'.repeat(96)}` });
      await insertMembership(database.db, { userId: user.id, projectId: id, profileId: readOnly });
    }
    const path = await scene.files.write('', 'people.xlsx');
    const run = { signal: new AbortController().signal, moved: () => undefined };
    const choice = { words: { ...everybody, text: 'zoe' }, format: 'xlsx', links: false } as const;
    expect(await exportPeople(scene.ctx, choice, path, run)).toEqual({ people: 1, cut: 1 });
    expect((await scene.plan(path)).counts).toMatchObject({ unchanged: 1, update: 0, fail: 0 });
    await scene.files.remove();
  });
});
