import fc from 'fast-check';
import { selectRows } from '../../../src/features/imports/import-rows.store';
import { toShown } from '../../../src/features/imports/written-plan';
import { storeSetting } from '../../../src/features/settings/settings.service';
import { insertAdmin, insertMembership, insertUser, profileId, setSeats } from '../../support/builders';
import { forEachDatabase } from '../../support/databases';
import { type ImportScene, importScene, personOf, type SheetPerson } from './import-scene';

/** Files of people in every state and cells of every kind: what is previewed is what happens, and happens once. */

const somebody = Array.from({ length: 14 }, (_, index) => `person${index}@example.com`);
const cellsOf = (choices: Readonly<Record<string, readonly string[]>>) =>
  fc.record(
    Object.fromEntries(Object.entries(choices).map(([header, values]) => [header, fc.constantFrom('', '', ...values)])),
  );
const cells = cellsOf({
  'First Name': ['Ada', '=1+1', '<clear>', 'Zoe\u0308', '<!channel>'],
  'Last Name': ['Lovelace', '<clear>', 'العربي'],
  Status: ['Invited', 'Active', 'Inactive', 'Deactivated', 'wrong'],
  'Auth System': ['Internal', 'LDAP', 'SSO'],
  'SSO Username': ['one', 'two', '<clear>', 'held'],
  'LDAP Username': ['one', 'TWO', '<clear>'],
  'User Profile': ['Tester', 'Read Only', 'Tester\nRead Only', '<clear>'],
  Groups: ['QA', 'QA\nLeads', '<clear>', 'QAA'],
  Projects: ['Apollo', 'Apollo\nGemini', 'Mercury\nApollo', '<clear>', 'Sample Project', 'Apolo'],
  Admin: ['yes', 'no'],
});
/** A row about everybody, and maybe further ones about some of them, whose address is written in another way. */
const files = fc
  .tuple(
    fc.array(cells, { minLength: somebody.length, maxLength: somebody.length }),
    fc.array(fc.tuple(fc.constantFrom(...somebody), cells), { maxLength: 3 }),
  )
  .map(([rows, twins]): SheetPerson[] => [
    ...rows.map((row, index) => ({ 'Login Email': somebody[index] ?? '', ...(row as SheetPerson) })),
    ...twins.map(([email, row]) => ({ 'Login Email': email.toUpperCase(), ...(row as SheetPerson) })),
  ]);
/** Seats that are free before the import: enough for all, or for some. */
const freeSeats = fc.oneof(fc.constant(1000), fc.nat({ max: 10 }));

forEachDatabase((database) => {
  async function settle(): Promise<ImportScene> {
    for (const table of ['import_rows', 'imports', 'audit_events', 'operations', 'outbox', 'links', 'invites'])
      await database.db(table).del();
    await database.db('users').del();
    await database.db('projects').where({ is_sample: false }).del();
    await database.db('user_groups').del();
    const scene = await importScene(database);
    await storeSetting(scene.ctx, 'auth.ldap', true);
    await storeSetting(scene.ctx, 'auth.sso', true);
    await insertAdmin(database.db, { email: somebody[0] as string });
    await insertUser(database.db, { email: somebody[1] as string, status: 'invited' });
    await insertUser(database.db, { email: somebody[2] as string, status: 'disabled', password_hash: 'x' });
    await insertUser(database.db, { email: somebody[3] as string, status: 'disabled' });
    await insertUser(database.db, { email: somebody[4] as string, auth_system: 'ldap', ldap_username: 'four' });
    await insertUser(database.db, {
      email: somebody[5] as string,
      auth_system: 'sso',
      sso_username: 'five',
      status: 'disabled',
    });
    await insertUser(database.db, { email: somebody[6] as string, sso_username: 'held' });
    const member = await insertUser(database.db, {
      email: somebody[7] as string,
      default_profile_id: await profileId(database.db, 'Read Only'),
    });
    const sample = await database.db('projects').where({ is_sample: true }).first('id');
    for (const projectId of [sample.id, scene.projects.apollo.id, scene.projects.mercury.id])
      await insertMembership(database.db, { userId: member.id, projectId });
    await database.db('group_members').insert({ group_id: scene.groups.leads.id, user_id: member.id });
    return scene;
  }

  /** A person in the words of a preview. */
  const shown = (person: Awaited<ReturnType<typeof personOf>>): Record<string, string> => ({
    'First Name': person?.firstName ?? '',
    'Last Name': person?.lastName ?? '',
    Status: person === null ? '' : `${person.status[0]?.toUpperCase()}${person.status.slice(1)}`,
    'Auth System': { internal: 'Internal', ldap: 'LDAP', sso: 'SSO' }[person?.authSystem ?? 'internal'] ?? '',
    'SSO Username': person?.ssoUsername ?? '',
    'LDAP Username': person?.ldapUsername ?? '',
    'User Profile': person?.defaultProfile ?? '',
    Groups: [...(person?.groups ?? [])].sort().join(', '),
    Projects: [...(person?.projects ?? [])].sort().join(', '),
    Admin: person?.isAdmin ? 'Yes' : 'No',
  });

  test('applying a plan gives exactly what its preview said, and the same file again changes nothing', async () => {
    await fc.assert(
      fc.asyncProperty(files, freeSeats, async (people, free) => {
        const scene = await settle();
        try {
          const [taken] = (await database.db('users').whereNot({ status: 'disabled' }).count({ total: '*' })) as [
            { total: number },
          ];
          await setSeats(database.db, Number(taken.total) + free);
          const before = new Map<string, Record<string, string>>();
          for (const email of somebody) before.set(email, shown(await personOf(database, email)));
          const preview = await scene.previewOf(people);
          const stored = await selectRows(database.db, preview.id, 0, null, 1000);
          const rows = stored.map(toShown).map((row) => ({ ...row, email: row.email ?? '' }));
          expect(preview.seats.free).toBe(free);
          if (preview.seats.needed > free) {
            await expect(scene.carryOut(preview)).rejects.toMatchObject({ kind: 'seats_exhausted' });
            for (const email of somebody) expect(shown(await personOf(database, email))).toEqual(before.get(email));
            return;
          }
          const progress = await scene.carryOut(preview);
          expect(progress.outcomes).toEqual({
            invited: preview.counts.invite,
            updated: preview.counts.update,
            unchanged: preview.counts.unchanged,
            failed: preview.counts.fail,
            pending: 0,
          });
          for (const { email, differences } of rows) {
            const expected = { ...before.get(email.toLowerCase()) };
            for (const { field, old, new: next } of differences) {
              expect(old).toBe(expected[field]);
              expected[field] = next;
            }
            expect([email, shown(await personOf(database, email))]).toEqual([email, expected]);
          }
          // Whoever was called Active and could not be is invited again now, and waits for their own click.
          const settled = rows
            .filter(({ email, action }) => action !== 'fail' && !invitedAgain(email))
            .map(({ email }) => email);
          function invitedAgain(email: string): boolean {
            const row = people.find((person) => person['Login Email'] === email);
            const planned = rows.find((one) => one.email === email);
            return row?.Status === 'Active' && planned?.change?.status === 'invited';
          }
          const again = await scene.previewOf(people);
          const actions = await database
            .db('import_rows')
            .where({ import_id: again.id })
            .whereIn('email', settled)
            .pluck('action');
          expect(new Set(actions)).toEqual(new Set(settled.length === 0 ? [] : ['unchanged']));
        } finally {
          await scene.files.remove();
        }
      }),
      { numRuns: 16 },
    );
  }, 120_000);
});
