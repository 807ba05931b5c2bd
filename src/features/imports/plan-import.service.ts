import { hash } from 'node:crypto';
import { inTurns } from '../../lib/in-turns';
import { nameKey } from '../../lib/plain-text';
import type { Context } from '../../platform/context';
import { groupsOf, membershipsOf, readCatalogue } from '../access/access.service';
import { setting } from '../settings/settings.service';
import { activeAdmins, findUsers, findUsersByEmail, findUsersByExternalName } from '../users/users.service';
import { headerOf } from './import-columns';
import { type ImportRow, type TwinKind, twinKinds } from './imports.types';
import { nameItems } from './named-items';
import { failing, planRow } from './plan-row';
import { nameFinder, type ReadValues, readRowValues } from './read-row-values';
import type {
  PeopleFacts,
  PlannedRow,
  RowPlan,
  RowValues,
  SiteFacts,
  TwinKeysOfRow,
  TwinRows,
  Twins,
} from './row-plan.types';
import { writePlan } from './written-plan';

/** What rows of a file are planned with, beside the data of now. */
export interface PlanningOptions {
  /** Finds what other rows of the file say too. Without it, none of these rows has a twin. */
  readonly twinsOf?: (keys: TwinKeys) => Promise<Twins>;
  /** Set where the file would leave no active admin: then all rows that take one away fail. */
  readonly keepsAdmins?: boolean;
}

/** What some rows say where only one of a file may, each once. */
export type TwinKeys = Readonly<Record<TwinKind, readonly string[]>>;

export interface Planner {
  /** Plans rows that follow one another in a file; the number of statements does not grow with the rows of one call. */
  plan(rows: readonly ImportRow[], options?: PlanningOptions): Promise<PlannedRow[]>;
  /** A digest of the site as far as plans depend on it, whoever they are about. */
  readonly site: string;
}

/**
 * Begins to plan a file against the data of now, for the acting person as the one who confirms. Changes nothing. The same
 * rows in the same order give the same plans, however they are parted.
 */
export async function openPlanner(ctx: Context): Promise<Planner> {
  const site = await readSite(ctx);
  const names = nameFinder(site.catalogue);
  const plan: Planner['plan'] = async (rows, { twinsOf, keepsAdmins = false } = {}) => {
    const read = await inTurns(rows, (row) => readRowValues(row, names));
    const twins = twinsOf === undefined ? noTwins : await twinsOf(distinctKeys(read.map(({ keys }) => keys)));
    const people = await readPeople(
      ctx,
      read.map(({ values }) => values),
    );
    return inTurns(rows, (row, index) => {
      const own = read[index] as ReadValues;
      const judged = planRow(row, own, site, people, twins);
      const plan = keepsAdmins && judged.change?.admins === -1 ? leavingNoAdmin(judged) : judged;
      const { position, rowNumber, cells } = row;
      return {
        position,
        rowNumber,
        cells,
        email: own.values.email ?? cells.email?.text ?? null,
        keys: own.keys,
        user: people.byId.get(plan.userId ?? 0) ?? null,
        namesHeld: heldBy(people, 'ssoUsername', own.keys) + heldBy(people, 'ldapUsername', own.keys),
        plan,
        written: writePlan(plan),
      };
    });
  };
  return { plan, site: hash('sha256', JSON.stringify([site.catalogue, site.switchedOn]), 'base64url') };
}

const heldBy = (people: PeopleFacts, kind: keyof PeopleFacts['holders'], { [kind]: key }: TwinKeysOfRow) =>
  key !== null && people.holders[kind].has(key) ? 1 : 0;

/**
 * Plans some rows of a file that has been planned whole, against the data of now. Where they, applied one after another,
 * would at some point leave no active admin, all that take one away fail.
 */
export async function planChunk(ctx: Context, { plan }: Planner, rows: readonly ImportRow[]): Promise<PlannedRow[]> {
  const planned = await plan(rows);
  if (!planned.some((row) => row.plan.change?.admins === -1)) return planned;
  let admins = await countActiveAdmins(ctx);
  let fewest = admins;
  for (const row of planned) {
    admins += row.plan.change?.admins ?? 0;
    fewest = Math.min(fewest, admins);
  }
  return fewest > 0 ? planned : plan(rows, { keepsAdmins: true });
}

export async function countActiveAdmins(ctx: Context): Promise<number> {
  return (await activeAdmins(ctx)).length;
}

export const noTwins: Twins = { email: new Map(), ssoUsername: new Map(), ldapUsername: new Map() };

function distinctKeys(rows: readonly TwinKeysOfRow[]): TwinKeys {
  const distinct = (kind: TwinKind) => [...new Set(rows.flatMap(({ [kind]: key }) => key ?? []))];
  return Object.fromEntries(twinKinds.map((kind) => [kind, distinct(kind)])) as Record<TwinKind, string[]>;
}

/** Facts about twins in the shape that planning asks for. */
export function twinsFrom(
  found: readonly { readonly kind: TwinKind; readonly key: string; readonly rows: TwinRows }[],
) {
  const twins: Record<TwinKind, Map<string, TwinRows>> = {
    email: new Map(),
    ssoUsername: new Map(),
    ldapUsername: new Map(),
  };
  for (const { kind, key, rows } of found) twins[kind].set(key, rows);
  return twins satisfies Twins;
}

async function readSite(ctx: Context): Promise<SiteFacts> {
  const catalogue = await readCatalogue(ctx);
  return {
    catalogue,
    named: nameItems(catalogue),
    switchedOn: { internal: true, ldap: await setting(ctx, 'auth.ldap'), sso: await setting(ctx, 'auth.sso') },
    actorUserId: ctx.actor.kind === 'user' ? ctx.actor.userId : null,
  };
}

async function readPeople(ctx: Context, values: readonly RowValues[]): Promise<PeopleFacts> {
  const keys = (key: 'ssoUsername' | 'ldapUsername') => [
    ...new Set(values.flatMap(({ [key]: username }) => (username ? nameKey(username) : []))),
  ];
  const [users, sso, ldap] = await Promise.all([
    findUsersByEmail(
      ctx,
      values.flatMap(({ email }) => email ?? []),
    ),
    findUsersByExternalName(ctx, 'sso', keys('ssoUsername')),
    findUsersByExternalName(ctx, 'ldap', keys('ldapUsername')),
  ]);
  const ids = users.map(({ id }) => id);
  const known = new Set(ids);
  const owners = await findUsers(ctx, [
    ...new Set(values.flatMap(({ userId }) => (userId === undefined || known.has(userId) ? [] : userId))),
  ]);
  const memberships = await membershipsOf(ctx, ids);
  const groups = await groupsOf(ctx, ids);
  return {
    byEmailKey: new Map(users.map((user) => [user.emailKey, user])),
    byId: new Map([...users, ...owners].map((user) => [user.id, user])),
    memberships,
    groupIds: new Map([...groups].map(([userId, members]) => [userId, members.map(({ groupId }) => groupId)])),
    holders: {
      ssoUsername: new Map(sso.map((user) => [nameKey(user.ssoUsername ?? ''), user])),
      ldapUsername: new Map(ldap.map((user) => [nameKey(user.ldapUsername ?? ''), user])),
    },
  };
}

function leavingNoAdmin({ change, userId }: RowPlan): RowPlan {
  const field = change?.columns.isAdmin === undefined ? headerOf.status : headerOf.admin;
  const sentence =
    'This would leave the site without an active admin. Make somebody else an admin first, or leave this one as they are.';
  return failing([{ field, sentence }], userId);
}
