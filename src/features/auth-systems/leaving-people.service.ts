import type { Context } from '../../platform/context';
import { inTransaction } from '../../platform/db/transaction';
import { invalidInput } from '../../platform/errors';
import { recordAudit } from '../audit/audit.service';
import { draftBatch } from '../batch/batch.service';
import { batchLimit } from '../batch/batch.types';
import { openLinks } from '../credentials/links.service';
import { writeUsersWorkbook } from '../exports/exports.service';
import { usersWithReason } from '../operations/operations.service';
import { eachOfSystem } from '../users/auth-systems.service';
import { findUsers, requireAdmin } from '../users/users.service';
import type { User } from '../users/users.types';
import type { SiteSwitch } from './auth-systems.types';
import { leftSystem } from './decide-switch';

/**
 * Writes everybody whom a switch would touch to `path`, as an export without links (R74): with it the usernames can be
 * imported again, also as those of the other system (R71).
 * @returns how many people are in it
 * @throws AppError `not_admin`
 */
export async function exportLeaving(ctx: Context, change: SiteSwitch, path: string): Promise<number> {
  await requireAdmin(ctx);
  const left = leftSystem(change);
  const ids: number[] = [];
  if (left !== null) for await (const slice of eachOfSystem(ctx, left)) ids.push(...slice);
  await writeUsersWorkbook(ctx, ids, path);
  await inTransaction(ctx, (tx) =>
    recordAudit(tx, [
      {
        action: 'users.exported',
        subjectType: 'user',
        subjectId: null,
        subjectLabel: `${ids.length} people`,
        after: { people: ids.length, before: `${change.system.toUpperCase()} ${change.to}` },
      },
    ]),
  );
  return ids.length;
}

/** Whom a switch left without a password, and who has neither one nor a link to set one yet. */
async function stillWithoutPassword(ctx: Context, operationId: number): Promise<User[]> {
  const ids = [
    ...(await usersWithReason(ctx, operationId, 'without_password')),
    ...(await usersWithReason(ctx, operationId, 'without_password_name_taken')),
  ];
  const links = await openLinks(ctx, ids, 'reset');
  return (await findUsers(ctx, ids)).filter(
    ({ id, authSystem, status, hasPassword }) =>
      authSystem === 'internal' && status === 'active' && !hasPassword && !links.has(id),
  );
}

/** The first people whom a switch left without a password. @throws AppError `not_admin` */
export async function withoutPassword(ctx: Context, operationId: number, most: number): Promise<User[]> {
  await requireAdmin(ctx);
  return (await stillWithoutPassword(ctx, operationId)).slice(0, most);
}

/**
 * Prepares a batch that sends reset links to those whom a switch left without a password; of very many to the first
 * 10,000, and to the next ones when it is asked for again.
 * @returns the batch's id
 * @throws AppError `not_admin`; `invalid_input` when nobody is left
 */
export async function draftResets(ctx: Context, operationId: number): Promise<number> {
  await requireAdmin(ctx);
  const users = (await stillWithoutPassword(ctx, operationId)).slice(0, batchLimit);
  if (users.length === 0)
    throw invalidInput('Everybody whom the switch left without a password has one by now, or a link to set one.');
  return draftBatch(ctx, 'reset_passwords', users);
}
