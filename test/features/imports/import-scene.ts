import { stat } from 'node:fs/promises';
import { Workbook } from 'exceljs';
import { phraseFor } from '../../../src/features/approvals/approvals.service';
import { confirmImport } from '../../../src/features/imports/confirm-import.service';
import { exportColumns } from '../../../src/features/imports/import-columns';
import { importProgress, planImport } from '../../../src/features/imports/imports.service';
import type { ImportPreview, ImportProgress, UploadedFile } from '../../../src/features/imports/imports.types';
import { runImport } from '../../../src/features/imports/run-import.service';
import { openFolder } from '../../platform/sheets/sheet-files';
import { actorFor, insertAdmin, insertGroup, insertProject, setSeats } from '../../support/builders';
import { type TestContext, testContext } from '../../support/context';
import type { TestDatabase } from '../../support/databases';

/** Cells of one row by their header; what is left out is blank. */
export type SheetPerson = Readonly<Record<string, string | number | boolean>>;

export const everyHeader = exportColumns.map(({ header }) => header);

/** A site with two groups, three projects and seats enough, an admin who acts, and a folder for its files. */
export async function importScene(database: TestDatabase, seats = 1000) {
  const files = await openFolder();
  const admin = await insertAdmin(database.db, { email: 'admin@example.com', password_hash: 'x' });
  const ctx = testContext(database, { actor: actorFor(admin, 'T1/UADMIN') });
  await setSeats(database.db, seats);
  const apollo = await insertProject(database.db, { name: 'Apollo' });
  const gemini = await insertProject(database.db, { name: 'Gemini' });
  const mercury = await insertProject(database.db, { name: 'Mercury' });
  const qa = await insertGroup(database.db, { name: 'QA' });
  const leads = await insertGroup(database.db, { name: 'Leads' });

  async function plan(path: string, given: Partial<UploadedFile> = {}, as: TestContext = ctx): Promise<ImportPreview> {
    return planImport(as, {
      path,
      fileName: 'people.xlsx',
      fileSize: (await stat(path)).size,
      uploaderSlackId: 'T1/UUPLOADER',
      uploaderUserId: null,
      conversationId: 'C1',
      slackFileId: null,
      ...given,
    });
  }
  async function sheet(people: readonly SheetPerson[], headers?: readonly string[]): Promise<string> {
    return files.write(await workbookOf(people, headers));
  }
  async function previewOf(people: readonly SheetPerson[], headers?: readonly string[]): Promise<ImportPreview> {
    return plan(await sheet(people, headers));
  }
  /** Confirms as the admin, and as another one of the site, or by the phrase, where the plan makes admins. */
  async function confirm({ id, need, adminsGranted }: ImportPreview): Promise<void> {
    const first = await confirmImport(ctx, id, need === 'phrase' ? phraseFor('grant_admin', adminsGranted) : null);
    const result = 'waiting' in first ? await confirmImport(await asAnotherAdmin(), id) : first;
    if (!('started' in result)) throw new Error(`the import did not start: ${Object.keys(result)}`);
  }
  async function asAnotherAdmin(): Promise<TestContext> {
    const other = await database
      .db('users')
      .where({ is_admin: true, status: 'active' })
      .whereNot({ id: admin.id })
      .first();
    return { ...ctx, actor: actorFor(other) };
  }
  async function run(id: number): Promise<ImportProgress> {
    await runImport(ctx, id, new AbortController().signal);
    return importProgress(ctx, id);
  }
  async function carryOut(preview: ImportPreview): Promise<ImportProgress> {
    await confirm(preview);
    return run(preview.id);
  }

  return {
    ctx,
    admin,
    files,
    projects: { apollo, gemini, mercury },
    groups: { qa, leads },
    plan,
    sheet,
    previewOf,
    run,
    carryOut,
    /** Plans and applies people in one go. */
    importPeople: async (people: readonly SheetPerson[], headers?: readonly string[]) =>
      carryOut(await previewOf(people, headers)),
    /** What is wrong with the first failing row, as `column: sentence`. */
    problemsOf: async (people: readonly SheetPerson[]): Promise<string[]> =>
      ((await previewOf(people)).failures[0]?.problems ?? []).map(({ field, sentence }) => `${field}: ${sentence}`),
    user: (email: string) => personOf(database, email),
  };
}
export type ImportScene = Awaited<ReturnType<typeof importScene>>;

/** A workbook with these headers (those that the people have, unless told) and a row for each person. */
export async function workbookOf(people: readonly SheetPerson[], headers?: readonly string[]): Promise<Buffer> {
  const columns = headers ?? [...new Set(people.flatMap((person) => Object.keys(person)))];
  const workbook = new Workbook();
  const worksheet = workbook.addWorksheet('People');
  worksheet.addRow([...columns]);
  for (const person of people) worksheet.addRow(columns.map((header) => person[header] ?? null));
  return Buffer.from(await workbook.xlsx.writeBuffer());
}

/** A user as a person would describe them, or null: memberships as `Project (Profile)`, sorted. */
export async function personOf({ db }: TestDatabase, email: string) {
  const user = await db('users').where({ email_key: email.toLowerCase() }).first();
  if (user === undefined) return null;
  const memberships = await db('memberships')
    .join('projects', 'projects.id', 'memberships.project_id')
    .join('profiles', 'profiles.id', 'memberships.profile_id')
    .where({ user_id: user.id })
    .select({ project: 'projects.name', profile: 'profiles.name' });
  const groups: string[] = await db('group_members')
    .join('user_groups', 'user_groups.id', 'group_members.group_id')
    .where({ user_id: user.id })
    .pluck('user_groups.name');
  const profile = await db('profiles').where({ id: user.default_profile_id }).first('name');
  return {
    id: Number(user.id),
    email: String(user.email),
    firstName: String(user.first_name),
    lastName: String(user.last_name),
    status: String(user.status),
    isAdmin: Boolean(user.is_admin),
    authSystem: String(user.auth_system),
    ssoUsername: user.sso_username as string | null,
    ldapUsername: user.ldap_username as string | null,
    defaultProfile: (profile?.name ?? null) as string | null,
    projects: memberships.map(({ project, profile: name }) => `${project} (${name})`).sort(),
    groups: groups.sort(),
  };
}
