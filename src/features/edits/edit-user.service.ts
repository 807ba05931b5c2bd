import type { Context, TxContext } from '../../platform/context';
import { inTransaction } from '../../platform/db/transaction';
import { invalidInput, isAppError } from '../../platform/errors';
import { changeGroups, groupsOf, readCatalogue } from '../access/access.service';
import { insertRequest, phraseFor } from '../approvals/approvals.service';
import { shutOut } from '../invites/invites.service';
import { oneAtATime, takeSeats } from '../licences/licences.service';
import { beginOperation, finishOperation, groupSet, recordChanges } from '../operations/operations.service';
import { setting } from '../settings/settings.service';
import { changeUsers, findUsers, holdUsers, recordUserChanges, requireAdmin, showUser } from '../users/users.service';
import { displayName, type User, type UserChanges } from '../users/users.types';
import { changePeople } from './change-people.service';
import { decideEdit, knownOnly } from './decide-edit.service';
import type { EditForm, EditResult, UserEdit, UserFields } from './edits.types';
import { differencesOf, fieldsOf, isSame, typedOver } from './user-fields';

/** @throws AppError `not_admin`, `not_found` with "did you mean" */
export async function editFormByEmail(ctx: Context, email: string): Promise<EditForm> {
  return formOf(ctx, await showUser(ctx, email));
}

/** @throws AppError `not_admin`; `invalid_input` for somebody who was deleted */
export async function editForm(ctx: Context, userId: number): Promise<EditForm> {
  await requireAdmin(ctx);
  const [user] = await findUsers(ctx, [userId]);
  if (user === undefined) throw invalidInput('This person was deleted meanwhile. Nothing was changed.');
  return formOf(ctx, user);
}

async function formOf(ctx: Context, user: User): Promise<EditForm> {
  const catalogue = await readCatalogue(ctx);
  const groupIds = ((await groupsOf(ctx, [user.id])).get(user.id) ?? []).map(({ groupId }) => groupId);
  const fields = fieldsOf(user, groupIds, catalogue);
  return {
    user,
    fields,
    catalogue,
    switchedOn: { internal: true, ldap: await setting(ctx, 'auth.ldap'), sso: await setting(ctx, 'auth.sso') },
    moreGroups: groupIds.length - fields.groupIds.length,
  };
}

/**
 * Saves one form, all of it or nothing. What was changed by somebody else since it was drawn, and whatever is wrong with
 * it, gives the form back instead. Making somebody an admin waits for a second admin, while the rest is saved.
 * @throws AppError `not_admin`, `seats_exhausted`, `conflict` for a repeat; nothing was changed then
 */
export async function editUser(ctx: Context, edit: UserEdit): Promise<EditResult> {
  const { result, approvalId } = await inTransaction(ctx, async (tx): Promise<Edited> => {
    await oneAtATime(tx);
    await requireAdmin(tx);
    await holdUsers(tx, [edit.userId]);
    const operationId = await beginOperation(tx, 'edit', edit.idempotencyKey, { userId: edit.userId });
    const form = await editForm(tx, edit.userId);
    const { user, fields } = form;
    const finish = (outcome: 'done' | 'unchanged' | 'failed', reason: string | null) =>
      finishOperation(tx, operationId, [{ userId: user.id, subject: user.email, outcome, reason }]);
    const typed = typedOver(edit.shown, edit.typed, fields);
    if (user.version !== edit.version || !isSame('groupIds', fields, edit.shown)) {
      await finish('failed', 'Somebody else changed this person meanwhile.');
      const meanwhile = differencesOf(edit.shown, fields, form.catalogue);
      return { result: { kind: 'again', form, typed, meanwhile, problems: {}, phrase: null }, approvalId: null };
    }
    const { target, problems, need } = await decideEdit(tx, form, typed, edit.phrase);
    if (Object.keys(problems).length > 0) {
      await finish('failed', 'The form could not be saved as it was.');
      const phrase = need === 'phrase' ? phraseFor('grant_admin', 1) : null;
      const again = { kind: 'again', form, typed: knownOnly(typed, form), meanwhile: null, problems, phrase } as const;
      return { result: again, approvalId: null };
    }
    const needsSecond = need === 'second_admin';
    // The second admin says yes later; everything else is saved now.
    const after = needsSecond ? { ...target, isAdmin: false } : target;
    const differences = differencesOf(fields, after, form.catalogue);
    if (differences.length === 0 && !needsSecond) {
      await finish('unchanged', null);
      return { result: { kind: 'unchanged', user }, approvalId: null };
    }
    const written = await write(tx, form, after, operationId);
    await finish('done', null);
    const saved = { ...user, ...columnsOf(fields, after), status: after.status };
    const approvalId = needsSecond ? await askForAdmin(tx, saved, edit.idempotencyKey) : null;
    const adminAsked = !needsSecond ? 'no' : approvalId === null ? 'nobody_left' : 'asked';
    return { result: { kind: 'saved', operationId, user: saved, differences, adminAsked, ...written }, approvalId };
  });
  if (approvalId !== null) await ctx.announce({ kind: 'approval_changed', approvalId });
  if (result.kind === 'saved') await ctx.announce({ kind: 'users_changed' });
  return result;
}

/** What an edit came to, and the request for a second admin that was written with it. */
interface Edited {
  readonly result: EditResult;
  readonly approvalId: number | null;
}

/** @returns null when no second admin is left, which takes nothing from the rest of the edit */
async function askForAdmin(tx: TxContext, user: User, idempotencyKey: string): Promise<number | null> {
  const name = displayName(user);
  try {
    const { approval } = await insertRequest(tx, {
      kind: 'grant_admin',
      payload: { userIds: [user.id] },
      summary: `Make ${name === user.email ? name : `${name} (${user.email})`} an admin`,
      idempotencyKey,
    });
    return approval.id;
  } catch (error) {
    if (!isAppError(error, 'invalid_input')) throw error;
    return null;
  }
}

function columnsOf(before: UserFields, after: UserFields): UserChanges {
  return {
    ...(before.firstName !== after.firstName && { firstName: after.firstName }),
    ...(before.lastName !== after.lastName && { lastName: after.lastName }),
    ...(before.isAdmin !== after.isAdmin && { isAdmin: after.isAdmin }),
    ...(before.authSystem !== after.authSystem && { authSystem: after.authSystem }),
    ...(before.ssoUsername !== after.ssoUsername && { ssoUsername: after.ssoUsername }),
    ...(before.ldapUsername !== after.ldapUsername && { ldapUsername: after.ldapUsername }),
    ...(before.defaultProfileId !== after.defaultProfileId && { defaultProfileId: after.defaultProfileId }),
  };
}

async function write(tx: TxContext, form: EditForm, after: UserFields, operationId: number) {
  const { user, fields, catalogue } = form;
  const columns = columnsOf(fields, after);
  const status = after.status === user.status ? null : after.status;
  const groupsBefore = ((await groupsOf(tx, [user.id])).get(user.id) ?? []).map(({ groupId }) => groupId);
  const added = after.groupIds.filter((id) => !fields.groupIds.includes(id));
  const removed = fields.groupIds.filter((id) => !after.groupIds.includes(id));
  const pair = (groupId: number) => ({ userId: user.id, groupId });

  const shutOutOf = status === 'disabled' ? await shutOut(tx, [user], operationId, 'by_caller') : 0;
  if (user.status === 'disabled' && status !== null) await takeSeats(tx, 1);
  const person = { user, columns, status };
  const { invitedAgain, resets, sessionsEnded } = await changePeople(tx, [person], operationId, 'by_caller');
  await changeGroups(tx, added.map(pair), removed.map(pair));
  // Groups are no column of the user, but whoever has this form open must notice.
  if (added.length + removed.length > 0 && Object.keys(columns).length === 0 && status === null) {
    await changeUsers(tx, [{ user, changes: {} }]);
  }

  // One line for the form as a whole, its status included.
  const told = differencesOf(fields, after, catalogue);
  const side = (which: 'old' | 'new') => Object.fromEntries(told.map((entry) => [entry.field, entry[which]]));
  if (told.length > 0) {
    const line = { action: 'user.edited' as const, user, before: side('old'), after: side('new') };
    await recordUserChanges(tx, [line], operationId);
  }
  const groupsAfter = [...groupsBefore.filter((id) => !removed.includes(id)), ...added];
  await recordChanges(tx, operationId, [
    ...(['firstName', 'lastName', 'isAdmin', 'authSystem', 'ssoUsername', 'ldapUsername', 'status'] as const)
      .filter((field) => fields[field] !== after[field])
      .map((field) => ({ userId: user.id, field, before: fields[field], after: after[field] })),
    ...(fields.defaultProfileId === after.defaultProfileId
      ? []
      : [
          {
            userId: user.id,
            field: 'defaultProfile' as const,
            before: fields.defaultProfileId,
            after: after.defaultProfileId,
          },
        ]),
    ...(added.length + removed.length === 0
      ? []
      : [{ userId: user.id, field: 'groups' as const, before: groupSet(groupsBefore), after: groupSet(groupsAfter) }]),
  ]);
  return {
    sessionsEnded: shutOutOf + sessionsEnded,
    invitedAgain: invitedAgain[0] ?? null,
    resetLink: resets[0]?.link ?? null,
  };
}
