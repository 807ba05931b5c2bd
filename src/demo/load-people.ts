import { randomBytes } from 'node:crypto';
import type { Knex } from 'knex';
import { readCatalogue } from '../features/access/access.service';
import { hashPassword } from '../features/credentials/passwords.service';
import { ensureLicence, seats } from '../features/licences/licences.service';
import type { UserStatus } from '../features/users/users.types';
import { addTime, day, minute } from '../lib/duration';
import { nameKey } from '../lib/plain-text';
import type { Context } from '../platform/context';
import { rowsPerStatement } from '../platform/db/dialect';
import { inTransaction } from '../platform/db/transaction';
import { conflict } from '../platform/errors';
import { createDice, type Dice } from './dice';
import { firstNames, lastNames } from './load-names';
import { idOf } from './seeded-site';

/** People that are added in one transaction. */
const peopleTogether = 2000;
const projects = 40;
const groups = 12;
/** Nothing that is sent there arrives anywhere (RFC 2606). */
const domain = 'load.example';

export interface LoadOptions {
  readonly users: number;
  /** The same number gives the same people. */
  readonly seed: number;
  /** Adds to the people who are there already, too. */
  readonly mayAdd: boolean;
  readonly signal: AbortSignal;
  readonly moved: (done: number) => void;
}

interface Places {
  readonly projects: readonly [number, ...number[]];
  readonly sample: number | null;
  readonly groups: readonly [number, ...number[]];
  readonly profiles: ReadonlyMap<string, number>;
}

/**
 * Fills a site with made-up people, to see how it does with many: of a hundred, 8 are invited and 15 disabled, one in
 * eight signs in by SSO, one in ten may only read; each is in the sample project, three others and a group. Nobody knows
 * their password. The seats are raised so that all fit.
 * @returns how many were added: fewer than asked for when `signal` aborted
 * @throws AppError `conflict` where people are there already and none may be added
 */
export async function loadPeople(ctx: Context, options: LoadOptions): Promise<number> {
  const { users, seed, mayAdd, signal, moved } = options;
  const last = (await ctx.db('users').max({ id: 'id' }).first()) as { id: number | null };
  if (last.id !== null && !mayAdd)
    throw conflict(
      'This site has people already, and made-up ones cannot be told from them later. Nothing was added. Take an empty database, or say --force to add to it all the same.',
    );
  // Before the transactions: it takes tens of milliseconds. One for all, for each would take hours.
  const passwordHash = await hashPassword(randomBytes(24).toString('base64url'));
  const places = await preparePlaces(ctx);
  await makeRoom(ctx, users);
  const dice = createDice(seed);
  const now = ctx.clock.now();
  const from = (last.id ?? 0) + 1;
  let done = 0;
  while (done < users && !signal.aborted) {
    const ids = Array.from({ length: Math.min(peopleTogether, users - done) }, (_, index) => from + done + index);
    const people = ids.map((id) => makePerson(dice, id, now, passwordHash));
    await inTransaction(ctx, ({ db }) => addPeople(db, people, places, dice));
    done += ids.length;
    moved(done);
  }
  return done;
}

async function preparePlaces(ctx: Context): Promise<Places> {
  const at = ctx.clock.now();
  const named = (name: string) => ({ name, name_key: nameKey(name), created_at: at, updated_at: at });
  const projectNames = Array.from({ length: projects }, (_, index) => `Load Project ${index + 1}`);
  const groupNames = Array.from({ length: groups }, (_, index) => `Load Group ${index + 1}`);
  return inTransaction(ctx, async (tx) => {
    const before = await readCatalogue(tx);
    const missing = (names: readonly string[], known: readonly { readonly name: string }[]) =>
      names.filter((name) => !known.some((item) => nameKey(item.name) === nameKey(name)));
    const newProjects = missing(projectNames, before.projects);
    const newGroups = missing(groupNames, before.groups);
    if (newProjects.length > 0) await tx.db('projects').insert(newProjects.map(named));
    if (newGroups.length > 0)
      await tx.db('user_groups').insert(newGroups.map((name) => ({ ...named(name), permissions: '[]' })));
    const catalogue = await readCatalogue(tx);
    const idsOf = (items: readonly { readonly id: number; readonly name: string }[], names: readonly string[]) => {
      const ids = new Map(items.map(({ id, name }) => [name, id]));
      return names.map((name) => idOf(ids, name)) as [number, ...number[]];
    };
    const sample = (await tx.db('projects').where({ is_sample: true }).whereNull('archived_at').first('id')) as
      | { id: number }
      | undefined;
    return {
      projects: idsOf(catalogue.projects, projectNames),
      groups: idsOf(catalogue.groups, groupNames),
      sample: sample?.id ?? null,
      profiles: new Map(catalogue.profiles.map(({ id, name }) => [name, id])),
    };
  });
}

/** Raises the seats of the site so that `users` more have one each. */
async function makeRoom(ctx: Context, users: number): Promise<void> {
  await ensureLicence(ctx);
  const { used, total } = await seats(ctx);
  if (used + users <= total) return;
  await ctx
    .db('licences')
    .where({ id: 1 })
    .update({ seats: used + users, is_trial: false });
}

interface LoadedPerson {
  readonly id: number;
  readonly status: UserStatus;
  readonly readsOnly: boolean;
  readonly createdAt: Date;
  readonly row: Record<string, unknown>;
}

function makePerson(dice: Dice, id: number, now: Date, passwordHash: string): LoadedPerson {
  const first = dice.pick(firstNames);
  const last = dice.pick(lastNames);
  const chance = dice.below(100);
  const status: UserStatus = chance < 8 ? 'invited' : chance < 23 ? 'disabled' : 'active';
  const bySso = status !== 'invited' && dice.below(8) === 0;
  // Letters that an address does without: Šárka is sarka.
  const plain = (name: string) =>
    nameKey(name)
      .normalize('NFKD')
      .replace(/[^a-z]/g, '') || 'person';
  const email = `${plain(first)}.${plain(last)}.${id}@${domain}`;
  const createdAt = addTime(
    now,
    (status === 'invited' ? -dice.below(5 * 24 * 60) : -dice.between(8000, 900_000)) * minute,
  );
  const activatedAt = status === 'invited' ? null : addTime(createdAt, dice.between(1, 4000) * minute);
  return {
    id,
    status,
    readsOnly: dice.below(10) === 0,
    createdAt,
    row: {
      id,
      email,
      email_key: email,
      first_name: first,
      last_name: last,
      name_key: nameKey(`${first} ${last}`),
      status,
      is_admin: false,
      auth_system: bySso ? 'sso' : 'internal',
      sso_username: bySso ? `sso-${id}` : null,
      sso_username_key: bySso ? `sso-${id}` : null,
      password_hash: bySso || status === 'invited' ? null : passwordHash,
      password_set_at: bySso ? null : activatedAt,
      activated_at: activatedAt,
      last_login_at: status === 'invited' || dice.below(6) === 0 ? null : addTime(now, -dice.between(5, 4000) * minute),
      created_at: createdAt,
      updated_at: activatedAt ?? createdAt,
    },
  };
}

async function addPeople(
  db: Knex.Transaction,
  people: readonly LoadedPerson[],
  places: Places,
  dice: Dice,
): Promise<void> {
  const size = rowsPerStatement(db);
  const reader = idOf(places.profiles, 'Read Only');
  const tester = idOf(places.profiles, 'Tester');
  const memberships = people.flatMap(({ id, readsOnly, createdAt }) => {
    const first = dice.below(places.projects.length);
    const chosen = [0, 7, 14].map((step) => places.projects[(first + step) % places.projects.length] as number);
    return [...chosen, ...(places.sample === null ? [] : [places.sample])].map((projectId) => ({
      user_id: id,
      project_id: projectId,
      profile_id: readsOnly ? reader : tester,
      created_at: createdAt,
    }));
  });
  await db.batchInsert(
    'users',
    people.map(({ row }) => row),
    size,
  );
  await db.batchInsert('memberships', memberships, size);
  await db.batchInsert(
    'group_members',
    people.map(({ id }) => ({ group_id: dice.pick(places.groups), user_id: id })),
    size,
  );
  await db.batchInsert(
    'invites',
    people
      .filter(({ status }) => status === 'invited')
      .map(({ id, createdAt }) => ({
        user_id: id,
        state: 'open',
        invited_at: createdAt,
        sent_at: createdAt,
        // As if reminded already: nobody is there to read a mail.
        reminders_sent: 2,
        expires_at: addTime(createdAt, 7 * day),
      })),
    size,
  );
}
