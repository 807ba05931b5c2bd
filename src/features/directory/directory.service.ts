import type { Context } from '../../platform/context';
import { type Catalogue, groupsOf, membershipsOf, readCatalogue } from '../access/access.service';
import type { Membership } from '../access/access.types';
import { showInvitation } from '../invites/invites.service';
import { readOnlySeats, type Seats, seatsWith } from '../licences/licences.service';
import { openSessionCounts } from '../sessions/list-sessions.service';
import { noSessions, type SessionCounts } from '../sessions/sessions.types';
import { listUsers, requireAdmin, showUser, slackAccountsOf, type UserPage, userCounts } from '../users/users.service';
import type { User, UserStatus } from '../users/users.types';
import { type FilterWords, filterOf } from './filter-words.service';

/** The site at a glance. */
export interface LicenceCard {
  readonly seats: Seats;
  readonly counts: Readonly<Record<UserStatus, number>>;
  readonly readOnly: number;
}

/** @throws AppError `not_admin` */
export async function licenceCard(ctx: Context): Promise<LicenceCard> {
  await requireAdmin(ctx);
  const [counts, readOnly] = await Promise.all([userCounts(ctx), readOnlySeats(ctx)]);
  return { seats: await seatsWith(ctx, counts.invited + counts.active), counts, readOnly };
}

/** Everything known about one user. */
export interface UserCard {
  readonly user: User;
  readonly memberships: readonly Membership[];
  readonly groupIds: readonly number[];
  readonly catalogue: Catalogue;
  /** Slack user ids that are bound to the user. */
  readonly slackIds: readonly string[];
  readonly invitation: Awaited<ReturnType<typeof showInvitation>>;
  readonly sessions: SessionCounts;
}

/** @throws AppError `not_admin`, `not_found` */
export async function userCard(ctx: Context, email: string): Promise<UserCard> {
  const user = await showUser(ctx, email);
  return {
    user,
    memberships: (await membershipsOf(ctx, [user.id])).get(user.id) ?? [],
    groupIds: ((await groupsOf(ctx, [user.id])).get(user.id) ?? []).map(({ groupId }) => groupId),
    catalogue: await readCatalogue(ctx),
    slackIds: await slackAccountsOf(ctx, user.id),
    invitation: await showInvitation(ctx, user),
    sessions: (await openSessionCounts(ctx, [user.id])).get(user.id) ?? noSessions,
  };
}

/** One page of users with how many projects each is in. */
export interface DirectoryPage extends UserPage {
  readonly projectCounts: ReadonlyMap<number, number>;
}

/**
 * One page of the users that a filter in words describes. Disabled ones are left out unless a status names them.
 * @throws AppError `not_admin`; `invalid_input` with "did you mean" for a project or group that does not exist
 */
export async function directoryPage(
  ctx: Context,
  words: FilterWords,
  page: number,
  pageSize: number,
): Promise<DirectoryPage> {
  await requireAdmin(ctx);
  const filter = await filterOf(ctx, words);
  const found = await listUsers(ctx, filter, page, pageSize);
  const ids = found.users.map(({ id }) => id);
  const memberships = await membershipsOf(ctx, ids);
  return {
    ...found,
    projectCounts: new Map([...memberships].map(([id, list]) => [id, list.length])),
  };
}
