import type { Context } from '../../platform/context';
import type { Catalogue } from '../access/access.service';
import { setting } from '../settings/settings.service';
import { authSystemNames } from '../users/users.types';
import type { BatchAction, BatchInput } from './batch.types';

/** Why an action cannot be carried out with this input, in a sentence that says what to do; null when it can. */
export async function inputProblem(
  ctx: Context,
  action: BatchAction,
  input: BatchInput,
  catalogue: Catalogue,
): Promise<string | null> {
  const has = (items: readonly { readonly id: number }[], ids: readonly (number | null | undefined)[]) =>
    ids.every((id) => id === null || id === undefined || items.some((item) => item.id === id));
  const known =
    has(catalogue.projects, input.projectIds) &&
    has(catalogue.profiles, [input.profileId, input.defaultProfileId]) &&
    has(catalogue.groups, input.groups?.groupIds ?? []);
  if (!known) return 'A profile, group or project that you chose was removed meanwhile. Choose again.';
  if (action === 'assign_projects' && input.projectIds.length === 0) return 'Choose at least one project.';
  if (action !== 'update') return null;
  if (input.readOnly && !catalogue.profiles.some(({ isReadOnly }) => isReadOnly))
    return 'There is no Read Only profile yet. Make one with /usher profiles first.';
  const system = input.authSystem;
  if (system !== undefined && system !== 'internal' && !(await setting(ctx, `auth.${system}`)))
    return `${authSystemNames[system]} is switched off for this site. Switch it on with /usher auth first.`;
  const nothing =
    input.defaultProfileId === undefined && input.groups === undefined && system === undefined && !input.readOnly;
  return nothing ? 'Choose at least one thing to update.' : null;
}
