import type { Context, TxContext } from '../../platform/context';
import { inTransaction } from '../../platform/db/transaction';
import { invalidInput } from '../../platform/errors';
import { changeMemberships, membershipsOf, readCatalogue } from '../access/access.service';
import { namesOf, openWorkIn } from '../access/open-work.service';
import { oneAtATime } from '../licences/licences.service';
import { beginOperation, finishOperation, membershipSet, recordChanges } from '../operations/operations.service';
import { findUsers, holdUsers, recordUserChanges, requireAdmin, showUser } from '../users/users.service';
import { type AccessEdit, type AccessForm, type AccessResult, emptySelection } from './access.types';
import { type AccessSet, accessSet, isSameAccess, packAccess, removed, withDraft } from './access-set';
import { digestOf, draftWith, soundDraft, workDigest } from './draft-access';

/** @throws AppError `not_admin`, `not_found` with "did you mean" */
export async function accessFormByEmail(ctx: Context, email: string): Promise<AccessForm> {
  return accessForm(ctx, (await showUser(ctx, email)).id);
}

/**
 * One user's projects, with the draft of a form that is open: carried over to what is there now.
 * @param takesSelection what stands in the inputs goes into the draft
 * @throws AppError `not_admin`; `invalid_input` for somebody who was deleted
 */
export async function accessForm(
  ctx: Context,
  userId: number,
  edit: Omit<AccessEdit, 'userId'> | null = null,
  takesSelection = false,
): Promise<AccessForm> {
  await requireAdmin(ctx);
  const [user] = await findUsers(ctx, [userId]);
  if (user === undefined) throw invalidInput('This person was deleted meanwhile. Nothing was changed.');
  const catalogue = await readCatalogue(ctx);
  const now = accessSet((await membershipsOf(ctx, [userId])).get(userId) ?? []);
  const shown = edit === null || 'digest' in edit.shown ? null : edit.shown;
  const selection = edit?.selection ?? emptySelection;
  const chosen = takesSelection ? draftWith(edit?.draft ?? new Map(), selection, now, catalogue, user) : null;
  const wanted = chosen !== null && 'draft' in chosen ? chosen.draft : (edit?.draft ?? new Map());
  const { draft, goneProjects, goneProfiles } = soundDraft(wanted, now, catalogue);
  const leaving = [...draft].filter(([, profileId]) => profileId === removed).map(([projectId]) => projectId);
  const sets: readonly AccessSet[] = [now, wanted, shown ?? new Map()];
  const projectNames = await namesOf(
    ctx,
    'projects',
    sets.flatMap((set) => [...set.keys()]),
  );
  const profileNames = await namesOf(
    ctx,
    'profiles',
    sets.flatMap((set) => [...set.values()]),
  );
  const isStale = edit !== null && !isAsShown(edit.shown, now);
  return {
    user,
    catalogue,
    now,
    draft,
    work: await openWorkIn(
      ctx,
      userId,
      leaving.sort((one, other) => one - other),
    ),
    projectNames,
    profileNames,
    meanwhile: !isStale ? null : shown === null ? [] : changeLines(shown, now, projectNames, profileNames),
    problems: [
      ...(chosen !== null && 'problem' in chosen ? [chosen.problem] : []),
      ...goneProjects.map(
        (id) => `The project “${projectNames.get(id) ?? id}” was archived meanwhile, so it was taken off the list.`,
      ),
      ...goneProfiles.map(
        (id) => `The profile “${profileNames.get(id) ?? id}” was archived meanwhile. Choose another one.`,
      ),
    ],
    selection: chosen !== null && 'draft' in chosen ? emptySelection : selection,
  };
}

function isAsShown(shown: AccessEdit['shown'], now: AccessSet): boolean {
  return 'digest' in shown ? shown.digest === digestOf(packAccess(now)) : isSameAccess(shown, now);
}

/**
 * Saves a draft, all of it or nothing. The form comes back instead when the projects are not those that were shown, when
 * something in the draft does not exist any more, or when more or less open work would become unassigned than was told.
 * @param toldWork `workDigest` of the open work that the form told about
 * @throws AppError `not_admin`, `conflict` for a repeat; nothing was changed then
 */
export async function saveAccess(
  ctx: Context,
  edit: AccessEdit & { readonly toldWork: string; readonly idempotencyKey: string },
): Promise<AccessResult> {
  const result = await inTransaction(ctx, async (tx): Promise<AccessResult> => {
    await oneAtATime(tx);
    await requireAdmin(tx);
    await holdUsers(tx, [edit.userId]);
    const operationId = await beginOperation(tx, 'access', edit.idempotencyKey, { userId: edit.userId });
    const hasSelection = edit.selection.projectIds.length > 0 || edit.selection.everywhere;
    const asksReadOnly = edit.selection.choice === 'read-only';
    const form = await accessForm(tx, edit.userId, edit, hasSelection || asksReadOnly);
    const { user } = form;
    const finish = (outcome: 'done' | 'unchanged' | 'failed', reason: string | null) =>
      finishOperation(tx, operationId, [{ userId: user.id, subject: user.email, outcome, reason }]);
    if (form.meanwhile !== null || form.problems.length > 0 || workDigest(form.work) !== edit.toldWork) {
      await finish('failed', 'The form had to be shown again.');
      return { kind: 'again', form };
    }
    if (form.draft.size === 0) {
      await finish('unchanged', null);
      return { kind: 'unchanged', user };
    }
    const lines = await write(tx, form, operationId);
    await finish('done', null);
    return { kind: 'saved', operationId, user, lines, work: form.work };
  });
  if (result.kind === 'saved') await ctx.announce({ kind: 'users_changed' });
  return result;
}

async function write(tx: TxContext, form: AccessForm, operationId: number): Promise<string[]> {
  const { user, now, draft, projectNames, profileNames } = form;
  const after = withDraft(now, draft);
  const entries = [...draft].map(([projectId, profileId]) => ({ userId: user.id, projectId, profileId }));
  const leaving = entries.filter(({ profileId }) => profileId === removed);
  const staying = entries.filter(({ profileId }) => profileId !== removed);
  await changeMemberships(tx, {
    added: staying.filter(({ projectId }) => !now.has(projectId)),
    removed: leaving,
    reprofiled: staying.filter(({ projectId }) => now.has(projectId)),
  });
  const told = (set: AccessSet) => ({
    projects: [...draft.keys()]
      .filter((projectId) => set.has(projectId))
      .map((projectId) => accessText(projectId, set, projectNames, profileNames))
      .sort(),
  });
  const unassigned = form.work.map(({ projectId, runs, cases }) => ({
    project: projectNames.get(projectId) ?? '',
    runs,
    cases,
  }));
  const line = {
    action: 'user.access_changed' as const,
    user,
    before: told(now),
    after: { ...told(after), ...(unassigned.length > 0 ? { unassigned } : {}) },
  };
  await recordUserChanges(tx, [line], operationId);
  const asList = (set: AccessSet) =>
    membershipSet([...set].map(([projectId, profileId]) => ({ projectId, profileId })));
  await recordChanges(tx, operationId, [
    { userId: user.id, field: 'memberships', before: asList(now), after: asList(after) },
  ]);
  return changeLines(now, after, projectNames, profileNames);
}

type Names = ReadonlyMap<number, string>;

function accessText(projectId: number, set: AccessSet, projects: Names, profiles: Names): string {
  return `${projects.get(projectId) ?? 'a project that is gone'} (${profiles.get(set.get(projectId) ?? 0) ?? '–'})`;
}

/** `Apollo: Tester → Read Only`, in the order of the names. */
function changeLines(before: AccessSet, after: AccessSet, projects: Names, profiles: Names): string[] {
  const profileName = (id: number | undefined) =>
    id === undefined ? 'not in it' : (profiles.get(id) ?? 'a profile that is gone');
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((projectId) => before.get(projectId) !== after.get(projectId))
    .map(
      (projectId) =>
        `${projects.get(projectId) ?? 'A project that is gone'}: ${profileName(before.get(projectId))} → ${profileName(after.get(projectId))}`,
    )
    .sort((one, other) => one.localeCompare(other));
}
