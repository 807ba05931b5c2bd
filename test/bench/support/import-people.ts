import { createWriteStream } from 'node:fs';
import type { Knex } from 'knex';
import { writeWorkbook } from '../../../src/platform/sheets/write-sheet';
import { personRow } from './people-workbook';

const headers = [
  'Login Email',
  'First Name',
  'Last Name',
  'Status',
  'Auth System',
  'SSO Username',
  'User Profile',
  'Groups',
  'Projects',
  'Admin',
];
const projects = 20;
const groups = 12;

/** A new person in ten columns: a project beside the sample project, a group, an SSO username for later. */
export function importRow(index: number): string[] {
  const [email = '', firstName = '', lastName = '', , , sso = ''] = personRow(index);
  const profile = index % 3 === 0 ? 'Read Only' : 'Tester';
  return [
    email,
    firstName,
    lastName,
    'Invited',
    'Internal',
    sso,
    profile,
    `Group ${index % groups}`,
    `Project ${index % projects}`,
    'No',
  ];
}

export async function writeImportFile(path: string, people: number): Promise<void> {
  function* rows() {
    for (let index = 0; index < people; index += 1) yield importRow(index);
  }
  await writeWorkbook(createWriteStream(path), [
    { name: 'People', columns: headers.map((header) => ({ header, width: 20 })), rows: rows() },
  ]);
}

/** An admin, seats enough, and the projects and groups that the people are put into. */
export async function prepareSite(db: Knex): Promise<void> {
  const now = new Date();
  await db('licences').insert({ id: 1, seats: 10_000_000, is_trial: false });
  await db('users').insert({
    email: 'admin@example.com',
    email_key: 'admin@example.com',
    name_key: 'ada admin',
    status: 'active',
    is_admin: true,
    created_at: now,
    updated_at: now,
  });
  const named = (kind: string, count: number) =>
    Array.from({ length: count }, (_, index) => ({
      name: `${kind} ${index}`,
      name_key: `${kind.toLowerCase()} ${index}`,
      created_at: now,
      updated_at: now,
    }));
  await db('projects').insert(named('Project', projects));
  await db('user_groups').insert(named('Group', groups).map((group) => ({ ...group, permissions: '[]' })));
}
