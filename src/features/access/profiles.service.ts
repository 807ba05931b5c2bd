import type { Context, TxContext } from '../../platform/context';
import { isDuplicate } from '../../platform/db/driver-errors';
import { conflict, invalidInput, notFound } from '../../platform/errors';
import { recordAudit } from '../audit/audit.service';
import { requireAdmin } from '../users/users.service';
import { cleanName, nameTaken } from './access-names';
import { adminOperation } from './admin-operation.service';
import { type ListPage, type ListQuery, type ManagedProfile, type NamedPerson, rowsPerPage } from './managed.types';
import { isProjectPermission, isViewing, type ProjectPermission, projectPermissions } from './permissions';
import {
  countProfiles,
  insertProfile,
  selectHolders,
  selectProfile,
  selectProfilePage,
  selectReadOnlyProfileId,
  updateDefault,
  updateProfile,
} from './profiles.store';

/** How many holders a warning names; the rest are counted. */
const namedHolders = 20;

/** A profile as it was filled in. */
export interface ProfileForm {
  readonly name: string;
  readonly permissions: readonly string[];
  /** Holding it in all one's projects is the read-only licence; there is at most one such profile. */
  readonly isReadOnly: boolean;
  /** Becomes what people without a default of their own get. */
  readonly makeDefault: boolean;
}

export interface ProfilePage extends ListPage<ManagedProfile> {
  /** A read-only licence can be given: the profile for it exists (R45). */
  readonly hasReadOnly: boolean;
}

/** One page of the profiles in use, the site default first. @throws AppError `not_admin` */
export async function listProfiles(ctx: Context, { text, page }: ListQuery): Promise<ProfilePage> {
  await requireAdmin(ctx);
  const total = await countProfiles(ctx.db, text);
  const pages = Math.max(1, Math.ceil(total / rowsPerPage));
  const shown = Math.min(Math.max(0, page), pages - 1);
  const items = await selectProfilePage(ctx.db, text, rowsPerPage, shown * rowsPerPage);
  return { items, total, pages, page: shown, text, hasReadOnly: (await selectReadOnlyProfileId(ctx.db)) !== null };
}

/** One profile that is in use. @throws AppError `not_admin`, `not_found` */
export async function showProfile(
  ctx: Context,
  id: number,
): Promise<{ readonly profile: ManagedProfile; readonly hasReadOnly: boolean }> {
  await requireAdmin(ctx);
  return { profile: await profileInUse(ctx, id), hasReadOnly: (await selectReadOnlyProfileId(ctx.db)) !== null };
}

/** Whether the profile of the read-only licence exists. @throws AppError `not_admin` */
export async function hasReadOnlyProfile(ctx: Context): Promise<boolean> {
  await requireAdmin(ctx);
  return (await selectReadOnlyProfileId(ctx.db)) !== null;
}

/** @throws AppError `not_found` when it was archived meanwhile */
export async function profileInUse(ctx: Context, id: number): Promise<ManagedProfile> {
  const profile = await selectProfile(ctx.db, id);
  if (profile === null)
    throw notFound(
      'profile',
      'Somebody archived this profile meanwhile. Nothing was changed; open the list anew with /usher profiles.',
    );
  return profile;
}

/** Known permissions in the order of the fixed list, however they were ticked. */
const inOrder = (permissions: readonly string[]): ProjectPermission[] =>
  Object.keys(projectPermissions)
    .filter(isProjectPermission)
    .filter((name) => permissions.includes(name));

/** How a profile reads in the audit trail. */
export const profileFacts = (profile: Omit<ProfileForm, 'makeDefault'> & { readonly isDefault: boolean }) => ({
  name: profile.name,
  permissions: inOrder(profile.permissions),
  siteDefault: profile.isDefault,
  readOnly: profile.isReadOnly,
});

const writing = (permissions: readonly ProjectPermission[]) => permissions.filter((name) => !isViewing(name));

/** What was filled in, as far as it can be stored. @throws AppError `invalid_input` */
function cleanForm(form: ProfileForm): ProfileForm & { readonly permissions: readonly ProjectPermission[] } {
  return { ...form, name: cleanName('profile', form.name), permissions: inOrder(form.permissions) };
}

async function refuseSecondReadOnly(tx: TxContext, id: number | null): Promise<void> {
  const existing = await selectReadOnlyProfileId(tx.db);
  if (existing !== null && existing !== id)
    throw conflict('This site has its read-only profile already; there can be one. Nothing was changed.');
}

const readOnlyOnlyViews = () =>
  invalidInput(
    'The read-only profile may only hold permissions to view (R43): take the others away, or leave “read-only licence” unticked.',
    'permissions',
  );

/** Runs what may meet another profile of the same name. */
async function named<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (isDuplicate(error)) throw conflict(nameTaken('profile', name));
    throw error;
  }
}

/**
 * Makes a profile (R42).
 * @throws AppError `not_admin`; `invalid_input` for a name or for a read-only profile that may write; `conflict` for a name
 * that is taken, or when this request was carried out before
 */
export async function createProfile(ctx: Context, given: ProfileForm, requestId: string): Promise<ManagedProfile> {
  const form = cleanForm(given);
  if (form.isReadOnly && writing(form.permissions).length > 0) throw readOnlyOnlyViews();
  const created = await adminOperation(ctx, 'profile.create', requestId, form, async (tx, operationId) => {
    if (form.isReadOnly) await refuseSecondReadOnly(tx, null);
    const id = await named(form.name, () => insertProfile(tx.db, form, tx.clock.now()));
    if (form.makeDefault) await updateDefault(tx.db, id, tx.clock.now());
    const profile = await profileInUse(tx, id);
    await recordAudit(tx, [
      {
        action: 'profile.created',
        subjectType: 'profile',
        subjectId: id,
        subjectLabel: profile.name,
        before: null,
        after: profileFacts(profile),
        operationId,
      },
    ]);
    return profile;
  });
  await ctx.announce({ kind: 'users_changed' });
  return created;
}

export interface ProfileChange {
  readonly id: number;
  /** As it was when the form was opened. */
  readonly version: number;
  readonly form: ProfileForm;
  /** The number of holders that a warning named; null before there was one. */
  readonly warnedOf: number | null;
}

/** `stale`: somebody changed it since; nothing was written. `warning`: who would gain the right to write; nothing was. */
export type ProfileChanged =
  | { readonly kind: 'done' | 'unchanged' | 'stale'; readonly profile: ManagedProfile }
  | {
      readonly kind: 'warning';
      readonly profile: ManagedProfile;
      readonly gained: readonly ProjectPermission[];
      readonly holders: readonly NamedPerson[];
    };

/**
 * Renames a profile and changes its permissions. The read-only profile gets a permission to write only once its holders
 * were named in a warning (A19); it then is no read-only profile any more, so that nobody who may write counts as
 * read-only.
 * @throws AppError as createProfile, and `not_found`
 */
export async function changeProfile(ctx: Context, change: ProfileChange, requestId: string): Promise<ProfileChanged> {
  const form = cleanForm(change.form);
  const result = await adminOperation(
    ctx,
    'profile.change',
    requestId,
    change,
    async (tx, operationId): Promise<ProfileChanged> => {
      const before = await profileInUse(tx, change.id);
      if (before.version !== change.version) return { kind: 'stale', profile: before };
      const gained = writing(form.permissions);
      if (form.isReadOnly && !before.isReadOnly && gained.length > 0) throw readOnlyOnlyViews();
      if (before.isReadOnly && gained.length > 0 && change.warnedOf !== before.holders)
        return {
          kind: 'warning',
          profile: before,
          gained,
          holders: await selectHolders(tx.db, before.id, namedHolders),
        };
      const isReadOnly = (form.isReadOnly || before.isReadOnly) && gained.length === 0;
      if (isReadOnly) await refuseSecondReadOnly(tx, before.id);
      const after = { ...before, ...form, isReadOnly, isDefault: before.isDefault || form.makeDefault };
      if (JSON.stringify(profileFacts(after)) === JSON.stringify(profileFacts(before)))
        return { kind: 'unchanged', profile: before };
      const now = tx.clock.now();
      const columns = { name: form.name, permissions: form.permissions, isReadOnly };
      await named(form.name, () => updateProfile(tx.db, before.id, change.version, columns, now));
      if (form.makeDefault) await updateDefault(tx.db, before.id, now);
      await recordAudit(tx, [
        {
          action: 'profile.changed',
          subjectType: 'profile',
          subjectId: before.id,
          subjectLabel: form.name,
          before: profileFacts(before),
          after: profileFacts(after),
          operationId,
        },
      ]);
      return { kind: 'done', profile: await profileInUse(tx, before.id) };
    },
  );
  if (result.kind === 'done') await ctx.announce({ kind: 'users_changed' });
  return result;
}

/** Makes a profile what people without a default of their own get in a project (A16). @throws AppError as changeProfile */
export async function makeSiteDefault(ctx: Context, id: number, requestId: string): Promise<ProfileChanged> {
  const { profile } = await showProfile(ctx, id);
  const { name, permissions, isReadOnly, version } = profile;
  const form = { name, permissions, isReadOnly, makeDefault: true };
  return changeProfile(ctx, { id, version, form, warnedOf: null }, requestId);
}
