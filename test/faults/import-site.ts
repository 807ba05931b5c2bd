import type { Knex } from 'knex';
import { confirmImport } from '../../src/features/imports/confirm-import.service';
import { openDatabase } from '../../src/platform/db/database';
import { migrate } from '../../src/platform/db/migrate';
import { importScene, type SheetPerson } from '../features/imports/import-scene';
import type { MariadbServer } from '../support/mariadb-server';

const domain = 'example.com';

/** Everybody of a file: three of ten new, the others known and changed; some as they are, disabled, or with a mistake. */
export function peopleOf(count: number): SheetPerson[] {
  return Array.from({ length: count }, (_, index) => ({
    'Login Email': `p${index}@${domain}`,
    'First Name': isSame(index) ? 'As it was' : `Person ${index}`,
    Status: isKnown(index) && index % 1000 === 0 ? 'Disabled' : '',
    Projects: isSame(index)
      ? ''
      : index % 97 === 1
        ? 'Apolo'
        : (['Apollo', 'Apollo\nGemini', 'Mercury'][index % 3] ?? ''),
    Groups: index % 4 === 1 && !isSame(index) ? 'QA' : '',
    'User Profile': index % 5 === 1 && !isSame(index) ? 'Read Only' : '',
  }));
}
const isKnown = (index: number) => index % 10 < 7;
// A row that says nothing new.
const isSame = (index: number) => index % 20 === 4;

async function insertKnown(db: Knex, count: number): Promise<void> {
  const at = new Date('2026-10-01T08:00:00.000Z');
  const known = Array.from({ length: count }, (_, index) => index).filter(isKnown);
  const rows = known.map((index) => ({
    email: `p${index}@${domain}`,
    email_key: `p${index}@${domain}`,
    first_name: 'As it was',
    name_key: 'as it was',
    status: 'active',
    activated_at: at,
    created_at: at,
    updated_at: at,
  }));
  await db.batchInsert('users', rows, 500);
}

/** A site in a database of its own on this server, with a confirmed import of so many people that nobody has begun. */
export async function confirmedImport(server: MariadbServer, name: string, count: number) {
  await server.execute(`CREATE DATABASE ${name}`);
  const url = server.url(name);
  const db = openDatabase(url);
  await migrate(db);
  const scene = await importScene({ dialect: 'MariaDB', url, db, connect: () => db }, count * 2);
  await insertKnown(db, count);
  const { id } = await scene.previewOf(peopleOf(count));
  await confirmImport(scene.ctx, id);
  return {
    id,
    db,
    ctx: scene.ctx,
    /** For a worker of this site. */
    settings: (more: Readonly<Record<string, string>> = {}) => ({
      APP_SECRET: 'a secret of tests, of sufficient length',
      PUBLIC_URL: 'http://usher.test',
      MAIL_FROM: 'Usher <usher@usher.test>',
      DATABASE_URL: url,
      ...more,
    }),
    state: async (): Promise<string> => (await db('imports').where({ id }).first('state')).state,
    /** What a worker that is gone holds is let go, as its lease would in a minute and its mails in some. */
    async leasesRunOut() {
      await db('imports')
        .where({ id })
        .whereNotNull('token')
        .update({ lease_until: new Date('2020-01-01T00:00:00Z') });
      await db('outbox')
        .where({ state: 'waiting' })
        .update({ run_at: new Date('2020-01-01T00:00:00Z') });
    },
    async remove() {
      await db.destroy();
      await scene.files.remove();
    },
  };
}

/** Everything that an import leaves behind, by names, without ids and times: a line for each fact, in no order. */
export async function pictureOf(db: Knex): Promise<string[]> {
  const linkOwners = new Map<number, string>(
    (await db('links').join('users', 'users.id', 'links.user_id').select('links.id', 'users.email')).map(
      ({ id, email }) => [id, email],
    ),
  );
  const ofUsers = (table: string, ...columns: string[]) =>
    db(table)
      .join('users', 'users.id', `${table}.user_id`)
      .select('users.email', ...columns);
  const facts: Readonly<Record<string, readonly object[]>> = {
    user: (await db('users').select()).map(
      ({ id: _, created_at, updated_at, activated_at, password_set_at, ...user }) => user,
    ),
    membership: await ofUsers('memberships', 'project_id', 'profile_id'),
    group: await ofUsers('group_members', 'group_id'),
    invite: await ofUsers('invites', 'state', 'sent_count', 'reminders_sent'),
    link: await ofUsers('links', 'purpose', 'state'),
    audit: await db('audit_events').select(
      'action',
      'actor_kind',
      'actor_label',
      'subject_type',
      'subject_label',
      'before',
      'after',
    ),
    operation: await db('operations').select('kind', 'state', 'counts'),
    message: (await db('outbox').select('kind', 'template', 'recipient', 'payload')).map(({ payload, ...message }) => ({
      ...message,
      // Whose link it brings.
      owner: linkOwners.get(JSON.parse(payload).linkId),
    })),
    import: await db('imports').select('state', 'next_row', 'outcomes', 'problem'),
    row: await db('import_rows').select('position', 'outcome', 'action', 'problems'),
  };
  return Object.entries(facts).flatMap(([kind, found]) => found.map((fact) => `${kind} ${JSON.stringify(fact)}`));
}

/** Facts of one picture that the other one has not, or not as often: `+` for too many, `-` for too few. */
export function differences(picture: readonly string[], expected: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const fact of expected) counts.set(fact, (counts.get(fact) ?? 0) - 1);
  for (const fact of picture) counts.set(fact, (counts.get(fact) ?? 0) + 1);
  return [...counts]
    .filter(([, balance]) => balance !== 0)
    .map(([fact, balance]) => `${balance > 0 ? '+' : ''}${balance} ${fact}`);
}
