import type { Context, TxContext } from '../../platform/context';
import { groupSet, recordChanges } from '../operations/operations.service';
import { findUsers, holdUsers, listUsers, recordUserChanges, requireAdmin } from '../users/users.service';
import { changeGroups, groupsOf, readCatalogue } from './access.service';
import { selectMembers } from './groups.store';
import type { NamedPerson } from './managed.types';

/** Members whose name or address has this text, for a picker. @throws AppError `not_admin` */
export async function findMembers(ctx: Context, groupId: number, text: string): Promise<NamedPerson[]> {
  await requireAdmin(ctx);
  return selectMembers(ctx.db, groupId, text, 100);
}

/** People of any status whose name or address has this text, for a picker. @throws AppError `not_admin` */
export async function findPeople(ctx: Context, text: string): Promise<readonly NamedPerson[]> {
  return (await listUsers(ctx, { text, statuses: ['invited', 'active', 'disabled'] }, 0, 100)).users;
}

/** These people, for a picker that is shown again; whoever was deleted is left out. @throws AppError `not_admin` */
export async function peopleOf(ctx: Context, ids: readonly number[]): Promise<readonly NamedPerson[]> {
  await requireAdmin(ctx);
  return findUsers(ctx, ids);
}

/** Takes people in and out, with each one's audit line and what undoing needs. Somebody in both lists stays out. */
export async function changeMembers(
  tx: TxContext,
  groupId: number,
  addedIds: readonly number[],
  removedIds: readonly number[],
  operationId: number,
): Promise<{ added: number; removed: number }> {
  const ids = [...new Set([...addedIds, ...removedIds])];
  // A batch that changes the same people's groups waits, or is waited for.
  await holdUsers(tx, ids);
  const users = await findUsers(tx, ids);
  const groups = await groupsOf(
    tx,
    users.map(({ id }) => id),
  );
  const names = new Map((await readCatalogue(tx)).groups.map(({ id, name }) => [id, name]));
  const leaves = new Set(removedIds);
  const moves = users.flatMap((user) => {
    const before = groupSet((groups.get(user.id) ?? []).map((row) => row.groupId));
    const isMember = before.includes(groupId);
    if (isMember !== leaves.has(user.id)) return [];
    return [
      {
        user,
        isMember,
        before,
        after: groupSet(isMember ? before.filter((id) => id !== groupId) : [...before, groupId]),
      },
    ];
  });
  const pairs = (wasMember: boolean) =>
    moves.filter(({ isMember }) => isMember === wasMember).map(({ user }) => ({ userId: user.id, groupId }));
  const [added, removed] = [pairs(false), pairs(true)];
  await changeGroups(tx, added, removed);
  await recordChanges(
    tx,
    operationId,
    moves.map(({ user, before, after }) => ({ userId: user.id, field: 'groups', before, after })),
  );
  const named = (ids: readonly number[]) => ({ groups: ids.map((id) => names.get(id) ?? '').sort() });
  await recordUserChanges(
    tx,
    moves.map(({ user, before, after }) => ({
      action: 'user.groups_changed',
      user,
      before: named(before),
      after: named(after),
    })),
    operationId,
  );
  return { added: added.length, removed: removed.length };
}
