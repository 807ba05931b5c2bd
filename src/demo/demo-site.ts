import type { Knex } from 'knex';
import { readCatalogue } from '../features/access/access.service';
import { hashPassword } from '../features/credentials/passwords.service';
import { ensureLicence } from '../features/licences/licences.service';
import { storeSetting } from '../features/settings/settings.service';
import { addTime, day, hour, minute } from '../lib/duration';
import { emailKey } from '../lib/email';
import { nameKey } from '../lib/plain-text';
import type { Context } from '../platform/context';
import { rowsPerStatement } from '../platform/db/dialect';
import { inTransaction } from '../platform/db/transaction';
import { addHistory } from './demo-history';
import { demoGroups, demoPeople, demoProfile, demoProjects } from './demo-people';
import { addSessions } from './demo-sessions';
import { addWork } from './demo-work';
import { createDice } from './dice';
import { type DemoCatalogue, idOf, type SeededPerson } from './seeded-site';

/** The password of every active demo person without SSO. It is no secret: the README tells it. */
export const demoPassword = 'lantern-orbit-2026';

const demoSeats = 50;

/**
 * Fills an empty site with people, projects and work, as if it had been in use for months. For the local workspace
 * only: its password is known to everybody. All or nothing.
 * @returns false where there are users already; nothing was changed then
 */
export async function seedDemoSite(ctx: Context): Promise<boolean> {
  if (await ctx.db('users').first('id')) return false;
  // Before the transaction: it takes tens of milliseconds. One for all, for each would take as long again.
  const passwordHash = await hashPassword(demoPassword);
  const now = ctx.clock.now();
  // One moment for everything. News are kept back: whoever hears them would read while nothing is committed yet.
  const still: Context = { ...ctx, clock: { now: () => now }, announce: async () => {} };
  const isNew = await inTransaction(still, async (tx) => {
    if (await tx.db('users').first('id')) return false;
    await ensureLicence(tx);
    await tx.db('licences').where({ id: 1 }).update({ seats: demoSeats, is_trial: false });
    await storeSetting(tx, 'auth.sso', true);
    await addCatalogue(tx.db, addTime(now, -320 * day));
    const catalogue = idsByName(await readCatalogue(tx));
    const people = await addPeople(tx.db, passwordHash, now);
    await addAccess(tx.db, people, catalogue);
    await addWork(tx.db, people, catalogue, now);
    await addSessions(tx.db, people, now);
    await addHistory(tx, people, catalogue);
    return true;
  });
  if (isNew) ctx.log.info({ users: demoPeople.length }, 'demo site made');
  return isNew;
}

function idsByName(catalogue: Awaited<ReturnType<typeof readCatalogue>>): DemoCatalogue {
  const ids = (items: readonly { id: number; name: string }[]) => new Map(items.map(({ id, name }) => [name, id]));
  return { projects: ids(catalogue.projects), profiles: ids(catalogue.profiles), groups: ids(catalogue.groups) };
}

async function addCatalogue(db: Knex.Transaction, at: Date): Promise<void> {
  const named = (name: string) => ({ name, name_key: nameKey(name), created_at: at, updated_at: at });
  await db('projects').insert(demoProjects.map(named));
  await db('user_groups').insert(demoGroups.map((name) => ({ ...named(name), permissions: '[]' })));
  const lead = ['view_requirements', 'view_test_cases', 'view_test_runs', 'view_reports', 'edit_test_cases'];
  const permissions = [...lead, 'edit_test_plans', 'assign_tests', 'run_tests', 'log_defects'];
  await db('profiles').insert({ ...named(demoProfile), permissions: JSON.stringify(permissions) });
}

/** Everybody but the invited, whom the real service invites later. */
async function addPeople(db: Knex.Transaction, passwordHash: string, now: Date): Promise<SeededPerson[]> {
  const dice = createDice(7);
  const established = demoPeople.filter(({ status }) => status !== 'invited');
  const people = established.map((person, index) => {
    const createdAt = addTime(now, -(300 - index * 9) * day - dice.below(8 * 60) * minute);
    const activatedAt = person.neverAccepted ? null : addTime(createdAt, dice.between(1, 50) * hour);
    const disabledAt = person.status === 'disabled' ? addTime(now, -dice.between(8, 30) * day) : null;
    // Somebody who was let in weeks ago and never came is worth finding too.
    const neverCame = activatedAt === null || (person.status === 'active' && index % 13 === 12);
    const away = dice.below(4) === 0 ? dice.between(2, 21) * day : dice.between(5, 600) * minute;
    return {
      ...person,
      createdAt,
      activatedAt,
      lastLoginAt: neverCame ? null : addTime(disabledAt ?? now, -away),
      disabledAt,
    };
  });
  await db.batchInsert(
    'users',
    people.map((person) => ({
      email: person.email,
      email_key: emailKey(person.email),
      first_name: person.firstName,
      last_name: person.lastName,
      name_key: nameKey(`${person.firstName} ${person.lastName}`),
      status: person.status,
      is_admin: person.isAdmin ?? false,
      auth_system: person.ssoUsername === undefined ? 'internal' : 'sso',
      sso_username: person.ssoUsername ?? null,
      sso_username_key: person.ssoUsername === undefined ? null : nameKey(person.ssoUsername),
      password_hash: hasPassword(person) ? passwordHash : null,
      password_set_at: hasPassword(person) ? person.activatedAt : null,
      activated_at: person.activatedAt,
      last_login_at: person.lastLoginAt,
      created_at: person.createdAt,
      updated_at: person.disabledAt ?? person.activatedAt ?? person.createdAt,
    })),
    rowsPerStatement(db),
  );
  const stored: { id: number; email: string }[] = await db('users').select('id', 'email');
  const ids = new Map(stored.map(({ id, email }) => [email, id]));
  return people.map((person) => ({ ...person, id: idOf(ids, person.email) }));
}

function hasPassword(person: { readonly ssoUsername?: string; readonly activatedAt: Date | null }): boolean {
  return person.ssoUsername === undefined && person.activatedAt !== null;
}

async function addAccess(
  db: Knex.Transaction,
  people: readonly SeededPerson[],
  { projects, profiles, groups }: DemoCatalogue,
): Promise<void> {
  const sample = (await db('projects').where({ is_sample: true }).first('name')) as { name: string } | undefined;
  const memberships = people.flatMap(({ id, createdAt, access }) => {
    const named = Object.entries(access);
    // Whoever may only read elsewhere may only read in the sample project, or the seat would not count as read-only.
    const readsOnly = named.every(([, profile]) => profile === 'Read Only');
    const all = sample === undefined ? named : [...named, [sample.name, readsOnly ? 'Read Only' : 'Tester'] as const];
    return all.map(([project, profile]) => ({
      user_id: id,
      project_id: idOf(projects, project),
      profile_id: idOf(profiles, profile),
      created_at: createdAt,
    }));
  });
  await db.batchInsert('memberships', memberships, rowsPerStatement(db));
  await db.batchInsert(
    'group_members',
    people.flatMap(({ id, group }) => (group === undefined ? [] : [{ group_id: idOf(groups, group), user_id: id }])),
    rowsPerStatement(db),
  );
}
