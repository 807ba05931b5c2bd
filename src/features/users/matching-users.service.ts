import type { Context } from '../../platform/context';
import { requireAdmin } from './users.service';
import { countUsers, selectUsersAfter } from './users.store';
import type { ListedUser, UserFilter } from './users.types';

/** How many match, counted to the last. @throws AppError `not_admin` */
export async function countMatching(ctx: Context, filter: UserFilter): Promise<number> {
  await requireAdmin(ctx);
  return countUsers(ctx.db, filter);
}

/**
 * Everybody who matches, however many, in the order of their addresses: batches of at most `size`, each read when it is
 * asked for.
 * @throws AppError `not_admin`
 */
export async function* eachMatching(ctx: Context, filter: UserFilter, size: number): AsyncGenerator<ListedUser[]> {
  await requireAdmin(ctx);
  for (let after = ''; ; ) {
    const users = await selectUsersAfter(ctx.db, filter, after, size);
    if (users.length > 0) yield users;
    const last = users[users.length - 1];
    if (last === undefined || users.length < size) return;
    after = last.emailKey;
  }
}
