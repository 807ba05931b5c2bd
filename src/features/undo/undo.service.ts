import { addTime } from '../../lib/duration';
import { nameKey } from '../../lib/plain-text';
import type { Context, TxContext } from '../../platform/context';
import { inTransaction } from '../../platform/db/transaction';
import { conflict, invalidInput, notAdmin } from '../../platform/errors';
import { groupsOf, membershipsOf, readCatalogue } from '../access/access.service';
import { oneAtATime } from '../licences/licences.service';
import {
  beginOperation,
  changedAfter,
  type FieldChange,
  finishOperation,
  operationChanges,
  wasBegun,
} from '../operations/operations.service';
import { setting } from '../settings/settings.service';
import { activeAdmins, findUsers, findUsersByExternalName, holdUsers, requireAdmin } from '../users/users.service';
import { planUndo, type UndoFacts } from './plan-undo';
import { restore } from './restore.service';
import { type UndoPlan, type UndoResult, undoLife } from './undo.types';

const undoKey = (operationId: number) => `undo:${operationId}`;

/**
 * Takes back what one operation changed: within ten minutes, by the admin who did it, once. Every field gets the value
 * of before that still has the one which the operation gave it; the others stay and are named. Sessions, tokens and
 * links that ended stay ended.
 * @throws AppError `not_admin`; `invalid_input` for another admin, after the deadline, or with nothing to give back;
 *   `conflict` when it was undone before; `seats_exhausted` (nothing was changed then)
 */
export async function undoOperation(ctx: Context, operationId: number): Promise<UndoResult> {
  const { actor } = ctx;
  if (actor.kind !== 'user') throw notAdmin();
  const result = await inTransaction(ctx, async (tx) => {
    // The licence first, the operation next, then the people: everybody in this order.
    await oneAtATime(tx);
    await requireAdmin(tx);
    const changes = await changesToUndo(tx, operationId, actor.userId);
    const ownId = await beginOperation(tx, 'undo', undoKey(operationId), { operationId });
    const ids = [...new Set(changes.map(({ userId }) => userId))];
    await holdUsers(tx, ids);
    const facts = await readFacts(tx, { operationId, ids, changes, actorId: actor.userId });
    const plan = planUndo(facts, changes);
    const { sessionsEnded } = await restore(tx, facts, plan.restored, ownId);
    await finishOperation(tx, ownId, outcomes(plan));
    return { ...plan, operationId: ownId, sessionsEnded };
  });
  await ctx.announce({ kind: 'users_changed' });
  return result;
}

async function changesToUndo(tx: TxContext, operationId: number, actorId: number): Promise<readonly FieldChange[]> {
  const found = await operationChanges(tx, operationId);
  if (found === null) throw invalidInput('What this would undo is not known any more. Nothing was changed.');
  const { operation, changes } = found;
  if (operation.actorUserId !== actorId) {
    throw invalidInput(`Only ${operation.actorLabel}, who did this, can undo it. Nothing was changed.`);
  }
  if (await wasBegun(tx, undoKey(operationId))) throw conflict('This was undone before. Nothing was changed now.');
  if (operation.finishedAt === null) {
    throw invalidInput('This is still going on. Undo it once it is over; nothing was changed.');
  }
  if (tx.clock.now() > addTime(operation.finishedAt, undoLife)) {
    throw invalidInput(
      'Undo works for ten minutes, and these are over. Nothing was changed; change it back with /users edit or /users access.',
    );
  }
  if (changes.length === 0) throw invalidInput('This changed nothing that undo could give back.');
  return changes;
}

async function readFacts(
  tx: TxContext,
  undone: {
    readonly operationId: number;
    readonly ids: readonly number[];
    readonly changes: readonly FieldChange[];
    readonly actorId: number;
  },
): Promise<UndoFacts> {
  const { operationId, ids, changes, actorId } = undone;
  const holders = { sso: await holdersOf(tx, 'sso', changes), ldap: await holdersOf(tx, 'ldap', changes) };
  const groups = await groupsOf(tx, ids);
  return {
    users: new Map((await findUsers(tx, ids)).map((user) => [user.id, user])),
    memberships: await membershipsOf(tx, ids),
    groupIds: new Map([...groups].map(([userId, members]) => [userId, members.map(({ groupId }) => groupId)])),
    catalogue: await readCatalogue(tx),
    changedSince: await changedAfter(tx, operationId, ids),
    adminIds: new Set((await activeAdmins(tx)).map(({ id }) => id)),
    actorId,
    switchedOn: { internal: true, ldap: await setting(tx, 'auth.ldap'), sso: await setting(tx, 'auth.sso') },
    taken: (system, username, userId) => {
      const holder = holders[system].get(nameKey(username));
      return holder !== undefined && holder !== userId;
    },
  };
}

/** Who has the external usernames now that would be given back. */
async function holdersOf(
  tx: TxContext,
  system: 'sso' | 'ldap',
  changes: readonly FieldChange[],
): Promise<ReadonlyMap<string, number>> {
  const wanted = changes.flatMap(({ field, before }) =>
    field === `${system}Username` && typeof before === 'string' ? [nameKey(before)] : [],
  );
  if (wanted.length === 0) return new Map();
  const users = await findUsersByExternalName(tx, system, wanted);
  return new Map(
    users.map((user) => [nameKey((system === 'sso' ? user.ssoUsername : user.ldapUsername) ?? ''), user.id]),
  );
}

function outcomes(plan: UndoPlan) {
  const restoredIds = new Set(plan.restored.map(({ user }) => user.id));
  const left = new Map(plan.refused.filter(({ user }) => !restoredIds.has(user.id)).map(({ user }) => [user.id, user]));
  return [
    ...plan.restored.map(({ user }) => ({
      userId: user.id,
      subject: user.email,
      outcome: 'done' as const,
      reason: null,
    })),
    ...[...left.values()].map((user) => ({
      userId: user.id,
      subject: user.email,
      outcome: 'skipped' as const,
      reason: 'changed since',
    })),
  ];
}
