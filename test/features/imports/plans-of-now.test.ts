import fc from 'fast-check';
import { confirmImport } from '../../../src/features/imports/confirm-import.service';
import { addingChange } from '../../../src/features/imports/plan-row';
import { plannedInvitation, writePlan } from '../../../src/features/imports/written-plan';
import type { NewUser } from '../../../src/features/users/users.types';
import { emailKey } from '../../../src/lib/email';
import { insertProject, insertUser } from '../../support/builders';
import { forEachDatabase } from '../../support/databases';
import { type ImportScene, importScene } from './import-scene';

const id = fc.integer({ min: 1, max: 2 ** 31 });
const text = fc.string({ unit: 'grapheme', maxLength: 20 });
const newPerson: fc.Arbitrary<NewUser> = fc
  .record({
    email: fc.emailAddress(),
    firstName: text,
    lastName: text,
    status: fc.constantFrom('invited' as const, 'active' as const),
    isAdmin: fc.boolean(),
    authSystem: fc.constantFrom('internal' as const, 'ldap' as const, 'sso' as const),
    ssoUsername: fc.option(text),
    ldapUsername: fc.option(text),
    defaultProfileId: fc.option(id),
  })
  .map((person) => ({ ...person, emailKey: emailKey(person.email) }));
const difference = fc.record({ field: text, old: text, new: text });

test('what is planned for somebody new is read from its row as it was planned', () => {
  fc.assert(
    fc.property(
      newPerson,
      fc.array(fc.record({ projectId: id, profileId: id })),
      fc.array(id),
      fc.array(difference),
      (person, memberships, groupIds, differences) => {
        const change = addingChange(person, memberships, groupIds);
        const { plan } = writePlan({ action: 'invite', userId: null, change, differences, problems: [] });
        expect(plannedInvitation({ action: 'invite', plan })).toEqual({ change, differences });
      },
    ),
  );
});

forEachDatabase((database) => {
  let scene: ImportScene;
  beforeEach(async () => {
    scene = await importScene(database);
  });
  afterEach(() => scene.files.remove());

  const rename = (project: { id: number }, name: string) =>
    database.db('projects').where({ id: project.id }).update({ name, name_key: name.toLowerCase() });
  const file = () => [
    { 'Login Email': 'known@example.com', 'First Name': 'Known', Projects: 'Gemini' },
    { 'Login Email': 'apollo@example.com', Projects: 'Apollo', 'SSO Username': 'apollo' },
    { 'Login Email': 'mercury@example.com', Projects: 'Mercury', 'LDAP Username': 'mercury' },
    { 'Login Email': 'wrong@example.com', Projects: 'Apolo' },
  ];
  const preview = async () => {
    await insertUser(database.db, { email: 'known@example.com' });
    return scene.previewOf(file());
  };

  describe('a plan is shown anew before it starts, where meanwhile', () => {
    test.each<[string, () => Promise<unknown>]>([
      [
        'somebody was added under an address of the file',
        () => insertUser(database.db, { email: 'APOLLO@example.com' }),
      ],
      [
        'somebody got an SSO username of the file',
        () => insertUser(database.db, { email: 'x@example.com', sso_username: 'Apollo' }),
      ],
      [
        'somebody got an LDAP username of the file',
        () => insertUser(database.db, { email: 'x@example.com', ldap_username: 'Mercury' }),
      ],
      ['somebody of the file was deleted', () => database.db('users').where({ email_key: 'known@example.com' }).del()],
      [
        'somebody was added and somebody else of the file deleted',
        async () => {
          await database.db('users').where({ email_key: 'known@example.com' }).del();
          await insertUser(database.db, { email: 'apollo@example.com' });
        },
      ],
      ['a project of the file got another name', () => rename(scene.projects.mercury, 'Venus')],
      ['a wrong name came into use', () => insertProject(database.db, { name: 'Apolo' })],
    ])('%s', async (_what, change) => {
      const { id: importId } = await preview();
      await change();
      expect(await confirmImport(scene.ctx, importId)).toHaveProperty('changed');
      expect(await confirmImport(scene.ctx, importId)).toHaveProperty('started');
    });
  });

  test('a plan starts where meanwhile only what it does not speak of was changed', async () => {
    const { id: importId } = await preview();
    await insertUser(database.db, { email: 'other@example.com', sso_username: 'other' });
    await insertProject(database.db, { name: 'Skylab' });
    expect(await confirmImport(scene.ctx, importId)).toHaveProperty('started');
  });

  describe('after the confirmation, of new people those fail alone', () => {
    test.each<[string, string[], () => Promise<unknown>]>([
      ['whose address somebody took', ['apollo@'], () => insertUser(database.db, { email: 'Apollo@example.com' })],
      [
        'whose SSO username somebody took',
        ['apollo@'],
        () => insertUser(database.db, { email: 'x@example.com', sso_username: 'Apollo' }),
      ],
      [
        'whose LDAP username somebody took',
        ['mercury@'],
        () => insertUser(database.db, { email: 'x@example.com', ldap_username: 'Mercury' }),
      ],
      ['whose project got another name', ['mercury@'], () => rename(scene.projects.mercury, 'Venus')],
      [
        'whose project was archived',
        ['apollo@'],
        () => database.db('projects').where({ id: scene.projects.apollo.id }).update({ archived_at: new Date() }),
      ],
    ])('%s', async (_what, failing, change) => {
      const { id: importId } = await preview();
      expect(await confirmImport(scene.ctx, importId)).toHaveProperty('started');
      await change();
      const { outcomes } = await scene.run(importId);
      expect(outcomes).toEqual({ invited: 1, updated: 1, unchanged: 0, failed: 2, pending: 0 });
      const left = await database.db('import_rows').where({ outcome: 'failed' }).pluck('email');
      expect(left).toEqual(failing.map((start) => expect.stringContaining(start)));
      const [problems] = await database.db('import_rows').where({ outcome: 'failed' }).pluck('problems');
      expect(problems).toMatch(/changed by somebody since the preview/);
    });
  });
});
