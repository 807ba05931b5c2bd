import { addTime, day } from '../../lib/duration';
import { emailKey } from '../../lib/email';
import { sideBySide } from '../../lib/side-by-side';
import type { Context, TxContext } from '../../platform/context';
import { inTransaction } from '../../platform/db/transaction';
import { invalidInput } from '../../platform/errors';
import { enqueue } from '../../platform/mail/outbox';
import { addMemberships, changeGroups, membershipsOf, profileFor, readCatalogue } from '../access/access.service';
import { disablingProblem } from '../approvals/approvals.service';
import { revokeApiTokens } from '../credentials/api-tokens.service';
import type { Link } from '../credentials/credentials.types';
import { issueLinks, linkUrl, openLinks, voidLinks } from '../credentials/links.service';
import { oneAtATime, takeSeats } from '../licences/licences.service';
import {
  beginOperation,
  finishOperation,
  type OperationResult,
  recordChanges,
  usersDone,
} from '../operations/operations.service';
import { endSessionsOf } from '../sessions/sessions.service';
import { setting } from '../settings/settings.service';
import {
  activeAdmins,
  addUsers,
  findUsers,
  findUsersByEmail,
  holdUsers,
  moveUsers,
  recordUserChanges,
  requireAdmin,
} from '../users/users.service';
import { displayName, type User, type UserStatus } from '../users/users.types';
import { endInvites, type Invite, insertInvites, reopenInvites, selectInvites } from './invites.store';
import {
  type ActivateResult,
  type DisableResult,
  type InviteInput,
  type InviteResult,
  invitationLimit,
  type ResendResult,
  type SentInvitation,
} from './invites.types';

/**
 * Gives invited users a new link each and writes the mail that carries it; older links end as replaced.
 * @param users are `invited` already in this transaction and hold their seats
 */
export async function sendInvitations(tx: TxContext, users: readonly User[]): Promise<SentInvitation[]> {
  const links = await writeInvitations(tx, users, false);
  return users.map((user) => ({ user, link: linkUrl(tx, linkOf(links, user)) }));
}

/** Invites people whom this transaction added, for a caller that shows no links. */
export async function inviteAdded(tx: TxContext, users: readonly User[]): Promise<void> {
  await writeInvitations(tx, users, true);
}

async function writeInvitations(
  tx: TxContext,
  users: readonly User[],
  areNew: boolean,
): Promise<ReadonlyMap<number, Link>> {
  if (users.length === 0) return new Map();
  const lifeDays = await setting(tx, 'invites.life_days');
  const now = tx.clock.now();
  const ids = users.map(({ id }) => id);
  const expiresAt = addTime(now, lifeDays * day);
  const invitedByUserId = tx.actor.kind === 'user' ? tx.actor.userId : null;
  let links: ReadonlyMap<number, Link> = new Map();
  await sideBySide([
    async () => {
      links = await issueLinks(tx, ids, 'activation', lifeDays * day, areNew);
    },
    async () => {
      const known = new Set(areNew ? [] : (await selectInvites(tx.db, ids)).map(({ userId }) => userId));
      await reopenInvites(tx.db, [...known], now, expiresAt);
      await insertInvites(
        tx.db,
        ids.filter((id) => !known.has(id)).map((userId) => ({ userId, invitedByUserId, sentAt: now, expiresAt })),
      );
    },
  ]);
  await enqueue(
    tx,
    users.map((user) => {
      const { id } = linkOf(links, user);
      return {
        kind: 'mail' as const,
        template: 'invitation',
        recipient: user.email,
        payload: { linkId: id },
        dedupKey: `invitation:${id}`,
      };
    }),
  );
  return links;
}

function linkOf(links: ReadonlyMap<number, Link>, user: User): Link {
  const link = links.get(user.id);
  if (link === undefined) throw new Error(`no link was issued for user ${user.id}`);
  return link;
}

/**
 * Invites people: new ones get a user, their profile, groups and projects, the sample project, a link and a mail;
 * active ones are added to the chosen projects; invited and disabled ones are named and left as they are.
 * @throws AppError `not_admin`, `seats_exhausted` (nobody was invited then), `invalid_input`, `conflict` for a repeat
 */
export async function inviteUsers(ctx: Context, input: InviteInput): Promise<InviteResult> {
  if (input.recipients.length === 0) throw invalidInput('Name at least one e-mail address.', 'emails');
  if (input.recipients.length > invitationLimit) {
    throw invalidInput(
      `That is ${input.recipients.length} addresses; one submission takes up to ${invitationLimit}. Send them in parts, or drop a spreadsheet with all of them.`,
      'emails',
    );
  }
  const result = await inTransaction(ctx, async (tx) => {
    // The privilege as it is after waiting for whoever may be taking it away.
    await oneAtATime(tx);
    await requireAdmin(tx);
    const operationId = await beginOperation(tx, 'invite', input.idempotencyKey, {
      emails: input.recipients.map(({ email }) => email),
      profileId: input.profileId,
      groupIds: input.groupIds,
      projectIds: input.projectIds,
    });
    const catalogue = await readCatalogue(tx);
    const missing =
      (input.profileId !== null && !catalogue.profiles.some(({ id }) => id === input.profileId)) ||
      input.projectIds.some((id) => !catalogue.projects.some((project) => project.id === id)) ||
      input.groupIds.some((id) => !catalogue.groups.some((group) => group.id === id));
    if (missing)
      throw invalidInput(
        'A profile, group or project that you chose was removed meanwhile. Nothing was changed; choose again.',
      );

    const existing = new Map(
      (
        await findUsersByEmail(
          tx,
          input.recipients.map(({ email }) => email),
        )
      ).map((user) => [user.emailKey, user]),
    );
    const fresh = input.recipients.filter(({ email }) => !existing.has(emailKey(email)));
    await takeSeats(tx, fresh.length);
    const profile = profileFor(catalogue, input.profileId);
    const added = await addUsers(
      tx,
      fresh.map((recipient) => ({
        email: recipient.email,
        emailKey: emailKey(recipient.email),
        firstName: recipient.firstName,
        lastName: recipient.lastName,
        status: 'invited',
        isAdmin: false,
        authSystem: 'internal',
        ssoUsername: null,
        ldapUsername: null,
        defaultProfileId: input.profileId,
      })),
    );
    const newUsers = fresh.flatMap(({ email }) => added.get(emailKey(email)) ?? []);
    const sample = catalogue.projects.find(({ isSample }) => isSample);
    const projectIds = [...new Set([...input.projectIds, ...(sample ? [sample.id] : [])])];
    await addMemberships(
      tx,
      newUsers.flatMap(({ id: userId }) =>
        projectIds.map((projectId) => ({ userId, projectId, profileId: profile.id })),
      ),
    );
    await changeGroups(
      tx,
      newUsers.flatMap(({ id: userId }) => [...new Set(input.groupIds)].map((groupId) => ({ userId, groupId }))),
      [],
    );
    const invited = await sendInvitations(tx, newUsers);

    const active = [...existing.values()].filter(({ status }) => status === 'active');
    // Two admins who add the same person at one moment wait for each other.
    await holdUsers(
      tx,
      active.map(({ id }) => id),
    );
    const memberships = await membershipsOf(
      tx,
      active.map(({ id }) => id),
    );
    const gained = active.map((user) => {
      const has = new Set((memberships.get(user.id) ?? []).map(({ projectId }) => projectId));
      return { user, projectIds: [...new Set(input.projectIds)].filter((id) => !has.has(id)) };
    });
    await addMemberships(
      tx,
      gained.flatMap(({ user, projectIds: ids }) =>
        ids.map((projectId) => ({
          userId: user.id,
          projectId,
          profileId: profileFor(catalogue, input.profileId ?? user.defaultProfileId).id,
        })),
      ),
    );

    const alreadyInvited = [...existing.values()].filter(({ status }) => status === 'invited');
    const disabled = [...existing.values()].filter(({ status }) => status === 'disabled');
    const projectName = (id: number) => catalogue.projects.find((project) => project.id === id)?.name ?? `#${id}`;
    await recordUserChanges(
      tx,
      [
        ...newUsers.map((user) => ({
          action: 'user.invited' as const,
          user,
          before: null,
          after: {
            email: user.email,
            status: 'invited',
            profile: profile.name,
            groups: catalogue.groups.filter(({ id }) => input.groupIds.includes(id)).map(({ name }) => name),
            projects: projectIds.map(projectName),
          },
        })),
        ...gained
          .filter(({ projectIds: ids }) => ids.length > 0)
          .map(({ user, projectIds: ids }) => ({
            action: 'user.projects_added' as const,
            user,
            before: null,
            after: { projects: ids.map(projectName) },
          })),
      ],
      operationId,
    );
    const results: OperationResult[] = [
      ...newUsers.map((user) => ({ userId: user.id, subject: user.email, outcome: 'done' as const, reason: null })),
      ...gained.map(({ user, projectIds: ids }) => ({
        userId: user.id,
        subject: user.email,
        outcome: ids.length > 0 ? ('done' as const) : ('unchanged' as const),
        reason: 'active',
      })),
      ...alreadyInvited.map((user) => ({
        userId: user.id,
        subject: user.email,
        outcome: 'skipped' as const,
        reason: 'already_invited',
      })),
      ...disabled.map((user) => ({
        userId: user.id,
        subject: user.email,
        outcome: 'skipped' as const,
        reason: 'disabled',
      })),
    ];
    await finishOperation(tx, operationId, results);
    return {
      operationId,
      invited,
      alreadyInvited,
      disabled,
      active: gained.map(({ user, projectIds: ids }) => ({ user, projectsAdded: ids.length })),
      sampleProject: sample !== undefined,
    };
  });
  await ctx.announce({ kind: 'users_changed' });
  return result;
}

/**
 * Sends invited users their invitation again: a new link, the old one ends as replaced. Others are skipped.
 * @throws AppError `not_admin`, `conflict` for a repeat
 */
export async function resendInvites(
  ctx: Context,
  userIds: readonly number[],
  idempotencyKey: string | null,
): Promise<ResendResult> {
  const result = await inTransaction(ctx, async (tx) => {
    await requireAdmin(tx);
    const operationId = await beginOperation(tx, 'resend', idempotencyKey, { userIds });
    const { results, ...rest } = await resendIn(tx, userIds, operationId);
    await finishOperation(tx, operationId, results);
    return { operationId, ...rest };
  });
  await ctx.announce({ kind: 'users_changed' });
  return result;
}

/** How a part of an operation ended; `Whole` is what the whole operation answers. */
type Part<Whole> = Omit<Whole, 'operationId'> & { readonly results: OperationResult[] };

const ended = (user: User, outcome: OperationResult['outcome'], reason: string | null = null): OperationResult => ({
  userId: user.id,
  subject: user.email,
  outcome,
  reason,
});

/** The resending of an operation that was begun; privilege and results are the caller's. */
export async function resendIn(
  tx: TxContext,
  userIds: readonly number[],
  operationId: number,
): Promise<Part<ResendResult>> {
  // Whoever accepts at this moment waits, or is seen as active.
  await holdUsers(tx, userIds);
  const users = await findUsers(tx, userIds);
  const invited = users.filter(({ status }) => status === 'invited');
  const skipped = users.filter(({ status }) => status !== 'invited');
  const sent = await sendInvitations(tx, invited);
  await recordUserChanges(
    tx,
    invited.map((user) => ({ action: 'user.invitation_resent', user, before: null, after: null })),
    operationId,
  );
  const results = [
    ...invited.map((user) => ended(user, 'done')),
    ...skipped.map((user) => ended(user, 'skipped', user.status)),
  ];
  return { sent, skipped, results };
}

/** Somebody who could sign in as soon as they are active: by a password, or by the name an outside system knows them by. */
export function hasCredential(user: User): boolean {
  return (
    (user.authSystem === 'internal' && user.hasPassword) ||
    (user.authSystem === 'ldap' && user.ldapUsername !== null) ||
    (user.authSystem === 'sso' && user.ssoUsername !== null)
  );
}

/**
 * Activates disabled users: with a credential they are active at once, without one they are invited again (A15).
 * @throws AppError `not_admin`, `seats_exhausted` (nobody was activated then), `conflict` for a repeat
 */
export async function activateUsers(
  ctx: Context,
  userIds: readonly number[],
  idempotencyKey: string | null,
): Promise<ActivateResult> {
  const result = await inTransaction(ctx, async (tx) => {
    // The privilege as it is after waiting for whoever may be taking it away.
    await oneAtATime(tx);
    await requireAdmin(tx);
    const operationId = await beginOperation(tx, 'activate', idempotencyKey, { userIds });
    const { results, ...rest } = await activateIn(tx, userIds, operationId);
    await finishOperation(tx, operationId, results);
    return { operationId, ...rest };
  });
  await ctx.announce({ kind: 'users_changed' });
  return result;
}

/**
 * The activation of an operation that was begun; privilege and results are the caller's.
 * @throws AppError `seats_exhausted`
 */
export async function activateIn(
  tx: TxContext,
  userIds: readonly number[],
  operationId: number,
): Promise<Part<ActivateResult>> {
  await oneAtATime(tx);
  const users = await findUsers(tx, userIds);
  const disabled = users.filter(({ status }) => status === 'disabled');
  await takeSeats(tx, disabled.length);
  const { activated, invitedAgain } = await enableUsers(tx, disabled, operationId);
  await recordStatusChanges(tx, operationId, disabled, (user) => (hasCredential(user) ? 'active' : 'invited'));
  const unchanged = users.filter(({ status }) => status === 'active');
  const skipped = users.filter(({ status }) => status === 'invited');
  const results = [
    ...disabled.map((user) => ended(user, 'done')),
    ...unchanged.map((user) => ended(user, 'unchanged')),
    ...skipped.map((user) => ended(user, 'skipped', 'invited')),
  ];
  return { activated, invitedAgain, unchanged, skipped, results };
}

/** Whether a change of status writes its audit lines, or its caller does, in a line that says more. */
type StatusAudit = 'own_lines' | 'by_caller';

/** The change itself: disabled users become active or invited. Their seats were taken before. */
export async function enableUsers(
  tx: TxContext,
  disabled: readonly User[],
  operationId: number | null,
  audit: StatusAudit = 'own_lines',
): Promise<{ activated: User[]; invitedAgain: SentInvitation[] }> {
  const ready = disabled.filter(hasCredential);
  const never = disabled.filter((user) => !hasCredential(user));
  await moveUsers(
    tx,
    ready.map(({ id }) => id),
    ['disabled'],
    'active',
  );
  await moveUsers(
    tx,
    never.map(({ id }) => id),
    ['disabled'],
    'invited',
  );
  const invitedAgain = await sendInvitations(
    tx,
    never.map((user) => ({ ...user, status: 'invited' as const })),
  );
  await recordUserChanges(
    tx,
    (audit === 'own_lines' ? disabled : []).map((user) => ({
      action: hasCredential(user) ? 'user.activated' : 'user.invited_again',
      user,
      before: { status: 'disabled' },
      after: { status: hasCredential(user) ? 'active' : 'invited' },
    })),
    operationId,
  );
  return { activated: ready.map((user) => ({ ...user, status: 'active' as const })), invitedAgain };
}

/**
 * Disables users: sessions end, API tokens and links are void, in the same transaction. Assignments stay.
 * Nobody disables themselves, and one active admin always remains.
 * @throws AppError `not_admin`, `conflict` for a repeat; `invalid_input` for more than one admin may do alone, which a
 *   batch asks a second admin for
 */
export async function disableUsers(
  ctx: Context,
  userIds: readonly number[],
  idempotencyKey: string | null,
): Promise<DisableResult> {
  const result = await inTransaction(ctx, async (tx) => {
    // The privilege as it is after waiting for whoever may be taking it away.
    await oneAtATime(tx);
    await requireAdmin(tx);
    const problem = await disablingProblem(tx, userIds.length);
    if (problem !== null) throw invalidInput(problem);
    const operationId = await beginOperation(tx, 'disable', idempotencyKey, { userIds });
    const { results, ...rest } = await disableIn(tx, userIds, operationId);
    await finishOperation(tx, operationId, results);
    return { operationId, ...rest };
  });
  await ctx.announce({ kind: 'users_changed' });
  return result;
}

/**
 * The disabling of an operation that was begun; privilege and results are the caller's.
 * @param saidBesides what the audit line of each says beside the status
 */
export async function disableIn(
  tx: TxContext,
  userIds: readonly number[],
  operationId: number,
  saidBesides: Readonly<Record<string, string>> = {},
): Promise<Part<DisableResult>> {
  await oneAtATime(tx);
  const users = await findUsers(tx, userIds);
  const admins = new Set((await activeAdmins(tx)).map(({ id }) => id));
  const disabled: User[] = [];
  const unchanged: User[] = [];
  const skipped: { user: User; reason: 'yourself' | 'last_admin' }[] = [];
  for (const user of users) {
    if (user.status === 'disabled') unchanged.push(user);
    else if (tx.actor.kind === 'user' && tx.actor.userId === user.id) skipped.push({ user, reason: 'yourself' });
    else if (admins.has(user.id) && admins.size === 1) skipped.push({ user, reason: 'last_admin' });
    else {
      admins.delete(user.id);
      disabled.push(user);
    }
  }
  const sessionsEnded = await shutOut(tx, disabled, operationId, 'own_lines', saidBesides);
  await recordStatusChanges(tx, operationId, disabled, () => 'disabled');
  const results = [
    ...disabled.map((user) => ended(user, 'done')),
    ...unchanged.map((user) => ended(user, 'unchanged')),
    ...skipped.map(({ user, reason }) => ended(user, 'skipped', reason)),
  ];
  return { disabled, unchanged, skipped, sessionsEnded, results };
}

/** Remembers the status of people before and after, so that it can be undone. */
async function recordStatusChanges(
  tx: TxContext,
  operationId: number,
  before: readonly User[],
  after: (user: User) => UserStatus,
): Promise<void> {
  await recordChanges(
    tx,
    operationId,
    before.map((user) => ({ userId: user.id, field: 'status', before: user.status, after: after(user) })),
  );
}

/** The change itself: these users become disabled and lose every way in. Returns how many sessions that ended. */
export async function shutOut(
  tx: TxContext,
  users: readonly User[],
  operationId: number | null,
  audit: StatusAudit = 'own_lines',
  saidBesides: Readonly<Record<string, string>> = {},
): Promise<number> {
  const ids = users.map(({ id }) => id);
  await moveUsers(tx, ids, ['invited', 'active'], 'disabled');
  const ended = await endSessionsOf(tx, ids, 'disabled');
  await revokeApiTokens(tx, ids, 'disabled');
  await voidLinks(tx, ids, 'disabled');
  await endInvites(tx.db, ids, 'void', tx.clock.now());
  await recordUserChanges(
    tx,
    (audit === 'own_lines' ? users : []).map((user) => ({
      action: 'user.disabled',
      user,
      before: { status: user.status },
      after: { status: 'disabled', ...saidBesides },
    })),
    operationId,
  );
  return ended;
}

/** Users became active by another way than their link: the link and the invitation are over. */
export async function closeInvitations(tx: TxContext, userIds: readonly number[]): Promise<void> {
  await voidLinks(tx, userIds, 'used', 'activation');
  await endInvites(tx.db, userIds, 'accepted', tx.clock.now());
}

/** A user's invitation and, for the acting admin only, the link that is open now. */
export async function showInvitation(
  ctx: Context,
  user: User,
): Promise<{ invite: Invite | null; link: SentInvitation['link'] | null }> {
  await requireAdmin(ctx);
  const [invite] = await selectInvites(ctx.db, [user.id]);
  const link = (await openLinks(ctx, [user.id], 'activation')).get(user.id);
  return { invite: invite ?? null, link: link === undefined ? null : linkUrl(ctx, link) };
}

/**
 * The links of an earlier invitation or resending that are still open, a page at a time, for the acting admin only.
 * Those who accepted meanwhile are passed over.
 * @returns `next`: where the following page begins, or null after the last one, and how many people are left there
 */
export async function invitationLinks(
  ctx: Context,
  operationId: number,
  offset: number,
  limit: number,
): Promise<{ sent: SentInvitation[]; next: { readonly offset: number; readonly left: number } | null }> {
  await requireAdmin(ctx);
  for (let from = offset; ; from += limit) {
    const { ids, total } = await usersDone(ctx, operationId, from, limit);
    const links = await openLinks(ctx, ids, 'activation');
    const users = new Map((await findUsers(ctx, ids)).map((user) => [user.id, user]));
    const sent = ids.flatMap((id) => {
      const user = users.get(id);
      const link = links.get(id);
      return user && link ? [{ user, link: linkUrl(ctx, link) }] : [];
    });
    const after = from + ids.length;
    const next = after < total ? { offset: after, left: total - after } : null;
    if (sent.length > 0 || next === null) return { sent, next };
  }
}

/** How the inviter is named in mails and messages. */
export function inviterName(user: User | undefined): string {
  return user === undefined ? 'An administrator' : displayName(user);
}
