import { didYouMean } from '../../lib/did-you-mean';
import { emailKey } from '../../lib/email';
import { nameKey } from '../../lib/plain-text';
import type { Context, TxContext } from '../../platform/context';
import { isDuplicate } from '../../platform/db/driver-errors';
import { inTransaction } from '../../platform/db/transaction';
import { AppError, notAdmin, notFound } from '../../platform/errors';
import { recordAudit } from '../audit/audit.service';
import type { AuditAction } from '../audit/audit-actions.types';
import {
  countUsers,
  countUsersByStatus,
  deleteIdentity,
  insertIdentity,
  insertUsers,
  lockUsersById,
  selectActiveAdmins,
  selectBindings,
  selectEmailsBeginning,
  selectIdentity,
  selectSlackIds,
  selectUserIds,
  selectUserPage,
  selectUsersBeginning,
  selectUsersByEmailKey,
  selectUsersByExternalKey,
  selectUsersById,
  updateIdentityEmail,
  updateStatus,
  updateUsers,
} from './users.store';
import type { NewUser, User, UserChanges, UserFilter, UserStatus } from './users.types';

/**
 * Reads the acting user's privilege now, not when a message was posted. Jobs and operators pass.
 * @throws AppError `not_admin`; nothing was changed then
 */
export async function requireAdmin(ctx: Context): Promise<void> {
  if (ctx.actor.kind !== 'user') return;
  const [user] = await selectUsersById(ctx.db, [ctx.actor.userId]);
  if (!user?.isAdmin || user.status !== 'active') throw notAdmin();
}

export async function findUsers(ctx: Context, ids: readonly number[]): Promise<User[]> {
  return selectUsersById(ctx.db, ids);
}

export async function findUsersByEmail(ctx: Context, emails: readonly string[]): Promise<User[]> {
  return selectUsersByEmailKey(ctx.db, [...new Set(emails.map(emailKey))]);
}

/** The users who hold any of these external usernames (compared without case), for the one that must be unique. */
export async function findUsersByExternalName(
  ctx: Context,
  system: 'sso' | 'ldap',
  usernameKeys: readonly string[],
): Promise<User[]> {
  return selectUsersByExternalKey(ctx.db, `${system}_username_key`, usernameKeys);
}

/**
 * One user by address.
 * @throws AppError `not_found`, with a near address where there is one; `not_admin`
 */
export async function showUser(ctx: Context, email: string): Promise<User> {
  await requireAdmin(ctx);
  const [user] = await findUsersByEmail(ctx, [email]);
  if (user) return user;
  const meant = didYouMean(email, await selectEmailsBeginning(ctx.db, emailKey(email).slice(0, 2)));
  throw notFound('user', `Nobody here has the address ${email}.${meant === null ? '' : ` Did you mean ${meant}?`}`);
}

export interface UserPage {
  readonly users: readonly User[];
  readonly total: number;
  /** False where counting stopped at `total` and more people match. */
  readonly isCounted: boolean;
  /** Counted from 0; never past the last page. */
  readonly page: number;
  readonly pages: number;
}

// Where counting ends: more than a batch takes, and more than anybody turns pages for.
const mostCounted = 10_001;

/** A count by status alone is read from an index; anything else looks at each user who might match. */
const countsQuickly = ({ statuses: _, ...narrower }: UserFilter) =>
  Object.values(narrower).every((value) => value === undefined || value === '');

/**
 * One page of users in the order of their addresses. A page past the end gives the last one. Where more than 10,000 match
 * a text, a project or a group, the list ends there.
 */
export async function listUsers(ctx: Context, filter: UserFilter, page: number, pageSize: number): Promise<UserPage> {
  await requireAdmin(ctx);
  const most = countsQuickly(filter) ? undefined : mostCounted;
  const total = await countUsers(ctx.db, filter, most);
  const pages = Math.max(1, Math.ceil(total / pageSize));
  const shown = Math.min(Math.max(0, page), pages - 1);
  const users = await selectUserPage(ctx.db, filter, pageSize, shown * pageSize);
  return { users, total, isCounted: total !== most, page: shown, pages };
}

/**
 * Everybody who matches, in the order of their addresses; null when those are more than `most`.
 * @throws AppError `not_admin`
 */
export async function matchingUsers(ctx: Context, filter: UserFilter, most: number): Promise<User[] | null> {
  await requireAdmin(ctx);
  const ids = await selectUserIds(ctx.db, filter, most + 1);
  if (ids.length > most) return null;
  const users = new Map((await selectUsersById(ctx.db, ids)).map((user) => [user.id, user]));
  return ids.flatMap((id) => users.get(id) ?? []);
}

/**
 * People for a picker while somebody types: first those whose address or name begins so, then those that hold it. In
 * every status. @throws AppError `not_admin`
 */
export async function searchUsers(ctx: Context, typed: string, limit: number): Promise<User[]> {
  await requireAdmin(ctx);
  const letters = nameKey(typed);
  const first = letters === '' ? [] : await selectUsersBeginning(ctx.db, letters, limit);
  if (first.length >= limit) return first;
  const filter: UserFilter = { statuses: ['invited', 'active', 'disabled'], text: letters };
  const found = [...first, ...(await selectUserPage(ctx.db, filter, limit, 0))];
  return [...new Map(found.map((user) => [user.id, user])).values()].slice(0, limit);
}

export async function userCounts(ctx: Context): Promise<Record<UserStatus, number>> {
  return countUsersByStatus(ctx.db);
}

/** Active admins in the order of their addresses: whom to ask. */
export async function activeAdmins(ctx: Context): Promise<User[]> {
  return selectActiveAdmins(ctx.db);
}

/**
 * Adds users; the caller has checked seats and knows that the addresses are new.
 * @returns the users by email key
 * @throws AppError `email_taken` when an address came into being meanwhile
 */
export async function addUsers(tx: TxContext, users: readonly NewUser[]): Promise<Map<string, User>> {
  if (users.length === 0) return new Map();
  const now = tx.clock.now();
  const ids = await insertUsers(tx.db, users, now).catch((error: unknown) => {
    if (!isDuplicate(error)) throw error;
    const email = users[0]?.email ?? '';
    throw new AppError(
      'email_taken',
      'Somebody else added one of these people a moment ago. Nothing was changed; try again.',
      { email },
    );
  });
  return new Map(
    users.flatMap((user) => {
      const id = ids.get(user.emailKey);
      return id === undefined ? [] : [[user.emailKey, addedUser(id, user, now)]];
    }),
  );
}

/** Somebody whom this transaction has added, as they are read from then on. */
const addedUser = (id: number, user: NewUser, now: Date): User => ({
  id,
  ...user,
  hasPassword: false,
  activatedAt: user.status === 'active' ? now : null,
  lastLoginAt: null,
  createdAt: now,
  updatedAt: now,
  version: 1,
});

/** Writes changed columns of any number of users in a bounded number of statements. Audit is the caller's. */
export async function changeUsers(
  tx: TxContext,
  users: readonly { readonly user: User; readonly changes: UserChanges }[],
): Promise<void> {
  await updateUsers(tx.db, users, tx.clock.now());
}

/** Holds these users until the transaction ends, so that what is read of them next stays true. */
export async function holdUsers(tx: TxContext, ids: readonly number[]): Promise<void> {
  await lockUsersById(tx.db, ids);
}

/** Moves users from one of `from` to `to`; returns how many still were in one of `from`. Audit is the caller's. */
export async function moveUsers(
  tx: TxContext,
  ids: readonly number[],
  from: readonly UserStatus[],
  to: UserStatus,
): Promise<number> {
  return updateStatus(tx.db, ids, from, to, tx.clock.now());
}

const slackAccountRefused = (reason: string) =>
  new AppError(
    'slack_account_refused',
    `${reason} Ask an admin to open /users show with your address and press “Link the Slack account again”; then try once more.`,
    {},
  );

/** A Slack account as far as it names a user. */
export interface SlackAccount {
  readonly teamId: string;
  readonly slackUserId: string;
  readonly email: string;
}

/**
 * The user behind a Slack account: bound by id at the first match of the address. Null: the account names nobody here.
 * @throws AppError `slack_account_refused` when the bound account's address has changed since
 */
export async function userOfSlackAccount(ctx: Context, account: SlackAccount): Promise<User | null> {
  const key = emailKey(account.email);
  const bound = await selectIdentity(ctx.db, account.teamId, account.slackUserId);
  if (bound !== null) {
    if (bound.emailKey === '') {
      await updateIdentityEmail(ctx.db, account, key);
    } else if (bound.emailKey !== key) {
      throw slackAccountRefused('The e-mail of your Slack account has changed since it was linked to your user here.');
    }
    return (await selectUsersById(ctx.db, [bound.userId]))[0] ?? null;
  }
  const [user] = await selectUsersByEmailKey(ctx.db, [key]);
  if (user === undefined || user.status !== 'active') return user ?? null;
  for (const other of await selectBindings(ctx.db, user.id, account.teamId)) {
    // Another request of theirs, at the same moment, has bound this very account.
    if (other.slackUserId === account.slackUserId && other.emailKey === key) continue;
    if (other.emailKey !== '')
      throw slackAccountRefused('Your address belongs to a user who uses another Slack account.');
    await deleteIdentity(ctx.db, account.teamId, other.slackUserId);
  }
  try {
    await insertIdentity(ctx.db, account.teamId, account.slackUserId, user, ctx.clock.now());
  } catch (error) {
    if (!isDuplicate(error)) throw error;
  }
  return user;
}

/** Audit line for one user's change, in the shape all of them share. */
export async function recordUserChanges(
  tx: TxContext,
  changes: readonly {
    readonly action: AuditAction;
    readonly user: Pick<User, 'id' | 'email'>;
    readonly before: Readonly<Record<string, unknown>> | null;
    readonly after: Readonly<Record<string, unknown>> | null;
  }[],
  operationId: number | null,
): Promise<void> {
  await recordAudit(
    tx,
    changes.map(({ action, user, before, after }) => ({
      action,
      subjectType: 'user',
      subjectId: user.id,
      subjectLabel: user.email,
      before,
      after,
      operationId,
    })),
  );
}

/** Slack accounts that are bound to a user, by their Slack user ids. */
export async function slackAccountsOf(ctx: Context, userId: number): Promise<string[]> {
  return selectSlackIds(ctx.db, userId);
}

/**
 * Accepts that the addresses of a user's Slack accounts have changed: each is taken as it is at its next use.
 * @throws AppError `not_admin`, `not_found`
 */
export async function relinkSlackAccounts(ctx: Context, userId: number): Promise<User> {
  return inTransaction(ctx, async (tx) => {
    await requireAdmin(tx);
    const [user] = await selectUsersById(tx.db, [userId]);
    if (!user) throw notFound('user', 'This person was deleted meanwhile. Nothing was changed.');
    await updateIdentityEmail(tx.db, { userId }, '');
    const slackAccounts = await selectSlackIds(tx.db, userId);
    await recordUserChanges(
      tx,
      [{ action: 'user.slack_linked_again', user, before: null, after: { slackAccounts } }],
      null,
    );
    return user;
  });
}
