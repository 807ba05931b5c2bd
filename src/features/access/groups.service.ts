import type { Context, TxContext } from '../../platform/context';
import { isDuplicate } from '../../platform/db/driver-errors';
import { conflict, notFound } from '../../platform/errors';
import { recordAudit } from '../audit/audit.service';
import type { AuditAction } from '../audit/audit-actions.types';
import { requireAdmin } from '../users/users.service';
import { cleanName, nameTaken } from './access-names';
import { adminOperation } from './admin-operation.service';
import { changeMembers } from './group-members.service';
import {
  countGroups,
  deleteGroupRow,
  insertGroup,
  selectGroup,
  selectGroupPage,
  selectMembers,
  updateGroup,
} from './groups.store';
import { type ListPage, type ListQuery, type ManagedGroup, type NamedPerson, rowsPerPage } from './managed.types';
import { isSitePermission, type SitePermission, sitePermissions } from './permissions';

/** How many members a form names; the rest are counted, and found by search. */
const namedMembers = 20;

/** A group as it was filled in. */
export interface GroupForm {
  readonly name: string;
  readonly permissions: readonly string[];
  readonly addedIds: readonly number[];
  readonly removedIds: readonly number[];
}

/** One page of the groups, by name. @throws AppError `not_admin` */
export async function listGroups(ctx: Context, { text, page }: ListQuery): Promise<ListPage<ManagedGroup>> {
  await requireAdmin(ctx);
  const total = await countGroups(ctx.db, text);
  const pages = Math.max(1, Math.ceil(total / rowsPerPage));
  const shown = Math.min(Math.max(0, page), pages - 1);
  return {
    items: await selectGroupPage(ctx.db, text, rowsPerPage, shown * rowsPerPage),
    total,
    pages,
    page: shown,
    text,
  };
}

export interface GroupView {
  readonly group: ManagedGroup;
  /** The first of its members, by address. */
  readonly members: readonly NamedPerson[];
}

/** @throws AppError `not_admin`, `not_found` */
export async function showGroup(ctx: Context, id: number): Promise<GroupView> {
  await requireAdmin(ctx);
  return { group: await groupThere(ctx, id), members: await selectMembers(ctx.db, id, '', namedMembers) };
}

async function groupThere(ctx: Context, id: number): Promise<ManagedGroup> {
  const group = await selectGroup(ctx.db, id);
  if (group === null)
    throw notFound(
      'group',
      'Somebody deleted this group meanwhile. Nothing was changed; open the list anew with /usher groups.',
    );
  return group;
}

const inOrder = (permissions: readonly string[]): SitePermission[] =>
  Object.keys(sitePermissions)
    .filter(isSitePermission)
    .filter((name) => permissions.includes(name));

const groupFacts = (group: { readonly name: string; readonly permissions: readonly string[] }) => ({
  name: group.name,
  permissions: inOrder(group.permissions),
});

async function named<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (isDuplicate(error)) throw conflict(nameTaken('group', name));
    throw error;
  }
}

/** `stale`: somebody changed it since; nothing was written. */
export interface GroupChanged {
  readonly kind: 'done' | 'unchanged' | 'stale';
  readonly view: GroupView;
  readonly added: number;
  readonly removed: number;
}

/**
 * Makes a group with its permissions and first members (R35, R36).
 * @throws AppError `not_admin`; `invalid_input` for a name; `conflict` for one that is taken, or for a repeated request
 */
export async function createGroup(ctx: Context, form: GroupForm, requestId: string): Promise<GroupChanged> {
  const name = cleanName('group', form.name);
  const permissions = inOrder(form.permissions);
  const result = await adminOperation(
    ctx,
    'group.create',
    requestId,
    form,
    async (tx, operationId): Promise<GroupChanged> => {
      const id = await named(name, () => insertGroup(tx.db, { name, permissions }, tx.clock.now()));
      await recordGroup(tx, 'group.created', { id, name }, null, groupFacts({ name, permissions }), operationId);
      const { added } = await changeMembers(tx, id, form.addedIds, [], operationId);
      return { kind: 'done', view: await showGroup(tx, id), added, removed: 0 };
    },
  );
  await ctx.announce({ kind: 'users_changed' });
  return result;
}

/**
 * Renames a group, changes its permissions, and takes people in and out; people who are in or out already count as
 * unchanged.
 * @throws AppError as createGroup, and `not_found`
 */
export async function changeGroup(
  ctx: Context,
  change: { readonly id: number; readonly version: number; readonly form: GroupForm },
  requestId: string,
): Promise<GroupChanged> {
  const { id, version, form } = change;
  const name = cleanName('group', form.name);
  const permissions = inOrder(form.permissions);
  const result = await adminOperation(
    ctx,
    'group.change',
    requestId,
    change,
    async (tx, operationId): Promise<GroupChanged> => {
      const before = await groupThere(tx, id);
      if (before.version !== version) return { kind: 'stale', view: await showGroup(tx, id), added: 0, removed: 0 };
      const after = { name, permissions };
      const differs = JSON.stringify(groupFacts(before)) !== JSON.stringify(groupFacts(after));
      if (differs) {
        await named(name, () => updateGroup(tx.db, id, version, after, tx.clock.now()));
        await recordGroup(tx, 'group.changed', { id, name }, groupFacts(before), groupFacts(after), operationId);
      }
      const { added, removed } = await changeMembers(tx, id, form.addedIds, form.removedIds, operationId);
      const kind = differs || added + removed > 0 ? 'done' : 'unchanged';
      return { kind, view: await showGroup(tx, id), added, removed };
    },
  );
  if (result.kind === 'done') await ctx.announce({ kind: 'users_changed' });
  return result;
}

/**
 * Deletes a group; its memberships end.
 * @param seen the version and the number of members that were shown
 * @returns `stale` when they are not so any more; nothing was written then
 * @throws AppError `not_admin`, `not_found`
 */
export async function deleteGroup(
  ctx: Context,
  id: number,
  seen: { readonly version: number; readonly members: number },
  requestId: string,
): Promise<{ readonly kind: 'done' | 'stale'; readonly view: GroupView }> {
  const result = await adminOperation(ctx, 'group.delete', requestId, { id, ...seen }, async (tx, operationId) => {
    const view = await showGroup(tx, id);
    const { group } = view;
    if (group.version !== seen.version || group.members !== seen.members) return { kind: 'stale' as const, view };
    const members = await selectMembers(tx.db, id, '', null);
    await changeMembers(
      tx,
      id,
      [],
      members.map((member) => member.id),
      operationId,
    );
    await deleteGroupRow(tx.db, id, group.version);
    const before = { ...groupFacts(group), members: group.members };
    await recordGroup(tx, 'group.deleted', group, before, null, operationId);
    return { kind: 'done' as const, view };
  });
  if (result.kind === 'done') await ctx.announce({ kind: 'users_changed' });
  return result;
}

async function recordGroup(
  tx: TxContext,
  action: AuditAction,
  group: { readonly id: number; readonly name: string },
  before: Readonly<Record<string, unknown>> | null,
  after: Readonly<Record<string, unknown>> | null,
  operationId: number,
): Promise<void> {
  await recordAudit(tx, [
    { action, subjectType: 'group', subjectId: group.id, subjectLabel: group.name, before, after, operationId },
  ]);
}
