import { createHash } from 'node:crypto';
import { emailKey } from '../../lib/email';
import { inTurns } from '../../lib/in-turns';
import { nameKey } from '../../lib/plain-text';
import type { Context } from '../../platform/context';
import { groupsOf, membershipsOf, readCatalogue } from '../access/access.service';
import { setting } from '../settings/settings.service';
import { activeAdmins, findUsers, findUsersByEmail, findUsersByExternalName } from '../users/users.service';
import { parseStatus } from '../users/users.types';
import { parseYesNo } from './cell-text';
import { headerOf } from './import-columns';
import type { ImportRow, RowAction } from './imports.types';
import { failing, planRow } from './plan-row';
import { nameFinder, type ReadValues, readRowValues } from './read-row-values';
import type { PeopleFacts, RowPlan, RowValues, SiteFacts, Twins } from './row-plan.types';

/** Rows that are planned together: their people are read in one statement of each kind. */
const planningChunk = 400;

export interface PlannedRow extends ImportRow {
  /** As it is shown: the address, or what stands in its place. */
  readonly email: string | null;
  readonly plan: RowPlan;
}

export interface ImportTotals {
  readonly counts: Readonly<Record<RowAction, number>>;
  readonly seatsNeeded: number;
  readonly projectsLost: number;
  readonly adminsGranted: number;
  readonly usersDisabled: number;
}

export interface PlannedImport {
  readonly rows: readonly PlannedRow[];
  readonly totals: ImportTotals;
  /** The same plan for the same rows gives the same digest, and no other plan does. */
  readonly digest: string;
}

/**
 * Rows in the order in which they are applied, which depends on their cells only: those that make admins come first, so
 * that a site never is without one, then those that free seats, then all others; each kind in the order of the file.
 */
export function inOrderOfApplication(rows: readonly Omit<ImportRow, 'position'>[]): ImportRow[] {
  const phase = ({ cells }: Omit<ImportRow, 'position'>): number => {
    if (parseStatus(cells.status?.text ?? '') === 'disabled') return 1;
    return parseYesNo(cells.admin?.text ?? '') === true ? 0 : 2;
  };
  return [0, 1, 2]
    .flatMap((wanted) => rows.filter((row) => phase(row) === wanted))
    .map((row, position) => ({ ...row, position }));
}

/** Plans a whole file against the data of now, for the acting person as the one who confirms. Changes nothing. */
export async function planRows(ctx: Context, rows: readonly ImportRow[]): Promise<PlannedImport> {
  const site = await readSite(ctx);
  const names = nameFinder(site.catalogue);
  const read = await inTurns(rows, (row) => readRowValues(row, names));
  const twins = findTwins(rows, read);
  const planned: PlannedRow[] = [];
  for (let from = 0; from < rows.length; from += planningChunk) {
    const chunk = rows.slice(from, from + planningChunk);
    const values = read.slice(from, from + planningChunk);
    planned.push(...(await planTogether(ctx, site, chunk, values, twins)));
  }
  const keeping = keepingAnAdmin(planned, (await activeAdmins(ctx)).length);
  return { rows: keeping, totals: totalsOf(keeping), digest: await digestOf(keeping) };
}

/** Plans some rows of a file that has been planned whole, against the data of now. The number of statements is fixed. */
export async function planChunk(ctx: Context, rows: readonly ImportRow[]): Promise<PlannedRow[]> {
  const site = await readSite(ctx);
  const names = nameFinder(site.catalogue);
  const read = await inTurns(rows, (row) => readRowValues(row, names));
  const planned = await planTogether(ctx, site, rows, read, findTwins(rows, read));
  return keepingAnAdmin(planned, (await activeAdmins(ctx)).length);
}

async function readSite(ctx: Context): Promise<SiteFacts> {
  return {
    catalogue: await readCatalogue(ctx),
    switchedOn: { internal: true, ldap: await setting(ctx, 'auth.ldap'), sso: await setting(ctx, 'auth.sso') },
    actorUserId: ctx.actor.kind === 'user' ? ctx.actor.userId : null,
  };
}

async function planTogether(
  ctx: Context,
  site: SiteFacts,
  rows: readonly ImportRow[],
  read: readonly ReadValues[],
  twins: Twins,
): Promise<PlannedRow[]> {
  const people = await readPeople(
    ctx,
    read.map(({ values }) => values),
  );
  return inTurns(rows, (row, index) => {
    const values = read[index] as ReadValues;
    const plan = planRow(row, values, site, people, twins);
    return { ...row, email: values.values.email ?? row.cells.email?.text ?? null, plan };
  });
}

async function readPeople(ctx: Context, values: readonly RowValues[]): Promise<PeopleFacts> {
  const users = await findUsersByEmail(
    ctx,
    values.flatMap(({ email }) => email ?? []),
  );
  const ids = users.map(({ id }) => id);
  const known = new Set(ids);
  const owners = await findUsers(ctx, [
    ...new Set(values.flatMap(({ userId }) => (userId === undefined || known.has(userId) ? [] : userId))),
  ]);
  const keys = (key: 'ssoUsername' | 'ldapUsername') => [
    ...new Set(values.flatMap(({ [key]: username }) => (username ? nameKey(username) : []))),
  ];
  const sso = await findUsersByExternalName(ctx, 'sso', keys('ssoUsername'));
  const ldap = await findUsersByExternalName(ctx, 'ldap', keys('ldapUsername'));
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

function findTwins(rows: readonly ImportRow[], read: readonly ReadValues[]): Twins {
  const collect = (keyOf: (values: RowValues) => string | null) => {
    const numbers = new Map<string, number[]>();
    rows.forEach(({ rowNumber }, index) => {
      const values = read[index]?.values;
      const key = values === undefined ? null : keyOf(values);
      if (key === null) return;
      const others = numbers.get(key);
      if (others) others.push(rowNumber);
      else numbers.set(key, [rowNumber]);
    });
    return new Map(
      [...numbers].filter(([, found]) => found.length > 1).map(([key, found]) => [key, found.sort((a, b) => a - b)]),
    );
  };
  return {
    email: collect(({ email }) => (email === undefined ? null : emailKey(email))),
    ssoUsername: collect(({ ssoUsername }) => (ssoUsername ? nameKey(ssoUsername) : null)),
    ldapUsername: collect(({ ldapUsername }) => (ldapUsername ? nameKey(ldapUsername) : null)),
  };
}

/** Where the rows, applied one after another, would at some point leave no active admin, all that take one away fail. */
function keepingAnAdmin(rows: readonly PlannedRow[], adminsNow: number): PlannedRow[] {
  let admins = adminsNow;
  let fewest = adminsNow;
  for (const { plan } of rows) {
    admins += plan.change?.admins ?? 0;
    fewest = Math.min(fewest, admins);
  }
  const taken = rows.some(({ plan }) => plan.change?.admins === -1);
  if (!taken || fewest > 0) return [...rows];
  return rows.map((row) => {
    if (row.plan.change?.admins !== -1) return row;
    const field = row.plan.change.columns.isAdmin === undefined ? headerOf.status : headerOf.admin;
    const sentence =
      'This would leave the site without an active admin. Make somebody else an admin first, or leave this one as they are.';
    return { ...row, plan: failing([{ field, sentence }], row.plan.userId) };
  });
}

function totalsOf(rows: readonly PlannedRow[]): ImportTotals {
  const counts: Record<RowAction, number> = { invite: 0, update: 0, unchanged: 0, fail: 0 };
  let taken = 0;
  let seatsNeeded = 0;
  let projectsLost = 0;
  let adminsGranted = 0;
  let usersDisabled = 0;
  for (const { plan } of rows) {
    counts[plan.action] += 1;
    if (plan.change === null) continue;
    // A seat that a row frees counts for the rows after it only; what is needed is the most that is taken at any moment.
    taken += plan.change.seats;
    seatsNeeded = Math.max(seatsNeeded, taken);
    projectsLost += plan.change.memberships.removed.length;
    if (plan.change.person?.isAdmin || plan.change.columns.isAdmin) adminsGranted += 1;
    if (plan.change.status === 'disabled') usersDisabled += 1;
  }
  return { counts, seatsNeeded, projectsLost, adminsGranted, usersDisabled };
}

async function digestOf(rows: readonly PlannedRow[]): Promise<string> {
  const hash = createHash('sha256');
  await inTurns(rows, ({ position, plan }) => void hash.update(JSON.stringify([position, plan])));
  return hash.digest('hex');
}
