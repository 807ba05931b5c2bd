import type { Context, TxContext } from '../../platform/context';
import { invalidInput } from '../../platform/errors';
import { recordAudit } from '../audit/audit.service';
import { recordUserChanges } from '../users/users.service';
import { adminOperation } from './admin-operation.service';
import type { ManagedProfile } from './managed.types';
import { profileFacts, profileInUse } from './profiles.service';
import { archiveProfileRow, type Holding, moveHolders, selectHoldings, updateDefault } from './profiles.store';

export interface ProfileArchival {
  readonly id: number;
  /** As it was when the form was opened. */
  readonly version: number;
  /** The holders that were shown. */
  readonly holders: number;
  /** What its holders get, and what becomes the site default in its place. */
  readonly replacementId: number | null;
}

/** `stale`: it or its holders changed since; nothing was written, and it is to be shown anew. */
export type ProfileArchived =
  | { readonly kind: 'stale'; readonly profile: ManagedProfile }
  | { readonly kind: 'done'; readonly profile: ManagedProfile; readonly replacement: ManagedProfile | null };

/**
 * Archives a profile. One that is held, or is the site default, goes only once another takes its place: every holder
 * gets that one, in the same projects, in the same transaction.
 * @throws AppError `not_admin`; `not_found`; `invalid_input` without a replacement that is needed, or with itself
 */
export async function archiveProfile(
  ctx: Context,
  archival: ProfileArchival,
  requestId: string,
): Promise<ProfileArchived> {
  const result = await adminOperation(
    ctx,
    'profile.archive',
    requestId,
    archival,
    async (tx, operationId): Promise<ProfileArchived> => {
      const profile = await profileInUse(tx, archival.id);
      if (profile.version !== archival.version || profile.holders !== archival.holders)
        return { kind: 'stale', profile };
      const replacement = await replacementFor(tx, profile, archival.replacementId);
      const now = tx.clock.now();
      const holdings = replacement === null ? [] : await selectHoldings(tx.db, profile.id);
      await archiveProfileRow(tx.db, profile.id, profile.version, now);
      if (replacement !== null) {
        await moveHolders(tx.db, profile.id, replacement.id, now);
        if (profile.isDefault) await updateDefault(tx.db, replacement.id, now);
        await recordUserChanges(tx, heldInstead(holdings, profile.name, replacement.name), operationId);
      }
      await recordAudit(tx, [
        {
          action: 'profile.archived',
          subjectType: 'profile',
          subjectId: profile.id,
          subjectLabel: profile.name,
          before: { ...profileFacts(profile), holders: profile.holders },
          after: replacement === null ? null : { replacement: replacement.name },
          operationId,
        },
      ]);
      return { kind: 'done', profile, replacement };
    },
  );
  if (result.kind === 'done') await ctx.announce({ kind: 'users_changed' });
  return result;
}

async function replacementFor(
  tx: TxContext,
  profile: ManagedProfile,
  replacementId: number | null,
): Promise<ManagedProfile | null> {
  if (profile.holders === 0 && !profile.isDefault) return null;
  if (replacementId === null || replacementId === profile.id)
    throw invalidInput(
      `Choose another profile that takes the place of “${profile.name}”. Nothing was changed.`,
      'replacement',
    );
  return profileInUse(tx, replacementId);
}

/** One audit line a person: the projects in which they had the one profile and now have the other. */
function heldInstead(holdings: readonly Holding[], before: string, after: string) {
  const people = new Map<number, { email: string; projects: string[]; asDefault: boolean }>();
  for (const { userId, email, project } of holdings) {
    const person = people.get(userId) ?? { email, projects: [], asDefault: false };
    if (project === null) person.asDefault = true;
    else person.projects.push(project);
    people.set(userId, person);
  }
  return [...people].map(([id, { email, projects, asDefault }]) => {
    const facts = (profile: string) => ({
      ...(projects.length > 0 ? { profile, projects } : {}),
      ...(asDefault ? { defaultProfile: profile } : {}),
    });
    return {
      action: 'user.profile_replaced' as const,
      user: { id, email },
      before: facts(before),
      after: facts(after),
    };
  });
}
